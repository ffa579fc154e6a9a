"""Two graphs, two facts: what a change does to the shape of the code."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from app.architecture.census import count_users
from app.architecture.cycles import find_new_cycles
from app.architecture.graph import Edges, Graph, Site
from app.architecture.reexports import MOST_STEPS, Defined, Reexports, knows_nothing
from app.architecture.renames import Renames, find_renames
from app.architecture.rules import Rules, find_breaks
from app.core.fit.delta import Break, Delta, Edge, Fan, NotAnalysed
from app.core.gate.policy import ArchitecturePolicy

MOST_FANS: Final = 50


def compare(
    before: Graph,
    after: Graph,
    *,
    moved: Mapping[str, str],
    policy: ArchitecturePolicy,
    changed: Collection[str],
    defined: tuple[Defined, Defined] = (knows_nothing, knows_nothing),
) -> Delta:
    """The delta of a change: `moved` are its renamed files, new paths by old ones; `changed` its paths at head.

    Edges of what was renamed are neither new nor removed. A rule is newly broken if at the base the same file, under
    its name there, did not break it with the same target. `defined` knows which names files have, at base and at head.
    What others find (API, dependencies, twins, files without facts) is not in it yet; `not_analysed` has the files of
    the head whose names could not be followed.
    """
    renames = find_renames(before, after, moved)
    base = renames.name_edges(before.edges)
    new = tuple(_find_missing(after.edges, base))
    removed = _find_removed(before, after, renames)
    rules = Rules(policy)
    handed = (Reexports(before, defined[0]), Reexports(after, defined[1]))
    old_breaks = find_breaks(before, rules, handed[0])
    now_breaks = find_breaks(after, rules, handed[1], changed)
    fresh, known, mended = _compare_breaks(old_breaks, now_breaks, renames)
    return Delta(
        new_edges=_in_order(new),
        removed_edges=_in_order(removed),
        breaks=fresh,
        old_breaks=known,
        mended=mended,
        cycles=find_new_cycles(base, after.edges),
        fans=_compare_fans(after, new, [_renamed(edge, renames) for edge in removed]),
        not_analysed=tuple(_list_not_followed(handed[1], changed)),
        internal_imports=after.counts.internal,
        external_imports=after.counts.external,
        unresolved_imports=after.counts.unresolved,
        unread_imports=tuple(sorted(after.unread.items())),
        modules=len(after.modules),
        edges=sum(map(len, after.edges.values())),
        rules=rules.count,
        moved=tuple(sorted(renames.modules.items())),
    )


def find_asked(graph: Graph, policy: ArchitecturePolicy, defined: Defined = knows_nothing) -> tuple[str, ...]:
    """Files whose names `compare` has to know for this graph, so that what `*` hands on is held to the rules."""
    reexports = Reexports(graph, defined)
    find_breaks(graph, Rules(policy), reexports)
    return reexports.asked


def make_edge(source: str, target: str, site: Site) -> Edge:
    """An edge with the place where it is said first."""
    return Edge(source, target, site.path, site.line, site.when, site.target_path)


def _list_not_followed(reexports: Reexports, changed: Collection[str]) -> Iterator[NotAnalysed]:
    for path in reexports.cut:
        yield NotAnalysed(path, f"its names lead through more than {MOST_STEPS:,} places", path in changed)
    for path in reexports.asked:
        yield NotAnalysed(
            path, "which names it has is not known, so that none is followed through `*`", path in changed
        )


def _find_missing(edges: Edges, known: Edges) -> Iterable[Edge]:
    """The edges that are not among those known."""
    for source, targets in edges.items():
        others = known.get(source, {})
        if others is not targets:
            yield from (make_edge(source, target, site) for target, site in targets.items() if target not in others)


def _find_removed(before: Graph, after: Graph, renames: Renames) -> tuple[Edge, ...]:
    """Edges of the base, under their names there, that the head has under no name."""
    if not renames.modules and not renames.taken:
        return tuple(_find_missing(before.edges, after.edges))
    name = renames.name_module
    return tuple(
        make_edge(source, target, site)
        for source, targets in before.edges.items()
        for target, site in targets.items()
        if name(target) not in after.edges.get(name(source), {})
    )


def _renamed(edge: Edge, renames: Renames) -> tuple[str, str]:
    return renames.name_module(edge.source), renames.name_module(edge.target)


def _in_order(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    return tuple(sorted(edges, key=lambda edge: (edge.path, edge.line, edge.target)))


def _compare_breaks(
    before: Sequence[Break], after: Sequence[Break], renames: Renames
) -> tuple[tuple[Break, ...], tuple[Break, ...], tuple[Break, ...]]:
    """New breaks, those that the base has too, and those of the base that are mended."""
    old = {_identity(item, renames): item for item in before}
    now = {(item.rule, item.edge.path, item.edge.target_path): item for item in after}
    fresh = tuple(item for key, item in now.items() if key not in old)
    known = tuple(item for key, item in now.items() if key in old)
    return fresh, known, tuple(item for key, item in old.items() if key not in now)


def _identity(item: Break, renames: Renames) -> tuple[str, str, str]:
    edge = item.edge
    return item.rule, renames.name_file(edge.path), renames.name_target(edge.target_path, edge.target)


def _compare_fans(after: Graph, new: Iterable[Edge], removed: Iterable[tuple[str, str]]) -> tuple[Fan, ...]:
    """Modules of the head whose fan changed; the most first."""
    grown: dict[str, list[int]] = {}
    for source, target, by in (
        *((edge.source, edge.target, 1) for edge in new),
        *((source, target, -1) for source, target in removed),
    ):
        grown.setdefault(source, [0, 0])[1] += by
        grown.setdefault(target, [0, 0])[0] += by
    users = count_users(after.edges)
    fans = []
    for module, (inward, outward) in grown.items():
        if (inward or outward) and module in after.modules:
            now_in, now_out = users.get(module, 0), len(after.edges.get(module, {}))
            fans.append(Fan(module, now_in - inward, now_in, now_out - outward, now_out))
    fans.sort(key=lambda fan: (-abs(fan.in_after - fan.in_before) - abs(fan.out_after - fan.out_before), fan.module))
    return tuple(fans[:MOST_FANS])
