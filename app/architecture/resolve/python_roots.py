"""Where the modules of a tree of Python lie, and from which directories their names are counted."""

from __future__ import annotations

import configparser
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from app.architecture.resolution import Ground
from app.architecture.resolve.places import DEEPEST, TOP, climb, directory_of, join, name_of, step

MANIFESTS: Final = ("pyproject.toml", "setup.cfg")
"""Files that may name directories of sources."""

_PROJECT: Final = frozenset({*MANIFESTS, "setup.py"})
"""What stands in the directory of a project."""

_CUSTOMARY: Final = frozenset({"src", "lib", "python"})
"""Directories that hold sources by custom, where they are no packages themselves."""

_ASIDE: Final = frozenset(
    {"test", "tests", "testing", "testdata", "test_data", "fixtures", "example", "examples", "samples", "doc", "docs"}
)
"""Directories whose roots are there for what lies in the same directory, and for nobody else."""

_MOST_ROOTS: Final = 100
"""In which the same name may stand. One that stands in more (`tests`) says nothing to files elsewhere."""

_MANIFEST_CHARACTERS: Final = 128 * 1024
_LINE_CHARACTERS: Final = 250
"""Of a line in a manifest. In longer ones the readers of the standard library take quadratic time."""

_ENDINGS: Final = ("/__init__.py", "/__init__.pyi", ".py", ".pyi")
"""How the file of a module ends, the one that is loaded first."""


def split_module(path: str) -> tuple[str, int] | None:
    """The stem of a module's file (`src/a` for `src/a.py` and `src/a/__init__.py`) and the rank of its ending."""
    for rank, ending in enumerate(_ENDINGS):
        if path.endswith(ending):
            return path[: -len(ending)], rank
    return (TOP, _ENDINGS.index(f"/{path}")) if f"/{path}" in _ENDINGS else None


class Tree:
    """The modules of a tree by stem: the path without what follows the module's name.

    `modules` are files by stem. `packages` are directories with an `__init__`. `holding` are directories that hold a
    module at any depth, so that each may be a namespace package. `others` are directories from which names may be
    counted by files elsewhere, by the first names that stand in them; `open_roots` are those that give all that stands
    in them: directories of projects, those that their manifests name, and those that hold sources by custom.
    """

    def __init__(self, ground: Ground) -> None:
        ranked: dict[str, tuple[int, str]] = {}
        for path in ground.paths:
            found = split_module(path) if path.endswith((".py", ".pyi")) and path.count("/") < DEEPEST else None
            if found is not None and (found[0] not in ranked or found[1] < ranked[found[0]][0]):
                ranked[found[0]] = (found[1], path)
        self.modules: Mapping[str, str] = {stem: path for stem, (_, path) in ranked.items()}
        self.packages = frozenset(stem for stem, (rank, _) in ranked.items() if rank < 2)
        self.holding = frozenset(_list_directories(ranked))
        self.open_roots = self._find_open(ground)
        self.others = self._find_others()
        self._own: dict[str, tuple[str, ...]] = {}

    def own_roots(self, directory: str) -> tuple[str, ...]:
        """The directories from which a file in `directory` may count names, nearest first: those above no package."""
        found = self._own.get(directory)
        if found is None:
            found = tuple(above for above in climb(directory) if above not in self.packages or above == TOP)
            self._own[directory] = found
        return found

    def is_portion(self, root: str, first: str, directory: str) -> bool:
        """Whether the directory `first` in `root` is a namespace package with `directory` in it.

        Not if a project begins on the way: a directory of examples for `celery` is no package of that name.
        """
        top = join(root, first)
        if not is_within(directory, top) or (root != TOP and root not in self.open_roots):
            return False
        return not any(above in self.open_roots for above in climb(directory) if is_within(above, top))

    def _find_others(self) -> Mapping[str, tuple[str, ...]]:
        """Roots by the names of what stands in them. What only holds a package gives that package alone."""
        tops = {stem for stem in self.packages if stem != TOP and directory_of(stem) not in self.packages}
        found: defaultdict[str, set[str]] = defaultdict(set)
        for stem in tops:
            found[name_of(stem)].add(directory_of(stem))
        for stem in (*self.modules, *self.holding):
            if stem != TOP and (root := directory_of(stem)) in self.open_roots:
                found[name_of(stem)].add(root)
        return {name: tuple(sorted(roots)) for name, roots in found.items() if len(roots) <= _MOST_ROOTS}

    def _find_open(self, ground: Ground) -> frozenset[str]:
        projects = {directory_of(path) for path in ground.paths if name_of(path) in _PROJECT}
        named = {root for path, text in ground.texts.items() for root in list_named(path, text)}
        customary = {path for path in self.holding if name_of(path) in _CUSTOMARY}
        return frozenset(root for root in projects | named | customary if root not in self.packages)


def is_within(directory: str, above: str) -> bool:
    """Whether `directory` is `above`, or below it."""
    return directory == above or directory.startswith(f"{above}/")


def is_for(root: str, directory: str) -> bool:
    """Whether a root that is not above `directory` may be for what lies there."""
    parts = root.split("/")
    aside = next((index for index, part in enumerate(parts) if part in _ASIDE), None)
    return aside is None or f"{directory}/".startswith("/".join(parts[: aside + 1]) + "/")


def list_named(path: str, text: str) -> tuple[str, ...]:
    """The directories within the tree that a manifest names as those of sources; none from one that cannot be read."""
    name = name_of(path)
    if name not in MANIFESTS or len(text) > _MANIFEST_CHARACTERS:
        return ()
    kept = "\n".join(line for line in text.split("\n") if len(line) <= _LINE_CHARACTERS)
    named = _read_pyproject(kept) if name == "pyproject.toml" else _read_setup(kept)
    places = (step(directory_of(path), item) for item in named)
    return tuple(place for place in places if place is not None)


def _read_pyproject(text: str) -> Iterator[str]:
    """Of setuptools, poetry, hatch, pdm and pytest."""
    try:
        values: object = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    tool = _at(values, "tool")
    yield from _texts(_at(tool, "setuptools", "packages", "find", "where"))
    yield from _texts(_at(tool, "setuptools", "package-dir", ""))
    yield from _texts(_at(tool, "pdm", "build", "package-dir"))
    yield from _texts(_at(tool, "hatch", "build", "sources"))
    yield from _texts(_at(tool, "pytest", "ini_options", "pythonpath"))
    packages = _at(tool, "poetry", "packages")
    for package in packages if isinstance(packages, list) else ():
        yield from _texts(_at(package, "from"))


def _read_setup(text: str) -> Iterator[str]:
    """Of setuptools."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    yield from parser.get("options.packages.find", "where", fallback="").split()
    for line in parser.get("options", "package_dir", fallback="").split("\n"):
        package, _, directory = line.partition("=")
        if not package.strip() and directory.strip():
            yield directory.strip()


def _at(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _texts(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item


def _list_directories(stems: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for stem in stems:
        directory = directory_of(stem)
        while directory != TOP and directory not in found:
            found.add(directory)
            directory = directory_of(directory)
    return found
