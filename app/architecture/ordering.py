"""An order of things that depend on one another, with as little as possible against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

Weights = Mapping[tuple[int, int], int]
"""How often the first depends on the second. Nothing depends on itself."""

SHARE: Final = 10
"""More than one in so many dependencies against the order, of those between the same two and what lies between, is a
bond, not an exception."""

_SWEEPS: Final = 10


def order_in_ranks(count: int, weights: Weights) -> list[list[list[int]]]:
    """Numbers below `count` in ranks, the top first, each a list of bundles that do not depend on one another.

    What depends on one another more than by exception is one bundle. Each bundle is just above the highest of those
    that it depends on in the order; dependencies up the ranks are the exceptions.
    """
    bundles = [[number] for number in range(count)]
    while True:
        between = _weigh(bundles, weights)
        order = _order(len(bundles), between)
        bond = _find_bond(order, between)
        if bond is None:
            return _rank(bundles, order, between)
        keep, join = sorted(bond)
        bundles[keep] = sorted(bundles[keep] + bundles[join])
        del bundles[join]


def _weigh(bundles: Sequence[Sequence[int]], weights: Weights) -> dict[tuple[int, int], int]:
    home = {number: at for at, bundle in enumerate(bundles) for number in bundle}
    found: dict[tuple[int, int], int] = {}
    for (source, target), weight in weights.items():
        key = (home[source], home[target])
        if key[0] != key[1]:
            found[key] = found.get(key, 0) + weight
    return found


def _order(count: int, weights: Weights) -> list[int]:
    """The top first. Greedy for the least weight upwards (Eades, Lin and Smyth, 1993), then one is moved at a time."""
    left = set(range(count))
    top: list[int] = []
    bottom: list[int] = []
    while left:
        outward, inward = dict.fromkeys(left, 0), dict.fromkeys(left, 0)
        for (source, target), weight in weights.items():
            if source in left and target in left:
                outward[source] += weight
                inward[target] += weight
        sinks = sorted(number for number in left if not outward[number])
        if sinks:
            bottom[:0] = sinks
            left.difference_update(sinks)
            continue
        source = max(sorted(left), key=lambda number: (not inward[number], outward[number] - inward[number]))
        top.append(source)
        left.remove(source)
    return _improve(top + bottom, weights)


def _improve(order: list[int], weights: Weights) -> list[int]:
    for _ in range(_SWEEPS):
        moved = False
        for number in sorted(order):
            better = _place_best(order, number, weights)
            moved = moved or better != order
            order = better
        if not moved:
            break
    return order


def _place_best(order: list[int], number: int, weights: Weights) -> list[int]:
    """The order with one of it where least goes up from it and to it; where it is, if no place is better."""
    now = order.index(number)
    others = [other for other in order if other != number]
    # At the top all that depends on it goes up; passing one downwards turns the two dependencies between them around.
    cost = sum(weights.get((other, number), 0) for other in others)
    costs = [cost]
    for other in others:
        cost += weights.get((number, other), 0) - weights.get((other, number), 0)
        costs.append(cost)
    best = min(range(len(costs)), key=lambda place: (costs[place], abs(place - now)))
    return [*others[:best], number, *others[best:]]


def _find_bond(order: Sequence[int], weights: Weights) -> tuple[int, int] | None:
    """The two that depend on one another against the order by more than exception, and most so."""
    height = {number: at for at, number in enumerate(order)}
    kept = _sum_kept(order, weights)
    bonds = []
    for (source, target), weight in weights.items():
        top, bottom = height[target], height[source]
        if top < bottom and weight * SHARE > kept[top][bottom]:
            bonds.append((weight / (kept[top][bottom] + 1), weight, source, target))
    return max(bonds)[2:] if bonds else None


def _sum_kept(order: Sequence[int], weights: Weights) -> list[list[int]]:
    """By two places of the order, the upper first: the weight of what keeps it between them, both included."""
    count = len(order)
    kept = [[0] * (count + 1) for _ in range(count + 1)]
    for top in range(count - 1, -1, -1):
        for bottom in range(top + 1, count):
            own = weights.get((order[top], order[bottom]), 0)
            kept[top][bottom] = own + kept[top + 1][bottom] + kept[top][bottom - 1] - kept[top + 1][bottom - 1]
    return kept


def _rank(bundles: Sequence[list[int]], order: Sequence[int], weights: Weights) -> list[list[list[int]]]:
    height = {number: at for at, number in enumerate(order)}
    rank: dict[int, int] = {}
    for number in reversed(order):
        below = [rank[target] for source, target in weights if source == number and height[target] > height[number]]
        rank[number] = 1 + max(below, default=-1)
    ranks: list[list[list[int]]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for number in order:
        ranks[rank[number]].append(bundles[number])
    return ranks[::-1]
