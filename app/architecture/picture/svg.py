"""A drawing as one SVG file of its own: no script, nothing from elsewhere, readable on a light and on a dark ground.

All text in it is escaped: names come from an untrusted repository.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log2

from app.architecture.picture.drawing import Drawing, Link, LinkKind, Node
from app.architecture.picture.layout import Layout, lay_out
from app.architecture.picture.style import STYLE, name_kind
from app.architecture.picture.text import cut_end, cut_start, escape_xml, show, width_of_text
from app.core.text.plural import count

MARGIN = 20.0
BAND_PAD = 15.0
NODE_PAD = 12.0
MAX_NAME = 30
MAX_DIRECTORY = 36
MAX_NOTE = 52
MAX_LAYER = 18
NOTE_HEIGHT = 14.0
MAX_NOTED = 6
"""With more links that have something to say, only those that break a rule say it."""

MAX_TOLD = 20
"""Links that the description puts in words."""

_HEIGHT = 38.0
_LEGEND_HEIGHT = 22.0
_SMALL = 0.84
"""The size of small text beside that of names."""


def draw_svg(drawing: Drawing, title: str = "Architecture") -> str:
    """The file's text. `title` is what it is a picture of, for those who cannot see it, and may be untrusted."""
    layout = lay_out(drawing, lambda number: _width(drawing, drawing.nodes[number]))
    gutter = max((width_of_text(cut_end(band.name, MAX_LAYER)) for band in layout.bands), default=0.0)
    left = MARGIN + (gutter + 2 * BAND_PAD if drawing.layers else 0.0)
    legend = list(_legend(drawing))
    wide = max(left + layout.width + MARGIN + (BAND_PAD if drawing.layers else 0.0), _least_width(legend))
    lines = _wrap(legend, wide - 2 * MARGIN)
    top = MARGIN + BAND_PAD
    under = top + layout.height + BAND_PAD + MARGIN
    high = under + _LEGEND_HEIGHT * len(lines)
    return "\n".join(
        [
            _opening(wide, high),
            f'<title id="lintel-title">{escape_xml(show(title))}</title>',
            f'<desc id="lintel-desc">{escape_xml(show(_describe(drawing)))}</desc>',
            STYLE,
            f"<defs>{''.join(_marker(kind) for kind in LinkKind)}</defs>",
            f'<rect class="ground" width="{_n(wide)}" height="{_n(high)}"/>',
            *_bands(drawing, layout, wide, top),
            f'<g transform="translate({_n(left)} {_n(top)})">',
            *_links(drawing, layout),
            *_nodes(drawing, layout),
            *_notes(drawing, layout),
            "</g>",
            *_legend_lines(lines, under),
            "</svg>",
            "",
        ]
    )


def _opening(wide: float, high: float) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="lintel-architecture" role="img" '
        f'aria-labelledby="lintel-title lintel-desc" viewBox="0 0 {_n(wide)} {_n(high)}" '
        f'width="{_n(wide)}" height="{_n(high)}">'
    )


def _n(number: float) -> str:
    """A number in as few characters as it needs."""
    return f"{number:.1f}".removesuffix(".0")


def _words(drawing: Drawing, node: Node) -> tuple[str, str]:
    """The name of a node and the smaller line below it."""
    label = drawing.label(node)
    if node.directory:
        small = [count(node.modules, "module")]
        if node.broken_within:
            small.append(f"{node.broken_within} broken within")
        elif node.new_within:
            small.append(f"{node.new_within} new within")
        return cut_start(label, MAX_NAME), ", ".join(small)
    directory, slash, name = label.rpartition("/")
    small_text = cut_start(directory + slash, MAX_DIRECTORY)
    return cut_start(name, MAX_NAME), f"{small_text} (gone)".strip() if node.gone else small_text


def _width(drawing: Drawing, node: Node) -> float:
    name, small = _words(drawing, node)
    return max(width_of_text(name), width_of_text(small) * _SMALL) + 2 * NODE_PAD


def _bands(drawing: Drawing, layout: Layout, wide: float, top: float) -> Iterator[str]:
    if not drawing.layers:
        return
    for number, band in enumerate(layout.bands):
        y, height = top + band.top - BAND_PAD, band.bottom - band.top + 2 * BAND_PAD
        kind = "free" if not band.name else "odd" if number % 2 else "even"
        yield (
            f'<rect class="band {kind}" x="{_n(MARGIN / 2)}" y="{_n(y)}" '
            f'width="{_n(wide - MARGIN)}" height="{_n(height)}" rx="8"/>'
        )
        if band.name:
            name = escape_xml(cut_end(band.name, MAX_LAYER))
            yield f'<text class="layer" x="{_n(MARGIN)}" y="{_n(y + height / 2 + 4)}">{name}</text>'


def _links(drawing: Drawing, layout: Layout) -> Iterator[str]:
    """Old ones first, so that what matters lies above them."""
    kinds = tuple(LinkKind)
    both = zip(drawing.links, layout.routes, strict=True)
    for link, route in sorted(both, key=lambda pair: -kinds.index(pair[0].kind)):
        style = f"link {link.kind.value}{' soft' if link.soft else ''}"
        thick = f' stroke-width="{_n(1 + min(log2(link.weight), 4) * 0.4)}"' if link.kind is LinkKind.OLD else ""
        yield f'<path class="{style}"{thick} marker-end="url(#lintel-{link.kind.value})" d="{_path(route)}"/>'


def _path(route: tuple[tuple[float, float], ...]) -> str:
    """Curves between rows, whose ends are upright, and straight lines through them."""
    (x, y), *rest = route
    parts = [f"M{_n(x)} {_n(y)}"]
    for number, (to_x, to_y) in enumerate(rest):
        if number % 2:
            parts.append(f"L{_n(to_x)} {_n(to_y)}")
        else:
            middle = (y + to_y) / 2
            parts.append(f"C{_n(x)} {_n(middle)} {_n(to_x)} {_n(middle)} {_n(to_x)} {_n(to_y)}")
        x, y = to_x, to_y
    return " ".join(parts)


def _nodes(drawing: Drawing, layout: Layout) -> Iterator[str]:
    broken = {end for link in drawing.links if link.kind is LinkKind.BROKEN for end in (link.source, link.target)}
    for number, (node, box) in enumerate(zip(drawing.nodes, layout.boxes, strict=True)):
        marks = {
            "directory": node.directory,
            "touched": node.touched,
            "gone": node.gone,
            "hurt": number in broken or node.broken_within,
        }
        name, small = _words(drawing, node)
        x, y = box.x - box.width / 2, box.y - _HEIGHT / 2
        yield f'<g class="{" ".join(["node", *(mark for mark, is_set in marks.items() if is_set)])}">'
        yield f"<title>{escape_xml(show(node.path))}</title>"
        if node.directory:
            yield _rectangle(x + 3, y - 3, box.width)
        yield _rectangle(x, y, box.width)
        above = box.y - 1.5 if small else box.y + 4.5
        yield f'<text class="name" x="{_n(box.x)}" y="{_n(above)}">{escape_xml(name)}</text>'
        if small:
            yield f'<text class="small" x="{_n(box.x)}" y="{_n(box.y + 12)}">{escape_xml(small)}</text>'
        yield "</g>"


def _rectangle(x: float, y: float, width: float) -> str:
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(_HEIGHT)}" rx="6"/>'


def _notes(drawing: Drawing, layout: Layout) -> Iterator[str]:
    """Words beside links that break a rule or close a cycle; beside the latter only where these are few."""
    noted = [
        (link, route)
        for link, route in zip(drawing.links, layout.routes, strict=True)
        if link.note and link.kind is not LinkKind.OLD_BREAK
    ]
    few = len(noted) <= MAX_NOTED
    taken: list[tuple[float, float, float]] = []
    for link, route in noted:
        if few or link.kind is LinkKind.BROKEN:
            note = cut_end(link.note, MAX_NOTE)
            half = width_of_text(note) / 2
            x, y = _free_place(route, half, layout.width, taken)
            taken.append((x, y, half))
            yield f'<text class="note {link.kind.value}" x="{_n(x)}" y="{_n(y + 4)}">{escape_xml(note)}</text>'


def _free_place(
    route: Sequence[tuple[float, float]], half: float, width: float, taken: Sequence[tuple[float, float, float]]
) -> tuple[float, float]:
    """Where words lie on no others, between two rows and as near to the middle of the way as can be."""
    gaps = [(route[at], route[at + 1]) for at in range(0, len(route) - 1, 2)]
    middles = [(max(min((x + to_x) / 2, width - half), half), (y + to_y) / 2) for (x, y), (to_x, to_y) in gaps]
    middles.sort(key=lambda place: abs(place[1] - (route[0][1] + route[-1][1]) / 2))
    free = (
        (x, y)
        for x, y in middles
        if all(abs(y - other_y) > NOTE_HEIGHT or abs(x - other_x) > half + other for other_x, other_y, other in taken)
    )
    return next(free, middles[0])


def _legend(drawing: Drawing) -> Iterator[tuple[str, str]]:
    """Samples and words for what the drawing has, and what it leaves out."""
    kinds = {link.kind for link in drawing.links}
    yield from ((f"link {kind.value}", name_kind(kind, change=drawing.change)) for kind in LinkKind if kind in kinds)
    if any(link.soft for link in drawing.links):
        yield "link old soft", "lazy, or for types only"
    if drawing.change:
        yield "node touched", "touched by the change"
    if any(node.directory for node in drawing.nodes):
        yield "node directory", "several modules of a directory"
    if drawing.below:
        yield "", f"all in {cut_start(drawing.below, MAX_NOTE)}"
    if drawing.hidden_modules:
        yield "", f"{count(drawing.hidden_modules, 'module')} not shown"
    if drawing.hidden_links:
        yield "", f"{count(drawing.hidden_links, 'link')} not shown"


def _item_width(words: str) -> float:
    return width_of_text(words) * _SMALL + 56


def _least_width(legend: list[tuple[str, str]]) -> float:
    """No legend is narrower than its widest item, nor than two of the usual."""
    return max([360.0, *(_item_width(words) + 2 * MARGIN for _, words in legend)])


def _wrap(legend: list[tuple[str, str]], wide: float) -> list[list[tuple[float, str, str]]]:
    lines: list[list[tuple[float, str, str]]] = []
    at = wide
    for sample, words in legend:
        if at + _item_width(words) > wide:
            lines.append([])
            at = 0.0
        lines[-1].append((at, sample, words))
        at += _item_width(words)
    return lines


def _legend_lines(lines: list[list[tuple[float, str, str]]], under: float) -> Iterator[str]:
    for number, line in enumerate(lines):
        y = under + _LEGEND_HEIGHT * number
        for at, sample, words in line:
            x = MARGIN + at
            if sample.startswith("link"):
                kind = sample.split()[1]
                yield f'<path class="{sample}" marker-end="url(#lintel-{kind})" d="M{_n(x)} {_n(y)} h26"/>'
            elif sample:
                yield f'<g class="{sample}">'
                for shift in (3, 0) if "directory" in sample else (0,):
                    yield f'<rect x="{_n(x + shift)}" y="{_n(y - 6 - shift)}" width="26" height="12" rx="3"/>'
                yield "</g>"
            indent = 36 if sample else 0
            yield f'<text class="legend" x="{_n(x + indent)}" y="{_n(y + 4)}">{escape_xml(words)}</text>'


def _marker(kind: LinkKind) -> str:
    return (
        f'<marker id="lintel-{kind.value}" class="{kind.value}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.5 L8 4 L0 7.5 z"/></marker>'
    )


def _describe(drawing: Drawing) -> str:
    """What the picture shows, in words."""
    parts = [f"{count(len(drawing.nodes), 'node')}, {count(len(drawing.links), 'link')}."]
    if drawing.layers:
        parts.append(f"Layers from the top: {', '.join(drawing.layers)}.")
    marked = [link for kind in LinkKind if kind is not LinkKind.OLD for link in drawing.links if link.kind is kind]
    parts.extend(_tell(drawing, link) for link in marked[:MAX_TOLD])
    if len(marked) > MAX_TOLD:
        parts.append(f"And {len(marked) - MAX_TOLD} more.")
    return " ".join(parts)


def _tell(drawing: Drawing, link: Link) -> str:
    source, target = drawing.nodes[link.source].path, drawing.nodes[link.target].path
    because = f" ({link.note})" if link.note else ""
    return f"{source} to {target}: {name_kind(link.kind, change=drawing.change)}{because}."
