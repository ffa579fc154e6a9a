"""Imports of C#: namespaces, by what files declare; which project's, where several declare one.

https://learn.microsoft.com/dotnet/csharp/language-reference/keywords/using-directive
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from app.architecture.resolution import Ground, Resolution, Resolver, Target
from app.architecture.resolve.c_sharp_projects import ENDINGS, PROPERTIES, Projects
from app.architecture.resolve.places import directory_of, stem_of
from app.core.fit.source_facts import SPELLED, Import

TEXTS: Final = (*(f"*{ending}" for ending in ENDINGS), PROPERTIES)
"""Names of the manifests that are read."""

_ENDINGS: Final = (".cs", ".csx")
_PLATFORM: Final = frozenset({"System", "Microsoft", "Windows"})
"""What all projects share of a name says nothing of whose it is."""

_STANDARD: Final = ("System", "Microsoft.CSharp", "Microsoft.VisualBasic", "Microsoft.Win32")
_THIRD_PARTY_SEGMENTS: Final = 2
_MOST_SEGMENTS: Final = 20
_MOST_NAMESPACES: Final = 3
MOST_ALIKE: Final = 200
"""Directories of one namespace: with more of them an import of it tells nothing, and is missing."""

_SHARE: Final = 0.1


class _Asking(NamedTuple):
    """Who asks: a project, and the namespaces that a file has."""

    project: str
    namespaces: tuple[str, ...]


class CSharpResolver(Resolver):
    """Resolves imports of C#. The unit is the directory; a namespace may be in several.

    - Of the directories that declare a namespace, those of the own project are meant and of the ones it refers to,
      directly or not; all of them where no project says.
    - A type (`using static`, an alias) is in the file of its name, else anywhere in its namespace; one within a type
      is in the file of that name.
    - A type that code names with its namespace counts where a file has its name; else nothing is said of it.
    - What a tree adds to a namespace of the platform (`System.…`, `Microsoft.…`) is not taken in with it, unless its
      own projects are named so.
    - A namespace is missing where nobody declares it, no package is named so, and it begins like those of this tree.

    Files of one namespace see one another without an import: such a use is not seen.
    """

    def __init__(self, ground: Ground) -> None:
        self._projects = Projects(ground)
        self._packages = ground.packages
        self._spaces: dict[str, dict[str, list[str]]] = {}
        firsts: dict[str, int] = {}
        own_firsts = {root.partition(".")[0] for root in self._projects.roots}
        for path in sorted(path for path in ground.packages if path.endswith(_ENDINGS)):
            for space in ground.packages[path]:
                first = space.partition(".")[0]
                if first not in _PLATFORM or first in own_firsts:
                    firsts[first] = firsts.get(first, 0) + 1
                    self._spaces.setdefault(space, {}).setdefault(directory_of(path), []).append(path)
        self._around = {prefix for space in self._spaces for prefix in _shorten(space)}
        enough = _SHARE * sum(firsts.values())
        self._ours = own_firsts | {first for first, count in firsts.items() if count >= enough}
        self._known: dict[_Asking, dict[tuple[str, tuple[str, ...], int], Resolution]] = {}
        self._known_of: dict[str, tuple[_Asking, dict[tuple[str, tuple[str, ...], int], Resolution]]] = {}

    def resolve(self, path: str, imported: Import) -> Resolution:
        """The directories that declare a namespace, or the type that is named."""
        context = self._known_of.get(path)
        if context is None:
            project = self._projects.project_of(directory_of(path))
            asking = _Asking(project or "", self._packages.get(path, ()))
            context = self._known_of[path] = (asking, self._known.setdefault(asking, {}))
        asking, known = context
        key = (imported.target, imported.names, imported.level)
        found = known.get(key)
        if found is None:
            of_code = imported.level == SPELLED
            found = known[key] = self._find_spelled(key[0], asking) if of_code else self._find(*key[:2], asking)
        return found

    def module_of(self, path: str) -> str:
        """The directory of a file."""
        return directory_of(path)

    def _find(self, target: str, names: tuple[str, ...], asking: _Asking) -> Resolution:
        name = ".".join((target, *(name for name in names if name != "*")))
        first = target.partition(".")[0]
        is_whole = first in _PLATFORM or first in self._around or first.casefold() in self._projects.packages
        for around in ("",) if is_whole else ("", *_enclose(asking.namespaces)):
            found = self._look_up(f"{around}.{name}" if around else name, is_type=bool(names), asking=asking)
            if found is not None:
                return found
        return self._judge(name if names == ("*",) else target)

    def _find_spelled(self, target: str, asking: _Asking) -> Resolution:
        """A type that code names with its namespace, where a file there has its name; all else may be no type."""
        for name in _shorten(target):
            space, _, typed = name.rpartition(".")
            if space in self._spaces:
                found = self._choose(space, asking)
                named = {place: [file for file in files if stem_of(file) == typed] for place, files in found.items()}
                return self._take(name, {place: files for place, files in named.items() if files})
        return Resolution()

    def _look_up(self, name: str, *, is_type: bool, asking: _Asking) -> Resolution | None:
        if name in self._spaces:
            return self._take(name, self._choose(name, asking))
        if name in self._around:
            return Resolution()
        return self._look_up_type(name, asking) if is_type else None

    def _look_up_type(self, name: str, asking: _Asking) -> Resolution | None:
        """A type, or one within a type: of the longest namespace that the name begins with."""
        outer = name.rpartition(".")[0]
        space = outer
        while space and space not in self._spaces:
            space = space.rpartition(".")[0]
        if not space:
            return None
        typed = name[len(space) + 1 :].partition(".")[0]
        found = self._choose(space, asking)
        named = {directory: [file for file in files if stem_of(file) == typed] for directory, files in found.items()}
        chosen = {directory: files for directory, files in named.items() if files}
        if not chosen and space != outer:
            return None
        return self._take(name, chosen or found)

    def _choose(self, space: str, asking: _Asking) -> dict[str, list[str]]:
        directories = self._spaces[space]
        seen = self._projects.sees(asking.project) if asking.project else frozenset()
        chosen = {place: files for place, files in directories.items() if self._projects.project_of(place) in seen}
        return chosen or directories

    def _take(self, name: str, directories: dict[str, list[str]]) -> Resolution:
        if len(directories) > MOST_ALIKE:
            return Resolution(missing=(name,))
        return Resolution(targets=tuple(Target(directory, tuple(files)) for directory, files in directories.items()))

    def _judge(self, name: str) -> Resolution:
        for package in _shorten(name):
            if package.casefold() in self._projects.packages:
                return Resolution(external=package)
        segments = name.split(".")
        own = ".".join(segments[:2]) in self._around if segments[0] in _PLATFORM else segments[0] in self._ours
        if own:
            return Resolution(missing=(name,))
        if any(f"{name}.".startswith(f"{standard}.") for standard in _STANDARD):
            return Resolution()
        return Resolution(external=".".join(segments[:_THIRD_PARTY_SEGMENTS]))


def _shorten(name: str) -> Iterator[str]:
    """A dotted name, then the same without its last part, and so on; of a very long one, its first parts."""
    segments = name.split(".", _MOST_SEGMENTS)[:_MOST_SEGMENTS]
    return (".".join(segments[:length]) for length in range(len(segments), 0, -1))


def _enclose(namespaces: tuple[str, ...]) -> list[str]:
    """Namespaces of a file and those around them, innermost first: within a block a name may be relative to them."""
    return list(dict.fromkeys(space for namespace in namespaces[:_MOST_NAMESPACES] for space in _shorten(namespace)))
