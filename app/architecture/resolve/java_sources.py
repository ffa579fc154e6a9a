"""The packages of a tree in Java and Kotlin: which directories have their files, and what those are there for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from operator import itemgetter
from typing import Final, NamedTuple

from app.architecture.resolution import Ground
from app.architecture.resolve.places import TOP, directory_of, shared_depth
from app.core.fit.source_facts import Import

_ENDINGS: Final = (".java", ".kt", ".kts")
_SOURCES: Final = "src"
_TESTS: Final = frozenset({"test", "tests", "javatests"})
_MOST_SEGMENTS: Final = 8
_MOST: Final = 0.75

MOST_ALIKE: Final = 200
"""Of classes of one name, or directories of one package: more are not told apart unless one is in the own root."""

_Rank = tuple[int, ...]


class Kind(IntEnum):
    """What a source root is there for."""

    MAIN = 0
    FIXTURES = 1
    TESTS = 2
    BENCHMARKS = 3


class Root(NamedTuple):
    """A directory that packages begin in (`core/src/main/java`), and the module of the build it belongs to (`core`).

    Modules of builds are told by the layout of Maven and Gradle, `<module>/src/<source set>/<language>`:
    https://maven.apache.org/guides/introduction/introduction-to-the-standard-directory-layout.html
    """

    directory: str
    module: str
    kind: Kind

    def hides_from(self, asking: Root) -> bool:
        """Whether sources of `asking` cannot be meant to see these: tests of another module, benchmarks."""
        if self.kind is Kind.MAIN or self.directory == asking.directory:
            return False
        if asking.kind is Kind.MAIN or self.kind is Kind.BENCHMARKS:
            return True
        return self.kind is Kind.TESTS and self.module != asking.module


NO_ROOT: Final = Root(TOP, TOP, Kind.MAIN)


@dataclass(slots=True)
class Package:
    """A package. `classes` are its files by their stems, `directories` by where they are; `top_level` those of Kotlin.

    In Kotlin a file may define anything under any name: https://kotlinlang.org/docs/packages.html
    """

    classes: dict[str, list[str]] = field(default_factory=dict)
    directories: dict[str, list[str]] = field(default_factory=dict)
    top_level: dict[str, list[str]] = field(default_factory=dict)


class Changed:
    """What may be meant by something else than before: what is named in `wholes`, and what has a `beginning`."""

    def __init__(self, beginnings: Iterable[str], wholes: Collection[str]) -> None:
        self._told = _Told(tuple(beginnings), frozenset(wholes))

    def concerns(self, imports: Iterable[Import]) -> bool:
        """Whether one of these imports may mean something else. This is asked of every import of a tree."""
        return any(map(self._told.__getitem__, map(_TARGET, imports)))


_TARGET: Final = itemgetter(Import._fields.index("target"))


class _Told(dict[str, bool]):
    """By target whether that may be so, as far as it was asked."""

    def __init__(self, beginnings: tuple[str, ...], wholes: frozenset[str]) -> None:
        super().__init__()
        self._beginnings = beginnings
        self._wholes = wholes

    def __missing__(self, target: str) -> bool:
        found = self[target] = target.startswith(self._beginnings) or target in self._wholes
        return found


class JavaSources:
    """The packages by name, and the source roots by directory.

    A file of which nothing is known belongs to the package that others of its directory declare, if they agree.
    """

    def __init__(self, ground: Ground) -> None:
        self.packages: dict[str, Package] = {}
        self._roots: dict[str, Root] = {}
        declared: dict[str, str] = {}
        untold: list[str] = []
        for path in sorted(path for path in ground.paths if path.endswith(_ENDINGS)):
            packages = ground.packages.get(path)
            if packages:
                self._add(path, packages[0])
                directory = directory_of(path)
                declared[directory] = packages[0] if declared.get(directory, packages[0]) == packages[0] else ""
            elif packages is None:
                untold.append(path)
        for path in untold:
            if package := declared.get(directory_of(path)):
                self._add(path, package)
        for directory, package in declared.items():
            self._roots[directory] = _find_root(directory, package)
        self.stem = _find_stem(self._count_main())

    def root_of(self, directory: str) -> Root:
        """The source root that a directory of sources lies in; the top for one without."""
        return self._roots.get(directory, NO_ROOT)

    def is_ours(self, package: str) -> bool:
        """Whether a package belongs to this tree: a file declares it, or one it lies in (of at least two segments).

        Or it lies in the stem of the tree: the longest package (of at least two segments) in which three quarters of
        its sources are. That tells `com.acme.gone` from somebody else's `com.other` where nobody declares `com.acme`.
        """
        if self.stem and f"{package}.".startswith(f"{self.stem}."):
            return True
        return package in self.packages or any(prefix in self.packages for prefix in _shorten(package))

    def changed_since(self, before: JavaSources) -> Changed | None:
        """What may be meant by something else in two trees; None where the layout itself differs."""
        if self.stem != before.stem:
            return None
        if any(self._roots.get(directory, root) != root for directory, root in before._roots.items()):
            return None
        beginnings: list[str] = []
        wholes: set[str] = set()
        for name in self.packages.keys() | before.packages.keys():
            new, old = self.packages.get(name), before.packages.get(name)
            if new is None or old is None:
                beginnings.append(name)
            elif new != old:
                wholes.add(name)
                beginnings += [f"{name}."] if new.top_level or old.top_level else _compare_classes(name, new, old)
        return Changed(beginnings, wholes)

    def choose(self, files: Collection[str], asking: Root) -> list[str]:
        """Which of several files with a class of one name are meant: that of the own source root, else of the module.

        Then one that is no test, then the nearest; several where that does not tell them apart, none of very many.
        """
        if len(files) == 1:
            return list(files)
        own = [file for file in files if file.startswith(f"{asking.directory}/")]
        return _find_least(own or files, lambda root: _rank(root, asking), self._roots)

    def gather(self, files: Collection[str], asking: Root) -> list[str]:
        """Which of several directories of one package are meant, each by one of its files: those of the own module.

        Else those that are no tests, the nearest of them.
        """
        if len(files) == 1:
            return list(files)
        return _find_least(files, lambda root: _rank_module(root, asking), self._roots)

    def _add(self, path: str, name: str) -> None:
        package = self.packages.get(name)
        if package is None:
            package = self.packages[name] = Package()
        directory, _, file = path.rpartition("/")
        directory = directory or TOP
        package.classes.setdefault(file.partition(".")[0], []).append(path)
        package.directories.setdefault(directory, []).append(path)
        if not path.endswith(".java"):
            package.top_level.setdefault(directory, []).append(path)

    def _count_main(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for name, package in self.packages.items():
            for directory, files in package.directories.items():
                if self.root_of(directory).kind is Kind.MAIN:
                    counts[name] = counts.get(name, 0) + len(files)
        return counts


def _compare_classes(package: str, new: Package, old: Package) -> list[str]:
    """The classes of a package that are in other files than before."""
    names = new.classes.keys() | old.classes.keys()
    return [f"{package}.{name}" for name in names if new.classes.get(name) != old.classes.get(name)]


def _find_least(files: Collection[str], rank: Callable[[Root], _Rank], roots: Mapping[str, Root]) -> list[str]:
    if len(files) > MOST_ALIKE:
        return []
    best: list[str] = []
    least: _Rank = ()
    for file in files:
        found = rank(roots.get(directory_of(file), NO_ROOT))
        if not best or found < least:
            best, least = [file], found
        elif found == least:
            best.append(file)
    return best


def _rank(root: Root, asking: Root) -> _Rank:
    return (
        root.hides_from(asking),
        root.directory != asking.directory,
        root.module != asking.module,
        root.kind,
        -shared_depth(root.directory, asking.directory),
    )


def _rank_module(root: Root, asking: Root) -> _Rank:
    if root.module == asking.module:
        return (root.hides_from(asking),)
    return (root.hides_from(asking), 1, -shared_depth(root.directory, asking.directory))


def _find_root(directory: str, package: str) -> Root:
    below = package.replace(".", "/")
    root = directory
    if directory == below:
        root = TOP
    elif directory.endswith(f"/{below}"):
        root = directory[: -len(below) - 1]
    segments = root.split("/")
    if _SOURCES in segments:
        at = len(segments) - 1 - segments[::-1].index(_SOURCES)
        source_set = "".join(segments[at + 1 : at + 2]).lower()
        return Root(root, "/".join(segments[:at]) or TOP, _tell_kind(source_set))
    kind = Kind.TESTS if _TESTS.intersection(segments) else Kind.MAIN
    return Root(root, directory_of(root), kind)


def _tell_kind(source_set: str) -> Kind:
    if "fixture" in source_set:
        return Kind.FIXTURES
    if "jmh" in source_set or "bench" in source_set:
        return Kind.BENCHMARKS
    return Kind.TESTS if "test" in source_set else Kind.MAIN


def _find_stem(counts: dict[str, int]) -> str:
    within: dict[str, int] = {}
    for name, count in counts.items():
        segments = name.split(".", _MOST_SEGMENTS)[:_MOST_SEGMENTS]
        for length in range(2, len(segments) + 1):
            prefix = ".".join(segments[:length])
            within[prefix] = within.get(prefix, 0) + count
    needed = _MOST * sum(counts.values())
    return max((prefix for prefix, count in within.items() if count >= needed), key=len, default="")


def _shorten(package: str) -> Iterator[str]:
    while "." in package:
        yield package
        package = package.rpartition(".")[0]
