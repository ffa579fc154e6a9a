"""C and C++. `#include "x"` has level 1, as it is searched for beside the file first; `#include <x>` has none.

What a macro names is not read. Every include counts, whatever condition it stands under. Modules of C++20 are unknown
to the grammar.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final

import tree_sitter

from app.core.fit.source_facts import Import
from app.syntax.definition_kinds import Kind
from app.syntax.extraction.language import Defined, Extractor, find_matches, line_of, sign
from app.syntax.extraction.spelling import modifiers_of, read_node, sign_declaration
from app.syntax.languages import Language
from app.syntax.parsing import Parsed

_INCLUDES: Final = """
(preproc_include path: [(string_literal) (system_lib_string)] @path) @include
((preproc_call directive: (preproc_directive) @how argument: (preproc_arg) @path) @include
 (#match? @how "include$"))
"""
"""Among the values of an enumeration an include is any directive to the grammar."""
_PATH: Final = re.compile(r"\s*(?:\"([^\"\n]+)\"|<([^>\n]+)>)")
_CALLS: Final = """
(call_expression function: [(identifier) @name (field_expression field: (field_identifier) @name)])
"""
_NAMED: Final = "[(identifier) @name (template_function name: (identifier) @name)]"
_QUALIFIED: Final = " ".join("(qualified_identifier name: " * depth + _NAMED + ")" * depth for depth in range(1, 6))
_CPP_CALLS: Final = f"""
(call_expression function: [
  {_NAMED}
  {_QUALIFIED}
  (field_expression field: [
    (field_identifier) @name
    (template_method name: (field_identifier) @name)
    (dependent_name (template_method name: (field_identifier) @name))
  ])
])
(new_expression type: [
  (type_identifier) @name
  (template_type name: (type_identifier) @name)
  (qualified_identifier name: (type_identifier) @name)
])
"""
_SECTIONS: Final = """
(class_specifier body: (field_declaration_list) @class)
(struct_specifier body: (field_declaration_list) @struct)
(union_specifier body: (field_declaration_list) @struct)
(namespace_definition !name body: (_) @hidden)
"""


def _read_imports(parsed: Parsed) -> Iterator[Import]:
    for captures in find_matches(parsed, _INCLUDES):
        (include,), (path,) = captures["include"], captures["path"]
        found = _PATH.match(read_node(parsed, path))
        if found:
            yield Import(found[1] or found[2], line_of(include), level=int(found[1] is not None))


def _see(parsed: Parsed) -> Callable[[Defined], bool]:
    """Functions that are not static; in C++ all but private members and what has no name outside its file.

    What is private about a member that is defined outside its class stands with the class: it is told of there alone.
    Types of C that stand in no header are for their own file.
    """
    if parsed.language is Language.C:
        return lambda defined: defined.definition.kind is Kind.FUNCTION and "static" not in modifiers_of(defined)
    spans = _find_hidden(parsed)
    starts = [start for start, _ in spans]

    def is_public(defined: Defined) -> bool:
        place = defined.node.start_byte
        at = bisect_right(starts, place) - 1
        if at >= 0 and place < spans[at][1]:
            return False
        free = defined.definition.kind is Kind.FUNCTION
        return not (free and ("static" in modifiers_of(defined) or "::" in defined.definition.name))

    return is_public


def _find_hidden(parsed: Parsed) -> list[tuple[int, int]]:
    """Spans of what is private, in document order; those inside others are left out."""
    spans: list[tuple[int, int]] = []
    for captures in find_matches(parsed, _SECTIONS):
        for kind, (body,) in captures.items():
            spans.extend(
                [(body.start_byte, body.end_byte)]
                if kind == "hidden"
                else _find_private(parsed, body, private=kind == "class")
            )
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def _find_private(parsed: Parsed, body: tree_sitter.Node, *, private: bool) -> Iterator[tuple[int, int]]:
    for row in body.children:
        if row.type == "access_specifier":
            private = read_node(parsed, row) == "private"
        elif private:
            yield row.start_byte, row.end_byte


def _sign(defined: Defined) -> str:
    parameters = defined.node.child_by_field_name("parameters")
    if defined.definition.kind is Kind.MACRO and parameters is not None:
        return sign(defined.parsed, defined.node.start_byte, parameters.end_byte)
    return sign_declaration(defined, _ENDS)


_ENDS: Final = frozenset(
    {
        "compound_statement",
        "declaration_list",
        "default_method_clause",
        "delete_method_clause",
        "enumerator_list",
        "field_declaration_list",
        "field_initializer_list",
        "try_statement",
    }
)

EXTRACTOR: Final = Extractor(
    languages=(Language.C, Language.CPP),
    imports=_read_imports,
    visibility=_see,
    signature=_sign,
    calls=lambda language: _CALLS if language is Language.C else _CPP_CALLS,
)
