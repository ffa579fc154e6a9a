"""Small worlds for graphs: files as their imports, and a resolver to which an import is the path that it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.architecture.graph import Graph, build_graph
from app.architecture.resolution import Ground, Resolution, Resolver, Target
from app.core.fit.source_facts import FileFacts, Import, When
from app.syntax.languages import Language


class Literal(Resolver):
    """`a/b.py` is that file, `a/` all files of the directory; `ext:name` is foreign, `std:name` of the language."""

    def __init__(self, ground: Ground) -> None:
        self._paths = frozenset(ground.paths)
        self._known: dict[tuple[str, tuple[str, ...]], Resolution] = {}

    def resolve(self, path: str, imported: Import) -> Resolution:  # noqa: ARG002 - what resolvers promise
        key = (imported.target, imported.names)
        if key not in self._known:
            self._known[key] = self._resolve(imported)
        return self._known[key]

    def module_of(self, path: str) -> str:
        return path.rpartition("/")[0] or "." if path.endswith(".go") else path

    def _resolve(self, imported: Import) -> Resolution:
        aim = imported.target
        kind, _, name = aim.partition(":")
        if kind in ("ext", "std"):
            return Resolution(external=name if kind == "ext" else "")
        if aim.endswith("/"):
            files = tuple(sorted(path for path in self._paths if path.rpartition("/")[0] == aim[:-1]))
            return Resolution((Target(aim[:-1], files, imported.names),)) if files else Resolution(missing=(aim,))
        # Names that are paths stand for a package that holds modules of those names.
        inner = tuple(Target(self.module_of(name), (name,), (name,)) for name in imported.names if name in self._paths)
        rest = tuple(name for name in imported.names if name not in self._paths)
        if aim not in self._paths:
            return Resolution(inner, missing=() if inner else (aim,))
        own = (Target(self.module_of(aim), (aim,), rest),) if rest or not inner else ()
        return Resolution((*own, *inner))


BUILDERS = {Language.PYTHON: Literal, Language.TYPESCRIPT: Literal, Language.GO: Literal}

Files = Mapping[str, Sequence[str | Import]]


def languages_of(path: str) -> str:
    return {"go": "go", "rb": "ruby", "ts": "typescript"}.get(path.rpartition(".")[2], "python")


def make_facts(files: Files) -> dict[str, FileFacts]:
    """Imports that are plain text stand on lines 1, 2, 3 …"""
    return {path: FileFacts(languages_of(path), imports=tuple(_imports(written))) for path, written in files.items()}


def _imports(written: Iterable[str | Import]) -> Iterable[Import]:
    for line, item in enumerate(written, start=1):
        yield item if isinstance(item, Import) else Import(item, line)


def make_ground(files: Iterable[str], texts: Mapping[str, str] | None = None) -> Ground:
    return Ground(paths=frozenset(files), texts=texts or {}, packages={})


def make_graph(files: Files) -> Graph:
    return build_graph(make_facts(files), make_ground(files), BUILDERS)


def lazily(target: str, line: int = 1) -> Import:
    return Import(target, line, when=When.LAZY)


def for_types(target: str, line: int = 1) -> Import:
    return Import(target, line, when=When.TYPES)
