"""How far right each cell of a row lies, once the order of the rows is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

GAP = 22.0
LINE_GAP = 12.0
"""Between two lines that pass a row."""

_PASSES = 12
_SPREAD = 0.7
"""Of a box's width, how much is used by the lines that end at it."""


class Tie(NamedTuple):
    """One line to a cell of a next row: how much it pulls, and the number of its link."""

    cell: Cell
    pull: float
    link: int


@dataclass(slots=True, eq=False)
class Cell:
    """What stands in a row: a node, or (`node` is None) a link that passes.

    `x` is its middle, `at` its place in the row. `above` and `below` are its lines to the next rows.
    """

    row: int
    width: float
    node: int | None = None
    at: int = 0
    x: float = 0.0
    above: list[Tie] = field(default_factory=list)
    below: list[Tie] = field(default_factory=list)

    def barycentre(self, ties: Sequence[Tie]) -> float:
        """The middle of some neighbours' places in their row; its own where it has none."""
        if not ties:
            return float(self.at)
        return sum(tie.cell.at * tie.pull for tie in ties) / sum(tie.pull for tie in ties)

    def port(self, link: int, *, below: bool) -> float:
        """Where a line touches this box, so that several do not end in one point and do not cross before it."""
        side = sorted((tie.cell.x, tie.link) for tie in (self.below if below else self.above))
        if len(side) == 1:
            return self.x
        share = [number for _, number in side].index(link) / (len(side) - 1) - 0.5
        return self.x + share * min(self.width * _SPREAD, GAP * (len(side) - 1))


def place_rows(rows: Sequence[Sequence[Cell]]) -> float:
    """Sets `x` of every cell: in order, apart from one another, near to what it is linked to. Gives the whole width."""
    for row in rows:
        at = 0.0
        for cell in row:
            cell.x = at + cell.width / 2
            at += cell.width + GAP
    for turn in range(_PASSES):
        both = turn >= _PASSES // 2
        for row in rows if turn % 2 == 0 else reversed(rows):
            _settle(row, [_wish(cell, down=turn % 2 == 0, both=both) for cell in row])
    _close_up(rows)
    cells = [cell for row in rows for cell in row]
    left = min((cell.x - cell.width / 2 for cell in cells), default=0.0)
    for cell in cells:
        cell.x -= left
    return max((cell.x + cell.width / 2 for cell in cells), default=0.0)


def _close_up(rows: Sequence[Sequence[Cell]]) -> None:
    """Moves what hangs together to the left, as far as what stands left of it in any row lets it."""
    left = min((cell.x - cell.width / 2 for row in rows for cell in row), default=0.0)
    for part in sorted(_parts(rows), key=lambda part: min(cell.x for cell in part)):
        inside = set(map(id, part))
        slack = min(
            cell.x - (row[cell.at - 1].x + _apart(row[cell.at - 1], cell) if cell.at else left + cell.width / 2)
            for cell in part
            for row in [rows[cell.row]]
            if not cell.at or id(row[cell.at - 1]) not in inside
        )
        for cell in part:
            cell.x -= max(slack, 0.0)


def _parts(rows: Sequence[Sequence[Cell]]) -> Iterator[list[Cell]]:
    """The cells that lines hold together."""
    seen: set[int] = set()
    for start in (cell for row in rows for cell in row):
        if id(start) in seen:
            continue
        seen.add(id(start))
        part = [start]
        for cell in part:
            near = [tie.cell for tie in (*cell.above, *cell.below) if id(tie.cell) not in seen]
            seen.update(map(id, near))
            part.extend({id(other): other for other in near}.values())
        yield part


def _wish(cell: Cell, *, down: bool, both: bool) -> tuple[float, float]:
    """Where a cell would be, and how much that matters: a line that passes wants to be straight above all."""
    ties = [*cell.above, *cell.below] if both else cell.above if down else cell.below
    passing = cell.node is None
    pulls = [(tie.cell.x, tie.pull * (3.0 if passing and tie.cell.node is None else 1.0)) for tie in ties]
    if not pulls:
        return cell.x, 0.1
    weight = sum(pull for _, pull in pulls)
    return sum(x * pull for x, pull in pulls) / weight, weight * (2.0 if cell.node is None else 1.0)


def _settle(row: Sequence[Cell], wishes: Sequence[tuple[float, float]]) -> None:
    """Places one row so that the weighted squares of what its cells miss their wishes by are least.

    Neighbours that would overlap become one block, which lies where its members wish on the whole (pooling of adjacent
    violators, https://en.wikipedia.org/wiki/Isotonic_regression).
    """
    offsets: list[float] = []
    for at, cell in enumerate(row):
        offsets.append(offsets[-1] + _apart(row[at - 1], cell) if at else 0.0)
    blocks: list[tuple[float, float, int]] = []
    for (wish, weight), offset in zip(wishes, offsets, strict=True):
        mean, total, size = wish - offset, weight, 1
        while blocks and blocks[-1][0] >= mean:
            other, heavy, many = blocks.pop()
            mean = (mean * total + other * heavy) / (total + heavy)
            total, size = total + heavy, size + many
        blocks.append((mean, total, size))
    places = [mean for mean, _, size in blocks for _ in range(size)]
    for cell, place, offset in zip(row, places, offsets, strict=True):
        cell.x = place + offset


def _apart(left: Cell, right: Cell) -> float:
    gap = LINE_GAP if left.node is None and right.node is None else GAP
    return left.width / 2 + gap + right.width / 2
