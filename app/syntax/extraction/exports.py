"""What a file of JavaScript or TypeScript hands out, by `export` or by what it assigns to `exports` of CommonJS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import tree_sitter

from app.syntax.extraction.language import Captures, Defined, find_matches, is_inside, text_of
from app.syntax.extraction.spelling import unescape
from app.syntax.parsing import Parsed

_EXPORTS: Final = """
(export_statement !source (export_clause (export_specifier) @pair))
(export_statement value: (identifier) @default)
((assignment_expression left: (_) @to right: [(identifier) @value (object) @object])
 (#match? @to "^(module\\\\.)?exports(\\\\.\\\\w+)?$"))
"""


def find_exported(parsed: Parsed) -> Mapping[str, list[str]]:
    """By the names of this file what they are called elsewhere, for those that a file exports by their names."""
    exported: dict[str, list[str]] = defaultdict(list)
    for captures in find_matches(parsed, _EXPORTS):
        for local, name in _read_exported(captures):
            exported[local].append(name)
    return exported


def _read_exported(captures: Captures) -> Iterator[tuple[str, str]]:
    for pair in captures.get("pair", ()):
        name, alias = pair.child_by_field_name("name"), pair.child_by_field_name("alias")
        yield read_literal(name), read_literal(alias or name)
    for node in captures.get("default", ()):
        yield text_of(node), "default"
    for node in captures.get("value", ()):
        yield text_of(node), read_export_target(captures["to"][0]) or "*"
    for node in captures.get("object", ()):
        for child in node.named_children:
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if child.type == "shorthand_property_identifier":
                yield text_of(child), text_of(child)
            elif key is not None and value is not None and value.type == "identifier":
                yield text_of(value), read_literal(key)


def read_export_target(left: tree_sitter.Node) -> str | None:
    """The name under which CommonJS exports what is assigned; empty for the whole, None if it exports nothing."""
    words = text_of(left).removeprefix("module.").split(".")
    return ".".join(words[1:]) if words[0] == "exports" or text_of(left) == "module.exports" else None


def find_public(parsed: Parsed) -> Callable[[Defined], bool]:
    """What tells of a definition whether the file exports it; of one within another, whether it is not private."""
    exported = find_exported(parsed)

    def is_public(defined: Defined) -> bool:
        if defined.around:
            return _is_open_member(defined)
        return defined.definition.name in exported or _is_exported(defined.node)

    return is_public


def _is_open_member(defined: Defined) -> bool:
    """Of a class or interface all that is not private; of a namespace what it exports."""
    if defined.around[-1].definition.kind == "module":
        return _is_exported(defined.node) or is_inside(defined.node, {"ambient_declaration"})
    modifiers = (text_of(child) for child in defined.node.children if child.type == "accessibility_modifier")
    return "private" not in modifiers and not defined.definition.name.startswith("#")


def _is_exported(node: tree_sitter.Node) -> bool:
    """Whether its own statement exports it, or assigns it to what CommonJS exports."""
    at: tree_sitter.Node | None = node
    while at is not None and at.type in _CARRIERS:
        left = at.child_by_field_name("left") if at.type == "assignment_expression" else None
        if left is not None and read_export_target(left) is not None:
            return True
        at = at.parent
    around = node.parent
    while around is not None and around.type in _DECLARATIONS:
        around = around.parent
    return around is not None and around.type == "export_statement"


_DECLARATIONS: Final = frozenset({"lexical_declaration", "variable_declaration", "ambient_declaration"})
_CARRIERS: Final = frozenset({"method_definition", "pair", "object", "assignment_expression"})


def read_literal(node: tree_sitter.Node | None) -> str:
    """What a literal says; of another node its text. A template with values in it is none."""
    if node is None or any(child.type == "template_substitution" for child in node.children):
        return ""
    return unescape(text_of(node)[1:-1]) if node.type in {"string", "template_string"} else text_of(node)
