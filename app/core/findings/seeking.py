"""Seeks a quote among the lines of one file: whole lines first, then in lines, then nearly; of several, the nearest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from heapq import nsmallest

from app.core.change.diff import Side

ON_ITS_LINE = "the quote stands on the claimed line"
MOVED = "the quote stands on another line than claimed"
NEARLY = "a line much like the quote stands there"

LEAST_PART = 8
"""Characters that a quote must have to be sought inside lines, or nearly."""

MOST_ALIKE = 1000
"""Longer lines and quotes are not compared for likeness; nor are more lines than this, the nearest first."""

ALIKE = 0.9
"""The least likeness, of 1, that is taken for a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A line as it can be addressed, its text normalised; one off the diff is in no hunk."""

    hunk: int | None
    side: Side
    number: int
    changed: bool
    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of one file, by place and by text; those of the diff stand on both sides unless they changed."""

    spots: list[Spot]
    by_place: dict[tuple[Side, int], Spot]
    by_text: dict[str, list[Spot]]

    @classmethod
    def of(cls, spots: Iterable[Spot]) -> Lines:
        """The same lines, to be looked up."""
        held = list(spots)
        by_text: dict[str, list[Spot]] = {}
        for spot in held:
            by_text.setdefault(spot.text, []).append(spot)
        return cls(held, {(spot.side, spot.number): spot for spot in held}, by_text)


def seek(
    lines: Lines, quotes: Sequence[str], side: Side, first: int | None, *, nearest: bool = False
) -> tuple[Spot, str] | None:
    """The line that a quote, in any of its readings, means where `first` on `side` is claimed; and how it was found.

    `nearest`: of equal lines the nearest is meant, whether the change touches it or not.
    """
    here = None if first is None else lines.by_place.get((side, first))
    if here is not None and here.text in quotes:
        return here, ON_ITS_LINE

    def distance(spot: Spot) -> tuple[int, bool, int, int, bool]:
        if nearest:
            tier = 0
        elif spot.hunk is None:
            tier = 4
        elif here is not None and spot.hunk == here.hunk:
            tier = 0 if spot is here else 1
        else:
            tier = 3 - spot.changed
        return tier, spot.side is not side, abs(spot.number - (first or 1)), spot.number, not spot.changed

    for find in (_find_whole, _find_part):
        for quote in quotes:
            spot = min(find(quote, lines), key=distance, default=None)
            if spot is not None:
                return spot, ON_ITS_LINE if spot is here else MOVED
    alike = _most_alike(nsmallest(MOST_ALIKE, lines.spots, key=distance), quotes)
    return None if alike is None else (alike, NEARLY)


def _find_whole(quote: str, lines: Lines) -> list[Spot]:
    return lines.by_text.get(quote, [])


def _find_part(quote: str, lines: Lines) -> list[Spot]:
    return [spot for spot in lines.spots if quote in spot.text] if len(quote) >= LEAST_PART else []


def _most_alike(spots: Sequence[Spot], quotes: Sequence[str]) -> Spot | None:
    best: Spot | None = None
    least = ALIKE
    for quote in quotes:
        if not LEAST_PART <= len(quote) <= MOST_ALIKE:
            continue
        matcher = SequenceMatcher(None, autojunk=False)
        matcher.set_seq2(quote)
        for spot in spots:
            if 2 * min(len(quote), len(spot.text)) < least * (len(quote) + len(spot.text)):
                continue
            matcher.set_seq1(spot.text)
            likeness = matcher.ratio() if matcher.quick_ratio() >= least else 0.0
            if likeness > least or (likeness == least and best is None):
                best, least = spot, likeness
    return best
