"""Go. An import names a directory by the path of its package: `target` is that path, `*` the name of a dot import.

Aliases and blank imports take in the same directory, so nothing tells them apart. `import "C"` is the preamble of cgo
and no import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import tree_sitter

from app.core.fit.source_facts import Import
from app.syntax.definition_kinds import Kind
from app.syntax.extraction.language import (
    SIGNATURE_CHARACTERS,
    Defined,
    Extractor,
    cut_header,
    find_matches,
    line_of,
    sign,
    sign_before_body,
)
from app.syntax.extraction.spelling import read_node, spell, unescape
from app.syntax.languages import Language
from app.syntax.parsing import Parsed

_CALLS: Final = """
(call_expression function: [
  (identifier) @name
  (selector_expression field: (field_identifier) @name)
  (parenthesized_expression (identifier) @name)
  (index_expression operand: (identifier) @name)
  (index_expression operand: (selector_expression field: (field_identifier) @name))
])
(type_conversion_expression type: (generic_type type: [
  (type_identifier) @name
  (qualified_type name: (type_identifier) @name)
]))
"""
"""A call of a generic function with its types spelled out is a conversion to the grammar."""

_IMPORTS: Final = re.compile(rb"^[ \t]*(?:package\b|import\b(?:\s*\([^)]*)?)", re.MULTILINE)
_AGAIN: Final = re.compile(rb"\bimport\b")
_DECLARATION: Final = re.compile(rb"^(?:func|type|var|const)\b", re.MULTILINE)


def _read_imports(parsed: Parsed) -> Iterator[Import]:
    for captures in find_matches(parsed, "(import_spec path: (_) @path) @spec"):
        (spec,), (path,) = captures["spec"], captures["path"]
        literal = read_node(parsed, path)
        target = unescape(literal[1:-1]) if literal.startswith('"') else literal[1:-1]
        if target and target != "C":
            dot = any(child.type == "dot" for child in spec.children)
            yield Import(target, line_of(spec), ("*",) if dot else ())


def _read_packages(parsed: Parsed) -> Iterator[str]:
    for captures in find_matches(parsed, "(package_clause (package_identifier) @name)"):
        yield read_node(parsed, captures["name"][0])


def _cut(source: bytes) -> bytes:
    return cut_header(source, imports=_IMPORTS, declaration=_DECLARATION, again=_AGAIN, word=b"import")


def _see(parsed: Parsed) -> Callable[[Defined], bool]:
    """Names with a capital are for others; those of the package `main` are for nobody, as nothing can import it."""
    program = "main" in _read_packages(parsed)
    return lambda defined: not program and all(map(_is_exported, (*_receive(defined)[-1:], defined.definition.name)))


def _is_exported(name: str) -> bool:
    return name[:1].isupper()


def _receive(defined: Defined) -> tuple[str, ...]:
    """The names around, and for a method the type that it belongs to, without its star and parameters."""
    receiver = defined.node.child_by_field_name("receiver")
    owners = receiver.named_children if receiver else []
    found = _TYPE.search(spell(defined.parsed, owners[-1].child_by_field_name("type"))) if owners else None
    return (*defined.definition.within, found[0]) if found else defined.definition.within


def _sign(defined: Defined) -> str:
    if defined.definition.kind in {Kind.FUNCTION, Kind.METHOD}:
        return sign_before_body(defined)
    shape = defined.node.child_by_field_name("type")
    if shape is None or shape.type not in {"struct_type", "interface_type"}:
        return f"type {sign(defined.parsed, defined.node.start_byte, defined.node.end_byte)}"
    head = sign(defined.parsed, defined.node.start_byte, shape.start_byte)
    members = "; ".join(_sign_members(defined.parsed, shape))
    word = shape.type.removesuffix("_type")
    return f"type {head} {word} {{ {members} }}" if members else f"type {head} {word}"


def _sign_members(parsed: Parsed, shape: tree_sitter.Node) -> Iterator[str]:
    """What an interface asks for, which is all that it is; of a struct only the types that it embeds."""
    rows = shape.named_children
    if shape.type == "struct_type":
        fields = [field for row in rows for field in row.named_children if field.type == "field_declaration"]
        rows = [field for field in fields if field.child_by_field_name("name") is None]
    length = 0
    for row in rows:
        if "comment" not in row.type and length < SIGNATURE_CHARACTERS:
            member = sign(parsed, row.start_byte, row.end_byte)
            length += len(member)
            yield member


_TYPE: Final = re.compile(r"\w+")

EXTRACTOR: Final = Extractor(
    languages=(Language.GO,),
    imports=_read_imports,
    packages=_read_packages,
    header=_cut,
    visibility=_see,
    signature=_sign,
    within=_receive,
    calls=lambda _: _CALLS,
)
