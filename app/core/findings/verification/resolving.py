"""Which files of a tree a Python import may mean. Roots of packages are not known, so all that fit are named."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.findings.verification.python_names import Imported


def resolve_module(source: Imported, importer: str, paths: frozenset[str]) -> frozenset[str]:
    """The files among `paths` that `from … import …` in `importer` may read the name from; none if it is none of them.

    https://docs.python.org/3/reference/import.html: relative ones count levels from the importer's own package, others
    begin at a root, which may be any directory above the importer, and `src` in each.
    """
    return frozenset(path for module in _places(source, importer) for path in _files(module) if path in paths)


def stands_in_tree(source: Imported, importer: str, paths: frozenset[str]) -> bool:
    """Whether the import may mean something of the tree at all, be it a directory without a file of its own."""
    if source.level or resolve_module(source, importer, paths):
        return True
    above = tuple(f"{module}/" for module in _places(source, importer))
    return any(path.startswith(above) for path in paths)


def _places(source: Imported, importer: str) -> list[str]:
    parts = [part for part in source.module.split(".") if part]
    return ["/".join([*root, *parts]) for root in _roots(source.level, importer)]


def _roots(level: int, importer: str) -> Iterator[list[str]]:
    package = importer.split("/")[:-1]
    if level:
        if level - 1 <= len(package):
            yield package[: len(package) - (level - 1)]
        return
    for depth in range(len(package) + 1):
        yield package[:depth]
        yield [*package[:depth], "src"]


def _files(module: str) -> tuple[str, ...]:
    return (f"{module}.py", f"{module}/__init__.py") if module else ("__init__.py",)
