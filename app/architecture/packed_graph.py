"""A graph as compact JSON, to be kept: resolving every import of a tree takes longer than reading what came of it.

Each path and module stands once, in a table; what imports come to stands once as well, for most of it is said by many
files. What comes back is the graph that was packed if facts and ground are those that it was made of.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final

from app.architecture.graph import Counts, Graph, Site, start_resolvers
from app.architecture.resolution import Build, Ground, Resolution, Target
from app.architecture.resolve import BUILDERS
from app.core.fit.packed import PackedUnreadableError
from app.core.fit.source_facts import FileFacts, When
from app.syntax.languages import Language

_WHEN: Final = tuple(When)
_STANDARD: Final = Resolution()
_FIELDS: Final = 5
"""Numbers that an edge is told with."""


def pack_graph(graph: Graph) -> bytes:
    """To be kept."""
    table = _Table(sorted(graph.facts))
    of_file, told = _number_resolutions(graph)
    plain = [
        table.names,
        [table.number(graph.module_of[path]) for path in table.paths],
        [_tell_resolution(one, table) for one in told],
        [of_file.get(path) for path in table.paths],
        [[table.number(module), *_tell_edges(sites, table)] for module, sites in graph.edges.items()],
        graph.counts,
        graph.unread,
    ]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def unpack_graph(
    packed: bytes, facts: Mapping[str, FileFacts], ground: Ground, builders: Mapping[Language, Build] = BUILDERS
) -> Graph:
    """The graph of these facts on this ground, as it was packed. Raises PackedUnreadableError for anything else."""
    try:
        names, homes, told, of_file, told_edges, counts, unread = json.loads(packed)
        paths = sorted(facts)
        table = [*paths, *names]
        module_of = dict(zip(paths, map(table.__getitem__, homes), strict=True))
        resolutions = list(map(_Reader(table).read, told))
        return Graph(
            facts=facts,
            module_of=module_of,
            modules=_gather_modules(module_of),
            resolutions={
                path: tuple(map(resolutions.__getitem__, own))
                for path, own in zip(paths, of_file, strict=True)
                if own is not None
            },
            edges=dict(_read_edges(told_edges, table)),
            counts=Counts(*counts),
            unread=unread,
            ground=ground,
            resolvers=start_resolvers(facts.values(), ground, builders),
        )
    except (TypeError, ValueError, IndexError, KeyError, RecursionError) as error:
        raise PackedUnreadableError from error


class _Table:
    """Numbers for paths and names: those of the files of the graph first, in their order."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self.names: list[str] = []
        self._numbers = {path: number for number, path in enumerate(paths)}

    def number(self, name: str) -> int:
        if name not in self._numbers:
            self._numbers[name] = len(self._numbers)
            self.names.append(name)
        return self._numbers[name]


def _number_resolutions(graph: Graph) -> tuple[dict[str, list[int]], list[Resolution]]:
    """What the imports of each file come to, by number, and what the numbers stand for."""
    numbers: dict[Resolution, int] = {}
    of_file = {
        path: [numbers.setdefault(one, len(numbers)) for one in resolutions]
        for path, resolutions in graph.resolutions.items()
    }
    return of_file, list(numbers)


def _tell_resolution(resolution: Resolution, table: _Table) -> Any:  # noqa: ANN401 - any JSON
    """As the name of a foreign package, as the numbers of a module and its files, or in full."""
    targets, external, missing = resolution
    if external and not targets and not missing:
        return external
    if len(targets) == 1 and not external and not missing and targets[0][2:] == ((), ""):
        return [table.number(targets[0].module), *map(table.number, targets[0].files)]
    full = [
        [table.number(target.module), list(map(table.number, target.files)), target.names, target.by_way_of]
        for target in targets
    ]
    return {"to": full, "external": external, "missing": missing} if resolution != _STANDARD else None


class _Reader:
    """The other way round."""

    def __init__(self, table: Sequence[str]) -> None:
        self._table = table

    def read(self, told: Any) -> Resolution:  # noqa: ANN401 - any JSON
        if told is None:
            return _STANDARD
        if isinstance(told, str):
            return Resolution((), told)
        table = self._table
        if isinstance(told, list):
            return Resolution((Target(table[told[0]], tuple([table[number] for number in told[1:]])),))
        targets = (
            Target(table[module], tuple(table[number] for number in files), tuple(names), by_way_of)
            for module, files, names, by_way_of in told["to"]
        )
        return Resolution(tuple(targets), told["external"], tuple(told["missing"]))


def _tell_edges(sites: Mapping[str, Site], table: _Table) -> Iterator[int]:
    return chain.from_iterable(
        (
            table.number(target),
            table.number(site.path),
            site.line,
            _WHEN.index(site.when),
            table.number(site.target_path),
        )
        for target, site in sites.items()
    )


def _read_edges(told: Iterable[list[int]], table: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Site]]]:
    for module, *flat in told:
        numbers = iter(flat)
        sites: dict[str, Site] = {}
        while fields := tuple(islice(numbers, _FIELDS)):
            target, path, line, when, target_path = fields
            sites[table[target]] = Site(table[path], line, _WHEN[when], table[target_path])
        yield table[module], sites


def _gather_modules(module_of: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    files: dict[str, list[str]] = {}
    for path, module in module_of.items():
        files.setdefault(module, []).append(path)
    return {module: tuple(paths) for module, paths in files.items()}
