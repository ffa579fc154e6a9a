"""The only way words reach GitHub: `Markdown`, built by escaping.

Whatever text comes in, what goes out cannot notify a person, refer to an issue, run a command of a bot, load an image,
link anywhere, carry raw HTML or break out of its fence. Text from a model or a pull request is read as CommonMark and
written again from the tree (https://spec.commonmark.org), because patterns over the source text miss what GitHub's
renderer sees. GitHub finds mentions, references and bare links in rendered text, so a backslash does not stop them; a
zero-width space (U+200B) does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from app.core.text.unicode import reveal

BREAK = "\u200b"
"""Zero-width space: keeps GitHub from seeing a mention, reference, link or command, and people from noticing."""

MAX_RICH_CHARACTERS = 20_000
"""Longer untrusted Markdown is cut before it is read."""

_ACTIVE = re.compile(r"([\\`*\[\]<&$|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
_OPENS_BLOCK = re.compile(r"(?m)^(\s*)([#>+=-]|\d{1,9}(?=[.)]))")
_REFERENCES = (
    (re.compile(r"@(?=[\w-])"), f"@{BREAK}"),
    (re.compile(r"#(?=\d)"), f"#{BREAK}"),
    (re.compile(r"\b(gh)-(?=\d)", re.IGNORECASE), rf"\1-{BREAK}"),
    (re.compile(r"(?<=[a-zA-Z]):(?=//)"), f":{BREAK}"),
    (re.compile(r"\b(www)\.", re.IGNORECASE), rf"\1{BREAK}."),
    (re.compile(r"\b(mailto|xmpp|data|javascript|vbscript|file):", re.IGNORECASE), rf"\1{BREAK}:"),
    (re.compile(r"(?m)^(\s*)/(?=\w)"), rf"\1/{BREAK}"),
)
_NO_LANGUAGE = re.compile(r"[^A-Za-z0-9+#-]")
_PARSER = MarkdownIt("commonmark").enable(["strikethrough"])


@dataclass(frozen=True, slots=True)
class Markdown:
    """Text that may be posted. Only the functions of this module make one from text that they did not write."""

    text: str

    def __str__(self) -> str:
        return self.text

    def __add__(self, other: Markdown) -> Markdown:
        """Both, one after the other."""
        return Markdown(self.text + other.text)

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def size(self) -> int:
        """Bytes in UTF-8, as GitHub limits them."""
        return len(self.text.encode())

    def formatted(self, **parts: Markdown | int) -> Self:
        """A template of ours with its `{names}` filled by what is safe already."""
        return type(self)(self.text.format(**{name: str(part) for name, part in parts.items()}))


def join(parts: Iterable[Markdown], separator: str = "") -> Markdown:
    """The parts with `separator` (a constant of ours) between them."""
    return Markdown(separator.join(part.text for part in parts))


def paragraphs(*parts: Markdown) -> Markdown:
    """The non-empty parts as blocks of their own."""
    return join((part for part in parts if part), "\n\n")


def plain(text: str) -> Markdown:
    """Untrusted text as one line of prose that shows exactly these characters."""
    return Markdown(_prose(_one_line(text)))


def code(text: str) -> Markdown:
    """Untrusted text as an inline code span (CommonMark 6.1: delimited by a longer run of backticks)."""
    content = _one_line(text) or " "
    fence = "`" * (_longest_run(content, "`") + 1)
    pad = " " if content.startswith("`") or content.endswith("`") else ""
    return Markdown(f"{fence}{pad}{content}{pad}{fence}")


def cell(part: Markdown) -> Markdown:
    """A part made fit for a table: GitHub splits cells at `|` even inside code."""
    return Markdown(re.sub(r"(?<!\\)\|", r"\\|", part.text.replace("\n", " ")))


def fence(text: str, language: str = "") -> Markdown:
    """Untrusted text as a fenced block with exactly this content (CommonMark 4.5: a longer fence than any inside)."""
    mark = "`" * max(3, _longest_run(text, "`") + 1)
    safe_language = _NO_LANGUAGE.sub("", language)
    body = text if text.endswith("\n") or not text else f"{text}\n"
    return Markdown(f"{mark}{safe_language}\n{body}{mark}")


def permalink(label: Markdown, base_url: str, repository: str, sha: str, path: str, line: int | None) -> Markdown:
    """A link to a line of a file at a commit of this very repository: the one kind of link to code that is posted."""
    target = f"{base_url}/{_quoted(repository)}/blob/{_quoted(sha)}/{_quoted(path)}"
    anchor = f"#L{line}" if line is not None else ""
    return Markdown(f"[{label.text}](<{target}{anchor}>)")


def comment_link(label: Markdown, base_url: str, repository: str, number: int, anchor: str) -> Markdown:
    """A link to a comment on a pull request of this very repository; `anchor` is GitHub's word and its id."""
    return Markdown(f"[{label.text}](<{base_url}/{_quoted(repository)}/pull/{number}#{_quoted(anchor)}>)")


def link(label: Markdown, url: str) -> Markdown:
    """A link to a page of the operator's own; `url` comes from the operator's settings, never from a review."""
    target = re.sub(r"[<>\s]", "", url)
    return Markdown(f"[{label.text}](<{target}>)")


def rich(text: str) -> Markdown:
    """Untrusted Markdown, read as CommonMark and written again with prose, emphasis, lists and code alone.

    Headings become bold lines; links keep their words; images their description; HTML is shown as text.
    """
    cut = text[:MAX_RICH_CHARACTERS]
    root = SyntaxTreeNode(_PARSER.parse(cut.replace("\x00", "\ufffd")))
    body = Markdown("\n\n".join(block for child in root.children if (block := _block(child, 0))))
    if len(text) <= MAX_RICH_CHARACTERS:
        return body
    return paragraphs(body, Markdown(f"*(cut after {MAX_RICH_CHARACTERS:,} characters)*"))


def comment_marker(name: str, **values: str | int) -> Markdown:
    """A hidden marker of ours, by which a later run finds what an earlier one wrote."""
    pairs = "".join(f" {key}={re.sub(r'[^A-Za-z0-9:._-]', '', str(value))}" for key, value in values.items())
    return Markdown(f"<!-- lintel:{name}{pairs} -->")


def bullets(items: Sequence[Markdown]) -> Markdown:
    """A list, one line an item."""
    return join((Markdown(f"- {item.text}") for item in items), "\n")


def details(summary: Markdown, body: Markdown) -> Markdown:
    """A part that people open if they want it."""
    return Markdown(f"<details>\n<summary>{_as_html(summary.text)}</summary>\n\n{body.text}\n\n</details>")


def _as_html(text: str) -> str:
    # GitHub reads no Markdown inside <summary>: escapes would show.
    unescaped = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
    return unescaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _one_line(text: str) -> str:
    return " ".join(reveal(text.replace("\t", " ").replace("\r", " ").replace("\n", " ")).split())


def _prose(text: str) -> str:
    # Breaks first, escapes second: a backslash in the middle would hide from these patterns what GitHub still sees.
    for pattern, replacement in _REFERENCES:
        text = pattern.sub(replacement, text)
    return _OPENS_BLOCK.sub(_disarm_opening, _ACTIVE.sub(r"\\\1", text))


def _disarm_opening(match: re.Match[str]) -> str:
    # A number cannot be escaped, so the break stands before its full stop.
    mark = match[2]
    return f"{match[1]}{mark}{BREAK}" if mark.isdigit() else f"{match[1]}\\{mark}"


def _longest_run(text: str, character: str) -> int:
    return max((len(run) for run in re.findall(f"{re.escape(character)}+", text)), default=0)


def _quoted(text: str) -> str:
    safe = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
    return "".join(chr(byte) if byte in safe else f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))


def _block(node: SyntaxTreeNode, depth: int) -> str:
    if depth > 8:
        return plain(_words(node)).text
    match node.type:
        case "paragraph":
            return _inlines(node)
        case "heading":
            return f"**{_inlines(node)}**"
        case "fence" | "code_block":
            return fence(reveal(node.content), _language(node)).text
        case "bullet_list" | "ordered_list":
            return _list(node, depth)
        case "html_block":
            return plain(node.content).text
        case "hr":
            return ""
        case _:
            return "\n\n".join(block for child in node.children if (block := _block(child, depth + 1)))


def _language(node: SyntaxTreeNode) -> str:
    """What a block says it is written in. A `suggestion` would be a button that changes files unchecked."""
    named = _NO_LANGUAGE.sub("", (node.info or "").split(" ")[0]) if node.type == "fence" else ""
    return "" if named.lower() == "suggestion" else named


def _list(node: SyntaxTreeNode, depth: int) -> str:
    items = []
    for number, item in enumerate(node.children, start=1):
        mark = f"{number}. " if node.type == "ordered_list" else "- "
        body = "\n\n".join(block for child in item.children if (block := _block(child, depth + 1)))
        items.append(mark + body.replace("\n", "\n" + " " * len(mark)))
    return "\n".join(items)


def _inlines(node: SyntaxTreeNode) -> str:
    return "".join(_inline(child) for inline in node.children for child in inline.children).strip()


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text":
            return _prose(reveal(node.content))
        case "code_inline":
            return code(node.content).text
        case "softbreak" | "hardbreak":
            return "\n"
        case "em" | "strong" | "s":
            return _emphasis(node)
        case "image":
            return _prose(_one_line(_words(node)))
        case "html_inline":
            return _prose(_one_line(node.content))
        case _:
            return "".join(_inline(child) for child in node.children)


def _emphasis(node: SyntaxTreeNode) -> str:
    inner = "".join(_inline(child) for child in node.children)
    mark = {"em": "*", "strong": "**", "s": "~~"}[node.type]
    return f"{mark}{inner}{mark}" if inner.strip() == inner and inner else inner


def _words(node: SyntaxTreeNode) -> str:
    token: Token | None = node.token
    if not node.children:
        return token.content if token else ""
    return " ".join(_words(child) for child in node.children)
