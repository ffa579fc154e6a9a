"""What the trees of two versions of a file say about each hunk between them. Plain values; nothing here parses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from app.core.change.diff import Hunk, LineKind


class Block(NamedTuple):
    """A run of changed lines without context. A side without lines begins where its lines would stand; 1-based."""

    old_first: int
    old_count: int
    new_first: int
    new_count: int


class MovedEnd(NamedTuple):
    """A definition all of whose lines were removed, or all added: one end of a move, if there is another one.

    Its lines, with the comments right above it, hold nothing else. `path` is its name with those around it, and nothing
    else in that version is called so. Equal digests are equal trees.
    """

    path: str
    first_line: int
    last_line: int
    digest: str


class HunkCompared(NamedTuple):
    """One hunk. `formatting` is said only of what was proved so.

    `edit` is the digest of what its tokens became; empty where no tree without faults tells. `old_name` and `new_name`
    are set if it does nothing but give one thing another name. `grown` is by how much the most grown function that it
    touches became harder to follow, `grown_in` its name.
    """

    formatting: bool = False
    edit: str = ""
    old_name: str = ""
    new_name: str = ""
    grown: int = 0
    grown_in: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """One file: its hunks in their order, and the ends of moves in the old version and in the new one."""

    hunks: tuple[HunkCompared, ...]
    gone: tuple[MovedEnd, ...] = ()
    come: tuple[MovedEnd, ...] = ()


def find_blocks(hunk: Hunk) -> tuple[Block, ...]:
    """The runs of changed lines of a hunk, in order."""
    return tuple(_walk_blocks(hunk))


def _walk_blocks(hunk: Hunk) -> Iterator[Block]:
    # as in git, a side without lines starts at the line before
    old, new = hunk.old_start + (not hunk.old_count), hunk.new_start + (not hunk.new_count)
    removed = added = 0
    for line in hunk.lines:
        if line.changed:
            removed += line.kind is LineKind.REMOVED
            added += line.kind is LineKind.ADDED
            continue
        if removed or added:
            yield Block(old, removed, new, added)
        old, new = old + removed + 1, new + added + 1
        removed = added = 0
    if removed or added:
        yield Block(old, removed, new, added)
