"""What a text defines, where, and inside of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import tree_sitter

from app.syntax.definition_kinds import DEFINERS, Kind
from app.syntax.faults import DEEPEST, is_hopeless
from app.syntax.languages import Language
from app.syntax.parsing import Deadline, Parsed, Unparsed, load_grammar

_TYPES: Final = frozenset(
    {Kind.CLASS, Kind.STRUCT, Kind.ENUM, Kind.INTERFACE, Kind.TRAIT, Kind.IMPLEMENTATION, Kind.TYPE}
)
_KINDS: Final = {kind.value: kind for kind in Kind}
_NAME_CHARACTERS: Final = 200


class Definition(NamedTuple):
    """One definition with its decorators. `within` are the names of the ones around it, outermost first.

    Lines are 1-based, `last_line` is its last; offsets are bytes, `end` is behind the last, `named_at` where its name
    begins. Spans of two definitions in a text nest or lie apart.
    """

    name: str
    kind: Kind
    within: tuple[str, ...]
    first_line: int
    last_line: int
    start: int
    end: int
    named_at: int


class Defining(NamedTuple):
    """A definition and the node that has the same span."""

    definition: Definition
    node: tree_sitter.Node


class _Span(NamedTuple):
    """What defines a name: offsets of bytes, and the number of the pattern that found it."""

    start: int
    end: int
    pattern: int
    node: tree_sitter.Node
    named: tuple[int, int]
    kind: Kind


def find_definitions(parsed: Parsed, *, deadline: Deadline) -> tuple[Definition, ...] | Unparsed:
    """All definitions in document order, an outer one before those inside it; or why they are not known."""
    found = find_defining(parsed, deadline=deadline)
    return found if isinstance(found, Unparsed) else tuple(item.definition for item in found)


def find_defining(parsed: Parsed, *, deadline: Deadline) -> Sequence[Defining] | Unparsed:
    """The same, with their nodes."""
    query = _query(parsed.language)
    if query is None:
        return Unparsed.NO_GRAMMAR
    if is_hopeless(parsed):
        return Unparsed.TOO_BROKEN
    if deadline.is_over():
        return Unparsed.TOO_SLOW
    # Never with its progress callback: as soon as that is called, tree-sitter 0.26 ends the process with a fault of
    # memory. What bounds a query is the size of the text, its depth, and that faults are no wider than they may be:
    # the time grows with the square of the parts that one node has.
    cursor = tree_sitter.QueryCursor(query)
    cursor.set_max_start_depth(DEEPEST)
    matches = cursor.matches(parsed.tree.root_node)
    # they come in no order that can be relied on
    spans = sorted(_read_spans(matches), key=lambda span: (span.start, -span.end))
    return list(_nest(parsed, spans))


def find_enclosing(definitions: Sequence[Definition], line: int) -> Definition | None:
    """The innermost definition that a line (1-based) is part of, if any is."""
    around = [item for item in definitions if item.first_line <= line <= item.last_line]
    return min(around, key=lambda item: (item.last_line - item.first_line, -item.start), default=None)


def _read_spans(matches: Iterable[tuple[int, dict[str, list[tree_sitter.Node]]]]) -> Iterable[_Span]:
    """One span for each name: the widest, or of equal ones that of the query that says most."""
    spans: dict[tuple[int, int], _Span] = {}
    for pattern, captures in matches:
        names = captures.pop("name")
        ((word, nodes),) = captures.items()
        kind = _KINDS[word]
        for node, name in zip(nodes, names, strict=True):
            start, end = node.byte_range
            named = name.byte_range
            held = spans.get(named)
            if held is None or (start, -end, pattern) < (held.start, -held.end, held.pattern):
                spans[named] = _Span(start, end, pattern, node, named, kind)
    return spans.values()


def _nest(parsed: Parsed, spans: Iterable[_Span]) -> Iterator[Defining]:
    open_: list[Definition] = []
    for span in spans:
        while open_ and open_[-1].end <= span.start:
            open_.pop()
        item = _define(parsed, span, open_)
        open_.append(item)
        yield Defining(item, span.node)


def _define(parsed: Parsed, span: _Span, around: Sequence[Definition]) -> Definition:
    first, (row, column) = span.node.start_point[0], span.node.end_point
    inside_type = bool(around) and around[-1].kind in _TYPES
    named_at, named_to = span.named
    return Definition(
        name=parsed.source[named_at:named_to].decode("utf-8", "replace")[:_NAME_CHARACTERS],
        kind=Kind.METHOD if span.kind is Kind.FUNCTION and inside_type else span.kind,
        within=(*around[-1].within, around[-1].name) if around else (),
        first_line=first + 1,
        last_line=(row - 1 if column == 0 and row > first else row) + 1,
        start=span.start,
        end=span.end,
        named_at=named_at,
    )


@lru_cache(maxsize=len(DEFINERS))
def _query(language: Language) -> tree_sitter.Query | None:
    grammar = load_grammar(language)
    if grammar is None:
        return None
    definers = DEFINERS[language]
    named = [f"({type_} name: (_) @name) @{kind}" for kind, types in definers.named.items() for type_ in types.split()]
    return tree_sitter.Query(grammar, "\n".join([*named, definers.queries]))
