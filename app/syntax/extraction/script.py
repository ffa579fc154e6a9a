"""JavaScript and TypeScript: https://tc39.es/ecma262/#sec-modules and CommonJS, https://nodejs.org/api/modules.html.

Targets are as they are written: `./x`, `@scope/name/sub`. `import d from` takes the name `default`, `import * as n`
takes `*`, `import "x"` and a plain `require("x")` take none. Names that are exported again are passed on: those of
`export … from`, and those of an import that a list, a default or `module.exports` of the file names. `as_names` are
what they are called then (`export * as n`: names `*`, as_names `n`). An import that takes both types and values, or
both passes on and keeps, is one `Import` for each.

`require` goes by its own name, by that of `createRequire`, and as `module.require`; what only asks for the place of a
file (`require.resolve`, `import.meta.resolve`, `new URL("x.js", import.meta.url)`) is a lazy import of it.
`require` within a function and `import()` are lazy; `import type`, `export type` and `import("x").T` are for types.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import tree_sitter

from app.core.fit.source_facts import Import, When
from app.syntax.extraction.disguises import has_html_comments
from app.syntax.extraction.exports import find_exported, find_public, read_export_target, read_literal
from app.syntax.extraction.language import (
    Defined,
    Extractor,
    find_matches,
    is_inside,
    line_of,
    sign,
    text_of,
)
from app.syntax.extraction.loads import Load, Way, find_loads
from app.syntax.faults import Fault
from app.syntax.languages import Language
from app.syntax.parsing import Parsed

_IMPORTS: Final = """
(import_statement) @import
(export_statement source: (string)) @export
"""
_CALLS: Final = """
(call_expression function: [(identifier) @name (member_expression property: (_) @name)])
(new_expression constructor: [(identifier) @name (member_expression property: (_) @name)])
"""
_FUNCTIONS: Final = frozenset(
    {
        *("function_declaration", "generator_function_declaration", "function_expression", "generator_function"),
        *("arrow_function", "method_definition"),
    }
)


class _Taken(NamedTuple):
    """One name that an import takes; `local` is what it is called here, or, of an export, elsewhere."""

    name: str
    local: str
    line: int
    types: bool


def _read_imports(parsed: Parsed) -> Iterator[Import | None]:
    exported = find_exported(parsed)
    for captures in find_matches(parsed, _IMPORTS):
        for kind, nodes in captures.items():
            yield from _read_import(nodes[0], exported) if kind == "import" else _read_export(nodes[0])
    for load in find_loads(parsed):
        yield _read_load(load, exported)


def _read_import(statement: tree_sitter.Node, exported: Mapping[str, list[str]]) -> Iterator[Import]:
    source = statement.child_by_field_name("source")
    clauses = [child for child in statement.named_children if child.type in {"import_clause", "import_require_clause"}]
    if source is None and clauses:
        source = clauses[0].child_by_field_name("source")
    if source is None:
        return
    taken = list(_read_clause(clauses[0])) if clauses else []
    for_types = any(child.type in {"type", "typeof"} for child in statement.children)
    if not taken:
        yield Import(read_literal(source), line_of(statement), when=When.TYPES if for_types else When.LOADING)
    again: dict[bool, list[_Taken]] = {True: [], False: []}
    for item in taken:
        for name in exported.get(item.local, ()):
            again[True].append(item._replace(local=name))
        if item.local not in exported:
            again[False].append(item)
    for passed_on, some in again.items():
        yield from _make_imports(statement, source, some, passed_on=passed_on, for_types=for_types)


def _read_clause(clause: tree_sitter.Node) -> Iterator[_Taken]:
    for node in clause.named_children:
        if node.type == "identifier":
            name = "default" if clause.type == "import_clause" else "*"
            yield _Taken(name, text_of(node), line_of(node), types=False)
        elif node.type == "namespace_import":
            yield _Taken("*", text_of(node.named_children[-1] if node.named_children else None), line_of(node), False)
        elif node.type == "named_imports":
            yield from _read_specifiers(node, "import_specifier")


def _read_export(statement: tree_sitter.Node) -> Iterator[Import]:
    source = statement.child_by_field_name("source")
    if source is None:
        return
    taken: list[_Taken] = []
    for node in statement.children:
        if node.type == "export_clause":
            taken.extend(_read_specifiers(node, "export_specifier"))
        elif node.type == "namespace_export":
            taken.append(_Taken("*", text_of(node.named_children[-1] if node.named_children else None), 0, types=False))
        elif node.type == "*":
            taken.append(_Taken("*", "*", line_of(node), types=False))
    # the grammar knows no `export type * from`: the word is a fault there
    for_types = any(child.type == "type" or text_of(child) == "type" for child in statement.children)
    yield from _make_imports(statement, source, taken, passed_on=True, for_types=for_types)


def _read_specifiers(node: tree_sitter.Node, type_: str) -> Iterator[_Taken]:
    for child in node.named_children:
        if child.type == type_:
            name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
            types = any(word.type in {"type", "typeof"} for word in child.children)
            yield _Taken(read_literal(name), read_literal(alias or name), line_of(child), types)


def _make_imports(
    statement: tree_sitter.Node, source: tree_sitter.Node, taken: Iterable[_Taken], *, passed_on: bool, for_types: bool
) -> Iterator[Import]:
    kinds: dict[bool, list[_Taken]] = defaultdict(list)
    for item in taken:
        kinds[item.types or for_types].append(item)
    line = line_of(statement)
    for types, some in kinds.items():
        renamed = passed_on and any(item.name != item.local for item in some)
        yield Import(
            read_literal(source),
            line,
            tuple(item.name for item in some),
            when=When.TYPES if types else When.LOADING,
            passed_on=passed_on,
            as_names=tuple(item.local for item in some) if renamed else (),
            lines=tuple(item.line or line for item in some) if any(item.line not in (0, line) for item in some) else (),
        )


def _read_load(load: Load, exported: Mapping[str, list[str]]) -> Import | None:
    """None for one of a module that is not written out."""
    way, call, module = load
    if module is None:
        return None
    if way is Way.REQUIRE:
        return _read_require(call, module, exported)
    types = way is Way.LATER and _is_a_type(call)
    return Import(read_literal(module), line_of(module), when=When.TYPES if types else When.LAZY)


def _read_require(call: tree_sitter.Node, module: tree_sitter.Node, exported: Mapping[str, list[str]]) -> Import:
    """With the names that it is taken apart into, or the one behind its dot; passed on with what it is assigned to."""
    holder = call.parent
    dotted = holder.child_by_field_name("property") if holder is not None and holder.type == _DOTTED else None
    if holder is not None and dotted is not None:
        holder = holder.parent
    names: tuple[str, ...] = () if dotted is None else (text_of(dotted),)
    as_names: tuple[str, ...] = ()
    bound = holder.child_by_field_name("name") if holder is not None and holder.type == "variable_declarator" else None
    to = holder.child_by_field_name("left") if holder is not None and holder.type == "assignment_expression" else None
    passed_on = True
    if bound is not None and text_of(bound) in exported:
        names, as_names = names or ("*",), tuple(exported[text_of(bound)])[:1]
    elif to is not None and (export := read_export_target(to)) is not None:
        names, as_names = names or ("*",), (export,) if export else ()
    else:
        passed_on = False
    if bound is not None and bound.type == "object_pattern" and dotted is None:
        keys = (child.child_by_field_name("key") or child for child in bound.named_children)
        names = tuple(text_of(key) for key in keys if key.type in _KEYS)
    when = When.LAZY if is_inside(call, _FUNCTIONS) else When.LOADING
    return Import(read_literal(module), line_of(module), names, when=when, passed_on=passed_on, as_names=as_names)


_DOTTED: Final = "member_expression"
_KEYS: Final = frozenset({"shorthand_property_identifier_pattern", "property_identifier"})


def _is_a_type(call: tree_sitter.Node) -> bool:
    """Whether an `import()` stands where a type does: `typeof import("x")`, `x as import("x").T`."""
    at, around = call, call.parent
    while around is not None and around.type in _PATHS:
        at, around = around, around.parent
    if around is not None and around.type == _COMPARISON and around.parent is not None and around.parent.is_error:
        return True
    if around is None or around.type in _CASTS:
        return around is not None and around.start_byte != at.start_byte
    return around.type in _TYPES or around.type.endswith("_type")


_PATHS: Final = frozenset({"member_expression", "instantiation_expression", "ERROR"})
"""Types of `import("x").a.b` are expressions to the grammar, and now and then a fault."""

_COMPARISON: Final = "binary_expression"
"""What `class A extends B<import("x").T>` is to the grammar, within a fault."""

_CASTS: Final = frozenset({"as_expression", "satisfies_expression"})
_TYPES: Final = frozenset(
    {
        *("type_annotation", "type_query", "type_arguments", "type_alias_declaration", "type_predicate_annotation"),
        *("extends_type_clause", "implements_clause", "constraint", "type_predicate", "asserts"),
    }
)


def _forgives(parsed: Parsed, fault: Fault) -> bool:
    """The grammar knows no `export type * from "x"`: the word is a fault there, and all that is one."""
    return parsed.source[fault.start : fault.end] == b"type" and (
        _BEFORE.search(parsed.source, max(0, fault.start - _NEAR), fault.start) is not None
        and _BEHIND.match(parsed.source, fault.end) is not None
    )


_BEFORE: Final = re.compile(rb"(?<![\w$])export\s+\Z")
_BEHIND: Final = re.compile(rb"\s*\*")
_NEAR: Final = 20
"""Bytes that a word before another one is looked for in."""


def _sign(defined: Defined) -> str:
    node = defined.node
    value = node.child_by_field_name("value") or node.child_by_field_name("right")
    body = node.child_by_field_name("body") or (value and value.child_by_field_name("body"))
    return sign(defined.parsed, node.start_byte, body.start_byte if body else node.end_byte)


EXTRACTOR: Final = Extractor(
    languages=(Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX),
    imports=_read_imports,
    doubts=has_html_comments,
    forgives=_forgives,
    visibility=find_public,
    signature=_sign,
    calls=lambda _: _CALLS,
)
