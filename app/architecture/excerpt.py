"""The lines of a change that bear on facts about its shape, within a size: those themselves, what is around, the rest.

It is shown as `app.core.change.annotate` shows a diff. A file without such a line is not shown: so the same question
is asked again, and costs nothing, after a push that touches no such file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from app.core.change.annotate import ends_crlf, head_file, head_hunk, show_rows
from app.core.change.diff import FilePatch, Hunk, Side
from app.core.fit.delta import ApiChangeKind, Delta, Edge

AROUND: Final = 6
"""Lines shown above and below one that bears on a fact, before anything else is."""

_ENOUGH: Final = 40
"""Room in bytes that is not worth another line."""

_PLACE: Final = re.compile(r"([RL]) (\d+)")
_SIDES: Final = {"R": Side.RIGHT, "L": Side.LEFT}


class Spot(NamedTuple):
    """A line that a fact is about."""

    path: str
    side: Side
    line: int


def find_spots(delta: Delta) -> frozenset[Spot]:
    """Every line that a fact is about, in either version."""
    found: set[Spot] = set()
    for edge in _edges(delta):
        found.add(Spot(edge.path, Side.RIGHT, edge.line))
        if edge.through:
            found.add(Spot(edge.through, Side.RIGHT, edge.through_line))
    found |= {Spot(edge.path, Side.LEFT, edge.line) for edge in delta.removed_edges}
    for item in delta.api:
        gone = item.kind is ApiChangeKind.REMOVED
        found.add(Spot(item.path, Side.LEFT if gone else Side.RIGHT, item.line))
        if item.moved_to:
            found.add(Spot(item.moved_to, Side.RIGHT, 0))
    for package in delta.dependencies:
        found.add(Spot(package.path, Side.RIGHT, package.line))
        if package.used_at:
            found.add(Spot(package.used_at[0], Side.RIGHT, package.used_at[1]))
    found |= {Spot(twin.path, Side.RIGHT, twin.line) for twin in delta.twins}
    return frozenset(found | {Spot(new, Side.RIGHT, 0) for _, new in delta.moved})


def _edges(delta: Delta) -> Iterator[Edge]:
    yield from delta.new_edges
    yield from (item.edge for item in delta.breaks)
    yield from (edge for cycle in delta.cycles for edge in cycle.edges)


@dataclass(slots=True)
class _Piece:
    """One hunk, its lines as they are shown, the places among them that bear on a fact, and those that are kept."""

    file: FilePatch
    crlf: bool
    hunk: Hunk
    rows: list[str]
    bearing: list[int]
    kept: set[int]

    def near(self) -> list[int]:
        """The places around those that bear on a fact, the nearest first."""
        spread = (place + step for width in range(1, AROUND + 1) for place in self.bearing for step in (-width, width))
        return [place for place in spread if 0 <= place < len(self.rows)]

    def runs(self) -> Iterator[list[str]]:
        """The kept lines; each run of neighbours by itself."""
        run: list[str] = []
        for place, row in enumerate(self.rows):
            if place in self.kept:
                run.append(row)
            elif run:
                yield run
                run = []
        if run:
            yield run


def excerpt(files: Iterable[tuple[FilePatch, Sequence[Hunk]]], spots: Iterable[Spot], most: int) -> str:
    """At most `most` bytes of these hunks. A line too long for what room is left is left out, and so may others be."""
    by_path: dict[str, set[tuple[Side, int]]] = {}
    for spot in spots:
        by_path.setdefault(spot.path, set()).add((spot.side, spot.line))
    bearing = [(file, hunks) for file, hunks in files if file.path in by_path or file.old_path in by_path]
    bearing.sort(key=lambda item: (-len(_spots_of(item[0], by_path)), item[0].path))
    pieces = [piece for file, hunks in bearing for piece in _lay_out(file, hunks, _spots_of(file, by_path))]
    room = most
    for choose in _CHOICES:
        for piece in pieces:
            if room < _ENOUGH:
                break
            room = _keep(piece, choose(piece), room)
    return "".join(_write(pieces))


def _spots_of(file: FilePatch, by_path: Mapping[str, set[tuple[Side, int]]]) -> set[tuple[Side, int]]:
    old = {spot for spot in by_path.get(file.old_path, ()) if spot[0] is Side.LEFT}
    return by_path.get(file.path, set()) | old


def _lay_out(file: FilePatch, hunks: Sequence[Hunk], spots: set[tuple[Side, int]]) -> Iterator[_Piece]:
    crlf = ends_crlf(file)
    for hunk in hunks:
        rows = list(show_rows(hunk, crlf=crlf))
        bearing = [place for place, row in enumerate(rows) if _place(row) in spots]
        yield _Piece(file, crlf, hunk, rows, bearing, set())


def _place(row: str) -> tuple[Side, int] | None:
    found = _PLACE.match(row)
    return (_SIDES[found[1]], int(found[2])) if found else None


_CHOICES: Final[Sequence[Callable[[_Piece], Iterable[int]]]] = (
    lambda piece: piece.bearing,
    _Piece.near,
    lambda piece: range(len(piece.rows)) if piece.bearing else (),
    lambda piece: range(len(piece.rows)),
)
"""What is kept of each hunk in turn, as long as there is room."""


def _keep(piece: _Piece, places: Iterable[int], room: int) -> int:
    """Keep these lines as far as there is room for them and the headings they may need; gives back what is left."""
    heading = _size(head_hunk(piece.hunk))
    first = 0 if piece.kept else _size(head_file(piece.file, crlf=True))
    for place in places:
        if place in piece.kept:
            continue
        joins = place - 1 in piece.kept or place + 1 in piece.kept
        size = _size(piece.rows[place]) + first + (0 if joins else heading)
        if size <= room:
            room -= size
            first = 0
            piece.kept.add(place)
    return room


def _write(pieces: Iterable[_Piece]) -> Iterator[str]:
    last: FilePatch | None = None
    for piece in pieces:
        for run in piece.runs():
            if piece.file is not last:
                yield head_file(piece.file, crlf=piece.crlf)
                last = piece.file
            yield head_hunk(piece.hunk)
            yield from run


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
