"""The module graph of one tree: which module depends on which, and where it says so first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from app.architecture.links import name_files
from app.architecture.resolution import Build, Comparing, Ground, Resolution, Resolver, Target
from app.architecture.resolve import BUILDERS
from app.core.fit.source_facts import FileFacts, Import, When
from app.syntax.languages import Language

RANKS: Final = {When.LOADING: 0, When.LAZY: 1, When.TYPES: 2}
"""What binds modules most comes first."""

CONSISTS: Final = 0
"""A level below this (Rust: `mod x;`) says what a module consists of: that alone is no dependency, and no cycle."""


class Site(NamedTuple):
    """Where a module first says that it depends on another: LOADING before LAZY before TYPES, then by path and line.

    `target_path` is the file that is meant, as far as the import tells; else the module.
    """

    path: str
    line: int
    when: When
    target_path: str


class Counts(NamedTuple):
    """Imports by what became of them, each counted once. `unresolved`: something of it should be here and is not."""

    internal: int = 0
    external: int = 0
    unresolved: int = 0
    standard: int = 0


class Reference(NamedTuple):
    """One target of one import. `lines` are those of its names, where they do not all stand on that of the import."""

    imported: Import
    target: Target
    lines: Mapping[str, int]

    @property
    def line(self) -> int:
        """The line of the first name that is taken from the target."""
        return _line_of(self.imported, self.target, self.lines)

    def line_of(self, name: str) -> int:
        """The line on which a name stands."""
        return self.lines.get(name, self.imported.line)


Edges = Mapping[str, Mapping[str, Site]]
"""By module, the modules that it depends on. A module without any is not among the keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Modules with their files in order of path, and edges between different modules.

    `resolutions` has one entry for each import of a file, in their order; files in languages that nobody resolves are
    not in it: `unread` counts their imports by language. Two graphs are equal if what they say of the code is.
    """

    facts: Mapping[str, FileFacts]
    module_of: Mapping[str, str]
    modules: Mapping[str, tuple[str, ...]]
    resolutions: Mapping[str, tuple[Resolution, ...]] = field(repr=False)
    edges: Edges = field(repr=False)
    counts: Counts
    unread: Mapping[str, int]
    ground: Ground = field(repr=False, compare=False)
    resolvers: Mapping[str, Resolver] = field(repr=False, compare=False)

    def references(self, path: str) -> Iterator[Reference]:
        """What a file takes in from this repository, in the order of its imports; its own module's files too."""
        for imported, resolution in zip(self.facts[path].imports, self.resolutions.get(path, ()), strict=False):
            lines = lines_by_name(imported) if resolution.targets else {}
            for target in resolution.targets:
                yield Reference(imported, target, lines)


def build_graph(facts: Mapping[str, FileFacts], ground: Ground, builders: Mapping[Language, Build] = BUILDERS) -> Graph:
    """The graph of the files in `facts`, by path, in the tree of `ground`. Languages without a builder are `unread`."""
    return _assemble(facts, ground, start_resolvers(facts.values(), ground, builders), None)


def rebuild(
    before: Graph,
    facts: Mapping[str, FileFacts],
    ground: Ground,
    changed: Collection[str],
    builders: Mapping[Language, Build] = BUILDERS,
) -> Graph:
    """What `build_graph` gives for a tree that differs from that of `before` in the files at `changed`, made faster.

    Where a path came or went, or a manifest or a package changed, any import may mean another file: then all of them
    are resolved anew but for those of which a resolver tells that they mean the same, and equal parts are shared.
    """
    if not before.ground.is_like(ground) or not _has_same_files(before.facts, facts, changed):
        return _assemble(facts, ground, start_resolvers(facts.values(), ground, builders), before)
    touched = [path for path in changed if path in before.resolutions]
    resolutions = dict(before.resolutions)
    for path in touched:
        resolutions[path] = _resolve(path, facts[path], before.resolvers, ground.aliases)
    edges = dict(before.edges)
    for module in sorted({before.module_of[path] for path in touched}):
        edges.pop(module, None)
        if found := _find_edges(module, before.modules[module], facts, resolutions):
            edges[module] = found
    return Graph(
        facts=facts,
        module_of=before.module_of,
        modules=before.modules,
        resolutions=resolutions,
        edges=edges,
        counts=_recount(before, resolutions),
        unread=_count_unread(facts, before.resolvers),
        ground=before.ground,
        resolvers=before.resolvers,
    )


def start_resolvers(
    facts: Iterable[FileFacts], ground: Ground, builders: Mapping[Language, Build]
) -> dict[str, Resolver]:
    """A resolver for each language in use; languages with the same builder share one."""
    used = {file.language for file in facts}
    build_of = {str(language): build for language, build in builders.items() if language in used}
    started = {build: build(ground) for build in dict.fromkeys(build_of.values())}
    return {language: started[build] for language, build in build_of.items()}


def _assemble(
    facts: Mapping[str, FileFacts], ground: Ground, resolvers: Mapping[str, Resolver], before: Graph | None
) -> Graph:
    module_of: dict[str, str] = {}
    files: dict[str, list[str]] = {}
    resolutions: dict[str, tuple[Resolution, ...]] = {}
    kept = _find_kept(facts, ground, resolvers, before)
    for path in sorted(facts):
        resolver = resolvers.get(facts[path].language)
        module = resolver.module_of(path) if resolver else path
        module_of[path] = module
        files.setdefault(module, []).append(path)
        if resolver:
            known = kept.get(path)
            resolutions[path] = _resolve(path, facts[path], resolvers, ground.aliases) if known is None else known
    modules = {module: tuple(paths) for module, paths in files.items()}
    edges: dict[str, Mapping[str, Site]] = {}
    for module, paths in modules.items():
        old = before.edges.get(module) if before else None
        same = before and paths == before.modules.get(module) and kept.keys() >= set(paths)
        if found := old if same else _find_edges(module, paths, facts, resolutions):
            edges[module] = old if old == found else found
    return Graph(
        facts=facts,
        module_of=module_of,
        modules=modules,
        resolutions=resolutions,
        edges=edges,
        counts=_recount(before, resolutions) if before else _count(resolutions.values()),
        unread=_count_unread(facts, resolvers),
        ground=ground,
        resolvers=resolvers,
    )


def _find_kept(
    facts: Mapping[str, FileFacts], ground: Ground, resolvers: Mapping[str, Resolver], before: Graph | None
) -> dict[str, tuple[Resolution, ...]]:
    """What is known of files that are as they were and whose imports mean what they meant."""
    kept: dict[str, tuple[Resolution, ...]] = {}
    if before is None or before.ground.aliases != ground.aliases:
        return kept
    tests = {language: _compare_resolvers(before.resolvers.get(language), one) for language, one in resolvers.items()}
    for path, known in before.resolutions.items():
        file = facts.get(path)
        if file is not None and file is before.facts[path]:
            outdated = tests.get(file.language)
            if outdated is not None and not outdated(path, file):
                kept[path] = known
    return kept


def _compare_resolvers(before: Resolver | None, after: Resolver) -> Callable[[str, FileFacts], bool] | None:
    return after.outdated(before) if before is not None and isinstance(after, Comparing) else None


def _resolve(
    path: str, file: FileFacts, resolvers: Mapping[str, Resolver], aliases: Mapping[str, str]
) -> tuple[Resolution, ...]:
    resolver = resolvers[file.language]
    found = resolver.resolve_all(path, file.imports)
    return tuple([name_files(one, aliases, resolver.module_of) for one in found] if aliases else found)


def _find_edges(
    module: str,
    paths: Iterable[str],
    facts: Mapping[str, FileFacts],
    resolutions: Mapping[str, tuple[Resolution, ...]],
) -> dict[str, Site]:
    """The edges of one module. `paths` ascend, so that an earlier file's site stands unless it binds less."""
    found: dict[str, Site] = {}
    for path in paths:
        for imported, resolution in zip(facts[path].imports, resolutions.get(path, ()), strict=False):
            targets = resolution.targets
            if not targets or imported.level < CONSISTS:
                continue
            # most imports stand on one line
            lines = lines_by_name(imported) if imported.lines else None
            for target in targets:
                aim = target.module
                if aim == module:
                    continue
                line = _line_of(imported, target, lines) if lines else imported.line
                old = found.get(aim)
                if old is None or _binds_sooner(imported.when, path, line, old):
                    found[aim] = Site(path, line, imported.when, name_target(target))
    return found


def name_target(target: Target) -> str:
    """The file that is meant where that is one, else the module."""
    return target.files[0] if len(target.files) == 1 else target.module


APART: Final = "_test.go"
"""Files that stand in a package and are built apart from it: what they alone import, the package does not need."""


def _binds_sooner(when: When, path: str, line: int, old: Site) -> bool:
    if path.endswith(APART) is not old.path.endswith(APART):
        return old.path.endswith(APART)
    if when is old.when:
        return line < old.line if path == old.path else path < old.path
    return RANKS[when] < RANKS[old.when]


_ON_ONE_LINE: Final[dict[str, int]] = {}


def lines_by_name(imported: Import) -> dict[str, int]:
    """Each name's first line, if the import spans several: looking each up in the import would cost the square."""
    if not imported.lines:
        return _ON_ONE_LINE
    return dict(zip(reversed(imported.names), reversed(imported.lines), strict=False))


def _line_of(imported: Import, target: Target, lines: Mapping[str, int]) -> int:
    return lines.get(target.names[0], imported.line) if target.names else imported.line


def _count(resolutions: Iterable[tuple[Resolution, ...]]) -> Counts:
    internal = external = unresolved = standard = 0
    for of_file in resolutions:
        for resolution in of_file:
            if resolution.missing:
                unresolved += 1
            elif resolution.targets:
                internal += 1
            elif resolution.external:
                external += 1
            else:
                standard += 1
    return Counts(internal, external, unresolved, standard)


def _recount(before: Graph, resolutions: Mapping[str, tuple[Resolution, ...]]) -> Counts:
    """What `_count` gives for these, by looking only at what the graph before has otherwise."""
    known = before.resolutions
    gone = _count(own for path, own in known.items() if resolutions.get(path) is not own)
    come = _count(own for path, own in resolutions.items() if known.get(path) is not own)
    return Counts(*(old - less + more for old, less, more in zip(before.counts, gone, come, strict=True)))


def _count_unread(facts: Mapping[str, FileFacts], resolvers: Mapping[str, Resolver]) -> dict[str, int]:
    found: dict[str, int] = {}
    for file in facts.values():
        if file.language not in resolvers:
            found[file.language] = found.get(file.language, 0) + len(file.imports)
    return found


def _has_same_files(before: Mapping[str, FileFacts], after: Mapping[str, FileFacts], changed: Collection[str]) -> bool:
    """Whether the same paths have facts, in the same languages."""
    if before.keys() != after.keys():
        return False
    return all(before[path].language == after[path].language for path in changed if path in after)
