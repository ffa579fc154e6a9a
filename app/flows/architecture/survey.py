"""The shape of the code before and after a change: two graphs, and what lies between them. No model has a part in it.

Names of what imports follow are known for the changed files; a name that an unchanged file hands on is followed by what
that file's imports say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from app.analyzers.apart.parsers import Parsers
from app.architecture.api import compare_api
from app.architecture.census import count_users, find_new_externals
from app.architecture.delta import compare, find_asked
from app.architecture.dependencies import find_new
from app.architecture.graph import Graph, rebuild
from app.architecture.reexports import Defined
from app.architecture.renames import follow_directories
from app.core.change.classes.classify import is_test, is_vendored
from app.core.change.diff import FileStatus, Patch
from app.core.fit.delta import Delta, NotAnalysed
from app.core.fit.source_facts import Outline, Symbol
from app.core.gate.policy import ArchitecturePolicy
from app.flows.architecture.collection import pause_collection
from app.flows.architecture.graphs import find_graph
from app.flows.architecture.listing import Listed, list_trees
from app.flows.architecture.outlines import Outlines, read_outlines_of
from app.flows.architecture.sources import Sources, SourceTree
from app.repo.objects import GitStore
from app.repo.source_cache import SourceCache

MAX_OUTLINED: Final = 400
"""Changed files whose public names are compared; of a larger change, those are the first by path."""

_USES: Final = frozenset(
    {"bench", "benches", "benchmarks", "demo", "demos", "doc", "docs", "example", "examples", "samples"}
)
"""Directories at the top that only show how the code is used, or how fast it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """Both graphs and the delta, without what resembles something: see `app.flows.architecture.resemblance`.

    `listed` are both trees. `had` and `outlines` are what the changed files define in the old version and at head,
    `fresh` what no file of the change had before, by file at head. `around` are files that resemble those.
    """

    before: Graph
    after: Graph
    delta: Delta
    listed: tuple[Listed, Listed]
    had: Mapping[str, Outline] = field(default_factory=dict)
    outlines: Mapping[str, Outline] = field(default_factory=dict)
    fresh: Mapping[str, Sequence[Symbol]] = field(default_factory=dict)
    around: Mapping[str, Outline] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Touched:
    """The paths of a change: in the old version, in the new one, and new by old for what moved."""

    old: frozenset[str]
    new: frozenset[str]
    moved: Mapping[str, str]


async def survey_range(
    store: GitStore,
    revisions: tuple[str, str],
    patch: Patch,
    policy: ArchitecturePolicy,
    cache: SourceCache,
    parsers: Parsers,
) -> Surveyed:
    """The survey of a change from the first revision to the second.

    Raises TooManyFilesError, GitError, and ToolFailed where no parser can be started.
    """
    # What a change brings is hardly ever known, and a child takes as long to start as git to list the trees.
    parsers.expect()
    touched = _name_touched(patch)
    changed = touched.old | touched.new
    with pause_collection():
        old, new = await list_trees(store, revisions, changed)
        listed = old, new
        try:
            async with asyncio.TaskGroup() as group:
                defining = group.create_task(_read_definitions(store, listed, touched, cache, parsers))
                drawing = group.create_task(
                    _read_graphs(Sources(store, listed, cache, parsers, changed), touched, cache)
                )
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        (had, has), (trees, graphs) = defining.result(), drawing.result()
        asked = await asyncio.to_thread(_find_asked, graphs, policy)
        deciding = await read_outlines_of(store, list(zip(listed, asked, strict=True)), cache, parsers)
        read = _Read(listed, trees, graphs, had.read, has.read, tuple(one.read for one in deciding))
        return await asyncio.to_thread(_sum_up, read, touched, policy)


class _Read(NamedTuple):
    """All that was read: trees and graphs; outlines of the changed files, and of those whose names decide a rule."""

    listed: tuple[Listed, Listed]
    trees: tuple[SourceTree, SourceTree]
    graphs: tuple[Graph, Graph]
    had: Mapping[str, Outline]
    has: Mapping[str, Outline]
    deciding: Sequence[Mapping[str, Outline]]


def _sum_up(read: _Read, touched: _Touched, policy: ArchitecturePolicy) -> Surveyed:
    (before, after), had, has = read.graphs, read.had, read.has
    defined = _know_names({**read.deciding[0], **had}), _know_names({**read.deciding[1], **has})
    delta = compare(before, after, moved=touched.moved, policy=policy, changed=touched.new, defined=defined)
    fresh = _find_new(had, has)
    survey = Surveyed(before=before, after=after, delta=delta, listed=read.listed, had=had, outlines=has, fresh=fresh)
    return _complete(survey, read.trees, touched)


async def _read_definitions(
    store: GitStore, listed: tuple[Listed, Listed], touched: _Touched, cache: SourceCache, parsers: Parsers
) -> tuple[Outlines, Outlines]:
    """The outlines of the changed files in the old version and in the new one."""
    old, new = listed
    wanted = [(old, _pick(touched.old)), (new, _pick(touched.new))]
    had, has = await read_outlines_of(store, wanted, cache, parsers)
    return had, has


async def _read_graphs(
    sources: Sources, touched: _Touched, cache: SourceCache
) -> tuple[tuple[SourceTree, SourceTree], tuple[Graph, Graph]]:
    """Both trees with their graphs: the first one is made while what the second one has more is read."""
    await sources.recall()
    if sources.is_complete(0):
        old = await sources.gather(0)
        before, _ = await asyncio.gather(asyncio.to_thread(find_graph, old, cache), sources.read())
    else:
        await sources.read()
        old = await sources.gather(0)
        before = await asyncio.to_thread(find_graph, old, cache)
    new = await sources.gather(1)
    return (old, new), (before, await asyncio.to_thread(_rebuild, before, new, touched))


def _name_touched(patch: Patch) -> _Touched:
    old = frozenset(file.old_path for file in patch.files if file.status is not FileStatus.ADDED)
    new = frozenset(file.path for file in patch.files if file.status is not FileStatus.REMOVED)
    moved = {file.old_path: file.path for file in patch.files if file.status is FileStatus.RENAMED}
    return _Touched(old, new, follow_directories(moved, old - new - moved.keys(), new - old - set(moved.values())))


def _pick(paths: frozenset[str]) -> list[str]:
    return sorted(path for path in paths if not is_test(path) and not is_vendored(path))[:MAX_OUTLINED]


def _leave_out_uses(outlines: Mapping[str, Outline]) -> dict[str, Outline]:
    """Without the files that only show how the code is used: nobody relies on those."""
    return {path: outline for path, outline in outlines.items() if path.partition("/")[0] not in _USES}


def _rebuild(before: Graph, tree: SourceTree, touched: _Touched) -> Graph:
    return rebuild(before, tree.facts, tree.ground, touched.old | touched.new)


def _find_asked(graphs: tuple[Graph, Graph], policy: ArchitecturePolicy) -> list[Sequence[str]]:
    """For each graph the files whose names decide about a rule."""
    return [find_asked(graph, policy)[:MAX_OUTLINED] for graph in graphs]


def _know_names(outlines: Mapping[str, Outline]) -> Defined:
    """The names that those files define at their top and let others have."""
    names = {
        path: frozenset(symbol.name for symbol in outline.symbols if symbol.public and not symbol.within)
        for path, outline in outlines.items()
    }
    return names.get


def _find_new(before: Mapping[str, Outline], after: Mapping[str, Outline]) -> dict[str, list[Symbol]]:
    """By file at head, the definitions that no file of the change had before: what moved is not new."""
    known = {(symbol.path, symbol.kind) for outline in before.values() for symbol in outline.symbols}
    return {
        path: [symbol for symbol in outline.symbols if (symbol.path, symbol.kind) not in known]
        for path, outline in after.items()
    }


def _complete(survey: Surveyed, trees: tuple[SourceTree, SourceTree], touched: _Touched) -> Surveyed:
    """The survey with public names, packages, and what is not analysed."""
    (old, new), before, after = trees, survey.before, survey.after
    found = find_new(old.manifests, new.manifests, find_new_externals(before, after))
    delta = replace(
        _leave_out_unread(survey.delta, old, new, touched),
        api=compare_api(
            _leave_out_uses(survey.had),
            _leave_out_uses(survey.outlines),
            moved=touched.moved,
            users=_count_users(before),
            module_of=lambda path: after.module_of.get(path) or before.module_of.get(path, path),
            imports=lambda path: new.facts[path].imports if path in new.facts else (),
        ),
        dependencies=found.dependencies,
        not_analysed=(*survey.delta.not_analysed, *_name_failures(new, touched), *found.not_analysed),
    )
    return replace(survey, delta=delta)


def _leave_out_unread(delta: Delta, old: SourceTree, new: SourceTree, touched: _Touched) -> Delta:
    """Without what only seems to be new or gone, because the other version of the file that says so was not read."""
    back = {now: was for was, now in touched.moved.items()}

    def is_new(path: str) -> bool:
        return back.get(path, path) not in old.failures

    def is_gone(path: str) -> bool:
        return touched.moved.get(path, path) not in new.failures

    return replace(
        delta,
        new_edges=tuple(edge for edge in delta.new_edges if is_new(edge.path)),
        removed_edges=tuple(edge for edge in delta.removed_edges if is_gone(edge.path)),
        cycles=tuple(cycle for cycle in delta.cycles if any(is_new(edge.path) for edge in cycle.edges)),
        mended=tuple(item for item in delta.mended if is_gone(item.edge.path)),
    )


def _count_users(graph: Graph) -> Callable[[str], int]:
    """How many modules use the module of a path, at base."""
    users = count_users(graph.edges)
    return lambda path: users.get(graph.module_of.get(path, path), 0)


def _name_failures(tree: SourceTree, touched: _Touched) -> Iterator[NotAnalysed]:
    """Files that nobody could read, those of the change first; and changed ones that say more than can be read."""
    for path in sorted(tree.failures, key=lambda path: (path not in touched.new, path)):
        yield NotAnalysed(path, tree.failures[path], path in touched.new)
    for path in sorted(touched.new & tree.facts.keys()):
        if tree.facts[path].partial:
            yield NotAnalysed(path, "it cannot be read to the full, so that imports may be missing", changed=True)
