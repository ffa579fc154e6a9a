"""One tree as a module graph, with the rules it is held to and what breaks them today."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from app.architecture.census import Unresolved, find_unresolved
from app.architecture.cycles import find_components
from app.architecture.graph import Graph, build_graph
from app.architecture.reexports import Reexports
from app.architecture.rules import Rules, find_breaks
from app.core.fit.delta import Break
from app.core.gate.policy import ArchitecturePolicy
from app.flows.architecture.collection import pause_collection
from app.flows.architecture.sources import SourceTree, read_sources
from app.repo.objects import GitStore
from app.repo.source_cache import SourceCache


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """`cycles` are sets of modules that need one another; `failures` say by path why a file is not in the graph."""

    graph: Graph
    breaks: tuple[Break, ...]
    rules: int
    cycles: tuple[tuple[str, ...], ...]
    unresolved: tuple[Unresolved, ...]
    failures: Mapping[str, str]


async def take_inventory(store: GitStore, revision: str, policy: ArchitecturePolicy, cache: SourceCache) -> Inventory:
    """The inventory of a revision. Raises TooManyFilesError, GitError, ToolFailed."""
    with pause_collection():
        (tree,) = await read_sources(store, [revision], cache)
        return await asyncio.to_thread(_sum_up, tree, policy)


def _sum_up(tree: SourceTree, policy: ArchitecturePolicy) -> Inventory:
    graph = build_graph(tree.facts, tree.ground)
    rules = Rules(policy)
    return Inventory(
        graph=graph,
        breaks=find_breaks(graph, rules, Reexports(graph)),
        rules=rules.count,
        cycles=tuple(find_components(graph.edges)),
        unresolved=find_unresolved(graph),
        failures=tree.failures,
    )
