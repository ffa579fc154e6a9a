"""Tells which of the things claimed now are findings that are known already."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from app.core.findings.finding import Claim, Placed, Placement, Source
from app.core.findings.known import FindingState, KnownFinding
from app.core.findings.lasting import mark
from app.core.findings.merging import overlap, say_the_same, show_alike
from app.core.findings.quotes import Stand
from app.core.findings.trace import Trace

MANY: Final = 1_000_000
"""More than there are equal quotes in one symbol: the ordinals of several faults on one spot are that far apart."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A placed claim with its identity; `loose` is the part of it that does not depend on where in its file it is."""

    claim: Claim
    placement: Placement
    loose: tuple[str, str, str]
    stand: Stand
    strict: str

    def evade(self, taken: Container[str]) -> str:
        """Its fingerprint, or the next one where a finding has it that moved to another file since."""
        later = (mark(self.loose, self.stand.symbol, ordinal) for ordinal in count(self.stand.ordinal, MANY * MANY))
        return next(one for one in later if one not in taken)


@dataclass(frozen=True, slots=True)
class Known:
    """A known finding as the patch has it; only those that count are traced."""

    finding: KnownFinding
    loose: tuple[str, str, str]
    trace: Trace | None


def match(standing: Sequence[Standing], known: Sequence[Known]) -> dict[int, KnownFinding]:
    """Which standing claim, by index, is which known finding: the surest signs first, and never across sources.

    What was dismissed is met by its quote only where the quote stands once and in the same definition, and only open
    findings are met by their place: else one dismissal would cover another fault. A dismissal that does not hold
    covers nothing.
    """
    matches: dict[int, KnownFinding] = {}
    free = {item.finding.number: item for item in known}
    for same in (_same_fingerprint, _same_quote, _same_place, _neighbours):
        for index, item in enumerate(standing):
            if index in matches:
                continue
            rivals = (one for one in free.values() if _of_one_kind(item, one) and same(item, one))
            found = next(rivals, None)
            if found is not None:
                matches[index] = free.pop(found.finding.number).finding
    return matches


def _of_one_kind(item: Standing, known: Known) -> bool:
    return item.loose[0] == known.loose[0] and item.claim.source is known.finding.claim.source


def _same_fingerprint(item: Standing, known: Known) -> bool:
    return item.strict == known.finding.fingerprint


def _same_quote(item: Standing, known: Known) -> bool:
    dismissed = known.finding.state is FindingState.DISMISSED and known.trace is None
    return item.loose == known.loose and (
        not dismissed or (item.stand.alone and _stands_as_it_did(item, known.finding))
    )


def _stands_as_it_did(item: Standing, known: KnownFinding) -> bool:
    """Whether a line that reads like one that was dismissed is in the same definition; off the diff nothing tells."""
    if Placed.LINE is known.placed is item.placement.placed:
        # Older records do not tell it.
        return known.symbol in {None, item.stand.symbol}
    return not item.stand.changed


def _same_place(item: Standing, known: Known) -> bool:
    again = None if known.trace is None else known.trace.again
    return again is not None and say_the_same((item.claim, item.placement), again)


def _neighbours(item: Standing, known: Known) -> bool:
    """Whether a model may mean by another line what it meant by one that is no longer there."""
    trace = known.trace
    if trace is None or trace.stands or trace.again is None or item.claim.source is not Source.MODEL:
        return False
    alike = item.claim.category == trace.claim.category and show_alike(item.claim) == show_alike(trace.claim)
    return alike and overlap(item.placement, trace.again[1])
