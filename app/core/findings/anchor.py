"""Proves where a claim stands by what it quotes. A quote that does not exist is no finding.

Sought in this order: the claimed line; the claimed hunk; the changed lines of the file; its context; what else of the
file a model was shown. First the whole line (white space apart), then a line that contains the quote, then one that is
nearly it. Of several, the nearest. GitHub takes comments on lines of the diff only, and ranges only inside one hunk and
side (https://docs.github.com/en/rest/pulls/comments): what a program says of another line stands at its file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from app.core.change.diff import FilePatch, Patch, Side
from app.core.findings.finding import Anchor, Claim, Placed, Placement, Source
from app.core.findings.seeking import Lines, Spot, seek
from app.core.text.unicode import conceal

OUTSIDE = "the line is not part of the diff"
NO_FILE = "the file is not part of the change"

_TAG = re.compile(r"^[RL] \d+ +\|[-+ ]")
_SIGN = re.compile(r"^[-+]")
_CUT = "‹… "


@dataclass(frozen=True, slots=True)
class Fabricated:
    """The claim stands on nothing. `reason` says what does not exist."""

    reason: str


def place(claim: Claim, patch: Patch) -> Placement | Fabricated:
    """Where the claim stands. A program's claim about a file that is not in the change stands in the summary.

    Programs do not invent lines: what an analyzer says of a line outside the diff stands at its file.
    """
    return Places(patch).place(claim)


class Places:
    """Places claims in one patch, however many they are: each file of it is read once."""

    def __init__(self, patch: Patch) -> None:
        self._patch = patch
        self._texts: dict[str, Lines] = {}

    def place(self, claim: Claim) -> Placement | Fabricated:
        """As the function of this name."""
        file = find_file(claim.path, self._patch)
        return _place(claim, file, None if file is None else self.lines_of(file))

    def lines_of(self, file: FilePatch) -> Lines:
        """The lines of a file's diff."""
        if file.path not in self._texts:
            self._texts[file.path] = Lines.of(read_spots(file))
        return self._texts[file.path]


def find_file(path: str, patch: Patch) -> FilePatch | None:
    """The file that a path means: as it is, as a diff's heading shows it, or by the name it had before a rename."""
    return next((patch.by_name[name] for name in _names(path) if name in patch.by_name), None)


def _names(path: str) -> tuple[str, ...]:
    known = conceal(path)
    bare = known.removeprefix("./").removeprefix("/")
    return path, known, bare, re.sub(r"^[ab]/", "", bare)


def name_candidates(path: str, patch: Patch) -> tuple[str, ...]:
    """The paths at head that a path may mean: the one of the patch, or else whatever the tree has."""
    file = find_file(path, patch)
    return _names(path) if file is None else (file.path,)


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


def _place(claim: Claim, file: FilePatch | None, lines: Lines | None) -> Placement | Fabricated:
    if file is None or lines is None:
        if claim.source is Source.MODEL:
            return Fabricated(NO_FILE)
        return Placement(Placed.SUMMARY, None, NO_FILE)
    quotes = read_quotes(claim.quote)
    if not quotes:
        return _place_without_quote(claim, file)
    found = seek(lines, quotes, claim.side, first_line(claim))
    if found is not None:
        spot, reason = found
        return Placement(Placed.LINE, reach(claim, spot, file), reason)
    if claim.source is not Source.MODEL:
        return Placement(Placed.FILE, None, OUTSIDE)
    return Fabricated("the quote does not stand in the change of the file")


def _place_without_quote(claim: Claim, file: FilePatch) -> Placement | Fabricated:
    first = first_line(claim)
    if first is None:
        return Placement(Placed.FILE, None, "the claim is about the whole file")
    if claim.source is Source.MODEL:
        return Fabricated("it points at a line and quotes nothing")
    found = file.commentable.get((claim.side, first))
    if found is None:
        return Placement(Placed.FILE, None, OUTSIDE)
    spot = Spot(found[0], claim.side, first, found[1].changed, "")
    return Placement(Placed.LINE, reach(claim, spot, file), "a program named the line")


def first_line(claim: Claim) -> int | None:
    """The number of the first line claimed, which is the one that is quoted."""
    return claim.line if claim.start_line is None else claim.start_line


def read_quotes(quote: str) -> tuple[str, ...]:
    """The first line quoted: as it is, and how it reads without the marks that an annotated diff puts into it."""
    first = next((line for line in quote.split("\n") if line.strip()), "")
    readings = (first, _TAG.sub("", first), _SIGN.sub("", first))
    # Of a line that was shown with its middle cut out, what stands before the cut is quoted.
    whole = (normalise(conceal(reading.split(_CUT)[0])) for reading in readings)
    return tuple(dict.fromkeys(text for text in (normalise(first), *whole) if text))


def read_spots(file: FilePatch) -> list[Spot]:
    """The lines of a file's diff, unchanged ones on either side."""
    return [
        Spot(index, side, number, line.changed, normalise(line.text))
        for (side, number), (index, line) in file.commentable.items()
    ]


def reach(claim: Claim, spot: Spot, file: FilePatch) -> Anchor:
    """The claimed number of lines from `spot` on, as far as its hunk goes. A LEFT anchor begins with a removed line."""
    first = first_line(claim)
    end = spot.number + (0 if claim.line is None or first is None else max(claim.line - first, 0))
    hunk = file.hunks[spot.hunk or 0]
    if spot.side is Side.LEFT and not spot.changed:
        inside = [line for line in hunk.lines if line.old is not None and spot.number <= line.old <= end]
        start = next((line for line in inside if line.changed), inside[0])
        end -= 0 if start.changed else spot.number - start.number
    else:
        start = file.commentable[spot.side, spot.number][1]
    numbers = (line.new if start.side is Side.RIGHT else line.old for line in reversed(hunk.lines))
    last = min(end, next(number for number in numbers if number is not None))
    return Anchor(start.side, start.number if last > start.number else None, max(last, start.number))
