"""A fault that is known of the very line that a change makes stays known, wherever that line was offered before. Pure.

Else a fault could be laundered by offering its line anew until nobody finds it: in another pull request, or out of one
file in one push and into another file in the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.core.change.diff import Patch
from app.core.findings.finding import Claim, Source
from app.core.findings.known import FindingState, KnownFinding
from app.core.findings.lasting import tell_lasting
from app.core.findings.merging import PlacedClaim, say_the_same
from app.core.findings.quotes import Quotes
from app.core.findings.trace import Tracer

LEAST_TELLING: Final = 20
"""So long is a quote at least by which another pull request's line is known in a file that it did not stand in."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """What a model found in pull request `pull`, as `finding` stands there."""

    pull: int
    finding: KnownFinding


def pick_recurring(
    found: Iterable[Recurring],
    patch: Patch,
    known: Sequence[KnownFinding],
    *,
    base_ref: str,
    blocks: Callable[[Claim], bool],
) -> tuple[Recurring, ...]:
    """Those of other pull requests' findings that hold this gate too, because this change makes the line they quote.

    Not those that this pull request knows of itself, nor those that somebody entitled dismissed of that line, whichever
    of the pull requests it was in.
    """
    quotes, tracer = Quotes(patch), Tracer(patch)
    items = [item for item in found if item.finding.claim.source is Source.MODEL]
    dismissed = [item for item in known if item.binds(base_ref)]
    dismissed += [item.finding for item in items if item.finding.binds(base_ref)]
    excused = {(tell_lasting(item.claim, patch), item.symbol) for item in dismissed}
    own = {
        tell_lasting(item.claim, patch)
        for item in known
        if item.state is not FindingState.DISMISSED and blocks(item.claim)
    }
    picked = []
    for item in items:
        claim = item.finding.claim
        if item.finding.state is FindingState.DISMISSED or not blocks(claim):
            continue
        made = tracer.find_made(claim, least=LEAST_TELLING)
        if made is None:
            continue
        names = {tell_lasting(claim, patch), tell_lasting(made[0], patch)}
        symbol = quotes.look_up(made[0].path, made[1]).symbol
        if names.isdisjoint(own) and excused.isdisjoint((name, symbol) for name in names):
            picked.append(item)
    return tuple(picked)


def place_recurring(recurring: Iterable[Recurring], patch: Patch) -> tuple[PlacedClaim, ...]:
    """What they claim, on the lines that this change makes; each says where it is known from."""
    tracer = Tracer(patch)
    placed = ((item, tracer.find_made(item.finding.claim, least=LEAST_TELLING)) for item in recurring)
    return tuple((_say_whence(item, found[0]), found[1]) for item, found in placed if found is not None)


def is_known(item: PlacedClaim, recurring: Iterable[PlacedClaim]) -> bool:
    """Whether what is claimed now recurs, and is no graver than it is known to be."""
    same = (known for known, placement in recurring if say_the_same(item, (known, placement)))
    return any(known.severity.at_least(item[0].severity) for known in same)


def _say_whence(item: Recurring, claim: Claim) -> Claim:
    return replace(claim, body=f"{claim.body}\n\nKnown from #{item.pull} (F{item.finding.number}).".strip())
