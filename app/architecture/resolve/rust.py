"""Imports of Rust: paths of modules, of which the deepest that has a file is the target.

https://doc.rust-lang.org/reference/items/use-declarations.html and https://doc.rust-lang.org/reference/paths.html
"""

from __future__ import annotations

from typing import Final, NamedTuple

from app.architecture.resolution import Ground, Resolution, Resolver, Target
from app.architecture.resolve.places import directory_of
from app.architecture.resolve.rust_crates import RustCrates
from app.architecture.resolve.rust_manifests import MANIFEST
from app.core.fit.source_facts import Import

TEXTS: Final = (MANIFEST,)
"""Names of the manifests that are read."""

_STANDARD: Final = frozenset({"std", "core", "alloc", "proc_macro"})
_DECLARES: Final = -1
"""The `level` of `mod x;`, whose target is `self::x`."""

_PLACED: Final = "path:"
"""What a name of such an import begins with where `#[path]` says which file it is."""


class _Start(NamedTuple):
    """Where a path of modules begins: in a file, with what is left of it; or in a crate that is not of this tree."""

    file: str | None = None
    left: tuple[str, ...] = ()
    external: str = ""
    standard: bool = False


_NOWHERE: Final = _Start()


class RustResolver(Resolver):
    """Resolves imports of Rust. The unit is the file.

    Modules are found by where files are, not by `mod`; an item, a variant, a module within a file and what a file hands
    on all belong to the deepest module that has a file. So only this is missing: a module that is declared and has no
    file, `super` above a crate, and `crate` where no root can be told (a file that several tests share).
    A name that is neither a module, nor a dependency of a known package, is one of the file itself.
    """

    def __init__(self, ground: Ground) -> None:
        self._crates = RustCrates(ground)
        self._known: dict[tuple[str, str, tuple[str, ...]], Resolution] = {}

    def resolve(self, path: str, imported: Import) -> Resolution:
        """The files of the modules that an import names, and which of its names are from each."""
        if imported.level == _DECLARES:
            return self._declare(path, imported)
        context = self._crates.root_of(path) if imported.target.partition("::")[0] == "crate" else path
        key = (context or path, imported.target, imported.names)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._find(path, imported.target, imported.names)
        return found

    def module_of(self, path: str) -> str:
        """The file itself."""
        return path

    def _declare(self, path: str, imported: Import) -> Resolution:
        placed = next((name.removeprefix(_PLACED) for name in imported.names if name.startswith(_PLACED)), "")
        names = imported.target.removeprefix("self::").split("::")
        file = self._crates.placed(path, placed) if placed else self._crates.declared(path, names)
        return Resolution(targets=(Target(file, (file,)),)) if file else Resolution(missing=(imported.target,))

    def _find(self, path: str, target: str, names: tuple[str, ...]) -> Resolution:
        segments = tuple(target.split("::"))
        start = self._begin(path, segments)
        if start.standard:
            return Resolution()
        if start.external:
            return Resolution(external=start.external)
        if start.file is None:
            return Resolution(missing=(target,))
        file, items = self._descend(start.file, start.left)
        taken: dict[str, list[str]] = {}
        for name in names:
            deeper = None if items or name in {"*", "self"} else self._crates.child(file, name)
            taken.setdefault(deeper or file, []).append(name)
        if not taken:
            return Resolution(targets=(Target(file, (file,)),))
        way = items[0] if items else ""
        return Resolution(targets=tuple(Target(found, (found,), tuple(mine), way) for found, mine in taken.items()))

    def _descend(self, file: str, left: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        while left and (deeper := self._crates.child(file, left[0])):
            file, left = deeper, left[1:]
        return file, left

    def _begin(self, path: str, segments: tuple[str, ...]) -> _Start:
        first = segments[0].removeprefix("r#")
        if first in {"crate", "$crate"}:
            return _Start(self._crates.root_of(path), segments[1:])
        if first in {"self", "super"}:
            return self._begin_here(path, segments)
        if first in _STANDARD:
            return _Start(standard=True)
        if first and self._crates.child(path, first):
            return _Start(path, segments)
        if not first and segments[1:2] == ("self",):
            return _Start(self._crates.root_of(path), segments[2:])
        return self._begin_in_crate(path, segments)

    def _begin_here(self, path: str, segments: tuple[str, ...]) -> _Start:
        file: str | None = path
        left = segments[1:] if segments[0] == "self" else segments
        while file and left and left[0] == "super":
            file, left = self._crates.parent(file), left[1:]
        return _Start(file, left)

    def _begin_in_crate(self, path: str, segments: tuple[str, ...]) -> _Start:
        outside = not segments[0]
        first = "".join(segments[1:2]) if outside else segments[0]
        manifest = self._crates.manifest_of(directory_of(path))
        libraries = self._crates.libraries(manifest.directory) if manifest else {}
        if first in libraries:
            library = libraries[first]
            return _Start(library, segments[1 + outside :]) if library else _Start(external=first)
        if first in _STANDARD or first == "test":
            return _Start(standard=True)
        if outside or not manifest:
            return _Start(external=first)
        root = self._crates.root_of(path)
        return _Start(root, segments) if root and self._crates.child(root, first) else _Start(path)
