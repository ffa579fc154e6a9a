"""Calls of Python that load a module by its name, and who may say that nothing is loaded.

The words are looked for in the text, and then in the tree what they are: so that one in odd company, or below any
depth, is not overlooked. What loads a module that is not written out is told as such; what `exec` runs is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from unicodedata import normalize

import tree_sitter

from app.syntax.extraction.spelling import read_node
from app.syntax.parsing import Parsed

_LOADERS: Final = frozenset({"import_module", "__import__", "resolve_name", "run_module"})
_ALIAS: Final = re.compile(rb"\b(?:import_module|__import__)\s+as\s+(\w{1,60})", re.ASCII)
_OWNER_ALIAS: Final = re.compile(rb"\bimport\s+(?:importlib|builtins)\s+as\s+(\w{1,60})", re.ASCII)
_NAME: Final = re.compile(rb"(?<![\w\x80-\xff])\w{0,20}[\x80-\xff][\w\x80-\xff]{0,60}", re.ASCII)
_OWNERS: Final = frozenset({"importlib", "builtins", "__builtins__"})
_IDLE: Final = frozenset(
    {
        *("dotted_name", "aliased_import", "import_from_statement", "function_definition", "class_definition"),
        *("parameters", "typed_parameter", "lambda_parameters", "comparison_operator", "expression_statement"),
        *("global_statement", "nonlocal_statement", "delete_statement", "type", "ERROR"),
    }
)
"""Where such a function is only looked at, or the word is the name of something else."""

_NAMED: Final = frozenset({"keyword_argument", "default_parameter", "typed_default_parameter", "named_expression"})
_FAKED: Final = re.compile(
    rb"\bTYPE_CHECKING\s*(?::[^=\n]{0,100}=(?!=)|:=|=(?!=))\s*\(*\s*(?![\s(]|False\b|0\b)|\bas\s+TYPE_CHECKING\b"
    rb"|\b(?:def|class)\s+TYPE_CHECKING\b"
    rb"|^[ \t]*from[ \t]+(?!typing(?:_extensions)?\s)[\w.]+[ \t]+import[ \t]+"
    rb"(?:\([^)]{0,500}|[^\n]{0,200})\bTYPE_CHECKING\b",
    re.MULTILINE,
)
_TYPING: Final = re.compile(rb"\bimport\s+typing(?:_extensions)?\s+as\s+(\w{1,60})", re.ASCII)


class Load(NamedTuple):
    """One call, and what is called in it, by its last part. `call` is None where what loads is handed on.

    `own`: it is a function of Python's own that is called, and not perhaps one of the same name.
    """

    call: tree_sitter.Node | None = None
    called: str = ""
    own: bool = True


def find_loads(parsed: Parsed) -> Iterator[Load]:
    """The calls of a text, by the places of their words."""
    source, root = parsed.source, parsed.tree.root_node
    names = _LOADERS | {found[1].decode() for found in _ALIAS.finditer(source)}
    owners = _OWNERS | {found[1].decode() for found in _OWNER_ALIAS.finditer(source)}
    words = "|".join(map(re.escape, sorted(names))).encode()
    for found in re.finditer(rb"\b(?:" + words + rb")\b", source):
        node = root.descendant_for_byte_range(found.start(), found.end())
        if node is not None and node.type == "identifier" and node.byte_range == found.span():
            yield from _read_word(parsed, node, owners)
    for found in _NAME.finditer(source) if not source.isascii() else ():
        if normalize("NFKC", found[0].decode("utf-8", "replace")) in names:
            node = root.descendant_for_byte_range(found.start(), found.end())
            if node is not None and node.type == "identifier":
                yield Load()


def _read_word(parsed: Parsed, node: tree_sitter.Node, owners: frozenset[str]) -> Iterator[Load]:
    word, at, around = read_node(parsed, node), node, node.parent
    own = word in {"import_module", "__import__"} or word not in _LOADERS
    if around is not None and around.type == "attribute":
        if around.child_by_field_name("attribute") != node:
            return
        own = own and read_node(parsed, around.child_by_field_name("object")) in owners
        at, around = around, around.parent
    while around is not None and around.type == "parenthesized_expression":
        at, around = around, around.parent
    if around is None:
        return
    if around.type == "call" and around.child_by_field_name("function") == at:
        yield Load(around, word, own)
    elif own and _is_handed_on(around, at):
        yield Load()


def _is_handed_on(around: tree_sitter.Node, at: tree_sitter.Node) -> bool:
    if around.type == "assignment":
        return around.child_by_field_name("right") == at
    if around.type in _NAMED:
        return around.child_by_field_name("value") == at
    return around.type not in _IDLE


def find_conditions(parsed: Parsed) -> frozenset[str]:
    """The conditions that hold for a type checker alone; none of a constant that the text gives a value of its own."""
    if b"TYPE_CHECKING" not in parsed.source or _FAKED.search(parsed.source):
        return frozenset()
    names = {"typing", "typing_extensions", "t", *(found[1].decode() for found in _TYPING.finditer(parsed.source))}
    return frozenset({"TYPE_CHECKING", *(f"{name}.TYPE_CHECKING" for name in names)})
