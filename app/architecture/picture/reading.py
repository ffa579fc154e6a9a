"""Reads back what `draw_mermaid` wrote, so that a page which has no Mermaid can show the picture of a comment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from app.architecture.picture.drawing import Drawing, Link, LinkKind, Node
from app.architecture.picture.mermaid import LINES, MAX_BYTES, draw_mermaid
from app.core.text.unicode import conceal

MAX_NODES: Final = 60
MAX_LINKS: Final = 160
"""More than a picture in a comment ever has: whoever wrote the text, laying it out must not take long."""

_HEAD: Final = "flowchart TD"
_WORDS: Final = r'"([^"]*)"'
_LAYER: Final = re.compile(rf"  subgraph layer\d{{1,4}}\[{_WORDS}\]")
_NODE: Final = re.compile(rf" {{2,4}}n(\d{{1,4}})(\[{{1,2}}){_WORDS}\]{{1,2}}")
_LINK: Final = re.compile(rf"  n(\d{{1,4}}) (==>|-->|-\.->)(?:\|{_WORDS}\|)? n(\d{{1,4}})")
_STYLE: Final = re.compile(r"  linkStyle ([\d,]+) (\S+)")
_CLASS: Final = re.compile(r"  class ([n\d,]+) (\w+)")
_CODE: Final = re.compile(r"#(\d{1,7});")
_COUNT: Final = re.compile(r"([\d,]{1,12}) (modules?|broken within|new within)")
_SHARE: Final = re.compile(r"(\d{1,9}) of (\d{1,9}) new")
_KINDS: Final[Mapping[str, LinkKind]] = {style: kind for kind, style in LINES.items()}


@dataclass(slots=True)
class _Found:
    """What the lines have told so far: texts as they stand, by the number of their node or link."""

    layers: list[str] = field(default_factory=list)
    nodes: dict[int, tuple[str, bool, str]] = field(default_factory=dict)
    links: list[tuple[int, int, str, str]] = field(default_factory=list)
    kinds: dict[int, LinkKind] = field(default_factory=dict)
    classes: dict[int, str] = field(default_factory=dict)


def read_mermaid(text: str) -> Drawing | None:
    """The drawing of which `draw_mermaid` makes exactly this text; None for any other text, whoever wrote it.

    It has what the text has: no directory that all nodes share, nothing hidden, no more of a name than is shown. A name
    that was cut in the midst of a character made visible is not read either.
    """
    if len(text) > MAX_BYTES or not text.startswith(f"{_HEAD}\n"):
        return None
    found = _scan(text)
    if not 0 < len(found.nodes) <= MAX_NODES or len(found.links) > MAX_LINKS:
        return None
    if set(found.nodes) != set(range(len(found.nodes))):
        return None
    if any(source not in found.nodes or target not in found.nodes for source, target, _, _ in found.links):
        return None
    drawing = Drawing(
        nodes=tuple(_make_node(found, number) for number in range(len(found.nodes))),
        links=tuple(_make_link(found, number) for number in range(len(found.links))),
        layers=tuple(found.layers),
    )
    # Whatever was misread, passed over or written by somebody else shows here.
    return drawing if draw_mermaid(drawing) == text else None


def _scan(text: str) -> _Found:
    """All lines that have a known form; the others are passed over."""
    found, layer = _Found(), ""
    for line in text.split("\n"):
        if match := _LAYER.fullmatch(line):
            layer = _decode(match[1])
            found.layers.append(layer)
        elif line == "  end":
            layer = ""
        elif match := _NODE.fullmatch(line):
            found.nodes[int(match[1]) - 1] = (match[3], match[2] == "[[", layer)
        elif match := _LINK.fullmatch(line):
            found.links.append((int(match[1]) - 1, int(match[4]) - 1, match[2], match[3] or ""))
        elif (match := _STYLE.fullmatch(line)) and match[2] in _KINDS:
            numbers = (int(number) for number in match[1].split(",") if number)
            found.kinds.update(dict.fromkeys(numbers, _KINDS[match[2]]))
        elif match := _CLASS.fullmatch(line):
            names = (name.removeprefix("n") for name in match[1].split(","))
            found.classes.update({int(name) - 1: match[2] for name in names if name.isdigit()})
    return found


def _make_node(found: _Found, number: int) -> Node:
    label, directory, layer = found.nodes[number]
    name, *rest = label.split("<br>")
    told = {match[2]: int(match[1].replace(",", "")) for match in map(_COUNT.fullmatch, rest) if match}
    path = _decode(name)
    return Node(
        path=path.removesuffix("/") if directory or path == "./" else path,
        directory=directory,
        modules=told.get("modules", told.get("module", 1)),
        # What is broken or gone was touched too: its class hides that.
        touched=number in found.classes,
        gone="gone" in rest,
        layer=layer,
        new_within=told.get("new within", 0),
        broken_within=told.get("broken within", 0),
    )


def _make_link(found: _Found, number: int) -> Link:
    source, target, arrow, words = found.links[number]
    kind = found.kinds.get(number, LinkKind.OLD)
    share = _SHARE.fullmatch(words)
    plain = share or words == {LinkKind.NEW: "new", LinkKind.REMOVED: "removed"}.get(kind, "")
    return Link(
        source=source,
        target=target,
        kind=kind,
        weight=int(share[2]) if share else 1,
        fresh=int(share[1]) if share else 1,
        soft=arrow == "-.->" and kind is not LinkKind.REMOVED,
        note="" if plain else _decode(words),
    )


def _decode(text: str) -> str:
    """The name that is shown so. A code of no character stays as it is."""
    return conceal(_CODE.sub(lambda code: chr(int(code[1])) if int(code[1]) < 0x110000 else code[0], text))
