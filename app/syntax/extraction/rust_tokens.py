"""What is among the tokens of a macro, which have no syntax until the macro is expanded.

Statements that read as imports, and paths from `crate`, `self` or `super`, are taken for what they look like: most
macros hand on what they are given. What cannot be told, as a part of it is the macro's own, is said to be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import tree_sitter

from app.syntax.extraction.language import line_of
from app.syntax.extraction.rust_paths import Leaf, flatten
from app.syntax.languages import Language
from app.syntax.parsing import Parsed, load_grammar
from app.syntax.tokens import walk_tokens

MOST_STATEMENTS: Final = 500
"""In one tree of tokens. Macros that hold a file's worth of modules have some dozens."""

_WORD: Final = rb"(?:r#)?[A-Za-z_]\w*"
_WORTH_A_LOOK: Final = re.compile(rb"\b(?:use|mod|crate|self|super)\b")
_FOUND: Final = re.compile(
    rb"(?<![\w$])(?P<statement>(?:use\b|extern\s+crate\b)[^;]{0,2000};)"
    rb"|(?<![\w$])mod\s+(?P<mod>" + _WORD + rb"|\$\w+)\s*(?P<end>[;{])"
    rb"|(?P<vis>\bpub\s*\(\s*(?:in\s+[^()]*|crate|self|super)\s*\))"
    rb"|(?<![\w:$])\$?(?P<path>(?:crate|self|super)(?:\s*::\s*" + _WORD + rb")+)(?P<more>\s*::\s*\$)?"
    rb"|(?<![\w:$])(?P<bare>\$?crate\b|super\b|use\b(?!\s*<))"
)
_BLANK: Final = re.compile(rb"\s+|r#")
_SILENT: Final = frozenset({"string_content", "escape_sequence", "char_literal"})
_PATH_ATTRIBUTE: Final = re.compile(rb"#\s*\[[^\]]*\bpath\s*=[^\]]*\]\s*(?:pub\b[^;{}]*)?\Z")


def read_tokens(parsed: Parsed, tokens: tree_sitter.Node, inside: tuple[str, ...]) -> Iterator[Leaf | None]:
    """The paths that the tokens of a macro take in; None for one that cannot be told."""
    start = tokens.start_byte
    if not _WORTH_A_LOOK.search(parsed.source, start, tokens.end_byte):
        return
    text = _silence(parsed, tokens)
    line, at, statements = line_of(tokens), 0, 0
    for found in _FOUND.finditer(text):
        line += text.count(b"\n", at, found.start())
        at = found.start()
        statements += bool(found["statement"])
        if statements > MOST_STATEMENTS:
            yield None
            return
        yield from _read(found, line, inside)


def _read(found: re.Match[bytes], line: int, inside: tuple[str, ...]) -> Iterator[Leaf | None]:
    if found["statement"]:
        yield from _read_statement(found["statement"], line, inside)
    elif found["mod"]:
        told = found["end"] == b";" and not found["mod"].startswith(b"$")
        placed = _PATH_ATTRIBUTE.search(found.string, max(0, found.start() - 500), found.start())
        yield Leaf(f"self::{_name(found['mod'])}", line, inside, level=-1) if told and not placed else None
    elif found["path"]:
        yield Leaf(_name(found["path"]), line, inside, in_code=True)
        if found["more"]:
            yield None
    elif found["bare"]:
        yield None


def _read_statement(statement: bytes, line: int, inside: tuple[str, ...]) -> Iterator[Leaf | None]:
    text = statement.replace(b"$crate", b" crate")
    grammar = load_grammar(Language.RUST)
    tree = tree_sitter.Parser(grammar).parse(text)
    row = next(iter(tree.root_node.named_children), None)
    if row is None or tree.root_node.has_error or b"$" in text:
        yield None
        return
    parsed = Parsed(Language.RUST, text, tree)
    if row.type == "extern_crate_declaration":
        name = row.child_by_field_name("name")
        crate = "" if name is None else _name(text[name.start_byte : name.end_byte])
        yield Leaf(f"::{crate}", line, whole=True) if crate and crate != "self" else None
        return
    argument = row.child_by_field_name("argument")
    for leaf in flatten(parsed, argument) if argument is not None else ():
        yield leaf._replace(line=line + leaf.line - 1, inside=inside)


def _silence(parsed: Parsed, tokens: tree_sitter.Node) -> bytes:
    """The text of the tokens with white space for what is in comments and literals, line feeds aside."""
    start = tokens.start_byte
    text = bytearray(parsed.source[start : tokens.end_byte])
    for token in walk_tokens(parsed, start, tokens.end_byte):
        if token.comment or token.kind in _SILENT or not token.kind:
            span = slice(token.start - start, token.end - start)
            text[span] = _INK.sub(b" ", bytes(text[span]))
    return bytes(text)


def _name(word: bytes) -> str:
    return _BLANK.sub(b"", word).decode("utf-8", "replace")


_INK: Final = re.compile(rb"[^\n]")
