"""How hard a function is to follow: a point for each break of its straight way, one more for each level around it.

After G. Ann Campbell, Cognitive Complexity (https://www.sonarsource.com/resources/cognitive-complexity/). What a row of
equal signs joins is one point; recursion and jumps to labels are not counted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, takewhile
from typing import Final

import tree_sitter

from app.syntax.definitions import Definition
from app.syntax.faults import DEEPEST
from app.syntax.languages import Language
from app.syntax.parsing import Parsed, load_grammar

_NESTING: Final = """
if_statement if_expression if_modifier unless unless_modifier if conditional while until for case
for_statement for_expression for_in_statement enhanced_for_statement foreach_statement for_range_loop
while_statement while_expression while_modifier until_modifier do_statement do_while_statement loop_expression
except_clause except_group_clause catch_clause catch_block rescue
switch_statement switch_expression expression_switch_statement type_switch_statement select_statement
match_statement match_expression when_expression case_match
conditional_expression ternary_expression
"""
"""Node types of all grammars, each of which costs and makes what is inside it one level deeper."""

_FREE: Final = """
lambda lambda_expression lambda_literal arrow_function function_expression func_literal closure_expression
anonymous_function anonymous_function_creation_expression block_argument do_block for_in_clause
"""
"""Those that cost nothing by themselves: they hold a level."""

_FLAT: Final = ("else", "elif", "elsif", "elseif")
_SIGNS: Final = ("&&", "||", "and", "or", "??")


@dataclass(frozen=True, slots=True)
class Turn:
    """One place that counts, in bytes. `nests`: it holds a level; `costs`: it is a point; `flat`: never more."""

    start: int
    end: int
    nests: bool
    costs: bool
    flat: bool


def find_turns(parsed: Parsed) -> tuple[Turn, ...]:
    """All of a text, outer ones before those inside them. The text is not hopeless (`app.syntax.faults`)."""
    query = _query(parsed.language)
    if query is None:
        return ()
    cursor = tree_sitter.QueryCursor(query)
    cursor.set_max_start_depth(DEEPEST)
    turns = {
        node.byte_range: turn
        for _, captures in cursor.matches(parsed.tree.root_node)
        for nodes in captures.values()
        for node in nodes
        if (turn := _read(node)) is not None
    }
    return tuple(sorted(turns.values(), key=lambda turn: (turn.start, -turn.end)))


def measure(turns: Sequence[Turn], definition: Definition) -> int:
    """The points of one definition, with those inside it."""
    points = 0
    open_: list[int] = []
    first = bisect_left(turns, definition.start, key=lambda turn: turn.start)
    for turn in takewhile(lambda turn: turn.start < definition.end, islice(turns, first, None)):
        while open_ and open_[-1] <= turn.start:
            open_.pop()
        if turn.costs:
            points += 1 if turn.flat else 1 + len(open_)
        if turn.nests:
            open_.append(turn.end)
    return points


def _read(node: tree_sitter.Node) -> Turn | None:
    if not node.is_named:
        flat = node.type in _FLAT or not _continues(node)
        return Turn(node.start_byte, node.end_byte, nests=False, costs=True, flat=True) if flat else None
    if _is_else_if(node):
        return None
    return Turn(node.start_byte, node.end_byte, nests=True, costs=node.type not in _FREE.split(), flat=False)


def _is_else_if(node: tree_sitter.Node) -> bool:
    """Whether the `else` before it is counted already, and it is no deeper than that."""
    before = node.prev_sibling
    return node.type in ("if_statement", "if_expression") and before is not None and before.type == "else"


def _continues(sign: tree_sitter.Node) -> bool:
    """Whether a sign goes on with a row of the same sign."""
    expression = sign.parent
    around = expression.parent if expression is not None else None
    if expression is None or around is None or around.type != expression.type:
        return False
    operator = around.child_by_field_name("operator")
    return operator is not None and operator.type == sign.type


@lru_cache(maxsize=len(Language))
def _query(language: Language) -> tree_sitter.Query | None:
    """Of those types that the grammar has."""
    grammar = load_grammar(language)
    if grammar is None:
        return None
    named = [f"({kind}) @turn" for kind in (*_NESTING.split(), *_FREE.split()) if _has(grammar, kind, named=True)]
    signs = [f'"{sign}" @turn' for sign in (*_FLAT, *_SIGNS) if _has(grammar, sign, named=False)]
    return tree_sitter.Query(grammar, "\n".join([*named, *signs]))


def _has(grammar: tree_sitter.Language, kind: str, *, named: bool) -> bool:
    found = grammar.id_for_node_kind(kind, named)
    return found is not None and found != 0
