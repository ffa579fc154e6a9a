"""Promise 7 as a check on Markdown: nothing in it can ping, load, run or escape where GitHub renders it."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

# GitHub's renderer: CommonMark with tables and strikethrough; mentions, references and bare links are found in text.
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SEEN_BY_GITHUB = re.compile(r"@[A-Za-z0-9]|(?<![A-Za-z0-9&])#\d|\bGH-\d|[a-z]://|\bwww\.[a-z]|\bmailto:", re.IGNORECASE)
# The only HTML of our own: a marker, small print, and a folded part with its summary.
_OWN_HTML = re.compile(r"<!-- lintel:[a-z]+(?: [a-z]+=[A-Za-z0-9.:_-]*)* -->|</?sub>|</?details>|</?summary>")


def walk(markdown: str) -> list[SyntaxTreeNode]:
    """Every node of its tree."""
    return list(SyntaxTreeNode(GITHUB.parse(markdown)).walk())


def assert_inert(markdown: str) -> None:
    """Not a single image, link or tag, and no text that GitHub acts on."""
    for node in walk(markdown):
        assert node.type not in {"image", "link", "html_block", "html_inline"}, (node.type, markdown)
        _assert_no_call(node, markdown)


def assert_posted_inert(markdown: str, *, links_below: str) -> None:
    """The same for what stands on GitHub: there our own tags are allowed, and links to the head's files."""
    for node in walk(markdown):
        assert node.type != "image", markdown
        if node.type == "link":
            target = str(node.attrs["href"])
            assert target.startswith(links_below), (target, markdown)
            assert not re.search(r"/(?:\.|%2e){1,2}(?:/|$)", target, re.IGNORECASE), (target, markdown)
        if node.type in {"html_block", "html_inline"}:
            assert not re.search(r"<[A-Za-z/!?]", _OWN_HTML.sub("", node.content)), (node.content, markdown)
        _assert_no_call(node, markdown)


def _assert_no_call(node: SyntaxTreeNode, markdown: str) -> None:
    if node.type == "text":
        assert not SEEN_BY_GITHUB.search(node.content), (node.content, markdown)
        assert not re.match(r"\s*/\w", node.content), (node.content, markdown)
