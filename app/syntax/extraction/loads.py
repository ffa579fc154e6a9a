"""Calls of JavaScript and TypeScript that load a module: `require`, `import()`, and what asks for the place of a file.

The words are looked for in the text, and then in the tree what they are: so that one in odd company, or below any
depth, is not overlooked. What loads a module that is not written out is told as such.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import Enum, auto
from typing import Final, NamedTuple

import tree_sitter

from app.syntax.extraction.exports import read_literal
from app.syntax.extraction.spelling import read_node, unescape
from app.syntax.parsing import Parsed

_ALIAS: Final = re.compile(
    rb"\b([A-Za-z_$][\w$]{0,40})\s*=\s*(?:(?:\w{1,40}\s*\.\s*)?createRequire\s*\(|(?:module\s*\.\s*)?require\s*[;,\n])",
    re.ASCII,
)
_MOST_ALIASES: Final = 5
_WRAPPERS: Final = frozenset(
    {
        *("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"),
        *("type_assertion", "instantiation_expression", "sequence_expression"),
    }
)
"""What gives what stands in it; of a sequence that is the last."""

_NUMBERED: Final = re.compile(
    rb"(?<![\w$])[\w$]{0,20}(?:\\u(?:[0-9a-fA-F]{4}|\{[0-9a-fA-F]{1,8}\})[\w$]{0,20})+", re.ASCII
)
_WORDS: Final = frozenset({"require", "createRequire", "URL"})
_NAMES: Final = frozenset({"identifier", "property_identifier"})
_MISTAKEN: Final = frozenset({"regex_flags", "shorthand_property_identifier"})
"""What hands such a function on, and what the grammar takes a word for that stands behind `/a/` and a comment."""

_MEMBER: Final = "member_expression"
_CALL: Final = "call_expression"
_ASKS: Final = frozenset({"resolve"})
_HARMLESS: Final = frozenset({"main", "cache", "extensions", "paths", "toUrl", "context"})
_OWNERS: Final = re.compile(r"module|(?:global|globalThis|window|self|process\s*\.\s*mainModule|require\s*\.\s*main)")
_META: Final = frozenset({"glob", "globEager", "globEagerDefault"})
_SCRIPT: Final = re.compile(r"\.[cm]?[jt]sx?$")
_LITERALS: Final = frozenset({"string", "template_string"})
_CALLED: Final = frozenset({_CALL, "new_expression"})


class Way(Enum):
    """How a call loads what it names."""

    REQUIRE = auto()
    LATER = auto()
    """By `import()`."""

    PLACE = auto()
    """It only asks for the place of a file, which is loaded some other time."""


class Load(NamedTuple):
    """One call. `module` is the literal with the name of what is loaded; None for one that is not written out."""

    way: Way
    call: tree_sitter.Node
    module: tree_sitter.Node | None


def find_loads(parsed: Parsed) -> Iterator[Load]:
    """The calls of a text, by the places of their words."""
    aliases = list(dict.fromkeys(found[1] for found in _ALIAS.finditer(parsed.source)))
    if len(aliases) > _MOST_ALIASES:
        yield Load(Way.REQUIRE, parsed.tree.root_node, None)
    yield from _find_disguised(parsed)
    names = [b"require", *aliases[:_MOST_ALIASES]]
    words = b"|".join(map(re.escape, (*names, b"import", b"createRequire", b"URL")))
    for found in re.finditer(rb"(?<![\w$])(?:" + words + rb")(?![\w$])", parsed.source):
        node = parsed.tree.root_node.descendant_for_byte_range(found.start(), found.end())
        if node is not None and node.byte_range == found.span():
            yield from _read_word(parsed, node, {name.decode() for name in names})


def _find_disguised(parsed: Parsed) -> Iterator[Load]:
    """Words that give a letter by its number."""
    for found in _NUMBERED.finditer(parsed.source) if b"\\u" in parsed.source else ():
        node = parsed.tree.root_node.descendant_for_byte_range(found.start(), found.end())
        if unescape(found[0].decode()) in _WORDS and node is not None and node.type in _NAMES:
            yield Load(Way.REQUIRE, node, None)


def _read_word(parsed: Parsed, node: tree_sitter.Node, names: Collection[str]) -> Iterator[Load]:
    word = read_node(parsed, node)
    if node.type in _MISTAKEN:
        yield Load(Way.REQUIRE, node, None)
    elif word == "import":
        yield from _read_import(parsed, node)
    elif word == "URL":
        yield from _read_url(parsed, node)
    elif word == "createRequire":
        yield from _read_maker(node)
    elif node.type == "identifier" or (node.type == "property_identifier" and word == "require"):
        yield from _read_require(parsed, node, names)


def _read_import(parsed: Parsed, node: tree_sitter.Node) -> Iterator[Load]:
    around = node.parent
    if around is not None and around.type == "import":
        around = around.parent
    if around is None:
        return
    if around.type == _CALL:
        yield Load(Way.LATER, around, _find_module(around))
    elif around.type == "meta_property" and around.parent is not None and around.parent.type == _MEMBER:
        asked = read_node(parsed, around.parent.child_by_field_name("property"))
        call = around.parent.parent
        if call is not None and call.type == _CALL and asked in _ASKS | _META:
            yield Load(Way.PLACE, call, _find_module(call) if asked in _ASKS else None)


def _read_url(parsed: Parsed, node: tree_sitter.Node) -> Iterator[Load]:
    """`new URL("./x.js", import.meta.url)`, which bundlers and workers take for a module."""
    call = node.parent
    if call is None or call.type != "new_expression":
        return
    module = _find_module(call)
    given = read_node(parsed, call.child_by_field_name("arguments"))
    if module is not None and _SCRIPT.search(read_literal(module)) and "import.meta" in given:
        yield Load(Way.PLACE, call, module)


def _read_maker(node: tree_sitter.Node) -> Iterator[Load]:
    """`createRequire(import.meta.url)("./x")`; one whose result goes anywhere but to a name may load anything."""
    at = _unwrap(node)
    if at.parent is not None and at.parent.type == _MEMBER:
        at = at.parent
    call = at.parent
    if call is None or call.type != _CALL:
        return
    made = _unwrap(call)
    if made.parent is not None and made.parent.type == _CALL and _is_called(made.parent, made):
        yield Load(Way.REQUIRE, made.parent, _find_module(made.parent))
    elif made.parent is None or made.parent.type not in _BINDERS:
        yield Load(Way.REQUIRE, call, None)


def _read_require(parsed: Parsed, node: tree_sitter.Node, names: Collection[str]) -> Iterator[Load]:
    at, around = node, node.parent
    if around is None or (node.type == "property_identifier" and around.type != _MEMBER):
        return
    if around.type == _MEMBER and around.child_by_field_name("property") == node:
        if not _OWNERS.fullmatch(read_node(parsed, around.child_by_field_name("object"))):
            return
        at = around
    at = _unwrap(at)
    around = at.parent
    if around is None:
        return
    if around.type in _CALLED and _is_called(around, at):
        yield Load(Way.REQUIRE, around, _find_module(around))
    elif around.type == _MEMBER:
        asked, call = read_node(parsed, around.child_by_field_name("property")), around.parent
        if asked in _ASKS and call is not None and call.type == _CALL:
            yield Load(Way.PLACE, call, _find_module(call))
        elif asked not in _HARMLESS | _ASKS:
            yield Load(Way.REQUIRE, around, None)
    elif _goes_on(around, at, read_node(parsed, around.child_by_field_name("name")), names):
        yield Load(Way.REQUIRE, around, None)


def _goes_on(around: tree_sitter.Node, at: tree_sitter.Node, name: str, names: Collection[str]) -> bool:
    """Whether a function that loads modules is handed to where nobody follows it."""
    if around.type == "variable_declarator":
        return around.child_by_field_name("value") == at and name not in names
    if around.type == "assignment_expression":
        return around.child_by_field_name("right") == at
    if around.type == "binary_expression":
        return any(child.type in _CHOICES for child in around.children)
    return around.type not in _IDLE and around.child_by_field_name("parameter") != at


_BINDERS: Final = frozenset({"variable_declarator", "assignment_expression"})
_CHOICES: Final = frozenset({"||", "&&", "??"})
_IDLE: Final = frozenset(
    {
        *("unary_expression", "type_query", "formal_parameters", "required_parameter", "optional_parameter"),
        *("import_specifier", "namespace_import", "import_require_clause", "function_declaration"),
        *("expression_statement", "ERROR"),
    }
)
"""Where it is only looked at, or is a name of something else."""


def _unwrap(node: tree_sitter.Node) -> tree_sitter.Node:
    """The outermost node that is worth the same."""
    around = node.parent
    while around is not None and around.type in _WRAPPERS:
        if around.type == "sequence_expression" and around.end_byte != node.end_byte:
            break
        node, around = around, around.parent
    return node


def _is_called(call: tree_sitter.Node, node: tree_sitter.Node) -> bool:
    return node in {call.child_by_field_name("function"), call.child_by_field_name("constructor")}


def _find_module(call: tree_sitter.Node) -> tree_sitter.Node | None:
    """The first of what it is given, if that is written out."""
    arguments = call.child_by_field_name("arguments")
    if arguments is None or arguments.type in _LITERALS:
        first = arguments
    else:
        first = next((child for child in arguments.named_children if child.type != "comment"), None)
    while first is not None and first.type == "parenthesized_expression" and first.named_child_count == 1:
        first = first.named_children[0]
    return first if first is not None and first.type in _LITERALS and read_literal(first) else None
