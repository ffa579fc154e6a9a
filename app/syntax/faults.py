"""Where a text is not written as its language wants it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import tree_sitter

from app.syntax.languages import Language
from app.syntax.parsing import Parsed, load_grammar

MOST_FAULTS: Final = 2_000
"""That are told of one text. A file with more is in another language."""

MOST_PARTS: Final = 2_000
"""That one stretch which fits nowhere may have."""

DEEPEST: Final = 500
"""Nodes above what a query finds, at most: its time grows with the square of the depth. Programs have some dozens."""

_TAGS = """
((jsx_element
  open_tag: (jsx_opening_element name: (_) @open) close_tag: (jsx_closing_element name: (_) @fault))
 (#not-eq? @open @fault))
"""
_MISTAKES: Final[Mapping[Language, str]] = MappingProxyType(
    {
        Language.JAVASCRIPT: _TAGS,
        Language.TSX: _TAGS,
        Language.RUBY: '((identifier) @fault (#eq? @fault "end"))',
    }
)
"""What a grammar takes and its language does not: tags that do not pair, an `end` of nothing that passes for a name."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A stretch that fits nowhere, or (`missing` names it) a token that would have to stand at `start`.

    Offsets are bytes, `end` is behind the last one; lines are 1-based, and `last_line` holds the last byte.
    """

    start: int
    end: int
    missing: str
    first_line: int
    last_line: int


def find_faults(parsed: Parsed) -> tuple[Fault, ...]:
    """The faults in document order, outer ones before those inside them; at most `MOST_FAULTS` of them."""
    faults: list[Fault] = []
    for node in _walk_faulty(parsed.tree.walk()):
        if node.is_error or node.is_missing:
            faults.append(_tell(node))
        if len(faults) == MOST_FAULTS:
            break
    faults.extend(map(_tell, _find_mistakes(parsed)))
    return tuple(sorted(faults, key=lambda fault: (fault.start, -fault.end, fault.missing))[:MOST_FAULTS])


def is_hopeless(parsed: Parsed) -> bool:
    """Whether so much of the text fits nowhere that its tree says nothing."""
    return any(node.is_error and node.child_count > MOST_PARTS for node in _walk_faulty(parsed.tree.walk()))


def _find_mistakes(parsed: Parsed) -> list[tree_sitter.Node]:
    query = _query(parsed.language)
    if query is None or is_hopeless(parsed):
        return []
    cursor = tree_sitter.QueryCursor(query)
    cursor.set_max_start_depth(DEEPEST)
    return [node for _, captures in cursor.matches(parsed.tree.root_node) for node in captures["fault"]]


@lru_cache(maxsize=len(Language))
def _query(language: Language) -> tree_sitter.Query | None:
    grammar, mistakes = load_grammar(language), _MISTAKES.get(language)
    return None if grammar is None or mistakes is None else tree_sitter.Query(grammar, mistakes)


def _walk_faulty(cursor: tree_sitter.TreeCursor) -> Iterator[tree_sitter.Node]:
    """The nodes that are faults or hold some. By a cursor: a tree may be deeper than the stack of Python."""
    while True:
        node = cursor.node
        if node is not None and (node.has_error or node.is_missing):
            yield node
            if cursor.goto_first_child():
                continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _tell(node: tree_sitter.Node) -> Fault:
    first, (row, column) = node.start_point.row, node.end_point
    last = row - 1 if column == 0 and row > first else row
    missing = node.type if node.is_missing else ""
    return Fault(node.start_byte, node.end_byte, missing, first + 1, last + 1)
