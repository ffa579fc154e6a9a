"""Imports of Go: a package is a directory, and its path that of its module with the directories below it.

https://go.dev/ref/spec#Import_declarations and https://go.dev/ref/mod#resolve-pkg-mod
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.architecture.resolution import Ground, Resolution, Resolver, Target
from app.architecture.resolve.go_modules import MOD, WORK, GoModule, GoModules, is_vendored
from app.architecture.resolve.places import directory_of, step
from app.core.fit.source_facts import Import

TEXTS: Final = (MOD, WORK)
"""Names of the manifests that are read."""

_HOSTS_OF_TWO: Final = frozenset({"github.com", "gitlab.com", "bitbucket.org", "golang.org", "codeberg.org"})
"""Hosts whose repositories lie two levels below them; elsewhere one level is taken for the project."""


class GoResolver(Resolver):
    """Resolves imports of Go. Packages under `vendor` are third parties', generated code that nobody committed misses.

    What a package hands over are its files that are no tests; a directory of tests alone cannot be imported.
    """

    def __init__(self, ground: Ground) -> None:
        self._modules = GoModules(ground)
        files: dict[str, list[str]] = {}
        for path in ground.paths:
            if path.endswith(".go") and not path.endswith("_test.go"):
                files.setdefault(directory_of(path), []).append(path)
        self._packages = {directory: Target(directory, tuple(sorted(found))) for directory, found in files.items()}
        self._known: dict[str, dict[str, Resolution]] = {}
        self._known_of: dict[str, dict[str, Resolution]] = {}

    def resolve(self, path: str, imported: Import) -> Resolution:
        """The package that an import names."""
        directory = directory_of(path)
        known = self._known_of.get(directory)
        if known is None:
            module = self._modules.around(directory)
            known = self._known_of[directory] = self._known.setdefault(module.directory, {})
        target = imported.target
        if target.startswith(("./", "../")):
            return self._take(step(directory, target), target)
        found = known.get(target)
        if found is None:
            found = known[target] = self._find(target, self._modules.around(directory))
        return found

    def module_of(self, path: str) -> str:
        """The directory of a file."""
        return directory_of(path)

    def _find(self, target: str, asking: GoModule) -> Resolution:
        for prefix in _shorten(target):
            directory = self._modules.find(prefix, asking)
            if directory is not None:
                below = target[len(prefix) + 1 :]
                return self._take(step(directory, below) if below else directory, target)
        if "." not in target.partition("/")[0]:
            return Resolution()
        return Resolution(external=_name_project(target, asking))

    def _take(self, directory: str | None, target: str) -> Resolution:
        package = None if directory is None or is_vendored(directory) else self._packages.get(directory)
        return Resolution(missing=(target,)) if package is None else Resolution(targets=(package,))


def _shorten(target: str) -> Iterator[str]:
    """An import path, then the same without its last segment, and so on."""
    while target:
        yield target
        target = target.rpartition("/")[0]


def _name_project(target: str, asking: GoModule) -> str:
    """The module that a third party's package belongs to, as `go.mod` asks for it; else as hosts lay them out."""
    for prefix in _shorten(target):
        if prefix in asking.required:
            return prefix
    segments = target.split("/")
    return "/".join(segments[: 3 if segments[0] in _HOSTS_OF_TWO else 2])
