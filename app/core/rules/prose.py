"""The statements of a Markdown file that are rules: items of lists, and demands among its sentences.

Read as CommonMark (https://spec.commonmark.org). Headings, and a line that leads in a list, are the context of what
stands below them. Code is an example, HTML a note to somebody else: neither is a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.rules.wording import LONGEST, demands, is_silent, lists_rule, orders_items

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

MAX_HEADING = 120
"""Characters of the context that are kept, the nearest."""

_SENTENCE_END = re.compile(r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\betc\.)(?<=[.!?])[ \n]+(?=[\"'`(]*[A-Z`])")
_MARK = re.compile(r"^\[(?:[ xX]|![A-Z]+)\]\s+")
"""A box to tick, or the kind of a note."""

_LISTS = frozenset({"bullet_list", "ordered_list"})


@dataclass(frozen=True, slots=True)
class Statement:
    """A rule as it stands in a file: its line, counted from 1, the context it has from above, its words on one line."""

    line: int
    heading: str
    text: str


def read_statements(text: str) -> list[Statement]:
    """The rules in a Markdown text, in its order."""
    return list(_read_blocks(_parse(text), []))


def read_headed(text: str) -> dict[str, str]:
    """The words right below each heading, by heading in lower case; those below a repeated heading together."""
    below: dict[str, str] = {}
    heading = ""
    for node in _parse(text):
        if node.type == "heading":
            heading = _words(node).lower()
        else:
            below[heading] = f"{below.get(heading, '')}\n{_all_words(node)}"
    return below


def _parse(text: str) -> Sequence[SyntaxTreeNode]:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - every plan without guidance would pay for loading it
    from markdown_it.tree import SyntaxTreeNode  # noqa: PLC0415 - the same

    return SyntaxTreeNode(MarkdownIt("commonmark").parse(text.replace("\x00", "\ufffd"))).children


def _read_blocks(nodes: Sequence[SyntaxTreeNode], above: Sequence[str]) -> Iterator[Statement]:
    """The statements of blocks that stand side by side; `above` is their context, from the widest."""
    headings: list[tuple[int, str]] = []
    lead = ""
    for node in nodes:
        context = [*above, *(words for _, words in headings)]
        if node.type == "heading":
            level = int(node.tag[1:])
            headings = [(one, words) for one, words in headings if one < level]
            headings.append((level, " ".join(_words(node).split())))
        elif any(map(is_silent, context)):
            continue
        elif node.type == "paragraph":
            yield from _read_paragraph(node, context)
        elif node.type in _LISTS:
            yield from _read_list(node, [*context, lead] if lead else context)
        elif node.type == "blockquote":
            yield from _read_blocks(node.children, context)
        last = _SENTENCE_END.split(_words(node).rstrip())[-1] if node.type == "paragraph" else ""
        lead = " ".join(last.split()) if last.endswith(":") and len(last) <= LONGEST else ""


def _read_paragraph(node: SyntaxTreeNode, context: Sequence[str]) -> Iterator[Statement]:
    words = _words(node)
    marked = _MARK.match(words)
    if words.startswith("|"):
        return  # a table is no CommonMark: it would be read as one long sentence
    line = _line(node)
    at = marked.end() if marked else 0
    for sentence in _SENTENCE_END.split(words[at:]):
        start = words.index(sentence, at)
        at = start + len(sentence)
        if demands(one := " ".join(sentence.split())):
            yield Statement(line + words.count("\n", 0, start), _join(context), one)


def _read_list(node: SyntaxTreeNode, context: Sequence[str]) -> Iterator[Statement]:
    for item in node.children:
        first = item.children[0] if item.children else None
        own = _MARK.sub("", " ".join(_words(first).split())) if first is not None and first.type == "paragraph" else ""
        if first is not None and len(own) > LONGEST:
            yield from _read_paragraph(first, context)
        elif first is not None and own and (lists_rule(own, context) or _is_led(context, own)):
            yield Statement(_line(first), _join(context), own)
        rest = item.children[1:] if own else item.children
        yield from _read_blocks(rest, [*context, own] if own and len(own) <= LONGEST else context)


def _is_led(context: Sequence[str], item: str) -> bool:
    return bool(context) and context[-1].endswith(":") and orders_items(context[-1], item)


def _join(context: Sequence[str]) -> str:
    whole = " › ".join(part for part in context if part)
    return whole if len(whole) <= MAX_HEADING else f"…{whole[-MAX_HEADING + 1 :]}"


def _line(node: SyntaxTreeNode) -> int:
    return node.map[0] + 1 if node.map else 1


def _words(node: SyntaxTreeNode) -> str:
    """The words of a paragraph or heading as people read them; code keeps its backticks."""
    return "".join(_inline(child) for inline in node.children if inline.type == "inline" for child in inline.children)


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text":
            return node.content
        case "code_inline":
            return f"`{node.content}`"
        case "softbreak" | "hardbreak":
            return "\n"
        case "html_inline":
            return ""
        case _:
            return "".join(_inline(child) for child in node.children)


def _all_words(node: SyntaxTreeNode) -> str:
    own = _words(node)
    return "\n".join(words for words in (own, *map(_all_words, node.children)) if words)
