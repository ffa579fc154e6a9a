"""Our graph of a Python package against that of grimp: `python -m tests.bench.grimp DIRECTORY PACKAGE`.

DIRECTORY holds the package. grimp finds a package by importing it, so only point this at code that you would run. It
comes with import-linter, which checks the layers here. Ends with 1 if an edge differs, with 2 without grimp.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from app.architecture.graph import Graph, build_graph
from app.architecture.resolution import Ground
from app.core.fit.source_facts import FileFacts
from app.syntax.extraction.extract import extract_facts
from app.syntax.languages import Language
from app.syntax.parsing import Deadline

Edge = tuple[str, str]

_MOST_SHOWN = 40


def read_ours(directory: Path, package: str) -> set[Edge]:
    """The edges between modules of the package, by dotted names. Raises RuntimeError for a file that is not read."""
    facts: dict[str, FileFacts] = {}
    for place in sorted((directory / package).rglob("*.py")):
        path = place.relative_to(directory).as_posix()
        match extract_facts(Language.PYTHON, place.read_bytes(), deadline=Deadline(1.0, lambda: 0.0)):
            case FileFacts() as found:
                facts[path] = found
            case fault:
                raise RuntimeError(f"{path}: {fault}")
    graph = build_graph(facts, Ground(paths=frozenset(facts), texts={}, packages={}))
    return set(_name_edges(graph))


def _name_edges(graph: Graph) -> list[Edge]:
    return [(_dotted(source), _dotted(target)) for source, targets in graph.edges.items() for target in targets]


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def read_grimp(directory: Path, package: str) -> tuple[set[Edge], int]:
    """The edges as grimp sees them, and how many modules it knows. That a module imports itself is no edge here."""
    sys.path.insert(0, str(directory))
    graph: Any = importlib.import_module("grimp").build_graph(package, cache_dir=None)
    edges = {(module, target) for module in graph.modules for target in graph.find_modules_directly_imported_by(module)}
    return {(source, target) for source, target in edges if source != target}, len(graph.modules)


def main(directory: str, package: str) -> int:
    """Compare, print what differs, and say by exit code whether anything does."""
    console = Console(highlight=False, markup=False)
    if importlib.util.find_spec("grimp") is None:
        console.print("grimp is not installed here: it comes with import-linter")
        return 2
    ours = read_ours(Path(directory), package)
    theirs, modules = read_grimp(Path(directory), package)
    console.print(f"{package}: {modules} modules, {len(ours)} edges here, {len(theirs)} in grimp")
    for name, edges in (("only here", ours - theirs), ("only in grimp", theirs - ours)):
        console.print(f"{name}: {len(edges)}")
        for source, target in sorted(edges)[:_MOST_SHOWN]:
            console.print(f"  {source} -> {target}")
    return 0 if ours == theirs else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
