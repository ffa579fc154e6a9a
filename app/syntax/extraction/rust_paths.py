"""Paths of Rust: those of a `use` one by one, and what a path means that stands within an inline module."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import tree_sitter

from app.core.fit.packed import CHARACTERS
from app.syntax.extraction.language import line_of
from app.syntax.extraction.spelling import spell, unescape
from app.syntax.parsing import Parsed


class Leaf(NamedTuple):
    """One path as it is written. `inside` is the module of the text that it stands in; `whole`: all of it is meant."""

    path: str
    line: int
    inside: tuple[str, ...] = ()
    as_name: str = ""
    passed_on: bool = False
    level: int = 0
    names: tuple[str, ...] = ()
    whole: bool = False
    in_code: bool = False


def flatten(parsed: Parsed, tree: tree_sitter.Node) -> Iterator[Leaf]:
    """The leaves of a tree of names, in their order. A path longer than a name may be is one, as it is."""
    waiting = [(tree, "")]
    while waiting:
        node, before = waiting.pop()
        if node.type in {"use_list", "scoped_use_list"}:
            inner = node if node.type == "use_list" else node.child_by_field_name("list")
            path = _join(before, parsed, node.child_by_field_name("path"))
            if not path and parsed.source.startswith(b"::", node.start_byte):
                path = "::"
            if len(path) > CHARACTERS:
                yield Leaf(path, line_of(node), whole=True)
            elif inner is not None:
                waiting.extend((child, path) for child in reversed(inner.named_children))
        elif node.type == "use_wildcard":
            yield Leaf(_join(before, parsed, next(iter(node.named_children), None)), line_of(node), names=("*",))
        elif "comment" not in node.type:
            yield _read_leaf(parsed, node, before)


def _read_leaf(parsed: Parsed, node: tree_sitter.Node, before: str) -> Leaf:
    alias = node.child_by_field_name("alias")
    inner = node.child_by_field_name("path") if node.type == "use_as_clause" else node
    itself = inner is not None and inner.type == "self" and bool(before)
    path = before if itself else _join(before, parsed, inner)
    return Leaf(path, line_of(node), as_name=name_of(parsed, alias), whole=itself)


def _join(before: str, parsed: Parsed, node: tree_sitter.Node | None) -> str:
    path = name_of(parsed, node)
    return f"{before}::{path}" if before and path and before != "::" else before + path


def name_of(parsed: Parsed, node: tree_sitter.Node | None) -> str:
    """A name or path without white space, comments and the sign that a keyword is a name; empty for none."""
    return spell(parsed, node).replace("r#", "")


def go_on(path: str, known: dict[str, str]) -> str:
    """A path from where its first part leads, as far as this text tells; as it is where that leads in a circle."""
    met: set[str] = set()
    whole = path
    while (found := known.get(first := path.partition("::")[0])) and found.partition("::")[0] != first:
        if first in met or len(path) > CHARACTERS:
            return whole
        met.add(first)
        path = found + path[len(first) :]
    return path


def place(path: str, inside: tuple[str, ...]) -> str:
    """A path that is relative to a module of the text, as one that is relative to that of the file."""
    parts = path.split("::")
    if parts[0] not in {"self", "super"}:
        return path
    parts = parts[parts[0] == "self" :]
    up = next((at for at, part in enumerate(parts) if part != "super"), len(parts))
    above = ["super"] * (up - len(inside)) or ["self", *inside[: len(inside) - up]]
    return "::".join([*above, *parts[up:]])


def read_files(text: str, key: str = "") -> list[str]:
    """The files that literals in some tokens name: each behind `key =`; without a key, the one that they are in all."""
    if key:
        return [_read_literal(found) for found in _GIVEN.finditer(text) if found["key"] == key]
    found = _ALONE.fullmatch(text)
    return [_read_literal(found)] if found else []


def _read_literal(found: re.Match[str]) -> str:
    return unescape(found["text"]) if found["raw"] is None else found["raw"]


_LITERAL: Final = r'(?:r(?P<mark>#{0,8})"(?P<raw>.*?)"(?P=mark)|"(?P<text>(?:[^"\\]|\\.)*)")'
_GIVEN: Final = re.compile(r"\b(?P<key>\w+)\s*=\s*" + _LITERAL, re.DOTALL)
_ALONE: Final = re.compile(r"[(\[{]\s*" + _LITERAL + r"\s*,?\s*[)\]}]", re.DOTALL)
