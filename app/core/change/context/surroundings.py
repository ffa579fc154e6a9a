"""The lines of one file around the hunks that a chunk shows of it, and how many of them are taken."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.core.change.annotate import ends_crlf, head_hunk, show_line
from app.core.change.context.extent import Gap, count_context, cover, ends, extend, find_changes, find_gaps, firsts
from app.core.change.context.outline import find_enclosing
from app.core.change.diff import Hunk, Line, LineKind
from app.core.change.plan import ChunkFile
from app.core.change.planning.splitting import is_definition
from app.core.change.tokens import count_bytes

MAX_ENCLOSING = 5
"""Lines that begin what one hunk stands in."""

MAX_LINE = 500
"""Characters of a line that is worth its room; a longer one ends the context."""

_HEADING = count_bytes(head_hunk(Hunk(1, 1, 1, 1, "", " ")))


@dataclass(slots=True)
class Room:
    """Bytes that may still be shown."""

    left: int

    def take(self, size: int) -> bool:
        """Whether so many fit; if they do, they are taken."""
        fits = size <= self.left
        self.left -= size if fits else 0
        return fits


@dataclass(slots=True)
class Frame:
    """A hunk with what is shown around it: so many lines above and below, besides the context it brings along.

    A gap is None where nothing more can be shown. `outer` are the lines that begin what the hunk stands in.
    """

    hunk: Hunk
    above: Gap | None
    below: Gap | None
    outer: tuple[int, ...]
    context: tuple[int, int]
    more_above: int = 0
    more_below: int = 0


class Surroundings:
    """One file of a chunk; without frames where `text` is not the file that the hunks are of."""

    def __init__(self, part: ChunkFile, text: str, room: Room) -> None:
        self._part = part
        self._room = room
        self._crlf = ends_crlf(part.file)
        self._lines = text.split("\n")
        self._open_end = self._lines[-1] != ""
        if not self._open_end:
            self._lines.pop()
        self._gaps = find_gaps(part.file.hunks, len(self._lines))
        self._alone: dict[int, int] = {}
        covered = [hunk for hunk in (cover(hunk, self._lines) for hunk in part.hunks) if hunk is not None]
        self.frames: list[Frame] = []
        if self._gaps and len(covered) == len(part.hunks):
            room.left -= sum(_longer(before, after) for before, after in zip(part.hunks, covered, strict=True))
            self.frames = list(self._frame(covered))

    def enclose(self, frame: Frame) -> None:
        """Show the lines that begin what the hunk stands in, each alone."""
        for number in frame.outer:
            size = _HEADING + self._measure(number)
            if number not in self._alone and self._worth(number) and self._room.take(size):
                self._alone[number] = size

    def grow(self, frame: Frame, most: int) -> None:
        """Show one line more on each side of the hunk that has fewer than `most` lines of context."""
        gap = frame.above
        if gap is not None and frame.context[0] + frame.more_above < most:
            if gap.first <= gap.last and self._take(gap.last):
                gap.last -= 1
                frame.more_above += 1
            else:
                frame.above = None
        gap = frame.below
        if gap is not None and frame.context[1] + frame.more_below < most:
            if gap.first <= gap.last and self._take(gap.first):
                gap.first += 1
                frame.more_below += 1
            else:
                frame.below = None

    def widened(self) -> ChunkFile:
        """The file with all that was taken."""
        if not self.frames:
            return self._part
        hunks = [*self._lone_hunks(), *map(self._extended, self.frames)]
        return replace(self._part, hunks=tuple(sorted(hunks, key=firsts)))

    def _frame(self, hunks: Sequence[Hunk]) -> Iterator[Frame]:
        whole = self._part.file.hunks
        for hunk, outer in zip(hunks, self._find_outer(hunks), strict=True):
            index = bisect_right(whole, firsts(hunk), key=firsts) - 1
            # A part of a larger hunk has other parts of it beside itself: they are read elsewhere.
            above = self._gaps[index] if firsts(whole[index]) == firsts(hunk) else None
            below = self._gaps[index + 1] if ends(whole[index]) == ends(hunk) else None
            rows = hunk.body.split("\n")
            yield Frame(hunk, above, below, outer, (count_context(rows), count_context(reversed(rows))))

    def _find_outer(self, hunks: Sequence[Hunk]) -> list[tuple[int, ...]]:
        """For each hunk the lines that begin what its first and its last change stand in, as far as no hunk has them.

        Definitions come before other blocks, and the nearest first.
        """
        spots = [find_changes(hunk) for hunk in hunks]
        enclosing = find_enclosing(self._lines, [spot for some in spots for spot in some])
        outer = []
        for some in spots:
            numbers = {number for spot in some for number in enclosing[spot] if self._gap_of(number) is not None}
            by_worth = sorted(numbers, key=lambda number: (not is_definition(self._lines[number - 1]), -number))
            outer.append(tuple(by_worth[:MAX_ENCLOSING]))
        return outer

    def _take(self, number: int) -> bool:
        # A line that was shown alone is now part of a hunk.
        self._room.left += self._alone.pop(number, 0)
        return self._worth(number) and self._room.take(self._measure(number))

    def _worth(self, number: int) -> bool:
        text = self._lines[number - 1]
        return len(text) <= MAX_LINE and (not self._crlf or text.endswith("\r"))

    def _measure(self, number: int) -> int:
        return count_bytes(show_line(self._line(number, 0), crlf=self._crlf))

    def _gap_of(self, number: int) -> Gap | None:
        index = bisect_right(self._gaps, number, key=lambda gap: gap.first) - 1
        return self._gaps[index] if index >= 0 and number <= self._gaps[index].last else None

    def _line(self, number: int, shift: int) -> Line:
        last = self._open_end and number == len(self._lines)
        return Line(LineKind.CONTEXT, number - shift, number, self._lines[number - 1], no_newline=last)

    def _lone_hunks(self) -> Iterator[Hunk]:
        runs: list[list[Line]] = []
        for number in sorted(self._alone):
            gap = self._gap_of(number)
            if gap is not None:
                line = self._line(number, gap.shift)
                if not runs or (runs[-1][-1].old, runs[-1][-1].new) != (number - gap.shift - 1, number - 1):
                    runs.append([])
                runs[-1].append(line)
        for run in runs:
            yield Hunk.of((run[0].old or 0, run[0].new or 0), "", run)

    def _extended(self, frame: Frame) -> Hunk:
        (old, new), (old_end, new_end) = firsts(frame.hunk), ends(frame.hunk)
        above = [self._line(new - step, new - old) for step in range(frame.more_above, 0, -1)]
        below = [self._line(new_end + step, new_end - old_end) for step in range(frame.more_below)]
        return extend(frame.hunk, above, below)


def _longer(before: Hunk, after: Hunk) -> int:
    return max(count_bytes(after.body) - count_bytes(before.body), 0)
