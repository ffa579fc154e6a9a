"""Where the nodes and links of a drawing lie: rows from top to bottom, so that links point down where they can.

The way of Sugiyama (https://doi.org/10.1109/TSMC.1981.4308636): rows by longest path, links over several rows through
points of their own, the order within a row by four sweeps of barycentres, then places as near to the neighbours as the
order allows. Declared layers are bands of rows; a link that points up against them, or closes a cycle, is drawn up.
Numbers decide where all else is equal: equal drawings lie equally.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.architecture.picture.drawing import Drawing, LinkKind
from app.architecture.picture.placing import Cell, Tie, place_rows
from app.architecture.picture.ranking import rank_nodes

NODE_HEIGHT = 38.0
ROW_GAP = 46.0
BAND_GAP = 26.0
"""More room between two rows where a new band begins."""

_SWEEPS = 4


@dataclass(frozen=True, slots=True)
class Box:
    """A node's place: its centre and its width; all nodes have one height."""

    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Band:
    """The rows of one layer, or of what is in none (`name` is empty), from `top` to `bottom`."""

    name: str
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes by the order of nodes; for each link the points that it goes through, from source to target."""

    boxes: tuple[Box, ...]
    routes: tuple[tuple[tuple[float, float], ...], ...]
    bands: tuple[Band, ...]
    width: float
    height: float


def lay_out(drawing: Drawing, width_of: Callable[[int], float]) -> Layout:
    """The places of a drawing of at most some hundred nodes. `width_of` is how wide a node's box must be."""
    ranks, bands = rank_nodes(drawing)
    rows, chains = _rows(drawing, ranks, width_of)
    _order(rows)
    width = place_rows(rows)
    tops = _heights(len(rows), [first for _, first, _ in bands])
    boxes = _boxes(drawing, rows, tops)
    routes = tuple(_route(number, chain, tops) for number, chain in enumerate(chains))
    placed = tuple(
        Band(name, tops[first] - NODE_HEIGHT / 2, tops[last] + NODE_HEIGHT / 2) for name, first, last in bands
    )
    return Layout(boxes, routes, placed, width, (tops[-1] + NODE_HEIGHT / 2) if tops else 0.0)


def _rows(
    drawing: Drawing, ranks: Sequence[int], width_of: Callable[[int], float]
) -> tuple[list[list[Cell]], list[list[Cell]]]:
    """The cells of each row, and those that each link goes through from its source to its target."""
    rows: list[list[Cell]] = [[] for _ in range(max(ranks, default=-1) + 1)]
    cells = [Cell(row=rank, width=width_of(number), node=number) for number, rank in enumerate(ranks)]
    for cell in cells:
        rows[cell.row].append(cell)
    chains: list[list[Cell]] = []
    for number, link in enumerate(drawing.links):
        source, target = cells[link.source], cells[link.target]
        step = 1 if target.row > source.row else -1
        between = [Cell(row=row, width=0.0) for row in range(source.row + step, target.row, step)]
        for cell in between:
            rows[cell.row].append(cell)
        chain = [source, *between, target]
        for left, right in pairwise(chain):
            upper, lower = (left, right) if left.row < right.row else (right, left)
            pull = 1.0 if link.kind in (LinkKind.OLD, LinkKind.REMOVED) else 2.0
            upper.below.append(Tie(lower, pull, number))
            lower.above.append(Tie(upper, pull, number))
        chains.append(chain)
    return rows, chains


def _order(rows: Sequence[list[Cell]]) -> None:
    """Orders each row by where the neighbours of its cells stand, down and up in turns; the best order found stays."""
    best = [list(row) for row in rows]
    _number(rows)
    fewest = _crossings(rows)
    for sweep in range(_SWEEPS * 2):
        downwards = sweep % 2 == 0
        for row in rows if downwards else reversed(rows):
            row.sort(key=lambda cell: cell.barycentre(cell.above if downwards else cell.below))
            _number([row])
        if (crossings := _crossings(rows)) < fewest:
            fewest, best = crossings, [list(row) for row in rows]
    for row, order in zip(rows, best, strict=True):
        row[:] = order
    _number(rows)


def _number(rows: Sequence[list[Cell]]) -> None:
    for row in rows:
        for at, cell in enumerate(row):
            cell.at = at


def _crossings(rows: Sequence[list[Cell]]) -> int:
    """How many pairs of lines cross between rows: counted as inversions, by merging."""
    total = 0
    for row in rows:
        ends = [end for cell in row for end in sorted(tie.cell.at for tie in cell.below)]
        total += _inversions(ends)[0]
    return total


def _inversions(ends: list[int]) -> tuple[int, list[int]]:
    if len(ends) < 2:
        return 0, ends
    middle = len(ends) // 2
    (before, left), (after, right) = _inversions(ends[:middle]), _inversions(ends[middle:])
    merged: list[int] = []
    crossing, at = before + after, 0
    for end in left:
        while at < len(right) and right[at] < end:
            merged.append(right[at])
            at += 1
        crossing += at
        merged.append(end)
    return crossing, merged + right[at:]


def _heights(rows: int, firsts: Sequence[int]) -> list[float]:
    """The middle of each row; `firsts` are the rows with which a band begins."""
    tops: list[float] = []
    y = NODE_HEIGHT / 2
    for row in range(rows):
        if row:
            y += NODE_HEIGHT + ROW_GAP + (BAND_GAP if row in firsts else 0.0)
        tops.append(y)
    return tops


def _boxes(drawing: Drawing, rows: Sequence[Sequence[Cell]], tops: Sequence[float]) -> tuple[Box, ...]:
    found = {
        cell.node: Box(cell.x, tops[cell.row], cell.width) for row in rows for cell in row if cell.node is not None
    }
    return tuple(found[number] for number in range(len(drawing.nodes)))


def _route(link: int, chain: Sequence[Cell], tops: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """From the edge of the source's box through the rows between to the edge of the target's; straight within a row."""
    half = NODE_HEIGHT / 2
    down = chain[-1].row > chain[0].row
    leave, enter = (half, -half) if down else (-half, half)
    points = [(chain[0].port(link, below=down), tops[chain[0].row] + leave)]
    for cell in chain[1:-1]:
        points.extend([(cell.x, tops[cell.row] + enter), (cell.x, tops[cell.row] + leave)])
    points.append((chain[-1].port(link, below=not down), tops[chain[-1].row] + enter))
    return tuple(points)
