"""Imports of Java and Kotlin: by the packages that files declare, and classes by the names of their files.

https://docs.oracle.com/javase/specs/jls/se21/html/jls-7.html#jls-7.5 and https://kotlinlang.org/docs/packages.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from typing import Final

from app.architecture.resolution import Ground, Resolution, Resolver, Target
from app.architecture.resolve.java_sources import JavaSources, Package, Root
from app.architecture.resolve.places import directory_of
from app.core.fit.source_facts import SPELLED, FileFacts, Import

TEXTS: Final[tuple[str, ...]] = ()
"""No manifest tells more than the layout of the sources does."""

_OF_JAVAX: Final = (
    "accessibility",
    "annotation.processing",
    "crypto",
    "imageio",
    "lang",
    "management",
    "naming",
    "net",
)
_MORE_OF_JAVAX: Final = (
    "print",
    "rmi",
    "script",
    "security",
    "sound",
    "sql",
    "swing",
    "tools",
    "transaction.xa",
    "xml",
)
_STANDARD: Final = frozenset(
    {"java", "jdk", "sun", "kotlin", "com.sun", "org.w3c.dom", "org.xml.sax", "org.ietf.jgss"}
    | {"javax.transaction.xa"}
    | {f"javax.{name}" for name in (*_OF_JAVAX, *_MORE_OF_JAVAX)}
)
"""Packages of the JDK (https://docs.oracle.com/en/java/javase/21/docs/api/allpackages-index.html) and of Kotlin."""

_THIRD_PARTY_SEGMENTS: Final = 3
_FILE_CLASS: Final = "Kt"
_PLATFORMS: Final = ("Jvm", "Common", "Android", "Native", "Js")
"""Endings of a file's name where Kotlin is for several: https://kotlinlang.org/docs/coding-conventions.html."""


_Known = dict[tuple[str, tuple[str, ...], int], Resolution]
"""What was found, by target, names and level."""

_EVERYTHING: Final = ("*",)


class JavaResolver(Resolver):
    """Resolves imports of Java and Kotlin, which see one another. The unit is the directory.

    - A nested class, a static import and a member are in the file of the outermost class.
    - A package of several directories (main and test, modules of a build): see `JavaSources`.
    - What Kotlin defines outside of a file of its name: the files of Kotlin of its package, which may define it.
    - A class that code names with its package counts where a file has its name; else nothing is said of it.
    - A third party goes by the first three segments of its package. In a package of ours, what no file has is missing.
    """

    def __init__(self, ground: Ground) -> None:
        self.sources = JavaSources(ground)
        self._known: dict[Root, _Known] = {}

    def resolve(self, path: str, imported: Import) -> Resolution:
        """The class, or all of the package, that an import names."""
        (found,) = self.resolve_all(path, (imported,))
        return found

    def resolve_all(self, path: str, imports: Iterable[Import]) -> list[Resolution]:
        """The same for all imports of a file."""
        root = self.sources.root_of(directory_of(path))
        known = self._known.setdefault(root, {})
        resolutions = []
        for imported in imports:
            # most are found by this alone, and there are ten to a file
            key = (imported.target, imported.names, imported.level)
            found = known.get(key)
            if found is None:
                of_code = imported.level == SPELLED
                star = imported.names == _EVERYTHING
                found = self._find_class(key[0], root) if of_code else self._find(key[0], star, root)
                known[key] = found
            resolutions.append(found)
        return resolutions

    def module_of(self, path: str) -> str:
        """The directory of a file."""
        return directory_of(path)

    def outdated(self, before: Resolver) -> Callable[[str, FileFacts], bool] | None:
        """Only what names a package or class that is not the same in both trees, if the layout of the sources is."""
        if not isinstance(before, JavaResolver):
            return None
        changed = self.sources.changed_since(before.sources)
        if changed is None:
            return None
        elsewhere: dict[str, bool] = {}  # directories that belong to another root than before

        def is_outdated(path: str, file: FileFacts) -> bool:
            directory = directory_of(path)
            if directory not in elsewhere:
                elsewhere[directory] = self.sources.root_of(directory) != before.sources.root_of(directory)
            return elsewhere[directory] or changed.concerns(file.imports)

        return is_outdated

    def _find(self, target: str, star: bool, asking: Root) -> Resolution:  # noqa: FBT001 - half of a key
        if star and target in self.sources.packages:
            found = self._take_package(self.sources.packages[target].directories, asking)
            return found or Resolution(missing=(target,))
        for name, rest in _split(target):
            package = self.sources.packages.get(name)
            found = self._find_in(package, rest.partition(".")[0], asking) if package else None
            if found is not None:
                return found
        return self._judge(target if star else target.rpartition(".")[0] or target, target)

    def _find_class(self, target: str, asking: Root) -> Resolution:
        """What a file of that very name has; nothing else is sure to be a class at all."""
        name, _, rest = target.rpartition(".")
        package = self.sources.packages.get(name)
        known = package is not None and rest in package.classes
        return (self._find_in(package, rest, asking) if package and known else None) or Resolution()

    def _find_in(self, package: Package, name: str, asking: Root) -> Resolution | None:
        files = package.classes.get(name)
        if files is None and package.top_level:
            spelled = (name.removesuffix(_FILE_CLASS), *(f"{name}{platform}" for platform in _PLATFORMS))
            files = [file for stem in spelled for file in package.classes.get(stem, ())]
        if files:
            chosen = self.sources.choose(files, asking)
            places: dict[str, list[str]] = {}
            for file in chosen:
                places.setdefault(directory_of(file), []).append(file)
            return _take(places)
        return self._take_package(package.top_level, asking) if package.top_level else None

    def _take_package(self, directories: dict[str, list[str]], asking: Root) -> Resolution | None:
        chosen = self.sources.gather([files[0] for files in directories.values()], asking)
        return _take({place: directories[place] for place in map(directory_of, chosen)})

    def _judge(self, package: str, target: str) -> Resolution:
        segments = target.split(".")
        if any(".".join(segments[:length]) in _STANDARD for length in (1, 2, 3)):
            return Resolution()
        if self.sources.is_ours(package):
            return Resolution(missing=(target,))
        outer = list(takewhile(lambda segment: not segment[:1].isupper(), package.split(".")))
        return Resolution(external=".".join(outer[:_THIRD_PARTY_SEGMENTS]) or target)


def _take(places: dict[str, list[str]]) -> Resolution | None:
    return Resolution(targets=tuple(Target(place, tuple(files)) for place, files in places.items())) if places else None


def _split(target: str) -> Iterator[tuple[str, str]]:
    """A dotted name as package and what is in it, the longest package first."""
    at = target.rfind(".")
    while at > 0:
        yield target[:at], target[at + 1 :]
        at = target.rfind(".", 0, at)
