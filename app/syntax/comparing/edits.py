"""What a hunk makes of its tokens, as one digest: two hunks of the same digest are the same edit.

Where the trees of both versions are of one shape, the edit is the set of what other text takes the place of which, with
what each stands in. Else it is the exact tokens before and after, with what stands around them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from app.core.fit.compared import Block
from app.syntax.comparing.leaves import Leaf, is_sound, walk_leaves
from app.syntax.comparing.text import Lines
from app.syntax.parsing import Parsed

MOST_LEAVES: Final = 600
"""Of one side of a block. A longer one is read, not counted."""

_NAMES: Final = ("identifier", "name", "constant", "word", "simple_identifier")
_BEFORE: Final = 2
_NAME_CHARACTERS: Final = 200


class Side(NamedTuple):
    """One version: its tree and its lines."""

    parsed: Parsed
    lines: Lines


class Edit(NamedTuple):
    """The digest, and the two names if all that the hunk does is to give one thing another name."""

    digest: str
    old_name: str = ""
    new_name: str = ""


class _Run(NamedTuple):
    """The leaves of a block in one version, and what stands right before and behind them."""

    leaves: tuple[Leaf, ...]
    before: tuple[Leaf, ...]
    after: tuple[Leaf, ...]


def find_edit(old: Side, new: Side, blocks: Sequence[Block]) -> Edit | None:
    """The edit of a hunk; None if nothing but white space differs, it is too long, or a fault is near."""
    parts: set[str] = set()
    names: set[tuple[bytes, bytes]] = set()
    others = False
    for block in blocks:
        before = _read_run(old, block.old_first, block.old_count)
        after = _read_run(new, block.new_first, block.new_count)
        if before is None or after is None or _tell(before.leaves) == _tell(after.leaves):
            return None
        pairs = _find_pairs(before, after)
        if pairs is None:
            parts.add(repr(_find_tokens(before, after)))
            others = True
            continue
        parts.update(map(repr, pairs))
        for _, _, kind, was, now, around in pairs:
            names.add((was, now))
            others = others or bool(around) or not _is_name(kind)
    digest = hashlib.sha256(repr(sorted(parts)).encode()).hexdigest()[:32]
    if others or len(names) != 1:
        return Edit(digest)
    (pair,) = names
    return Edit(digest, *(text.decode("utf-8", "replace")[:_NAME_CHARACTERS] for text in pair))


def _read_run(side: Side, first: int, count: int) -> _Run | None:
    start, end = side.lines.find_span(first, count)
    if not is_sound(side.parsed, start, end):
        return None
    around = side.lines.find_span(max(first - _BEFORE, 1), min(count + 2 * _BEFORE, len(side.lines.lines) + 1 - first))
    before: list[Leaf] = []
    after: list[Leaf] = []
    held: list[Leaf] = []
    for leaf in walk_leaves(side.parsed, around[0], max(around[1], end)):
        if leaf.end <= start:
            before.append(leaf)
        elif leaf.start >= end:
            after.append(leaf)
        else:
            held.append(leaf)
        if len(held) > MOST_LEAVES:
            return None
    return _Run(tuple(held), tuple(before[-_BEFORE:]), tuple(after[:1]))


def _tell(leaves: Iterable[Leaf]) -> list[tuple[str, bytes]]:
    return [(leaf.kind, leaf.text) for leaf in leaves]


_Pair = tuple[str, str, str, bytes, bytes, tuple[bytes, ...]]


def _find_pairs(before: _Run, after: _Run) -> set[_Pair] | None:
    """What stands in the field of what, its kind, its text before and after; None if the shapes differ.

    Nor if it is no renaming: a text that is left somewhere or comes from elsewhere. A literal is told with the leaves
    before it.
    """
    if [_place(leaf) for leaf in before.leaves] != [_place(leaf) for leaf in after.leaves]:
        return None
    pairs: set[_Pair] = set()
    old = (*before.before, *before.leaves)
    shift = len(before.before)
    for index, (was, now) in enumerate(zip(before.leaves, after.leaves, strict=True)):
        if was.text != now.text:
            around = () if _is_name(was.kind) else tuple(leaf.text for leaf in old[: index + shift][-_BEFORE:])
            pairs.add((was.above, was.role, was.kind, was.text, now.text, around))
    olds = {pair[3] for pair in pairs}
    news = {pair[4] for pair in pairs}
    if olds & news or olds & {leaf.text for leaf in after.leaves} or news & {leaf.text for leaf in before.leaves}:
        return None
    return pairs


def _place(leaf: Leaf) -> tuple[str, int, str, str]:
    return leaf.kind, leaf.depth, leaf.above, leaf.role


def _find_tokens(before: _Run, after: _Run) -> tuple[object, ...]:
    """The tokens without what both sides begin and end with, and what stands around them."""
    old, new = before.leaves, after.leaves
    shortest = min(len(old), len(new))
    start = 0
    while start < shortest and _alike(old[start], new[start]):
        start += 1
    stop = 0
    while stop < shortest - start and _alike(old[-1 - stop], new[-1 - stop]):
        stop += 1
    removed, added = old[start : len(old) - stop], new[start : len(new) - stop]
    left = (*after.before, *new[:start])[-_BEFORE:]
    right = (*new[len(new) - stop :], *after.after)[:1]
    call = _name_call(new[: start + 1])
    # where no name tells what signs and values are about, what stands beside them has to
    named = bool(call) or any(_is_name(leaf.kind) for leaf in (*removed, *added))
    return (
        [(leaf.kind, leaf.text, leaf.above, leaf.role) for leaf in removed],
        [(leaf.kind, leaf.text, leaf.above, leaf.role) for leaf in added],
        [leaf.kind if named else leaf.text for leaf in (*left, *right)],
        call,
        [leaf.depth - (*removed, *added)[0].depth for leaf in (*removed, *added)],
    )


def _alike(one: Leaf, other: Leaf) -> bool:
    return one.kind == other.kind and one.text == other.text and one.depth == other.depth


def _name_call(leaves: Sequence[Leaf]) -> bytes:
    """The name before the last bracket that is open: of what is called, as far as the lines tell."""
    open_ = 0
    for index in range(len(leaves) - 1, 0, -1):
        open_ += (leaves[index].text == b")") - (leaves[index].text == b"(")
        if open_ < 0:
            return leaves[index - 1].text
    return b""


def _is_name(kind: str) -> bool:
    return kind.endswith(_NAMES)
