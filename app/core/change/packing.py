"""Fills chunks with hunks: whole ones as far as they fit, cut ones where they must be; never drops a line.

Sizes are bytes of the annotated diff. A chunk is closed only if the chunks so far have used four fifths of their
targets on average; that bounds their number by 1.25 x ⌈all ÷ target⌉ + 1. Where a chunk is too empty to be closed and
the next hunk too large to be added, the hunk is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.core.change.annotate import head_hunk
from app.core.change.diff import FilePatch, Hunk
from app.core.change.plan import FileClass
from app.core.change.splitting import best_cut, split_hunk
from app.core.change.tokens import count_bytes


class LineTooWide(ValueError):
    """A line was given to be packed that fits into no chunk. The message is its path."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One hunk of one file. `heading` is the size of the file's heading; `size` that of all the rest."""

    file: FilePatch
    file_class: FileClass
    hunk: Hunk
    heading: int
    line_sizes: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Packed:
    """What one chunk holds, in order, and its size with all headings."""

    pieces: tuple[Piece, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Room:
    """How full chunks are made, in bytes. A chunk may pass `target`, never `limit`."""

    target: int
    limit: int

    @property
    def widest(self) -> int:
        """What one line may take together with its headings, so that a place to cut is always found."""
        return self.limit - least_fill(self.target, 1)


def least_fill(target: int, chunks: int) -> int:
    """What so many closed chunks hold at least together."""
    return -(-4 * target * chunks // 5)


def measure_hunk_heading(hunk: Hunk) -> int:
    """The size of a hunk's heading in the annotated diff."""
    return count_bytes(head_hunk(hunk))


def cut_piece(piece: Piece, count: int) -> tuple[Piece, Piece]:
    """The first `count` lines of a piece and the others; either may be without lines."""
    first, rest = split_hunk(piece.hunk, count)
    first_lines, rest_lines = piece.line_sizes[:count], piece.line_sizes[count:]
    first_size = measure_hunk_heading(first) + sum(first_lines)
    rest_size = piece.size - first_size + measure_hunk_heading(rest)
    return (
        replace(piece, hunk=first, line_sizes=first_lines, size=first_size),
        replace(piece, hunk=rest, line_sizes=rest_lines, size=rest_size),
    )


def pack(groups: Sequence[Sequence[Sequence[Piece]]], room: Room) -> list[Packed]:
    """Groups of files of pieces, in order, as chunks.

    Raises LineTooWide if a line is, with its headings, wider than `room.widest`.
    """
    packer = _Packer(room)
    for group in groups:
        packer.make_way([piece for file in group for piece in file])
        for file in group:
            packer.make_way(file)
            for piece in file:
                packer.add(piece)
    return packer.finish()


class _Packer:
    def __init__(self, room: Room) -> None:
        self._room = room
        self._closed: list[Packed] = []
        self._closed_size = 0
        self._pieces: list[Piece] = []
        self._size = 0

    def make_way(self, together: Sequence[Piece]) -> None:
        """Begin a new chunk if these would not fit into this one but would into that."""
        headings = {piece.file.path: piece.heading for piece in together}
        size = sum(piece.size for piece in together) + sum(headings.values())
        if self._size + size > self._room.target and size <= self._room.limit and self._may_close():
            self._close()

    def add(self, piece: Piece) -> None:
        rest: Piece | None = piece
        while rest is not None:
            cost = rest.size + self._heading(rest)
            may_close = self._may_close()
            if self._size + cost <= (self._room.target if may_close else self._room.limit):
                self._put(rest)
                rest = None
            elif may_close:
                self._close()
            else:
                first, rest = self._cut(rest)
                if first is not None:
                    self._put(first)

    def finish(self) -> list[Packed]:
        if self._pieces:
            self._close()
        return self._closed

    def _missing(self) -> int:
        """What this chunk must gain before it may be closed."""
        return least_fill(self._room.target, len(self._closed) + 1) - self._closed_size - self._size

    def _may_close(self) -> bool:
        return bool(self._pieces) and self._missing() <= 0

    def _heading(self, piece: Piece) -> int:
        return 0 if self._pieces and self._pieces[-1].file is piece.file else piece.heading

    def _cut(self, piece: Piece) -> tuple[Piece | None, Piece | None]:
        """Both parts of the best cut; None for one in which nothing changed."""
        headings = self._heading(piece) + measure_hunk_heading(piece.hunk)
        low = max(self._missing(), 0) - headings
        high = self._room.limit - self._size - headings
        wish = min(max(self._room.target - self._size - headings, low), high)
        count = best_cut(piece.hunk, piece.line_sizes, max(low, wish * 4 // 5), wish)
        if count is None:
            count = best_cut(piece.hunk, piece.line_sizes, low, high)
        if count is None:
            raise LineTooWide(piece.file.path)
        first, rest = cut_piece(piece, count)
        return _worth_reading(first), _worth_reading(rest)

    def _put(self, piece: Piece) -> None:
        self._size += piece.size + self._heading(piece)
        self._pieces.append(piece)

    def _close(self) -> None:
        self._closed.append(Packed(tuple(self._pieces), self._size))
        self._closed_size += self._size
        self._pieces, self._size = [], 0


def _worth_reading(piece: Piece) -> Piece | None:
    return piece if any(line.changed for line in piece.hunk.lines) else None
