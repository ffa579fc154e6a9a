"""Comments as HTML: CommonMark with GitHub's tables and strikethrough, and next to no HTML of the writer's own.

Of HTML only `<details>`, `<summary>` and `<sub>` without attributes live; HTML comments vanish as on GitHub, all else
is shown as the text it is. No image is loaded. What GitHub would make of a bare `@name`, `#1` or URL is made visible.
A `mermaid` fence is a picture if somebody can draw it, which then stands in the page as an image: nothing in it runs.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from app.hub.page.colour import colour
from app.hub.page.unseen import show

_ALIVE = re.compile(
    r"(?<![\w`/@.])@(?P<login>[a-z0-9][a-z0-9-]{0,38}(?:/[a-z0-9._-]+)?)"
    r"|(?<!\w)#(?P<number>\d+)\b"
    r"|\b(?P<url>(?:https?://|www\.)[^\s<>\"']*[^\s<>\"'.,:;!?)*])",
    re.IGNORECASE,
)
_HTML = re.compile(r"<!--.*?-->|<(?P<end>/?)(?P<name>details|summary|sub)\s*>", re.DOTALL | re.IGNORECASE)
_LINK = Markup('<a href="{}" rel="nofollow noopener noreferrer">')

Env = dict[str, Any]
Draw = Callable[[str], str | None]
"""The SVG of a Mermaid text; None where it cannot be drawn, and is shown as code."""


def draw_nothing(_: str) -> str | None:
    """For a page without pictures."""
    return None


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a text stands. `replaces`: the lines a `suggestion` would take the place of, None off the diff.

    `locate` turns the address of a line of this change into a place on this page, None for any other address.
    """

    locate: Callable[[str], str | None]
    path: str = ""
    replaces: tuple[str, ...] | None = None
    draw: Draw = draw_nothing


def render_prose(text: str, setting: Setting) -> Markup:
    """Untrusted Markdown as HTML that is safe on a page."""
    env: Env = {"setting": setting, "linked": False}
    tokens = _tame(_PARSER.parse(text, env), inline=False)
    return Markup(_PARSER.renderer.render(tokens, _PARSER.options, env))  # noqa: S704 - every rule below escapes


def _tame(tokens: Sequence[Token], *, inline: bool) -> list[Token]:
    """The tokens with each piece of HTML made harmless and each tag that lives closed where it was opened."""
    opened: list[tuple[str, int]] = []
    tamed: list[Token] = []
    for token in tokens:
        if token.children:
            token.children = _tame(token.children, inline=True)
        if token.nesting < 0:
            tamed.append(_close(opened, token.level + 1))
        if token.type in ("html_inline", "html_block"):
            # Inside a list or quote a block tag would be closed by its surroundings, and its end tag close ours.
            names = ("sub",) if inline else ("details", "summary") if token.level == 0 else ()
            token.type, token.content = "tamed", _admit(token, names, opened)
        tamed.append(token)
    return [*tamed, _close(opened, 0)]


def _close(opened: list[tuple[str, int]], level: int) -> Token:
    ends = ""
    while opened and opened[-1][1] >= level:
        ends += f"</{opened.pop()[0]}>"
    return Token("tamed", "", 0, content=ends)


def _admit(token: Token, names: Sequence[str], opened: list[tuple[str, int]]) -> Markup:
    parts, end, html = [], 0, token.content
    for match in _HTML.finditer(html):
        tag = ((match["name"] or "").lower(), token.level)
        if tag[0] and (tag[0] not in names or (match["end"] and tag not in opened)):
            continue
        parts.append(show(unescape(html[end : match.start()])))
        end = match.end()
        if tag[0] and not match["end"]:
            opened.append(tag)
            parts.append(Markup("<{}>").format(tag[0]))
        while match["end"] and parts[-1] != Markup("</{}>").format(tag[0]):
            parts.append(Markup("</{}>").format(opened.pop()[0]))
    return Markup("").join([*parts, show(unescape(html[end:]))])


def _render_text(token: Token, env: Env) -> Markup:
    parts, end, text = [], 0, token.content
    for match in () if env["linked"] else _ALIVE.finditer(text):
        parts.append(show(text[end : match.start()]))
        end, words = match.end(), show(match.group())
        if match["url"]:
            target = match["url"] if ":" in match["url"] else f"http://{match['url']}"
            parts.append(_LINK.format(target) + words + Markup("</a>"))
        else:
            kind = "mention" if match["login"] else "reference"
            parts.append(Markup('<strong class="{}">{}</strong>').format(kind, words))
    return Markup("").join([*parts, show(text[end:])])


def _open_link(token: Token, env: Env) -> Markup:
    env["linked"] = True
    target = str(token.attrs.get("href", ""))
    return _LINK.format(env["setting"].locate(target) or target)


def _close_link(_: Token, env: Env) -> Markup:
    env["linked"] = False
    return Markup("</a>")


def _render_image(token: Token, _: Env) -> Markup:
    words = Markup('<span class="image">image, not loaded: {} <code>{}</code></span>')
    return words.format(show(token.content), show(str(token.attrs.get("src", ""))))


def _render_fence(token: Token, env: Env) -> Markup:
    language, setting = token.info.strip().partition(" ")[0], env["setting"]
    if language == "suggestion" and setting.replaces is not None:
        return _render_suggestion(token.content, setting)
    if language == "mermaid" and (svg := setting.draw(token.content.removesuffix("\n"))) is not None:
        return _render_picture(svg, token.content)
    lines = colour(token.content.removesuffix("\n"), language=language)
    return Markup('<pre class="code"><code>{}</code></pre>').format(Markup("\n").join(lines))


def _render_picture(svg: str, source: str) -> Markup:
    """As an image of its own: its styles and names meet no others, and an image runs no script."""
    image = Markup('<div class="picture"><img alt="{}" src="data:image/svg+xml;base64,{}"></div>')
    words = Markup(
        '<details class="source"><summary>as text</summary><pre class="code"><code>{}</code></pre></details>'
    )
    data = b64encode(svg.encode("utf-8", "replace")).decode()
    return image.format("A picture drawn from the text below it", data) + words.format(show(source))


def _render_suggestion(content: str, setting: Setting) -> Markup:
    row = Markup('<tr class="{0}"><td class="sign">{1}</td><td class="code">{2}</td></tr>')
    new = colour(content.removesuffix("\n"), path=setting.path) if content else ()
    old = colour("\n".join(setting.replaces or ()), path=setting.path)
    rows = [row.format("removed", "-", line) for line in old] + [row.format("added", "+", line) for line in new]
    table = Markup('<table class="diff">{}</table>').format(Markup("").join(rows))
    return Markup('<div class="suggestion"><p>Suggested change</p>{}</div>').format(table)


def _open_cell(token: Token, _: Env) -> Markup:
    side = str(token.attrs.get("style", "")).removeprefix("text-align:")  # a style attribute would break the CSP
    return Markup('<{} class="{}">').format(token.tag, side)


def _rule(make: Callable[[Token, Env], str]) -> Callable[..., str]:
    return lambda _renderer, tokens, index, _options, env: make(tokens[index], env)


_PARSER = MarkdownIt("commonmark", {"breaks": True}).enable(["table", "strikethrough"])
for _name, _make in {
    "text": _render_text,
    "link_open": _open_link,
    "link_close": _close_link,
    "image": _render_image,
    "fence": _render_fence,
    "code_block": _render_fence,
    "code_inline": lambda token, _: Markup("<code>{}</code>").format(show(token.content)),
    "tamed": lambda token, _: token.content,
    "th_open": _open_cell,
    "td_open": _open_cell,
    "table_open": lambda *_: '<div class="scroll"><table>',
    "table_close": lambda *_: "</table></div>",
}.items():
    _PARSER.add_render_rule(_name, _rule(_make))
