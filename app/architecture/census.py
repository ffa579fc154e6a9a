"""What the imports of a graph come to: what is missing, what is foreign, who is used by how many."""

from __future__ import annotations

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


def find_externals(graph: Graph) -> dict[str, tuple[str, int]]:
    """Third-party packages by the name that imports use, each with the path and line of the first import of it."""
    found: dict[str, tuple[str, int]] = {}
    for path, resolutions in graph.resolutions.items():
        for imported, resolution in zip(graph.facts[path].imports, resolutions, strict=True):
            if resolution.external:
                place = (path, imported.line)
                found[resolution.external] = min(place, found.get(resolution.external, place))
    return found


def count_users(edges: Edges) -> dict[str, int]:
    """How many modules depend on each module that any depends on."""
    found: dict[str, int] = {}
    for targets in edges.values():
        for target in targets:
            found[target] = found.get(target, 0) + 1
    return found
