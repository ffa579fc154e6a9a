"""A drawing as the text of a `mermaid` fence (https://mermaid.js.org/syntax/flowchart.html), as GitHub renders it.

Names come from an untrusted repository. Each stands in quotes, and of it only letters, digits and a few signs stand as
they are: all else becomes an entity code of a number, which Mermaid turns back after it has read the text.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.architecture.picture.drawing import Drawing, Link, LinkKind, Node
from app.architecture.picture.text import cut_end, cut_start
from app.core.text.plural import count

MAX_LABEL = 60
"""Characters of a name; the end of a longer one is shown."""

MAX_NOTE = 48
MAX_BYTES = 20_000
"""Mermaid itself refuses more than 50,000 characters; this is what a comment has room for."""

_RESERVE = 2500
"""Bytes for the lines of style and for what keeps layers in order."""

_BARE = 25
"""Bytes of a link without words, and of its number in a line of style. Words are left out before a link is."""

MAX_LABELLED = 12
"""With more new links than this, only those that break something carry words."""

_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-: ")
_ARROWS = {
    LinkKind.BROKEN: "==>",
    LinkKind.CYCLE: "-->",
    LinkKind.NEW: "-->",
    LinkKind.REMOVED: "-.->",
    LinkKind.OLD_BREAK: "-->",
    LinkKind.OLD: "-->",
}
LINES = {
    LinkKind.BROKEN: "stroke:#e5484d,stroke-width:4px",
    LinkKind.CYCLE: "stroke:#a371f7,stroke-width:3px",
    LinkKind.NEW: "stroke:#2da44e,stroke-width:3px",
    LinkKind.REMOVED: "stroke:#8c959f,stroke-width:1px",
    LinkKind.OLD_BREAK: "stroke:#bf8700,stroke-width:2px",
}
"""Colours that can be told from a light ground and from a dark one: GitHub shows the same text on both."""

_CLASSES = (
    "classDef touched stroke:#2f81f7,stroke-width:2px",
    "classDef broken stroke:#e5484d,stroke-width:3px",
    "classDef gone stroke:#8c959f,stroke-dasharray:4 3",
)


def draw_mermaid(drawing: Drawing) -> str:
    """The text between the lines of the fence, without a line feed at its end; empty for a drawing of nothing.

    It has all nodes and links, in at most `MAX_BYTES` where there are no more than `Limits` has.
    """
    if not drawing.nodes:
        return ""
    lines = _fitting_boxes(drawing)
    room = MAX_BYTES - sum(len(line) + 1 for line in lines) - _RESERVE - _BARE * len(drawing.links)
    numbers: dict[str, list[str]] = {}
    wordy = sum(link.kind in (LinkKind.NEW, LinkKind.CYCLE) for link in drawing.links) <= MAX_LABELLED
    for at, link in enumerate(sorted(drawing.links, key=lambda link: tuple(LinkKind).index(link.kind))):
        words = _words(link, wordy=wordy)
        room -= len(words)
        lines.append(f"  n{link.source + 1} {_arrow(link)}{words if room >= 0 else ''} n{link.target + 1}")
        numbers.setdefault(LINES.get(link.kind, ""), []).append(str(at))
    # Links that nobody sees keep the layers in their order. They come last: styles go by the number of a link.
    lines.extend(f"  layer{number} ~~~ layer{number + 1}" for number in range(1, len(drawing.layers)))
    lines.extend(f"  linkStyle {','.join(those)} {style}" for style, those in numbers.items() if style)
    return "\n".join([*lines, *_classes(drawing)])


def _fitting_boxes(drawing: Drawing) -> list[str]:
    """The first lines. Names that need many codes are shown shorter, so that half the room is left for links."""
    for most in (MAX_LABEL, MAX_LABEL // 2, MAX_LABEL // 4):
        lines = ["flowchart TD", *_boxes(drawing, most)]
        if sum(map(len, lines)) <= MAX_BYTES // 2:
            break
    return lines


def _boxes(drawing: Drawing, most: int) -> Iterator[str]:
    """The nodes, those of a layer within it, layers top first."""
    for number, layer in enumerate(drawing.layers, 1):
        yield f'  subgraph layer{number}["{escape_label(layer, most)}"]'
        yield from (f"  {line}" for line in _nodes(drawing, layer, most))
        yield "  end"
    yield from _nodes(drawing, "", most)


def _nodes(drawing: Drawing, layer: str, most: int) -> Iterator[str]:
    for number, node in enumerate(drawing.nodes, 1):
        if node.layer == layer:
            opened, closed = ("[[", "]]") if node.directory else ("[", "]")
            yield f'  n{number}{opened}"{_label(drawing, node, most)}"{closed}'


def _label(drawing: Drawing, node: Node, most: int) -> str:
    words = [escape_label(drawing.label(node), most)]
    if node.directory:
        words.append(count(node.modules, "module"))
    if node.broken_within:
        words.append(f"{node.broken_within} broken within")
    elif node.new_within:
        words.append(f"{node.new_within} new within")
    if node.gone:
        words.append("gone")
    return "<br>".join(words)


def _arrow(link: Link) -> str:
    return "-.->" if link.soft and link.kind is not LinkKind.BROKEN else _ARROWS[link.kind]


def _words(link: Link, *, wordy: bool) -> str:
    text = ""
    if link.note and (wordy or link.kind is LinkKind.BROKEN):
        text = _encode(cut_end(link.note, MAX_NOTE))
    elif link.kind is LinkKind.REMOVED:
        text = "removed"
    elif link.kind is LinkKind.NEW and wordy:
        text = "new" if link.fresh == link.weight else f"{link.fresh} of {link.weight} new"
    return f'|"{text}"|' if text else ""


def _classes(drawing: Drawing) -> Iterator[str]:
    """The classes of nodes that there are, each with its nodes."""
    ends = {end for link in drawing.links if link.kind is LinkKind.BROKEN for end in (link.source, link.target)}
    found: dict[str, list[str]] = {}
    for number, node in enumerate(drawing.nodes):
        if number in ends or node.broken_within:
            found.setdefault("broken", []).append(f"n{number + 1}")
        elif node.gone:
            found.setdefault("gone", []).append(f"n{number + 1}")
        elif node.touched:
            found.setdefault("touched", []).append(f"n{number + 1}")
    for definition in _CLASSES:
        name = definition.split()[1]
        if name in found:
            yield f"  {definition}"
            yield f"  class {','.join(found[name])} {name}"


def escape_label(text: str, most: int = MAX_LABEL) -> str:
    """Untrusted text for between the quotes of a label: it shows as it is, and means nothing to Mermaid or Markdown."""
    return _encode(cut_start(text, most))


def _encode(shown: str) -> str:
    return "".join(char if char in _SAFE else f"#{ord(char)};" for char in shown)
