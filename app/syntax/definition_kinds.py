"""What each grammar calls a definition: its node types by the kind they define, and queries for what has no name field.

A query's capture `@name` is the name, the other capture is called as the kind. Node types are checked against the
grammar when the query is compiled: one that a new version has renamed is an error, and a test compiles them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from app.syntax.languages import Language


class Kind(StrEnum):
    """What is defined. A function directly inside a type is a method."""

    FUNCTION = "function"
    METHOD = "method"
    PROPERTY = "property"
    CLASS = "class"
    STRUCT = "struct"
    ENUM = "enum"
    INTERFACE = "interface"
    TRAIT = "trait"
    IMPLEMENTATION = "implementation"
    TYPE = "type"
    MODULE = "module"
    MACRO = "macro"


class Definers(NamedTuple):
    """`named`: node types whose field `name` is the name, by kind. `queries`: the rest, in tree-sitter's own words."""

    named: Mapping[Kind, str]
    queries: str = ""


_SCRIPT_VALUES = """
(variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)]) @function
(pair key: (property_identifier) @name value: [(arrow_function) (function_expression)]) @function
(assignment_expression
  left: (member_expression property: (property_identifier) @name)
  right: [(arrow_function) (function_expression)]) @function
"""
_JAVASCRIPT = Definers(
    {
        Kind.FUNCTION: "function_declaration generator_function_declaration",
        Kind.METHOD: "method_definition",
        Kind.CLASS: "class_declaration",
    },
    f"{_SCRIPT_VALUES}(field_definition property: (_) @name value: [(arrow_function) (function_expression)]) @method",
)
_TYPESCRIPT = Definers(
    {
        Kind.FUNCTION: "function_declaration generator_function_declaration function_signature",
        Kind.METHOD: "method_definition method_signature abstract_method_signature",
        Kind.CLASS: "class_declaration abstract_class_declaration",
        Kind.INTERFACE: "interface_declaration",
        Kind.ENUM: "enum_declaration",
        Kind.TYPE: "type_alias_declaration",
        Kind.MODULE: "internal_module module",
    },
    f"{_SCRIPT_VALUES}"
    "(public_field_definition name: (_) @name value: [(arrow_function) (function_expression)]) @method",
)
_C_FUNCTIONS = """
(function_definition declarator: (function_declarator declarator: (_) @name)) @function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @name))) @function
(function_definition declarator: (pointer_declarator declarator: (pointer_declarator
  declarator: (function_declarator declarator: (_) @name)))) @function
(struct_specifier name: (_) @name body: (_)) @struct
(union_specifier name: (_) @name body: (_)) @struct
(enum_specifier name: (_) @name body: (_)) @enum
(type_definition declarator: (type_identifier) @name) @type
"""

DEFINERS: Final[Mapping[Language, Definers]] = MappingProxyType(
    {
        Language.PYTHON: Definers(
            {Kind.FUNCTION: "function_definition", Kind.CLASS: "class_definition"},
            "(decorated_definition definition: (function_definition name: (_) @name)) @function"
            "(decorated_definition definition: (class_definition name: (_) @name)) @class",
        ),
        Language.JAVASCRIPT: _JAVASCRIPT,
        Language.TYPESCRIPT: _TYPESCRIPT,
        Language.TSX: _TYPESCRIPT,
        Language.GO: Definers(
            {Kind.FUNCTION: "function_declaration", Kind.METHOD: "method_declaration", Kind.TYPE: "type_alias"},
            "(type_spec name: (_) @name type: (struct_type)) @struct"
            "(type_spec name: (_) @name type: (interface_type)) @interface"
            "(type_spec name: (_) @name) @type",
        ),
        Language.JAVA: Definers(
            {
                Kind.METHOD: "method_declaration constructor_declaration compact_constructor_declaration",
                Kind.CLASS: "class_declaration record_declaration",
                Kind.INTERFACE: "interface_declaration annotation_type_declaration",
                Kind.ENUM: "enum_declaration",
            }
        ),
        Language.RUST: Definers(
            {
                Kind.FUNCTION: "function_item function_signature_item",
                Kind.STRUCT: "struct_item union_item",
                Kind.ENUM: "enum_item",
                Kind.TRAIT: "trait_item",
                Kind.TYPE: "type_item",
                Kind.MODULE: "mod_item",
                Kind.MACRO: "macro_definition",
            },
            "(impl_item type: (_) @name) @implementation",
        ),
        Language.C_SHARP: Definers(
            {
                Kind.FUNCTION: "local_function_statement",
                Kind.METHOD: "method_declaration constructor_declaration destructor_declaration",
                Kind.PROPERTY: "property_declaration",
                Kind.CLASS: "class_declaration record_declaration",
                Kind.STRUCT: "struct_declaration",
                Kind.INTERFACE: "interface_declaration",
                Kind.ENUM: "enum_declaration",
                Kind.TYPE: "delegate_declaration",
                Kind.MODULE: "namespace_declaration",
            }
        ),
        Language.KOTLIN: Definers(
            {Kind.FUNCTION: "function_declaration", Kind.CLASS: "class_declaration object_declaration"}
        ),
        Language.RUBY: Definers({Kind.METHOD: "method singleton_method", Kind.CLASS: "class", Kind.MODULE: "module"}),
        Language.PHP: Definers(
            {
                Kind.FUNCTION: "function_definition",
                Kind.METHOD: "method_declaration",
                Kind.CLASS: "class_declaration",
                Kind.INTERFACE: "interface_declaration",
                Kind.TRAIT: "trait_declaration",
                Kind.ENUM: "enum_declaration",
            }
        ),
        Language.C: Definers({Kind.MACRO: "preproc_function_def"}, _C_FUNCTIONS),
        Language.CPP: Definers(
            {Kind.MACRO: "preproc_function_def", Kind.MODULE: "namespace_definition"},
            f"{_C_FUNCTIONS}(class_specifier name: (_) @name body: (_)) @class"
            "(function_definition declarator: (reference_declarator (function_declarator declarator: (_) @name)))"
            " @function",
        ),
    }
)
