"""Proves where a claim stands by what it quotes. A quote that does not exist is no finding.

Sought in this order: the claimed line; the claimed hunk; the changed lines of the file; its context. First the whole
line (white space apart), then a line that contains the quote, then one that is nearly it. Of several, the nearest.
GitHub takes comments on lines of the diff only, and ranges only inside one hunk and side
(https://docs.github.com/en/rest/pulls/comments).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from heapq import nsmallest

from app.core.change.diff import FilePatch, FileStatus, Patch, Side
from app.core.findings.finding import Anchor, Claim, Placed, Placement, Source
from app.core.text.unicode import conceal

ON_ITS_LINE = "the quote stands on the claimed line"
MOVED = "the quote stands on another line than claimed"
NEARLY = "a line much like the quote stands there"

LEAST_PART = 8
"""Characters that a quote must have to be sought inside lines, or nearly."""

MOST_ALIKE = 1000
"""Longer lines and quotes are not compared for likeness; nor are more lines than this, the nearest first."""

ALIKE = 0.9
"""The least likeness, of 1, that is taken for a slip of the pen."""

_TAG = re.compile(r"^[RL] \d+ +\|[-+ ]")
_SIGN = re.compile(r"^[-+]")
_CUT = "‹… "


@dataclass(frozen=True, slots=True)
class Fabricated:
    """The claim stands on nothing. `reason` says what does not exist."""

    reason: str


@dataclass(frozen=True, slots=True)
class Anchored:
    """Claims by whether they stand. Paths of the placed ones are paths of the patch wherever it has the file."""

    placed: tuple[tuple[Claim, Placement], ...]
    fabricated: tuple[tuple[Claim, Fabricated], ...]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A line of the diff as it can be addressed."""

    hunk: int
    side: Side
    number: int
    changed: bool
    text: str


@dataclass(frozen=True, slots=True)
class _Text:
    """The diff of one file, by place and by text; context stands on both sides."""

    spots: list[_Spot]
    by_place: dict[tuple[Side, int], _Spot]
    by_text: dict[str, list[_Spot]]


def place(claim: Claim, patch: Patch) -> Placement | Fabricated:
    """Where the claim stands. A program's claim about a file that is not in the change stands in the summary.

    Programs do not invent lines: what an analyzer says of a line outside the diff stands at its file.
    """
    file = find_file(claim.path, patch)
    return _place(claim, file, None if file is None else _read(file))


def anchor_claims(claims: Sequence[Claim], patch: Patch) -> Anchored:
    """Every claim placed or named as fabricated, in the order given."""
    texts: dict[str, _Text] = {}
    placed: list[tuple[Claim, Placement]] = []
    fabricated: list[tuple[Claim, Fabricated]] = []
    for claim in claims:
        file = find_file(claim.path, patch)
        if file is not None and file.path not in texts:
            texts[file.path] = _read(file)
        place = _place(claim, file, None if file is None else texts[file.path])
        if isinstance(place, Fabricated):
            fabricated.append((claim, place))
        else:
            placed.append((claim if file is None else replace(claim, path=file.path), place))
    return Anchored(tuple(placed), tuple(fabricated))


def find_file(path: str, patch: Patch) -> FilePatch | None:
    """The file that a path means: as it is, as a diff's heading shows it, or by the name it had before a rename."""
    known = conceal(path)
    bare = known.removeprefix("./").removeprefix("/")
    for candidate in (path, known, bare, re.sub(r"^[ab]/", "", bare)):
        if candidate in patch.by_path:
            return patch.by_path[candidate]
        for file in patch.files:
            if file.shown_as == candidate:
                return file
        for file in patch.files:
            if file.status is FileStatus.RENAMED and candidate in (file.old_path, file.shown_old_path):
                return file
    return None


def settle(claim: Claim, placement: Placement, patch: Patch) -> Claim:
    """The claim as its place proves it: lines, side and quote are those of the anchor."""
    file = patch.by_path.get(claim.path)
    anchor = placement.anchor
    if file is None or anchor is None:
        return claim
    found = file.commentable.get((anchor.side, anchor.start_line or anchor.line))
    if found is None:
        return claim
    quote = found[1].text if found[1].text.strip() else claim.quote
    return replace(claim, side=anchor.side, start_line=anchor.start_line, line=anchor.line, quote=quote)


def normalise(text: str) -> str:
    """Text as quotes are compared: unseen characters as themselves, runs of white space as one space."""
    return " ".join(text.split())


def _place(claim: Claim, file: FilePatch | None, text: _Text | None) -> Placement | Fabricated:
    if file is None or text is None:
        if claim.source is Source.MODEL:
            # Models are shown the change alone: what they say of other files nobody can prove, and nobody could mend.
            return Fabricated("the file is not part of the change")
        return Placement(Placed.SUMMARY, None, "the file is not part of the change")
    quotes = _quotes(claim.quote)
    if not quotes:
        return _place_without_quote(claim, file)
    found = _seek(claim, quotes, text)
    if found is not None:
        spot, reason = found
        return Placement(Placed.LINE, _reach(claim, spot, file), reason)
    if claim.source is not Source.MODEL:
        return Placement(Placed.FILE, None, "the line is not part of the diff")
    return Fabricated("the quote does not stand in the change of the file")


def _place_without_quote(claim: Claim, file: FilePatch) -> Placement | Fabricated:
    first = _first_line(claim)
    if first is None:
        return Placement(Placed.FILE, None, "the claim is about the whole file")
    if claim.source is Source.MODEL:
        return Fabricated("it points at a line and quotes nothing")
    found = file.commentable.get((claim.side, first))
    if found is None:
        return Placement(Placed.FILE, None, "the line is not part of the diff")
    spot = _Spot(found[0], claim.side, first, found[1].changed, "")
    return Placement(Placed.LINE, _reach(claim, spot, file), "a program named the line")


def _first_line(claim: Claim) -> int | None:
    return claim.line if claim.start_line is None else claim.start_line


def _quotes(quote: str) -> tuple[str, ...]:
    """The first line quoted: as it is, and how it reads without the marks that an annotated diff puts into it."""
    first = next((line for line in quote.split("\n") if line.strip()), "")
    readings = (first, _TAG.sub("", first), _SIGN.sub("", first))
    # Of a line that was shown with its middle cut out, what stands before the cut is quoted.
    whole = (normalise(conceal(reading.split(_CUT)[0])) for reading in readings)
    return tuple(dict.fromkeys(text for text in (normalise(first), *whole) if text))


def _read(file: FilePatch) -> _Text:
    spots = [
        _Spot(index, side, number, line.changed, normalise(line.text))
        for (side, number), (index, line) in file.commentable.items()
    ]
    by_text: dict[str, list[_Spot]] = {}
    for spot in spots:
        by_text.setdefault(spot.text, []).append(spot)
    return _Text(spots, {(spot.side, spot.number): spot for spot in spots}, by_text)


def _seek(claim: Claim, quotes: Sequence[str], text: _Text) -> tuple[_Spot, str] | None:
    first = _first_line(claim)
    here = None if first is None else text.by_place.get((claim.side, first))
    if here is not None and here.text in quotes:
        return here, ON_ITS_LINE

    def distance(spot: _Spot) -> tuple[int, bool, int, int, bool]:
        beside = here is not None and spot.hunk == here.hunk
        tier = (spot is not here) if beside else 3 - spot.changed
        return tier, spot.side is not claim.side, abs(spot.number - (first or 1)), spot.number, not spot.changed

    for find in (_find_whole, _find_part):
        for quote in quotes:
            spot = min(find(quote, text), key=distance, default=None)
            if spot is not None:
                return spot, ON_ITS_LINE if spot is here else MOVED
    alike = _most_alike(nsmallest(MOST_ALIKE, text.spots, key=distance), quotes)
    return None if alike is None else (alike, NEARLY)


def _find_whole(quote: str, text: _Text) -> list[_Spot]:
    return text.by_text.get(quote, [])


def _find_part(quote: str, text: _Text) -> list[_Spot]:
    return [spot for spot in text.spots if quote in spot.text] if len(quote) >= LEAST_PART else []


def _most_alike(spots: Sequence[_Spot], quotes: Sequence[str]) -> _Spot | None:
    best: _Spot | None = None
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


def _reach(claim: Claim, spot: _Spot, file: FilePatch) -> Anchor:
    """The claimed number of lines from `spot` on, as far as its hunk goes. A LEFT anchor begins with a removed line."""
    first = _first_line(claim)
    end = spot.number + (0 if claim.line is None or first is None else max(claim.line - first, 0))
    hunk = file.hunks[spot.hunk]
    if spot.side is Side.LEFT and not spot.changed:
        inside = [line for line in hunk.lines if line.old is not None and spot.number <= line.old <= end]
        start = next((line for line in inside if line.changed), inside[0])
        end -= 0 if start.changed else spot.number - start.number
    else:
        start = file.commentable[spot.side, spot.number][1]
    numbers = (line.new if start.side is Side.RIGHT else line.old for line in reversed(hunk.lines))
    last = min(end, next(number for number in numbers if number is not None))
    return Anchor(start.side, start.number if last > start.number else None, max(last, start.number))
