"""From a module graph and what a change does to it to a drawing that a person can take in: a few nodes, few links.

What the change touches is drawn as it is, what is around it as directories, what is far from it not at all. Without a
change the whole graph is drawn, as directories.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, takewhile

from app.architecture.picture.drawing import Drawing, Limits, Link, LinkKind, Node
from app.architecture.picture.merging import Place, merge
from app.core.fit.delta import Cycle, Delta, Edge
from app.core.fit.source_facts import When

MAX_CYCLE = 8
"""Of a larger cycle only what closes it and a shortest way round count as touched."""

_ORDER = tuple(LinkKind)
_FRESH = (LinkKind.BROKEN, LinkKind.CYCLE, LinkKind.NEW)
_SHORTENS = 12
"""Characters that a directory common to all has to have before labels leave it out."""


@dataclass(slots=True)
class _Bundle:
    """The edges from one place to another, as they are gathered."""

    kinds: Counter[LinkKind] = field(default_factory=Counter)
    hard: bool = False
    notes: dict[str, None] = field(default_factory=dict)

    def kind(self) -> LinkKind:
        kind = min(self.kinds, key=_ORDER.index)
        # Where other edges stay, the link stays.
        return LinkKind.OLD if kind is LinkKind.REMOVED and len(self.kinds) > 1 else kind

    def fresh(self) -> int:
        return sum(self.kinds[kind] for kind in _FRESH)

    def link(self, source: int, target: int) -> Link:
        left = self.kinds.total() - self.kinds[LinkKind.REMOVED]
        return Link(
            source=source,
            target=target,
            kind=self.kind(),
            weight=left or self.kinds[LinkKind.REMOVED],
            fresh=self.fresh(),
            soft=not self.hard,
            note="; ".join(self.notes),
        )


def collapse(
    modules: Collection[str],
    edges: Iterable[Edge],
    delta: Delta,
    *,
    layers: Sequence[str] = (),
    layer_of: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> Drawing:
    """The drawing of the graph at head. `layers` are the declared ones, top first; `layer_of` has that of a module.

    Equal graphs give equal drawings, in whatever order they come. An empty delta touches nothing: then all is drawn.
    """
    limits = limits or Limits()
    delta = _renamed(delta)
    touched = _touched(delta)
    whole = {(edge.source, edge.target): edge for edge in edges}
    weights = _neighbours(whole, touched) if touched else _weights(modules, whole)
    places = merge(touched, weights, layer_of or {}, limits)
    bundles = _bundle(whole, delta, places)
    if bundles and not touched:
        # What nothing depends on, and what depends on nothing, is no part of an architecture.
        linked = set(chain.from_iterable(bundles))
        places = {module: place for module, place in places.items() if place in linked}
    nodes = _nodes(places, touched, modules, layers)
    return _draw(nodes, bundles, len({*modules, *touched}), limits)


def _renamed(delta: Delta) -> Delta:
    """What is removed from a module that only moved is drawn at its new place."""
    moved = dict(delta.moved)
    removed = (
        replace(edge, source=moved.get(edge.source, edge.source), target=moved.get(edge.target, edge.target))
        for edge in delta.removed_edges
    )
    return replace(delta, removed_edges=tuple(removed))


def _touched(delta: Delta) -> set[str]:
    edges = chain(
        delta.new_edges,
        delta.removed_edges,
        (broken.edge for broken in delta.breaks),
        (edge for cycle in delta.cycles for edge in cycle.edges),
    )
    return {end for edge in edges for end in (edge.source, edge.target)} | {
        module
        for cycle in delta.cycles
        for module in (cycle.modules if len(cycle.modules) <= MAX_CYCLE else cycle.loop[:MAX_CYCLE])
    }


def _neighbours(pairs: Iterable[tuple[str, str]], touched: Collection[str]) -> Counter[str]:
    """Modules beside the touched ones, with the number of edges to and from these."""
    found = Counter[str]()
    for source, target in pairs:
        if source in touched and target not in touched:
            found[target] += 1
        elif target in touched and source not in touched:
            found[source] += 1
    return found


def _weights(modules: Iterable[str], pairs: Iterable[tuple[str, str]]) -> Counter[str]:
    return Counter(dict.fromkeys(modules, 1)) + Counter(chain.from_iterable(pairs))


def _nodes(
    places: Mapping[str, Place], touched: Collection[str], modules: Collection[str], layers: Sequence[str]
) -> dict[Place, Node]:
    """The nodes by place, in order of layer and path."""
    held: dict[Place, list[str]] = {}
    for module, place in places.items():
        held.setdefault(place, []).append(module)
    known = set(modules)
    height = {name: at for at, name in enumerate(layers)}
    return {
        place: Node(
            path=place.path,
            directory=place.merged,
            modules=len(held[place]),
            touched=any(module in touched for module in held[place]),
            gone=not any(module in known for module in held[place]),
            layer=place.layer if place.layer in height else "",
        )
        for place in sorted(held, key=lambda place: (height.get(place.layer, len(height)), place))
    }


def _kinds(whole: Mapping[tuple[str, str], Edge], delta: Delta) -> Iterator[tuple[Edge, LinkKind, str]]:
    """Each edge once, with the most important thing there is to say of it."""
    closing = {(edge.source, edge.target): _say(cycle) for cycle in delta.cycles for edge in cycle.edges}
    told: set[tuple[str, str]] = set()
    groups: tuple[tuple[LinkKind, Iterable[tuple[Edge, str]]], ...] = (
        (LinkKind.BROKEN, ((broken.edge, broken.rule) for broken in delta.breaks)),
        (LinkKind.NEW, ((edge, "") for edge in delta.new_edges)),
        (LinkKind.OLD_BREAK, ((broken.edge, broken.rule) for broken in delta.old_breaks)),
        (LinkKind.OLD, ((edge, "") for edge in whole.values())),
        (LinkKind.REMOVED, ((edge, "") for edge in delta.removed_edges)),
    )
    for kind, group in groups:
        for edge, rule in group:
            ends = edge.source, edge.target
            if ends not in told:
                told.add(ends)
                cycle = closing.get(ends, "")
                shown = LinkKind.CYCLE if cycle and kind is LinkKind.NEW else kind
                yield edge, shown, "; ".join(filter(None, (rule, cycle)))


def _say(cycle: Cycle) -> str:
    return "grows a cycle" if cycle.before else "closes a cycle"


def _bundle(
    whole: Mapping[tuple[str, str], Edge], delta: Delta, places: Mapping[str, Place]
) -> dict[tuple[Place, Place], _Bundle]:
    bundles: dict[tuple[Place, Place], _Bundle] = {}
    for edge, kind, note in _kinds(whole, delta):
        source, target = places.get(edge.source), places.get(edge.target)
        if source is None or target is None:
            continue
        bundle = bundles.setdefault((source, target), _Bundle())
        bundle.kinds[kind] += 1
        bundle.hard |= edge.when is When.LOADING
        if note:
            bundle.notes[note] = None
    return bundles


def _draw(
    nodes: Mapping[Place, Node], bundles: Mapping[tuple[Place, Place], _Bundle], modules: int, limits: Limits
) -> Drawing:
    within = {source: bundle for (source, target), bundle in bundles.items() if source == target}
    shown = tuple(
        replace(
            node,
            new_within=within[place].fresh(),
            broken_within=within[place].kinds[LinkKind.BROKEN],
        )
        if place in within
        else node
        for place, node in nodes.items()
    )
    number = {place: at for at, place in enumerate(nodes)}
    links = [
        bundle.link(number[source], number[target]) for (source, target), bundle in bundles.items() if source != target
    ]
    if Drawing(nodes=shown).change:
        # How the surroundings hang together is no matter of this change.
        links = [link for link in links if shown[link.source].touched or shown[link.target].touched]
    links.sort(key=lambda link: (_ORDER.index(link.kind), -link.weight, link.source, link.target))
    drawn = sorted(links[: limits.links], key=lambda link: (link.source, link.target))
    return Drawing(
        nodes=shown,
        links=tuple(drawn),
        layers=tuple(dict.fromkeys(node.layer for node in shown if node.layer)),
        below=_common([node.path for node in shown]),
        hidden_modules=max(modules - sum(node.modules for node in shown), 0),
        hidden_links=len(links) - len(drawn),
    )


def _common(paths: Sequence[str]) -> str:
    """The directory that all paths are in, where leaving it out makes labels shorter to read."""
    if len(paths) < 2:
        return ""
    first, last = min(paths).split("/")[:-1], max(paths).split("/")[:-1]
    both = takewhile(lambda parts: parts[0] == parts[1], zip(first, last, strict=False))
    shared = "".join(f"{part}/" for part, _ in both)
    return shared if len(shared) >= _SHORTENS else ""
