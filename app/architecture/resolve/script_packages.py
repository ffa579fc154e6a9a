"""The packages of a tree of JavaScript: what each `package.json` is called, hands out and leans on.

A package of the tree is meant by its name where workspaces bind it (`workspaces`, `pnpm-workspace.yaml`,
`lerna.json`), where a dependency says so (`file:`, `link:`, `portal:`, `workspace:`), or within itself. Elsewhere the
name means what was published under it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.architecture.resolution import Ground
from app.architecture.resolve.json_with_comments import read_object, take_object, take_text, take_texts
from app.architecture.resolve.places import TOP, climb, directory_of, name_of, shared_depth, step
from app.core.text.globs import BadGlob, Glob
from app.core.text.yaml import YamlFault, read_yaml

PACKAGE: Final = "package.json"
PNPM: Final = "pnpm-workspace.yaml"
LERNA: Final = "lerna.json"

_MOST_TRIES: Final = 200_000
"""Comparisons of a directory with a glob of workspaces, all together. Beyond them no package belongs to a workspace."""

_MOST_GLOBS: Final = 2_000
"""Of all workspaces together: each takes memory."""

_DEPENDENCIES: Final = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")


@dataclass(frozen=True, slots=True)
class Package:
    """What a `package.json` says. `entries` are files that its name alone may mean, the most telling first.

    `exports` and `imports` are as they are written. `dependencies` are names with what is asked for.
    """

    directory: str
    name: str
    entries: tuple[str, ...]
    exports: object
    imports: Mapping[str, object]
    dependencies: Mapping[str, str]
    workspaces: tuple[str, ...]


def read_package(path: str, text: str) -> Package:
    """The package of a `package.json`; one without a name where that cannot be read."""
    values = read_object(text)
    entries = (take_text(values.get(key)) for key in ("source", "types", "typings", "module", "main"))
    workspaces = values.get("workspaces")
    asked = {name: spec for key in _DEPENDENCIES for name, spec in take_object(values.get(key)).items()}
    return Package(
        directory=directory_of(path),
        name=take_text(values.get("name")) or "",
        entries=tuple(entry for entry in entries if entry is not None),
        exports=values.get("exports"),
        imports=take_object(values.get("imports")),
        dependencies={name: spec for name, spec in asked.items() if isinstance(spec, str)},
        workspaces=take_texts(workspaces.get("packages") if isinstance(workspaces, dict) else workspaces),
    )


class Packages:
    """The packages of a tree by directory, and by name where that means them."""

    def __init__(self, ground: Ground) -> None:
        read = (read_package(path, text) for path, text in ground.texts.items() if name_of(path) == PACKAGE)
        self._by_directory = {package.directory: package for package in read}
        self._by_name: defaultdict[str, list[Package]] = defaultdict(list)
        for _, package in sorted(self._by_directory.items()):
            self._by_name[package.name].append(package)
        self._homes: dict[str, str] = {}
        workspaces = list(_list_workspaces(ground, self._by_directory))
        self._roots = frozenset(root for root, _ in workspaces)
        self._members = self._find_members(workspaces)

    def at(self, directory: str) -> Package | None:
        """The package whose manifest is in a directory."""
        return self._by_directory.get(directory)

    def around(self, directory: str) -> Iterator[Package]:
        """The packages that a directory is in, nearest first."""
        return (package for above in climb(directory) if (package := self._by_directory.get(above)) is not None)

    def home_of(self, directory: str) -> str:
        """The directory of the nearest package that a directory is in; the directory itself where it is in none."""
        if directory not in self._homes:
            package = next(self.around(directory), None)
            self._homes[directory] = directory if package is None else package.directory
        return self._homes[directory]

    def named(self, name: str, directory: str) -> Package | None:
        """The package of the tree that a name means to files in `directory`; None where it means no certain one."""
        if name not in self._by_name and not any(name in package.dependencies for package in self.around(directory)):
            return None
        for package in self.around(directory):
            if package.name == name:
                return package
            asked = package.dependencies.get(name)
            if asked is not None:
                linked = self._follow(package, name, asked)
                return linked or _choose_nearest(self._list_bound(name, directory), directory)
        return _choose_nearest(self._list_bound(name, directory), directory)

    def is_bound(self, name: str, directory: str) -> bool:
        """Whether a workspace binds a name for files in `directory`, to however many packages."""
        return bool(self._list_bound(name, directory))

    def asks_for(self, name: str, directory: str) -> bool:
        """Whether a package that `directory` is in depends on `name`."""
        return any(name in package.dependencies for package in self.around(directory))

    def _list_bound(self, name: str, directory: str) -> list[Package]:
        members = [package for package in self._by_name.get(name, ()) if package.directory in self._members]
        return members if members and self._is_in_workspace(directory) else []

    def _is_in_workspace(self, directory: str) -> bool:
        """Whether the project that a directory is in belongs to a workspace: one beside them has published packages."""
        for above in climb(directory):
            package = self._by_directory.get(above)
            if above in self._members or above in self._roots:
                return True
            if package is not None and (package.name or package.dependencies):
                return False
        return False

    def _follow(self, package: Package, name: str, asked: str) -> Package | None:
        scheme, _, rest = asked.partition(":")
        if scheme == "workspace":
            return _choose_nearest(self._by_name.get(name, []), package.directory)
        place = step(package.directory, rest) if scheme in {"file", "link", "portal"} else None
        return None if place is None else self._by_directory.get(place)

    def _find_members(self, workspaces: Sequence[tuple[str, _Globs]]) -> frozenset[str]:
        """The directories of the packages that belong to a workspace."""
        found: set[str] = set()
        tries = 0
        for package in self._by_directory.values():
            for root, globs in workspaces:
                if root != TOP and not package.directory.startswith(f"{root}/"):
                    continue
                tries += len(globs)
                if tries > _MOST_TRIES:
                    return frozenset(found)
                place = package.directory if root == TOP else package.directory[len(root) + 1 :]
                verdicts = [taken for taken, glob in globs if glob.matches(place)]
                if verdicts and all(verdicts):
                    found.add(package.directory)
                    break
        return frozenset(found)


_Globs = tuple[tuple[bool, Glob], ...]


def _list_workspaces(ground: Ground, packages: Mapping[str, Package]) -> Iterator[tuple[str, _Globs]]:
    written = [(package.directory, package.workspaces) for package in packages.values() if package.workspaces]
    for path, text in ground.texts.items():
        if name_of(path) == LERNA:
            written.append((directory_of(path), take_texts(read_object(text).get("packages"))))
        elif name_of(path) == PNPM:
            written.append((directory_of(path), _read_pnpm(text)))
    left = _MOST_GLOBS
    for root, patterns in written:
        yield root, tuple(_compile(patterns[:left]))
        left -= min(left, len(patterns))


def _read_pnpm(text: str) -> tuple[str, ...]:
    try:
        value: object = read_yaml(text).value
    except YamlFault:
        return ()
    return take_texts(take_object(value).get("packages"))


def _compile(patterns: tuple[str, ...]) -> Iterator[tuple[bool, Glob]]:
    """Globs with whether they take or leave; what is no glob takes nothing."""
    for pattern in patterns:
        taken = not pattern.startswith("!")
        try:
            yield taken, Glob.parse(pattern.removeprefix("!").removeprefix("./").rstrip("/"))
        except BadGlob:
            continue


def _choose_nearest(packages: list[Package], directory: str) -> Package | None:
    if len(packages) < 2:
        return packages[0] if packages else None
    ranked = sorted((shared_depth(package.directory, directory), package.directory) for package in packages)
    if ranked[-1][0] == ranked[-2][0]:
        return None
    return next(package for package in packages if package.directory == ranked[-1][1])
