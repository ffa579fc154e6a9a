"""The crates of a tree and their trees of modules, by the customs of Rust: a module `x` is in `x.rs` or `x/mod.rs`.

https://doc.rust-lang.org/reference/items/modules.html#module-source-filenames. No text is read but `Cargo.toml`: a
module that stands within another file, or under another name (`#[path]`), is not in the tree.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from app.architecture.resolution import Ground
from app.architecture.resolve.places import TOP, climb, directory_of, join, name_of, shared_depth, step
from app.architecture.resolve.rust_manifests import MANIFEST, Dependency, Manifest, read_manifest

_LIBRARY: Final = "lib.rs"
_PROGRAM: Final = "main.rs"
_MODULE: Final = "mod.rs"

MOST_TOGETHER: Final = 2_000_000
"""Characters of all manifests that are read, so that crafted ones cost seconds; a thousand crates have less."""

MOST_ALIKE: Final = 20
"""Of packages of one name; further ones are found by their path alone."""


class RustCrates:
    """Where modules are. All paths are of files of this tree."""

    def __init__(self, ground: Ground) -> None:
        self._files = frozenset(path for path in ground.paths if path.endswith(".rs"))
        self._manifests: dict[str, Manifest] = {}
        left = MOST_TOGETHER
        for path, text in sorted(ground.texts.items()):
            if name_of(path) != MANIFEST or len(text) > left:
                continue
            left -= len(text)
            if manifest := read_manifest(directory_of(path), text):
                self._manifests[manifest.directory] = manifest
        self._packages: dict[str, list[Manifest]] = {}
        for manifest in self._manifests.values():
            alike = self._packages.setdefault(manifest.package, [])
            if len(alike) < MOST_ALIKE:
                alike.append(manifest)
        self._roots = self._find_roots()
        self._roots_in: dict[str, list[str]] = {}
        for root in sorted(self._roots):
            self._roots_in.setdefault(directory_of(root), []).append(root)
        self.child = cache(self._find_child)
        self.root_of = cache(self._find_root)
        self.manifest_of = cache(self._find_manifest)
        self.libraries = cache(self._find_libraries)

    def parent(self, file: str) -> str | None:
        """The module that a module is declared in; None for the root of a crate, and where several may be meant."""
        if file in self._roots:
            return None
        directory = directory_of(file)
        if name_of(file) == _MODULE:
            if directory == TOP:
                return None
            directory = directory_of(directory)
        owners = (join(directory, _MODULE), f"{directory}.rs")
        return next((owner for owner in owners if owner in self._files and owner != file), None) or self._pick(
            directory
        )

    def declared(self, file: str, names: list[str]) -> str | None:
        """The file of a module that a file declares: the last of the names, within modules that stand in the file."""
        for directory in self._below(file):
            found = self._find_module("/".join((directory, *names[:-1])).removeprefix(f"{TOP}/"), names[-1])
            if found:
                return found
        return None

    def placed(self, file: str, relative: str) -> str | None:
        """The file that `#[path]` names: from the directory of the file that says so."""
        found = step(directory_of(file), relative)
        return found if found in self._files else None

    def _find_child(self, file: str, name: str) -> str | None:
        """The file of a module within that of a file."""
        for directory in self._below(file):
            found = self._find_module(directory, name)
            if found and not (found in self._roots and name_of(found) in {_LIBRARY, _PROGRAM}):
                return found
        return None

    def _find_module(self, directory: str, name: str) -> str | None:
        name = name.removeprefix("r#")
        candidates = (join(directory, f"{name}.rs"), join(directory, f"{name}/{_MODULE}"))
        return next((path for path in candidates if path in self._files), None)

    def _below(self, file: str) -> list[str]:
        """Where modules within that of a file are: a root that is found unasked may be a module of another as well."""
        name, directory = name_of(file), directory_of(file)
        places = [directory] if file in self._roots or name == _MODULE else []
        if name not in {_LIBRARY, _PROGRAM, _MODULE} or not places:
            places.append(join(directory, name.removesuffix(".rs")))
        return places

    def _find_root(self, file: str) -> str | None:
        """The root of the crate that a file belongs to; None where there is none, or several may be meant."""
        if file in self._roots:
            return file
        for directory in climb(directory_of(file)):
            if directory in self._roots_in:
                return self._pick(directory)
            if directory in self._manifests:
                return None
        return None

    def _pick(self, directory: str) -> str | None:
        roots = [root for root in self._roots_in.get(directory, ()) if name_of(root) != "build.rs"]
        customary = [root for name in (_LIBRARY, _PROGRAM) if (root := join(directory, name)) in roots]
        if customary:
            return customary[0]
        return roots[0] if len(roots) == 1 else None

    def _find_manifest(self, directory: str) -> Manifest | None:
        """The manifest of the package that a directory belongs to."""
        found = (self._manifests.get(above) for above in climb(directory))
        return next((manifest for manifest in found if manifest and manifest.package), None)

    def _find_libraries(self, directory: str) -> dict[str, str]:
        """What code of the package in a directory calls the libraries it may use: the path of the root by name.

        Empty for one that is not of this tree.
        """
        asking = self._manifests[directory]
        found: dict[str, str] = {}
        for asked in (*asking.dependencies, *self._inherit(asking)):
            manifest = self._locate(asked, asking)
            if manifest and manifest.library in self._files:
                found[asked.name if asked.renamed else manifest.crate] = manifest.library
            else:
                found[asked.name] = ""
        if asking.library in self._files:
            found[asking.crate] = asking.library
        return found

    def _inherit(self, asking: Manifest) -> list[Dependency]:
        if not asking.inherited:
            return []
        above = (self._manifests.get(directory) for directory in climb(asking.directory))
        workspace = next((manifest for manifest in above if manifest and manifest.workspace), asking)
        return [
            workspace.shared.get(key) or Dependency(name=key.replace("-", "_"), package=key)
            for key in sorted(asking.inherited)
        ]

    def _locate(self, asked: Dependency, asking: Manifest) -> Manifest | None:
        """The package of this tree that is meant: by its path, else by its name, whatever version is asked for."""
        if asked.directory is not None:
            return self._manifests.get(asked.directory)
        alike = self._packages.get(asked.package, ())
        return max(alike, key=lambda manifest: shared_depth(manifest.directory, asking.directory), default=None)

    def _find_roots(self) -> frozenset[str]:
        named = {root for manifest in self._manifests.values() for root in (*manifest.roots, manifest.library)}
        unasked = {directory for manifest in self._manifests.values() for directory in manifest.discovered}
        customary = (f"src/{_LIBRARY}", f"src/{_PROGRAM}")
        return frozenset(
            path
            for path in self._files
            if path in named
            or path in customary
            or path.endswith(tuple(f"/{custom}" for custom in customary))
            or directory_of(path) in unasked
            or (name_of(path) == _PROGRAM and directory_of(directory_of(path)) in unasked)
        )
