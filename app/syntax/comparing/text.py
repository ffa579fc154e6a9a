"""Two texts by lines, and what becomes of one if some blocks of changed lines are taken over alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from app.core.fit.compared import Block


class TextsDisagree(ValueError):
    """The blocks are not what became of the old text: they are of other versions."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A text as lines with their line feeds; `starts` are their offsets in bytes, and the text's length at last."""

    lines: tuple[bytes, ...]
    starts: tuple[int, ...]

    def find_span(self, first: int, count: int) -> tuple[int, int]:
        """The offsets between which `count` lines from `first` (1-based) on stand."""
        return self.starts[first - 1], self.starts[first - 1 + count]

    def take(self, first: int, count: int) -> bytes:
        """These lines."""
        return b"".join(self.lines[first - 1 : first - 1 + count])


def read_lines(text: bytes) -> Lines:
    """The lines of a text: they end at line feeds alone."""
    parts = text.split(b"\n")
    lines = [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
    return Lines(tuple(lines), tuple(accumulate(map(len, lines), initial=0)))


def put_in(old: Lines, new: Lines, blocks: Iterable[Block]) -> bytes:
    """The old text with these blocks of the new one in it. Raises TextsDisagree where one lies outside of a text."""
    parts: list[bytes] = []
    at = 1
    for block in blocks:
        if block.old_first < at or _is_outside(old, block.old_first, block.old_count):
            raise TextsDisagree
        if _is_outside(new, block.new_first, block.new_count):
            raise TextsDisagree
        parts += [old.take(at, block.old_first - at), new.take(block.new_first, block.new_count)]
        at = block.old_first + block.old_count
    return b"".join([*parts, old.take(at, len(old.lines) + 1 - at)])


def turn_round(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks of the way back."""
    return tuple(Block(one.new_first, one.new_count, one.old_first, one.old_count) for one in blocks)


def _is_outside(lines: Lines, first: int, count: int) -> bool:
    return first < 1 or count < 0 or first - 1 + count > len(lines.lines)
