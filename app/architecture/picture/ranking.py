"""Which row each node of a drawing stands in: bands of layers from top to bottom, in them rows by longest path."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from math import ceil, sqrt

from app.architecture.picture.drawing import Drawing, LinkKind

Pulls = Mapping[tuple[int, int], float]
"""How much links pull, by the numbers of the nodes they lead from and to."""

_FEWEST = 4
_PULL = {
    LinkKind.OLD: 4.0,
    LinkKind.OLD_BREAK: 1.0,
    LinkKind.NEW: 1.0,
    LinkKind.REMOVED: 0.5,
    LinkKind.CYCLE: 0.5,
    LinkKind.BROKEN: 0.25,
}
"""What a link says of which node is the upper one. What is new is turned up first, above all what breaks a rule."""


def rank_nodes(drawing: Drawing) -> tuple[list[int], list[tuple[str, int, int]]]:
    """The row of each node, and the bands: name, first and last row. No link has both ends in one row."""
    ranks = [0] * len(drawing.nodes)
    bands: list[tuple[str, int, int]] = []
    most = max(_FEWEST, ceil(sqrt(len(drawing.nodes)) * 1.1))
    first = 0
    for layer in [*drawing.layers, ""]:
        members = [number for number, node in enumerate(drawing.nodes) if node.layer == layer]
        rows = list(_rows(members, _pulls(drawing, members), most))
        for row, numbers in enumerate(rows, first):
            for number in numbers:
                ranks[number] = row
        if rows:
            bands.append((layer, first, first + len(rows) - 1))
            first += len(rows)
    return ranks, bands


def _pulls(drawing: Drawing, members: Sequence[int]) -> dict[tuple[int, int], float]:
    inside = set(members)
    return {
        (link.source, link.target): _PULL[link.kind]
        for link in drawing.links
        if link.source in inside and link.target in inside
    }


def _rows(members: Sequence[int], pulls: Pulls, most: int) -> Iterator[list[int]]:
    """Rows of at most `most` nodes, upper ones first. A longer one becomes several: nothing links its nodes."""
    place = {number: at for at, number in enumerate(order_nodes(members, pulls))}
    above: dict[int, set[int]] = defaultdict(set)
    below: dict[int, set[int]] = defaultdict(set)
    for ends in pulls:
        upper, lower = sorted(ends, key=place.__getitem__)
        above[lower].add(upper)
        below[upper].add(lower)
    rank: dict[int, int] = {}
    for number in place:
        rank[number] = max((rank[upper] + 1 for upper in above[number]), default=0)
    for number in reversed(place):
        if not above[number] and below[number]:
            # Nothing holds it up there, and near to what it uses its links are short.
            rank[number] = min(rank[lower] for lower in below[number]) - 1
    rows: dict[int, list[int]] = defaultdict(list)
    for number in members:
        rows[rank[number]].append(number)
    for _, numbers in sorted(rows.items()):
        parts = ceil(len(numbers) / most)
        size = ceil(len(numbers) / parts)
        yield from (numbers[at : at + size] for at in range(0, len(numbers), size))


def order_nodes(members: Sequence[int], pulls: Pulls) -> list[int]:
    """The nodes in an order against which little pulls; nothing at all where there is no cycle.

    The greedy way of Eades, Lin and Smyth (https://doi.org/10.1016/0020-0190(93)90079-O): what nothing leads to comes
    first, what leads nowhere last, and where only cycles are left, whatever leads out most and in least.
    """
    left = dict.fromkeys(members)
    head: list[int] = []
    tail: list[int] = []
    while left:
        out, into = Counter[int](), Counter[int]()
        balance: dict[int, float] = dict.fromkeys(left, 0.0)
        for (source, target), pull in pulls.items():
            if source in left and target in left:
                out[source] += 1
                into[target] += 1
                balance[source] += pull
                balance[target] -= pull
        sources = [number for number in left if not into[number]]
        sinks = [number for number in left if into[number] and not out[number]]
        if not sources and not sinks:
            sources = [max(left, key=lambda number: (balance[number], -number))]
        head.extend(sources)
        tail.extend(reversed(sinks))
        for number in chain(sources, sinks):
            del left[number]
    return [*head, *reversed(tail)]
