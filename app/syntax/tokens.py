"""The smallest parts of a text, in document order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import tree_sitter

from app.syntax.parsing import Parsed


class Token(NamedTuple):
    """A leaf of a tree. `kind` is the grammar's; what stands between leaves and is no white space has an empty one.

    `named` tells names, literals and comments from punctuation and keywords. Offsets are bytes of the text.
    """

    kind: str
    named: bool
    start: int
    end: int

    @property
    def comment(self) -> bool:
        """Whether it is one."""
        return "comment" in self.kind

    def text(self, source: bytes, start: int, end: int) -> bytes:
        """What of it stands between two offsets."""
        return source[max(self.start, start) : min(self.end, end)]


def walk_tokens(parsed: Parsed, start: int, end: int, top: tree_sitter.Node | None = None) -> Iterator[Token]:
    """The tokens that have bytes between two offsets, white space apart. A comment is one token, whatever it holds.

    `top` is a node around them that is no part of a comment: whoever knows one saves the way down to it.
    """
    source, at = parsed.source, start
    for node in _walk_leaves((top or parsed.tree).walk(), start, end):
        first, last = node.byte_range
        if at < first:
            yield from _gap(source, at, min(first, end))
        at = max(at, last)
        if source[first:last].strip():
            yield Token(node.type, node.is_named, first, last)
    yield from _gap(source, at, end)


def _gap(source: bytes, start: int, end: int) -> Iterator[Token]:
    """What no leaf holds: some grammars give a string its quotes and no node for what is between."""
    if source[start:end].strip():
        yield Token("", named=True, start=start, end=end)


def _walk_leaves(cursor: tree_sitter.TreeCursor, start: int, end: int) -> Iterator[tree_sitter.Node]:
    while True:
        node = cursor.node
        if node is None or node.start_byte >= end:
            return
        if node.end_byte > start:
            comment = "comment" in node.type
            if not comment and cursor.goto_first_child_for_byte(start) is not None:
                continue
            if comment or not node.child_count:
                yield node
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
