"""The leaves of a tree with their place in it: what two versions of some lines are compared by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import tree_sitter

from app.syntax.parsing import Parsed

SPACES: Final = b" \t\r\n"
"""White space that no language here gives a meaning of its own, but for the end of a line and for indentation."""

_WHOLE: Final = re.compile(
    r"comment|(?<!concatenated_)string|heredoc|regex|^char|^rune|jsx_text|^text|^raw_|shebang|hash_bang"
    r"|^preproc_(?!if|el)"
)
"""Nodes in which white space counts: each is one leaf, whatever it holds."""


class Leaf(NamedTuple):
    """One leaf. `depth` counts the nodes above it, `above` is the type of the nearest, `role` the field it fills there.

    What stands between leaves and is no white space is one of an empty kind. Offsets are bytes.
    """

    kind: str
    text: bytes
    start: int
    end: int
    depth: int
    above: str
    role: str


class Knot(NamedTuple):
    """One node on the way through a tree: the leaf that it is, or none."""

    kind: str
    depth: int
    leaf: Leaf | None


def walk_leaves(parsed: Parsed, start: int = 0, end: int | None = None) -> Iterator[Leaf]:
    """The leaves with bytes between two offsets, in document order."""
    return (knot.leaf for knot in walk_knots(parsed, start, end) if knot.leaf is not None)


def walk_knots(parsed: Parsed, start: int = 0, end: int | None = None) -> Iterator[Knot]:
    """The nodes with bytes between two offsets, outer ones before those inside them. Together they are the tree."""
    source = parsed.source
    last = len(source) if end is None else end
    at = start
    above: list[str] = []
    for node, kind, depth, role in _walk(parsed.tree.walk(), start, last):
        del above[depth:]
        if role is None:
            above.append(kind)
            yield Knot(kind, depth, None)
            continue
        first, behind = node.start_byte, node.end_byte
        if at < first:
            yield from _gap(source, at, min(first, last))
        at = max(at, behind)
        yield Knot(
            kind, depth, Leaf(kind, source[first:behind], first, behind, depth, above[-1] if above else "", role)
        )
    yield from _gap(source, at, last)


@lru_cache(maxsize=4096)
def _is_whole(kind: str) -> bool:
    """Whether a node of a type is one leaf here, whatever it holds."""
    return _WHOLE.search(kind) is not None


def is_sound(parsed: Parsed, start: int, end: int) -> bool:
    """Whether what stands outermost around these bytes has no fault."""
    root = parsed.tree.root_node
    if root.is_error:
        return False
    cursor = parsed.tree.walk()
    if cursor.goto_first_child_for_byte(max(start - 1, 0)) is None:
        return not root.has_error
    while (node := cursor.node) is not None and node.start_byte <= end:
        if node.has_error:
            return False
        if not cursor.goto_next_sibling():
            break
    return True


def _gap(source: bytes, start: int, end: int) -> Iterator[Knot]:
    if text := source[start:end].strip(SPACES):
        yield Knot("", 0, Leaf("", text, start, end, 0, "", ""))


def _walk(
    cursor: tree_sitter.TreeCursor, start: int, end: int
) -> Iterator[tuple[tree_sitter.Node, str, int, str | None]]:
    """Nodes with their types and depths, and leaves with the field that they fill: others have None for it.

    By a cursor: a tree may be deeper than the stack of Python. Its own `depth` takes as long as it is deep.
    """
    depth = 0
    while (node := cursor.node) is not None:
        first = node.start_byte
        if first >= end > 0:
            return
        if node.end_byte > start or not start:
            kind = node.type
            inner = node.child_count > 0 and not _is_whole(kind)
            yield node, kind, depth, None if inner else cursor.field_name or ""
            if inner and (cursor.goto_first_child() if first >= start else _goto_child(cursor, start)):
                depth += 1
                continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            depth -= 1


def _goto_child(cursor: tree_sitter.TreeCursor, start: int) -> bool:
    return cursor.goto_first_child_for_byte(start) is not None
