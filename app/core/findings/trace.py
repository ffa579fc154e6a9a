"""Where a finding of an earlier head stands in the patch of today: its line, its file and its redaction may differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import takewhile

from app.core.change.diff import FilePatch, FileStatus, Line, Patch, Side
from app.core.findings.anchor import OUTSIDE, Fabricated, Places, find_file, first_line, normalise, settle
from app.core.findings.finding import Claim, Placed, Placement
from app.core.findings.likeness import alike, is_covered
from app.core.findings.merging import PlacedClaim
from app.core.findings.seeking import LEAST_PART


@dataclass(frozen=True, slots=True)
class Trace:
    """What is left of a finding.

    `claim` has the path and the quote of today. `file` is None if its file left the patch. `stands` says that the
    quote stands on its side of the file's diff, or off the diff as it did, what redaction covers apart. `again` is the
    claim where its quote stands, or else something much like it; None if there is nothing of the kind.
    """

    claim: Claim
    file: FilePatch | None
    stands: bool
    again: PlacedClaim | None


_Key = tuple[Side, str]
"""A side and a normalised text."""


@dataclass(frozen=True, slots=True)
class _Text:
    """The lines of a file's diff; those that redaction touched; and all by their first word."""

    lines: dict[_Key, list[Line]]
    covered: list[_Key]
    begins: dict[str, list[_Key]]

    def find(self, side: Side, quote: str) -> list[Line]:
        """The lines that are a normalised quote on its side: to the letter, else but for what redaction covers."""
        if not quote:
            return []
        if (side, quote) in self.lines:
            return self.lines[side, quote]
        same = {key for key in self._rivals(quote) if key[0] is side and alike(quote, key[1])}
        return [line for key in same for line in self.lines[key]]

    def _rivals(self, quote: str) -> Iterable[_Key]:
        if not is_covered(quote):
            return self.covered
        first = _first_word(quote)
        return self.lines if is_covered(first) else [*self.covered, *self.begins.get(first, ())]


class Tracer:
    """Traces findings in one patch, however many they are."""

    def __init__(self, patch: Patch) -> None:
        self._patch = patch
        self._places = Places(patch)
        self._texts: dict[str, _Text] = {}

    def trace(self, claim: Claim, placed: Placed, *, outside: bool = False) -> Trace:
        """What is left of a finding that stood as `placed`; `outside`: its quote stands in the file, off the diff."""
        file = find_file(claim.path, self._patch)
        if outside and file is not None:
            claim = replace(claim, path=file.path)
            return Trace(claim, file, stands=True, again=(claim, Placement(Placed.FILE, None, OUTSIDE)))
        lines = [] if file is None else self._find(claim, file)
        # What never stood in the change cannot have moved in it.
        if not lines and placed is not Placed.SUMMARY:
            file, lines = next(iter(self._seek_elsewhere(claim)), (file, []))
        if file is not None:
            claim = replace(claim, path=file.path)
        if lines:
            first = claim.start_line or claim.line or 1
            nearest = min(lines, key=lambda line: (abs(line.number - first), line.number))
            claim = replace(claim, quote=nearest.text)
        return Trace(claim, file, bool(lines), self._place(claim))

    def find_home(self, claim: Claim) -> str:
        """The path of a claim's own file today."""
        file = find_file(claim.path, self._patch)
        return claim.path if file is None else file.path

    def list_moved(self, claim: Claim) -> Iterable[PlacedClaim]:
        """The claim on each line of other files to which its own may have moved, the likeliest first."""
        length = _count_further(claim)
        for file, lines in self._seek_elsewhere(claim):
            for line in lines:
                placed = self._place(_put(claim, file, line, length))
                if placed is not None:
                    yield placed

    def find_made(self, claim: Claim, *, least: int = LEAST_PART, once: bool = True) -> PlacedClaim | None:
        """The claim on the very line that it quotes, where the change makes that line; None where it does not.

        In its own file the nearest one; else in any other, if the quote is so long: the one that the change makes
        `once`, or else that in the file whose path is likest.
        """
        quote, file = normalise(claim.quote), find_file(claim.path, self._patch)
        made = [] if file is None else [(file, line) for line in self._find(claim, file) if line.changed]
        if not made and len(quote) >= least:
            made = [(file, line) for file in self._patch.files for line in self._find(claim, file) if line.changed]
            likest = min(made, key=lambda item: _tell_likeness(item[0], claim), default=None)
            made = [] if likest is None or (once and len(made) > 1) else [one for one in made if one[0] is likest[0]]
        if not made:
            return None
        first, length = first_line(claim) or 1, _count_further(claim)
        file, line = min(made, key=lambda item: (abs(item[1].number - first), item[1].number))
        return self._place(_put(claim, file, line, length))

    def _place(self, claim: Claim) -> PlacedClaim | None:
        placement = self._places.place(claim)
        return None if isinstance(placement, Fabricated) else (settle(claim, placement, self._patch), placement)

    def _find(self, claim: Claim, file: FilePatch) -> list[Line]:
        if file.path not in self._texts:
            self._texts[file.path] = _read(file)
        return self._texts[file.path].find(claim.side, normalise(claim.quote))

    def _seek_elsewhere(self, claim: Claim) -> list[tuple[FilePatch, list[Line]]]:
        """The files into which the quote may have moved, where the change made those lines; the likest path first.

        A short quote (`else:`) stands everywhere: it counts only where the file itself is new. While the finding's own
        file is still there, only a longer quote in a new file counts as having moved.
        """
        found: list[tuple[FilePatch, list[Line]]] = []
        short = len(normalise(claim.quote)) < LEAST_PART
        new_only = not _left(find_file(claim.path, self._patch), claim.side)
        for file in self._patch.files:
            modified = file.status is FileStatus.MODIFIED
            if (modified or new_only) and (short or (modified and new_only)):
                continue
            if lines := [line for line in self._find(claim, file) if line.changed]:
                found.append((file, lines))
        return sorted(found, key=lambda item: _tell_likeness(item[0], claim))


def _read(file: FilePatch) -> _Text:
    text = _Text({}, [], {})
    for hunk in file.hunks:
        for line in hunk.lines:
            key = line.side, normalise(line.text)
            if key not in text.lines:
                text.begins.setdefault(_first_word(key[1]), []).append(key)
                if is_covered(key[1]):
                    text.covered.append(key)
            text.lines.setdefault(key, []).append(line)
    return text


def _count_further(claim: Claim) -> int:
    """The lines that a claim is about beyond its first one."""
    return 0 if claim.line is None or claim.start_line is None else max(claim.line - claim.start_line, 0)


def _left(file: FilePatch | None, side: Side) -> bool:
    """Whether a file, or the version of it that `side` means, is no longer in the change."""
    return file is None or (file.status is FileStatus.REMOVED and side is Side.RIGHT)


def _put(claim: Claim, file: FilePatch, line: Line, length: int) -> Claim:
    """The claim on that line, and as many below it as it was about."""
    start = line.number if length else None
    return replace(claim, path=file.path, quote=line.text, start_line=start, line=line.number + length)


def _tell_likeness(file: FilePatch, claim: Claim) -> tuple[int, str]:
    """The smaller the likelier is it that the claim's line moved to that file."""
    return -count_common_ends(file.path, claim.path), file.path


def count_common_ends(path: str, other: str) -> int:
    """How many names at the end of two paths are the same."""
    pairs = zip(reversed(path.split("/")), reversed(other.split("/")), strict=False)
    return sum(1 for _ in takewhile(lambda names: names[0] == names[1], pairs))


def _first_word(text: str) -> str:
    return text.partition(" ")[0]
