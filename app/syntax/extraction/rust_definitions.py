"""Definitions of Rust: who may use them, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.syntax.definition_kinds import Kind
from app.syntax.extraction.language import Defined
from app.syntax.extraction.spelling import modifiers_of, sign_declaration, spell
from app.syntax.parsing import Parsed


def find_visible(parsed: Parsed) -> Callable[[Defined], bool]:
    """What says `pub` and nothing after it, exported macros, and what belongs to a trait."""
    exported: set[int] = set()
    ahead = False
    for row in parsed.tree.root_node.named_children:
        if row.type == "macro_definition" and ahead:
            exported.add(row.start_byte)
        word = spell(parsed, row) if row.type == "attribute_item" else ""
        ahead = word.startswith("#[macro_export") or (ahead and (bool(word) or "comment" in row.type))

    def is_public(defined: Defined) -> bool:
        if defined.definition.kind is Kind.MACRO:
            return defined.node.start_byte in exported
        if defined.definition.kind is Kind.IMPLEMENTATION or (defined.around and _is_of_trait(defined.around[-1])):
            return True
        return "pub" in modifiers_of(defined)

    return is_public


def _is_of_trait(around: Defined) -> bool:
    return around.definition.kind is Kind.TRAIT or around.node.child_by_field_name("trait") is not None


def sign_rust(defined: Defined) -> str:
    """On one line without its body; of a macro the name alone."""
    if defined.definition.kind is Kind.MACRO:
        return f"macro_rules! {defined.definition.name}"
    return sign_declaration(defined, _ENDS)


_ENDS: Final = frozenset({"block", "declaration_list", "field_declaration_list", "enum_variant_list"})
