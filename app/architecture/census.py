"""What the imports of a graph come to: what is missing, what is foreign, who is used by how many."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

from app.architecture.graph import Edges, Graph, lines_by_name


class Unresolved(NamedTuple):
    """A name that should be in this repository and is not."""

    path: str
    line: int
    name: str


def find_unresolved(graph: Graph) -> tuple[Unresolved, ...]:
    """Every name that should be there and is not, by path and line."""
    found: list[Unresolved] = []
    for path, resolutions in graph.resolutions.items():
        for imported, resolution in zip(graph.facts[path].imports, resolutions, strict=True):
            lines = lines_by_name(imported) if resolution.missing else {}
            found.extend(Unresolved(path, lines.get(name, imported.line), name) for name in resolution.missing)
    return tuple(sorted(found))


def find_new_externals(before: Graph, after: Graph) -> dict[str, tuple[str, int]]:
    """Third-party packages that only the second graph imports, by the name that imports use.

    Each with the path and line of the first import of it.
    """
    found: dict[str, tuple[str, int]] = {}
    for path, resolutions in after.resolutions.items():
        if before.resolutions.get(path) is resolutions:
            continue
        for imported, resolution in zip(after.facts[path].imports, resolutions, strict=True):
            if resolution.external:
                place = (path, imported.line)
                found[resolution.external] = min(place, found.get(resolution.external, place))
    for resolution in chain.from_iterable(before.resolutions.values()) if found else ():
        if resolution.external in found:
            del found[resolution.external]
            if not found:
                break
    return found


def count_users(edges: Edges) -> dict[str, int]:
    """How many modules depend on each module that any depends on."""
    found: dict[str, int] = {}
    for targets in edges.values():
        for target in targets:
            found[target] = found.get(target, 0) + 1
    return found
