"""The coverage ledger: every changed line was read by a model, or is left out with a reason.

Per file the lines add up (changed = read + left out) whatever a plan says: a file whose parts do not is named as not
read at all, and that holds the gate shut.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from app.core.change.diff import Hunk, LineKind, Side
from app.core.change.plan import ChunkFile, LeftOut, Plan

UNACCOUNTED = "its parts do not add up to its changed lines, a fault of Lintel's own"
"""Why a file counts as unread whose lines were planned twice, or not at all."""

UNASKED = "the policy asks for more than was read; /lintel review or the next push has it read"
"""Why a chunk is unread when a review only decides. It does not pass by itself: nothing is spent unasked."""

_SIDES = {LineKind.ADDED: Side.RIGHT, LineKind.REMOVED: Side.LEFT}


@dataclass(frozen=True, slots=True)
class Span:
    """The changed lines of a side from one number to another; unchanged ones may stand between."""

    side: Side
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ReadAt:
    """How many lines a model read at an earlier head (a SHA), since when they and what they name have not changed."""

    head: str
    lines: int


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """How many of a file's changed lines a model read. `swept_lines` of these were listed as places of one edit.

    `before` tells how many of them were read at which earlier head.
    `unread` tells where the lines stand that nobody read, in a file of which others were read.
    """

    path: str
    changed_lines: int
    reviewed_lines: int
    swept_lines: int = 0
    unread: tuple[Span, ...] = ()
    before: tuple[ReadAt, ...] = ()

    @property
    def left_out_lines(self) -> int:
        """How many nobody read."""
        return self.changed_lines - self.reviewed_lines


@dataclass(frozen=True, slots=True)
class Coverage:
    """Per file what was read, and what was left out and why: one row for each reason that a file has."""

    files: tuple[FileCoverage, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def changed_lines(self) -> int:
        """Changed lines of the whole change."""
        return sum(file.changed_lines for file in self.files)

    @property
    def reviewed_lines(self) -> int:
        """Changed lines that a model read."""
        return sum(file.reviewed_lines for file in self.files)

    @property
    def swept_lines(self) -> int:
        """Lines among these that a model read as places of an edit of which it saw examples in full."""
        return sum(file.swept_lines for file in self.files)

    @property
    def before(self) -> tuple[ReadAt, ...]:
        """Lines among these that were read at earlier heads, by head, the most first."""
        lines: dict[str, int] = {}
        for one in (one for file in self.files for one in file.before):
            lines[one.head] = lines.get(one.head, 0) + one.lines
        return tuple(ReadAt(head, many) for head, many in sorted(lines.items(), key=lambda item: (-item[1], item[0])))

    @property
    def left_out_lines(self) -> int:
        """Changed lines that nobody read."""
        return self.changed_lines - self.reviewed_lines

    @property
    def unexcused(self) -> tuple[LeftOut, ...]:
        """What nobody read and no rule of the base branch excuses: while there is any, the gate stays shut."""
        return tuple(item for item in self.left_out if not item.excused)

    @property
    def complete(self) -> bool:
        """Whether everything was read or excused."""
        return not self.unexcused


def account(plan: Plan, unread: Mapping[int, str]) -> Coverage:
    """The ledger of a plan, given for each chunk number that was *not* read the reason why.

    A chunk that is not in `unread` was read whole. Unread chunks are never excused.
    """
    read: dict[str, int] = {}
    swept: dict[str, int] = {}
    before: dict[str, list[ReadAt]] = {}
    for earlier in plan.read_before:
        _count([earlier.part], read)
        before.setdefault(earlier.part.file.path, []).append(ReadAt(earlier.head, earlier.part.changed_lines))
    for chunk in plan.chunks:
        if chunk.number not in unread:
            _count(chunk.parts, read)
            _count((site for sweep in chunk.sweeps for site in sweep.sites), swept)
    rows = _merge((*plan.left_out, *_name_unread(plan, unread)))
    lost = _find_unaccounted(plan, read, rows)
    spans = _locate_unread(plan, unread, read)
    files = tuple(
        FileCoverage(path, lines, 0)
        if path in lost
        else FileCoverage(
            path, lines, read.get(path, 0), swept.get(path, 0), spans.get(path, ()), tuple(before.get(path, ()))
        )
        for path, lines in ((planned.file.path, planned.file.changed_lines) for planned in plan.files)
    )
    return Coverage(files, (*(row for row in rows if row.path not in lost), *lost.values()))


def _count(parts: Iterable[ChunkFile], lines: dict[str, int]) -> None:
    for part in parts:
        lines[part.file.path] = lines.get(part.file.path, 0) + part.changed_lines


def _name_unread(plan: Plan, unread: Mapping[int, str]) -> Iterator[LeftOut]:
    return (
        LeftOut(part.file.path, part.changed_lines, unread[chunk.number], excused=False)
        for chunk in plan.chunks
        if chunk.number in unread
        for part in chunk.parts
    )


def _locate_unread(plan: Plan, unread: Container[int], read: Mapping[str, int]) -> dict[str, tuple[Span, ...]]:
    """Where unread lines stand in files of which others were read."""
    files = (item.file for item in plan.files)
    partly = {file.path: file for file in files if 0 < read.get(file.path, 0) < file.changed_lines}
    seen: dict[tuple[str, Side], list[Span]] = {}
    for part in _parts_read(plan, unread):
        for hunk in part.hunks if part.file.path in partly else ():
            for span in filter(None, (_span(hunk, kind) for kind in _SIDES)):
                seen.setdefault((part.file.path, span.side), []).append(span)
    for spans in seen.values():
        spans.sort(key=lambda span: span.first)
    return {
        path: tuple(span for hunk in file.hunks for kind in _SIDES for span in _find_rest(hunk, kind, path, seen))
        for path, file in partly.items()
    }


def _parts_read(plan: Plan, unread: Container[int]) -> Iterator[ChunkFile]:
    yield from (earlier.part for earlier in plan.read_before)
    yield from (part for chunk in plan.chunks if chunk.number not in unread for part in chunk.parts)


def _find_rest(
    hunk: Hunk, kind: LineKind, path: str, seen: Mapping[tuple[str, Side], Sequence[Span]]
) -> Iterator[Span]:
    """The runs of a hunk's lines of a kind that stand in no span that was read."""
    whole, spans = _span(hunk, kind), seen.get((path, _SIDES[kind]), ())
    if whole is None:
        return
    begin = bisect_left(spans, whole.first, key=lambda span: span.last)
    here = spans[begin : bisect_right(spans, whole.last, key=lambda span: span.first)]
    if not here:
        yield whole
    elif here[0].first > whole.first or here[-1].last < whole.last or len(here) > 1:
        numbers = (line.number for line in hunk.lines if line.kind is kind)
        for index, run in groupby(numbers, key=lambda number: _place_among(here, number)):
            if index < 0:
                held = tuple(run)
                yield Span(_SIDES[kind], held[0], held[-1])


def _place_among(spans: Sequence[Span], number: int) -> int:
    """The index of the span that holds a line; for a line between spans a number below 0 of its own."""
    index = bisect_right(spans, number, key=lambda span: span.first) - 1
    return index if index >= 0 and number <= spans[index].last else -2 - index


def _merge(items: Iterable[LeftOut]) -> list[LeftOut]:
    """One row for each reason of each file, in order: a giant file may stand in many chunks."""
    lines: dict[tuple[str, str, bool, str | None], int] = {}
    for item in items:
        key = (item.path, item.reason, item.excused, item.rule)
        lines[key] = lines.get(key, 0) + item.lines
    return [
        LeftOut(path, count, reason, excused=excused, rule=rule)
        for (path, reason, excused, rule), count in lines.items()
    ]


def _find_unaccounted(plan: Plan, read: Mapping[str, int], rows: Iterable[LeftOut]) -> dict[str, LeftOut]:
    """The files of which a line was planned twice or not at all, each as left out whole."""
    planned: dict[str, int] = dict(read)
    for row in rows:
        planned[row.path] = planned.get(row.path, 0) + row.lines
    hunks: dict[str, list[Hunk]] = {}
    for part in _parts_read(plan, ()):
        hunks.setdefault(part.file.path, []).extend(part.hunks)
    return {
        file.path: LeftOut(file.path, file.changed_lines, UNACCOUNTED, excused=False)
        for file in (item.file for item in plan.files)
        if planned.get(file.path, 0) != file.changed_lines or _share_lines(hunks.get(file.path, ()))
    }


def _share_lines(hunks: Sequence[Hunk]) -> bool:
    """Whether two of them show the same changed line."""
    for kind in _SIDES:
        spans = (span for hunk in hunks if (span := _span(hunk, kind)) is not None)
        ordered = sorted(spans, key=lambda span: span.first)
        if any(following.first <= span.last for span, following in pairwise(ordered)):
            return True
    return False


def _span(hunk: Hunk, kind: LineKind) -> Span | None:
    """The first and the last line of a kind, without making the lines."""
    body, row = f"\n{hunk.body}", f"\n{kind}"
    begin, end = body.find(row), body.rfind(row)
    if begin < 0:
        return None
    first = (hunk.new_start if kind is LineKind.ADDED else hunk.old_start) + body.count("\n ", 0, begin)
    return Span(_SIDES[kind], first, first + body.count("\n ", begin, end) + body.count(row, begin, end))
