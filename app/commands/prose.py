"""The command lines of a comment: at the start of a line of prose, as CommonMark understands prose.

Never in a quote, code, HTML, heading, table or link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

PREFIX: Final = "/lintel"


@dataclass(frozen=True, slots=True)
class Call:
    """One command line: the words after `/lintel`, as the author wrote them. Untrusted."""

    text: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words, split at ASCII blanks alone, so that no look-alike blank hides in a name."""
        return tuple(word for word in re.split(r"[ \t]+", self.text) if word)


def parse(body: str) -> list[Call]:
    r"""The command lines of a comment's Markdown, in order.

    The whole prefix must be ASCII and be followed by a blank or the line's end; an escaped one (`\/lintel`) or one
    with look-alike letters is no command.
    """
    if PREFIX not in body:
        return []
    return [Call(line[len(PREFIX) :].strip(" \t")) for line in _prose_lines(body) if _is_command(line)]


def _is_command(line: str) -> bool:
    after = line[len(PREFIX) :]
    return line.startswith(PREFIX) and (not after or after[0] in " \t")


# Escapes and entities stay tokens of their own, so that `\/lintel` does not become text that looks like a command.
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("text_join")


def _prose_lines(body: str) -> Iterator[str]:
    """Every line of every paragraph outside quotes that begins with plain text."""
    tokens = _MARKDOWN.parse(body)
    quotes = 0
    for before, token in pairwise(tokens):
        quotes += {"blockquote_open": 1, "blockquote_close": -1}.get(before.type, 0)
        if quotes == 0 and before.type == "paragraph_open" and token.type == "inline":
            yield from _plain_lines(token.children or [])


def _plain_lines(children: Sequence[Token]) -> Iterator[str]:
    line: list[Token] = []
    for child in [*children, Token("softbreak", "br", 0)]:
        if child.type not in ("softbreak", "hardbreak"):
            line.append(child)
            continue
        # A line that begins inside a link or emphasis opened on an earlier one is not the start of prose.
        if line and line[0].type == "text" and line[0].level == 0:
            yield "".join(_source(token) for token in line)
        line = []


def _source(token: Token) -> str:
    """A token about as it was written, so that a reason keeps its underscores and code."""
    if token.type == "text":
        return token.content
    if token.type == "code_inline":
        return f"{token.markup}{token.content}{token.markup}"
    if token.type in ("em_open", "em_close", "strong_open", "strong_close", "s_open", "s_close"):
        return token.markup
    return token.content
