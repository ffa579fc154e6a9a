"""Modules that need one another: which of them a change brings, and a short way round to show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from app.architecture.graph import APART, Edges
from app.core.fit.delta import Cycle, Edge
from app.core.fit.source_facts import When

Successors = Mapping[str, Collection[str]]
"""By module, those that it leads to. Modules that lead nowhere need not be keys."""

SHOWN: Final = 8
"""Modules of a way round that people are shown."""


def find_components(successors: Successors) -> list[tuple[str, ...]]:
    """The sets of two or more modules that all lead to one another, each in order of path, by their first modules.

    Tarjan's algorithm (SIAM Journal on Computing 1, 1972) without recursion: linear in modules and edges.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[tuple[str, ...]] = []
    for root in successors:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        path = [(root, iter(successors[root]))]
        while path:
            module, rest = path[-1]
            step = _descend(module, rest, index, low)
            if step is not None:
                index[step] = low[step] = len(index)
                following = successors.get(step)
                if not following:
                    # A module that leads nowhere is on no cycle: it needs no place on the stack.
                    low[step] = _DONE
                    continue
                stack.append(step)
                path.append((step, iter(following)))
                continue
            path.pop()
            if path and low[module] < low[path[-1][0]]:
                low[path[-1][0]] = low[module]
            if low[module] == index[module]:
                _pop_component(module, stack, low, found)
    return sorted(found)


_DONE: Final = 1 << 60


def _descend(module: str, rest: Iterator[str], index: Mapping[str, int], low: dict[str, int]) -> str | None:
    """The next module that was not seen yet; None when there is no more. Notes how far up those lead that were."""
    lowest = low[module]
    for target in rest:
        if target not in index:
            low[module] = lowest
            return target
        if low[target] != _DONE and index[target] < lowest:
            lowest = index[target]
    low[module] = lowest
    return None


def _pop_component(module: str, stack: list[str], low: dict[str, int], found: list[tuple[str, ...]]) -> None:
    members = []
    while True:
        member = stack.pop()
        low[member] = _DONE
        members.append(member)
        if member == module:
            break
    if len(members) > 1:
        found.append(tuple(sorted(members)))


class _Kind(NamedTuple):
    """One kind of cycle: how modules lead to one another before and after, and which edges are new to it."""

    before: Successors
    after: Successors
    new: tuple[Edge, ...]
    hard: bool


def find_new_cycles(before: Edges, after: Edges) -> tuple[Cycle, ...]:
    """The cycles that are new or grew, hard ones first, then by their modules.

    `before` is the base's edges under the names that its modules have at head. An edge counts as new to hard cycles
    also if it was lazy or for types before. What closes a hard cycle is not told again as a soft one.
    """
    before, after = _needed(before), _needed(after)
    hard = list(_find_of_kind(_hard(before, after)))
    told = {(edge.source, edge.target) for cycle in hard for edge in cycle.edges}
    soft = list(_find_of_kind(_soft(before, after, told)))
    return (*hard, *soft)


def _needed(edges: Edges) -> Edges:
    """Without the edges that only tests have which are built apart from their module."""
    if not any(site.path.endswith(APART) for targets in edges.values() for site in targets.values()):
        return edges
    return {
        module: {target: site for target, site in targets.items() if not site.path.endswith(APART)}
        for module, targets in edges.items()
    }


def _hard(before: Edges, after: Edges) -> _Kind:
    old, now = _loading(before), _loading(after)
    return _Kind(old, now, tuple(_new_edges(old, now, after)), hard=True)


def _soft(before: Edges, after: Edges, told: Collection[tuple[str, str]]) -> _Kind:
    new = (edge for edge in _new_edges(before, after, after) if (edge.source, edge.target) not in told)
    return _Kind(before, after, tuple(new), hard=False)


_LOADED_TOGETHER: Final = ".rs"
"""Modules of a crate are compiled as one: those of Rust need one another freely, and usually do with their parents."""


def _loading(edges: Edges) -> dict[str, list[str]]:
    return {
        module: [
            target
            for target, site in targets.items()
            if site.when is When.LOADING and not site.path.endswith(_LOADED_TOGETHER)
        ]
        for module, targets in edges.items()
    }


def _new_edges(before: Successors, after: Successors, sites: Edges) -> Iterator[Edge]:
    for module, targets in after.items():
        old = before.get(module, ())
        if old is targets:
            continue
        known = set(old)
        for target in targets:
            if target not in known:
                site = sites[module][target]
                yield Edge(module, target, site.path, site.line, site.when, site.target_path)


def _find_of_kind(kind: _Kind) -> Iterator[Cycle]:
    if not kind.new:
        return
    components = find_components(kind.after)
    place = _places(components)
    inside: dict[int, list[Edge]] = {}
    for edge in kind.new:
        number = place.get(edge.source)
        if number is not None and number == place.get(edge.target):
            inside.setdefault(number, []).append(edge)
    if not inside:
        return
    earlier = _places(find_components(kind.before))
    for number, edges in sorted(inside.items()):
        modules = components[number]
        before = _largest_within(modules, earlier)
        if before != modules:
            edges.sort(key=lambda edge: (edge.path, edge.line, edge.target))
            loop = find_shortest_loop(kind.after, edges[0].source, edges[0].target)
            yield Cycle(modules, tuple(edges), kind.hard, before, loop)


def _places(components: Iterable[tuple[str, ...]]) -> dict[str, int]:
    return {module: number for number, modules in enumerate(components) for module in modules}


def _largest_within(modules: tuple[str, ...], place: Mapping[str, int]) -> tuple[str, ...]:
    """The largest part of `modules` that needed one another before; all of them if nothing came to it."""
    parts: dict[int, list[str]] = {}
    for module in modules:
        if module in place:
            parts.setdefault(place[module], []).append(module)
    # One module of an earlier cycle that has left the others is no cycle of its own.
    largest = max(parts.values(), key=lambda part: (len(part), part), default=[])
    return tuple(largest) if len(largest) > 1 else ()


def find_shortest_loop(successors: Successors, source: str, target: str) -> tuple[str, ...]:
    """The fewest modules from `source` over its edge to `target` and back, beginning with `source`; () if none."""
    came_from: dict[str, str] = {target: source}
    layer = [target]
    while layer and source not in came_from:
        following = []
        for module in layer:
            for step in successors.get(module, ()):
                if step not in came_from:
                    came_from[step] = module
                    following.append(step)
        layer = following
    if source not in came_from:
        return ()
    back = [source]
    while back[-1] != target:
        back.append(came_from[back[-1]])
    return (source, *reversed(back[1:]))


def say_loop(loop: tuple[str, ...]) -> str:
    """A way round in words, closed, with no more than `SHOWN` modules of it."""
    shown = loop if len(loop) <= SHOWN else (*loop[: SHOWN - 1], f"… {len(loop) - SHOWN:,} more …", loop[-1])
    return " → ".join((*shown, *loop[:1]))
