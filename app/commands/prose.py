"""The command lines of a comment: at the start of a line of prose, as CommonMark understands prose.

Never in a quote, code, HTML, heading, table or link, nor in what raw tags or `$$` enclose as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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


# Tags, comments and declarations as browsers end them (https://html.spec.whatwg.org, 13.2.5). What does not end takes
# the rest, and nothing is given back once taken, so that hostile text is read in linear time.
_MARKUP: Final = re.compile(
    r"""
      <!-- (?: -?> | .*? --!?> )
    | < (?P<slash>/?) (?P<name> [a-z] [^/>BLANK]*+ )
      (?: [/BLANK]++
        | (?: = [^/>=BLANK]*+ | [^/>=BLANK]++ )
          (?: [BLANK]*+ = [BLANK]*+ (?: "[^"]*+" | '[^']*+' | (?!["']) [^>BLANK]*+ ) | (?! [BLANK]*+ = ) )
      )*+ >
    | < (?!!--) [!?/] [^>]*+ >
    | (?P<cut> < [a-z!?/] .* )
    """.replace("BLANK", r"\t\n\f\r\x20"),
    re.VERBOSE | re.IGNORECASE | re.DOTALL | re.ASCII,
)
_ENDING_IN_ANY_BLOCK: Final = frozenset(
    ("blockquote", "details", "pre", "table", "a", "code", "tt", "s", "strike", *(f"h{rank}" for rank in range(1, 7)))
)
_ENDING_IN_THEIR_BLOCK: Final = frozenset(("del", "kbd", "q", "samp", "var"))
_CELLS: Final = ("th_open", "td_open")
_MATH: Final = "$$"
_NO_BLOCK: Final = -1


@dataclass(slots=True)
class _Enclosures:
    """The raw tags and the math that are open, the innermost last, each with the block where alone it can end.

    Only the innermost ends: what overlaps, or never ends, holds to the end of the comment, and nothing commands there.
    """

    open: list[tuple[str, int]] = field(default_factory=list)

    def take_html(self, html: str, block: int, *, in_cell: bool) -> None:
        """Read raw HTML. In a cell nothing ends that was opened outside of it."""
        for markup in _MARKUP.finditer(html):
            name = markup["name"] or ""
            name = name.lower() if name.isascii() else ""
            if markup["cut"]:
                self.open.append(("", block))
            elif name in _ENDING_IN_THEIR_BLOCK or (name in _ENDING_IN_ANY_BLOCK and in_cell):
                self._take((name, block), ends=bool(markup["slash"]))
            elif name in _ENDING_IN_ANY_BLOCK:
                self._take((name, _NO_BLOCK), ends=bool(markup["slash"]))

    def take_text(self, text: str, block: int) -> None:
        """Read text of a paragraph. Math begins in no other enclosure."""
        for _ in range(text.count(_MATH)):
            math = (_MATH, block)
            if not self.open or self.open[-1] == math:
                self._take(math, ends=bool(self.open))

    def _take(self, mark: tuple[str, int], *, ends: bool) -> None:
        if not ends:
            self.open.append(mark)
        elif self.open and self.open[-1] == mark:
            self.open.pop()


def _prose_lines(body: str) -> Iterator[str]:
    """Every line of every paragraph outside quotes and enclosures that begins with plain text."""
    tokens = _MARKDOWN.parse(body)
    enclosures = _Enclosures()
    blocks = [_NO_BLOCK]
    quotes = 0
    for index, token in enumerate(tokens):
        quotes += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "html_block":
            enclosures.take_html(token.content, blocks[-1], in_cell=False)
        elif token.type == "inline":
            lines = _plain_lines(token.children or [], enclosures, index, tokens[index - 1].type)
            yield from lines if quotes == 0 and tokens[index - 1].type == "paragraph_open" else ()
        elif token.nesting == 1:
            blocks.append(index)
        elif token.nesting == -1:
            blocks.pop()


def _plain_lines(children: Sequence[Token], enclosures: _Enclosures, block: int, opened_by: str) -> list[str]:
    lines: list[str] = []
    line: list[Token] = []
    enclosed = bool(enclosures.open)
    for child in [*children, Token("softbreak", "br", 0)]:
        if child.type not in ("softbreak", "hardbreak"):
            line.append(child)
            if child.type == "html_inline":
                enclosures.take_html(child.content, block, in_cell=opened_by in _CELLS)
            elif child.type == "text" and opened_by == "paragraph_open":
                enclosures.take_text(child.content, block)
            continue
        # A line that begins inside a link or emphasis opened on an earlier one is not the start of prose.
        if line and not enclosed and line[0].type == "text" and line[0].level == 0:
            lines.append("".join(_source(token) for token in line))
        line = []
        enclosed = bool(enclosures.open)
    return lines


def _source(token: Token) -> str:
    """A token about as it was written, so that a reason keeps its underscores and code."""
    if token.type == "text":
        return token.content
    if token.type == "code_inline":
        return f"{token.markup}{token.content}{token.markup}"
    if token.type in ("em_open", "em_close", "strong_open", "strong_close", "s_open", "s_close"):
        return token.markup
    return token.content
