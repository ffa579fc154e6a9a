"""When two placed claims say the same, and which of them is kept.

Models repeat themselves and each other in other words, so theirs are one claim if they quote one line. Two lines that
one lens names are two faults, however near: what is done about one must settle nothing about the other. But two lenses
look at one change without knowing of each other, and each may point at another line of one fault: claims of one kind on
neighbouring lines that name the same things of the code are one, and what the weaker said is kept with the other. What
programs say is exact: two hits are two faults unless they are equal in everything that matters. What different sources
say is never one claim: they fall silent for different reasons. One changed line can break several others: faults that
show in different places are two, though they stand on one line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.core.findings.anchor import normalise
from app.core.findings.finding import Claim, Finding, Placed, Placement, Source
from app.core.findings.identifiers import share_identifiers

NEAR = 3
"""Lines that two ranges may lie apart and still overlap."""

PlacedClaim = tuple[Claim, Placement]


@dataclass(frozen=True, slots=True)
class Merged:
    """The claims that are kept, by place, and those that say the same as a kept one."""

    kept: tuple[PlacedClaim, ...]
    duplicates: tuple[Claim, ...]


def merge(claims: Iterable[PlacedClaim]) -> Merged:
    """Of each set of equal claims the strongest, hardened by the others; the order given does not matter.

    Whatever policy any of the claims would block under, what is kept of it blocks too.
    """
    kept: dict[str, list[PlacedClaim]] = {}
    duplicates: list[Claim] = []
    for item in sorted(claims, key=_strength):
        rivals = kept.setdefault(item[0].path, [])
        same = next((i for i, rival in enumerate(rivals) if _are_one(item, rival)), None)
        if same is None:
            rivals.append(item)
        else:
            claim, placement = rivals[same]
            rivals[same] = _join(claim, item[0]), placement
            duplicates.append(item[0])
    by_place = sorted((item for items in kept.values() for item in items), key=order)
    return Merged(tuple(by_place), tuple(duplicates))


def _are_one(item: PlacedClaim, rival: PlacedClaim) -> bool:
    """Whether two claims of one review on one file are to be one finding."""
    return not _apart(item, rival) and (_seen_by_two(item, rival) or say_the_same(item, rival))


def say_the_same(one: PlacedClaim, other: PlacedClaim) -> bool:
    """Whether two settled claims are one. Symmetric."""
    (claim, placement), (rival, rival_placement) = one, other
    if (claim.path, claim.source, placement.placed) != (rival.path, rival.source, rival_placement.placed):
        return False
    if claim.source is not Source.MODEL:
        return _exact(one) == _exact(other)
    same_quote = bool(normalise(claim.quote)) and normalise(claim.quote) == normalise(rival.quote)
    if show_alike(claim) != show_alike(rival):
        return False
    if placement.placed is not Placed.LINE:
        return same_quote or (claim.category == rival.category and normalise(claim.title) == normalise(rival.title))
    return same_quote and overlap(placement, rival_placement)


def _seen_by_two(one: PlacedClaim, other: PlacedClaim) -> bool:
    """Whether two lenses mean one thing by what they say of neighbouring lines."""
    (claim, placement), (rival, rival_placement) = one, other
    if (claim.shows_at is None) != (rival.shows_at is None) and normalise(claim.quote) != normalise(rival.quote):
        return False
    strangers = bool(claim.lenses) and bool(rival.lenses) and not set(claim.lenses) & set(rival.lenses)
    alike = claim.source is rival.source and claim.category == rival.category and share_identifiers(claim, rival)
    return strangers and alike and overlap(placement, rival_placement)


def _apart(one: PlacedClaim, other: PlacedClaim) -> bool:
    """Whether two claims of one review quote equal lines off the diff that are two lines, or show in two places."""
    places = {(far.path, far.line) for far in (one[0].shows_at, other[0].shows_at) if far is not None}
    if len(places) == 2:
        return True
    lines = [claim.line for claim, placement in (one, other) if placement.placed is Placed.FILE and claim.quote.strip()]
    return len(lines) == 2 and None not in lines and lines[0] != lines[1]


def show_alike(claim: Claim) -> str:
    """What tells whether two claims show alike: the quote of the line where a fault shows that it does not stand on."""
    return "" if claim.shows_at is None else normalise(claim.shows_at.quote)


def overlap(one: Placement, other: Placement) -> bool:
    """Whether two places lie on one side within `NEAR` lines of each other."""
    if one.anchor is None or other.anchor is None or one.anchor.side is not other.anchor.side:
        return False
    first, last = one.anchor.start_line or one.anchor.line, one.anchor.line
    start, end = other.anchor.start_line or other.anchor.line, other.anchor.line
    return first - NEAR <= end and start - NEAR <= last


def harden(claim: Claim, known: Claim) -> Claim:
    """A claim made again, never milder or less sure than it stands already: saying it more often opens no gate."""
    return replace(
        claim,
        severity=min(claim.severity, known.severity, key=lambda severity: severity.rank),
        confidence=max(claim.confidence, known.confidence),
        rule=claim.rule or known.rule,
        lenses=tuple(sorted({*claim.lenses, *known.lenses})),
        introduced=claim.introduced or known.introduced,
    )


def _join(claim: Claim, weaker: Claim) -> Claim:
    """The stronger of two claims that are one, with what the other said of another line."""
    joined = replace(harden(claim, weaker), shows_at=claim.shows_at or weaker.shows_at)
    if normalise(claim.quote) == normalise(weaker.quote) or weaker.line is None:
        return joined
    return replace(joined, body=f"{joined.body}\n\nAlso, of line {weaker.line}: {weaker.title}".strip())


def order(item: PlacedClaim) -> tuple[str, int, int, str, str, str, str, str]:
    """By path, then by line; things without a line first."""
    claim, placement = item
    anchor = placement.anchor
    first, last = (0, 0) if anchor is None else (anchor.start_line or anchor.line, anchor.line)
    side = "" if anchor is None else anchor.side.value
    return (claim.path, first, last, side, claim.source, claim.rule or "", claim.category, claim.title + claim.body)


def _strength(item: PlacedClaim) -> tuple[object, ...]:
    claim, placement = item
    return (
        claim.severity.rank,
        claim.source is Source.MODEL,
        -claim.confidence,
        order(item),
        placement.placed.value,
        claim.quote,
        claim.suggestion or "",
        placement.reason,
    )


def _exact(item: PlacedClaim) -> tuple[object, ...]:
    claim, placement = item
    return claim.source, claim.rule, claim.category, normalise(claim.quote), placement.anchor, normalise(claim.title)


def stand_on_one_spot(claim: Claim, placement: Placement, other: Finding) -> bool:
    """Whether a finding already says the same kind of thing, from the same source, of the very same lines."""
    return (
        placement.placed is Placed.LINE
        and (other.claim.path, other.placement.anchor) == (claim.path, placement.anchor)
        and (other.claim.source, other.claim.category) == (claim.source, claim.category)
        and show_alike(other.claim) == show_alike(claim)
    )
