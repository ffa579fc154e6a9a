"""One tree as a module graph, with the rules it is held to and what breaks them today."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.analyzers.apart.parsers import Parsers
from app.architecture.census import Unresolved, find_unresolved
from app.architecture.cycles import find_components
from app.architecture.declared.declaration import Declaration, Declared
from app.architecture.declared.reading import read_declarations, wants_declaration
from app.architecture.graph import Graph
from app.architecture.reexports import Reexports
from app.architecture.rules import Rules, find_breaks
from app.core.fit.delta import Break
from app.core.gate.policy import ArchitecturePolicy
from app.flows.architecture.graphs import find_graph
from app.flows.architecture.sources import SourceTree, read_sources
from app.repo.objects import GitStore
from app.repo.source_cache import SourceCache

MAX_DECLARING: Final = 200
MAX_DECLARING_BYTES: Final = 256 << 10


@dataclass(frozen=True, slots=True)
class Heard:
    """Something declared for another tool, and what breaks it here; None where our rules cannot say it."""

    declaration: Declaration
    breaks: tuple[Break, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """`cycles` are sets of modules that need one another; `failures` say by path why a file is not in the graph.

    `heard` is what is declared for other tools.
    """

    graph: Graph
    breaks: tuple[Break, ...]
    rules: int
    cycles: tuple[tuple[str, ...], ...]
    unresolved: tuple[Unresolved, ...]
    failures: Mapping[str, str]
    heard: tuple[Heard, ...] = ()


async def take_inventory(
    store: GitStore, revision: str, policy: ArchitecturePolicy, cache: SourceCache, parsers: Parsers
) -> Inventory:
    """The inventory of a revision. Raises TooManyFilesError, GitError, ToolFailed."""
    (tree,) = await read_sources(store, [revision], cache, parsers)
    declared = await _read_declared(store, revision)
    graph = await asyncio.to_thread(find_graph, tree, cache)
    return await asyncio.to_thread(_sum_up, tree, graph, policy, declared)


async def _read_declared(store: GitStore, revision: str) -> Declared:
    entries = {entry.path: entry.object_id for entry in await store.list_tree(revision) if entry.regular}
    wanted = sorted(filter(wants_declaration, entries), key=lambda path: (path.count("/"), path))[:MAX_DECLARING]
    blobs = await store.read_blobs([entries[path] for path in wanted], max_bytes=MAX_DECLARING_BYTES)
    texts = {
        path: body.decode("utf-8", "replace") for path in wanted if isinstance(body := blobs[entries[path]], bytes)
    }
    return await asyncio.to_thread(read_declarations, texts, frozenset(entries))


def _sum_up(tree: SourceTree, graph: Graph, policy: ArchitecturePolicy, declared: Declared) -> Inventory:
    reexports = Reexports(graph)
    rules = Rules(policy)
    ours = {rule.declaration: find_breaks(graph, Rules(rule.policy), reexports) for rule in declared.rules}
    return Inventory(
        graph=graph,
        breaks=find_breaks(graph, rules, reexports),
        rules=rules.count,
        cycles=tuple(find_components(graph.edges)),
        unresolved=find_unresolved(graph),
        failures={**tree.failures, **{item.path: item.reason for item in declared.unread}},
        heard=tuple(Heard(item, ours.get(item)) for item in declared.declarations),
    )
