"""Imports of Python, from the names of files alone: nothing is imported, no search path of this machine is looked at.

The rules are those of the import system (https://docs.python.org/3/reference/import.html). Names are counted from the
directories above a file that are no packages, the nearest first; then from other roots of the tree
(`app.architecture.resolve.python_roots`), if there is one answer. What a directory without `__init__` is called is
ours only for files in it: a directory `docker` with a script in it does not take `import docker` from PyPI.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from app.architecture.resolution import Ground, Resolution, Resolver, Target
from app.architecture.resolve.places import TOP, join, name_of, shared_depth, step
from app.architecture.resolve.python_roots import MANIFESTS, Tree, is_for, is_within
from app.core.fit.source_facts import Import

TEXTS: Final = MANIFESTS

_BUILT: Final = (".pyx", ".so", ".pyd", ".c", ".cpp", ".rs")
"""Endings of what a module may be built from, or is: it is there, and no file of Python."""

_STANDARD: Final = sys.stdlib_module_names
_STANDARD_ELSEWHERE: Final = frozenset(
    {
        *("test", "distutils", "imp", "asynchat", "asyncore", "smtpd", "compression", "annotationlib"),
        *("__main__", "_typeshed"),
    }
)
"""Of the standard library in other releases than the one that runs here, or left out of its list."""

_NOTHING: Final = Resolution()


class PythonResolver(Resolver):
    """Resolves what Python imports.

    `from a import b` takes in the module `a.b`, if there is one, else `a`. Packages on the way are not taken in. A
    module is the path of its file; a stub beside the module that it describes belongs to that module.
    """

    def __init__(self, ground: Ground) -> None:
        self._tree = Tree(ground)
        self._paths = ground.paths if isinstance(ground.paths, (set, frozenset)) else frozenset(ground.paths)
        self._known: dict[tuple[str, str, tuple[str, ...], int], Resolution] = {}
        self._found: dict[tuple[str, str], str | None] = {}
        self._firsts = frozenset(name_of(stem) for stems in (self._tree.modules, self._tree.holding) for stem in stems)

    def resolve(self, path: str, imported: Import) -> Resolution:
        """What an import in the file at `path` takes in."""
        directory = path.rpartition("/")[0] or TOP
        key = (directory, imported.target, imported.names, imported.level)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._resolve(directory, imported)
        if known.targets and not imported.level and known.targets[0].module == path:
            return _resolve_itself(path, imported, known)
        return known

    def module_of(self, path: str) -> str:
        """The path itself; of a stub that of the module which it describes, if that is beside it."""
        described = path.removesuffix("i") if path.endswith(".pyi") else path
        return described if described in self._paths else path

    def _resolve(self, directory: str, imported: Import) -> Resolution:
        if imported.level:
            return self._resolve_relative(directory, imported)
        first = imported.target.partition(".")[0]
        if first in _STANDARD and not self._is_within(directory, first):
            return _NOTHING
        if first not in self._firsts:
            return _outside(first)
        stem = self._find(directory, imported.target)
        found = self._take(stem, imported) if stem is not None else self._take_portions(directory, imported)
        return found or self._miss(directory, imported)

    def _resolve_relative(self, directory: str, imported: Import) -> Resolution:
        written = "." * imported.level + imported.target
        stem = step(directory, "../" * (imported.level - 1) + imported.target.replace(".", "/"))
        if stem is None:
            return Resolution(missing=(written,))
        if stem in self._tree.modules:
            return self._take(stem, imported)
        if self._is_built(stem):
            return _NOTHING
        if stem != TOP and stem not in self._tree.holding:
            return Resolution(missing=(written,))
        stems = {name: join(stem, name) for name in imported.names}
        found = {name: at if at in self._tree.modules else None for name, at in stems.items()}
        return self._gather(found, written)

    def _take(self, stem: str, imported: Import) -> Resolution:
        """The module at `stem`, or those of its modules that are named."""
        path = self._tree.modules[stem]
        if not imported.names or stem not in self._tree.packages:
            return Resolution((Target(path, (path,), imported.names),))
        own: list[str] = []
        inner: list[Target] = []
        for name in imported.names:
            within = self._tree.modules.get(join(stem, name))
            if within is None or within == path:
                own.append(name)
            else:
                inner.append(Target(within, (within,), (name,)))
        targets = [Target(path, (path,), tuple(own)), *inner] if own else inner
        return Resolution(tuple(targets))

    def _take_portions(self, directory: str, imported: Import) -> Resolution | None:
        """Modules of a package without `__init__`, which may lie under several roots."""
        stems = {name: self._find(directory, f"{imported.target}.{name}") for name in imported.names}
        return self._gather(stems, imported.target) if any(stems.values()) else None

    def _gather(self, stems: dict[str, str | None], prefix: str) -> Resolution:
        """Targets of the names that have a module; the others are missing."""
        paths = {name: self._tree.modules[stem] for name, stem in stems.items() if stem is not None}
        names: defaultdict[str, list[str]] = defaultdict(list)
        for name, path in paths.items():
            names[path].append(name)
        separator = "" if prefix.endswith(".") else "."
        return Resolution(
            tuple(Target(path, (path,), tuple(taken)) for path, taken in names.items()),
            missing=tuple(f"{prefix}{separator}{name}" for name in stems if name not in paths),
        )

    def _find(self, directory: str, dotted: str) -> str | None:
        """The stem of the module of that name, as files in `directory` see it."""
        key = (directory, dotted)
        if key not in self._found:
            self._found[key] = self._search(directory, dotted)
        return self._found[key]

    def _search(self, directory: str, dotted: str) -> str | None:
        name = dotted.replace(".", "/")
        modules = self._tree.modules
        for root in self._tree.own_roots(directory):
            if (stem := join(root, name)) in modules:
                return stem
        others = self._tree.others.get(dotted.partition(".")[0], ())
        hits = [root for root in others if join(root, name) in modules and is_for(root, directory)]
        nearest = _choose_nearest(hits, directory)
        return None if nearest is None else join(nearest, name)

    def _miss(self, directory: str, imported: Import) -> Resolution:
        """What is not found is missing if its first name is ours."""
        first, _, further = imported.target.partition(".")
        own = self._tree.own_roots(directory)
        others = [root for root in self._tree.others.get(first, ()) if is_for(root, directory)]
        packages = [root for root in (*own, *others) if join(root, first) in self._tree.packages]
        portions = [root for root in own if self._tree.is_portion(root, first, directory)]
        if not (packages or portions):  # what is a plain module has nothing below it: another one is meant
            return _outside(first)
        name = imported.target.replace(".", "/")
        if any(self._is_built(join(root, name)) for root in (*packages, *portions)):
            return _NOTHING
        if not further and not imported.names:
            return _NOTHING  # a namespace package has no file that could be taken in
        return Resolution(missing=(imported.target,))

    def _is_within(self, directory: str, first: str) -> bool:
        """Whether files in `directory` belong to a package of theirs that has that name."""
        nearest = (join(root, first) for root in self._tree.own_roots(directory)[:1])
        return any(top in self._tree.packages and is_within(directory, top) for top in nearest)

    def _is_built(self, stem: str) -> bool:
        return any(f"{stem}{ending}" in self._paths for ending in _BUILT)


def _resolve_itself(path: str, imported: Import, known: Resolution) -> Resolution:
    """A module that seems to import itself: `celery.py` means the installed `celery`."""
    return _outside(imported.target) if imported.target == name_of(path).partition(".")[0] else known


def hands_on(path: str, imported: Import) -> bool:
    """Whether what a file imports is meant to be imported from it: what a package takes is, and `*` everywhere.

    Any name of a module can be imported from it, but few modules are made for that
    (https://typing.python.org/en/latest/spec/distributing.html#import-conventions).
    """
    return imported.passed_on and (name_of(path) in ("__init__.py", "__init__.pyi") or imported.names == ("*",))


def _outside(first: str) -> Resolution:
    if first in _STANDARD or first in _STANDARD_ELSEWHERE:
        return _NOTHING
    return Resolution(external=first) if first else Resolution(missing=("",))


def _choose_nearest(roots: Sequence[str], directory: str) -> str | None:
    """The root that shares the most directories with `directory`; None if two share as many."""
    if len(roots) < 2:
        return roots[0] if roots else None
    ranked = sorted(((shared_depth(root, directory), root) for root in roots), reverse=True)
    return None if ranked[0][0] == ranked[1][0] else ranked[0][1]
