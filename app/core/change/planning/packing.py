"""Fills chunks with hunks and sweeps: whole ones as far as they fit, cut ones where they must be; never drops a line.

Sizes are bytes of the annotated diff. A chunk is closed only if the chunks so far have used four fifths of their
targets on average; that bounds their number by 1.25 x ⌈all ÷ target⌉ + 1. Where a chunk is too empty to be closed and
what comes next too large to be added, that is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.change.planning.piece import Load, Packed, Piece, Span, SweepPiece


class LineTooWide(ValueError):
    """A line was given to be packed that fits into no chunk. The message is its path."""


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


Group = Sequence[Load | SweepPiece]


def pack(groups: Sequence[Group], room: Room) -> list[Packed]:
    """Groups of files and sweeps, in order, as chunks.

    Raises LineTooWide if a line is, with its headings, wider than `room.widest`.
    """
    packer = _Packer(room)
    for group in groups:
        packer.make_way(sum(item.whole_size for item in group))
        for item in group:
            packer.make_way(item.whole_size)
            if isinstance(item, Load):
                packer.add_load(item)
            else:
                packer.add(item)
    return packer.finish()


class _Packer:
    def __init__(self, room: Room) -> None:
        self._room = room
        self._closed: list[Packed] = []
        self._closed_size = 0
        self._chunk = Packed()

    def make_way(self, size: int) -> None:
        """Begin a new chunk if this would not fit into this one but would into that."""
        if self._chunk.size + size > self._room.target and size <= self._room.limit and self._may_close():
            self._close()

    def add_load(self, load: Load) -> None:
        """The hunks of a file: at once if they fit, else one after the other."""
        if load.parts and self._chunk.size + load.whole_size <= self._room.target:
            load.put_all(self._chunk)
        else:
            for piece in load.pieces():
                self.add(piece)

    def add(self, piece: Piece) -> None:
        waiting: list[Piece] = [piece]
        while waiting:
            first = waiting.pop()
            cost = first.cost(self._chunk)
            may_close = self._may_close()
            if self._chunk.size + cost <= (self._room.target if may_close else self._room.limit):
                first.put(self._chunk)
            elif may_close:
                self._close()
                waiting.append(first)
            else:
                waiting += reversed(self._cut(first))

    def finish(self) -> list[Packed]:
        if self._filled():
            self._close()
        return self._closed

    def _filled(self) -> bool:
        return bool(self._chunk.files)

    def _missing(self) -> int:
        """What this chunk must gain before it may be closed."""
        return least_fill(self._room.target, len(self._closed) + 1) - self._closed_size - self._chunk.size

    def _may_close(self) -> bool:
        return self._filled() and self._missing() <= 0

    def _cut(self, piece: Piece) -> list[Piece]:
        """The parts of the best cut, the first of which fits."""
        low = max(self._missing(), 0)
        high = self._room.limit - self._chunk.size
        wish = min(max(self._room.target - self._chunk.size, low), high)
        parts = piece.cut(self._chunk, Span(low, wish, high))
        if parts is None:
            raise LineTooWide(piece.path)
        return parts

    def _close(self) -> None:
        self._closed.append(self._chunk)
        self._closed_size += self._chunk.size
        self._chunk = Packed()
