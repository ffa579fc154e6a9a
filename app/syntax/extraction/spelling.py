"""How a part of a tree is spelled: names without what may stand between their parts, declarations without their marks.

For the files of `app.syntax.extraction`. Texts are cut out of the source: what a node says of its own text is a copy of
all that the parser was handed with it, and a file has tens of thousands of nodes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator
from typing import Final

import tree_sitter

from app.syntax.extraction.language import Captures, Defined, sign
from app.syntax.parsing import Parsed
from app.syntax.tokens import walk_tokens


def read_node(parsed: Parsed, node: tree_sitter.Node | None) -> str:
    """The text of a node as it stands; empty for none."""
    return "" if node is None else parsed.source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def spell(parsed: Parsed, node: tree_sitter.Node | None) -> str:
    """The text of a node without white space and comments between its parts; empty for none."""
    text = read_node(parsed, node)
    if node is None or not _LOOSE.search(text):
        return text
    tokens = walk_tokens(parsed, node.start_byte, node.end_byte)
    kept = (parsed.source[token.start : token.end] for token in tokens if not token.comment)
    return b"".join(kept).decode("utf-8", "replace")


def unescape(literal: str) -> str:
    """What is between the quotes of a literal, with the letters that it gives by their numbers."""
    return _ESCAPE.sub(_read_escape, literal) if "\\" in literal else literal


def _read_escape(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3] or found[4]
    if digits is None:
        return "" if found[5] == "\n" else found[5]
    number = int(digits, 16)
    return chr(number) if number <= sys.maxunicode else found[0]


def sign_declaration(defined: Defined, ends: Collection[str]) -> str:
    """A definition up to the first child of one of these types, without annotations, attributes and a last semicolon.

    Modifiers stay, in their order, ahead of the rest.
    """
    words: list[str] = []
    start, end = defined.node.start_byte, defined.node.end_byte
    ahead = True
    for child in defined.node.children:
        ahead = ahead and child.type in _MARKS
        if ahead:
            start = child.end_byte
            if child.type == "modifiers":
                kept = (word for word in child.children if word.type not in _NOTES and not word.is_error)
                words.extend(sign(defined.parsed, word.start_byte, word.end_byte) for word in kept)
        if child.type in ends:
            end = child.start_byte
            break
    words.append(sign(defined.parsed, start, end))
    return " ".join(words).removesuffix(";").rstrip()


def modifiers_of(defined: Defined) -> frozenset[str]:
    """The keywords before a definition, and what stands for one in the tree (`modifier`, `visibility_modifier`)."""
    return frozenset(_read_modifiers(defined))


def first_of(captures: Captures, name: str) -> tree_sitter.Node | None:
    """The one node of a capture, if the match has it."""
    return next(iter(captures.get(name, ())), None)


def is_whole(node: tree_sitter.Node) -> bool:
    """Whether no part of a node fits nowhere; a token that is missing at its end is let pass."""
    return not any(child.is_error or (child.has_error and not child.is_missing) for child in node.children)


_ESCAPE: Final = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,8})\}|U([0-9a-fA-F]{8})|(.))", re.DOTALL
)
_LOOSE: Final = re.compile(r"[\s/#]")
_NOTES: Final = frozenset({"annotation", "marker_annotation", "line_comment", "block_comment", "comment"})
_MARKS: Final = frozenset({"modifiers", "attribute_list", *_NOTES})


def _read_modifiers(defined: Defined) -> Iterator[str]:
    for child in defined.node.children:
        for word in child.children if child.type == "modifiers" else (child,):
            if word.type in {"modifier", "visibility_modifier", "storage_class_specifier"}:
                yield read_node(defined.parsed, word)
            elif not word.is_named:
                yield word.type
        if child.type in _BODIES:
            return


_BODIES: Final = frozenset({"class_body", "declaration_list", "block", "body_statement"})
