"""The projects of a tree in C#: https://learn.microsoft.com/dotnet/core/project-sdk/overview, of MSBuild.

Conditions and variables are not evaluated: what is said under any condition counts, and a path with a variable in it
does not, but for those that stand for the directory of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from xml.parsers import expat

from app.architecture.resolution import Ground
from app.architecture.resolve.places import MANIFEST_CHARACTERS, climb, directory_of, name_of, step

ENDINGS: Final = (".csproj", ".fsproj", ".vbproj")
PROPERTIES: Final = "Directory.Build.props"

MOST_IN_REACH: Final = 200
"""Projects that one refers to, directly or not: with more of them they are not told apart."""

_HERE: Final = ("$(MSBuildThisFileDirectory)", "$(MSBuildProjectDirectory)", "$(ProjectDir)")
_NAMING: Final = frozenset({"RootNamespace", "AssemblyName"})


@dataclass(slots=True)
class Said:
    """What one project file says: relative paths of projects, ids of packages in lower case, and its names."""

    references: list[str] = field(default_factory=list)
    packages: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)


class _HasDoctype(Exception):
    """A project file with a document type, which could define entities that grow without end."""


class Projects:
    """Projects, which are told by their directory; which of them see which; the namespaces that they are named after.

    `packages` are the third parties' packages that any of them asks for, in lower case.
    """

    def __init__(self, ground: Ground) -> None:
        said = {
            path: read
            for path, text in sorted(ground.texts.items())
            if (path.endswith(ENDINGS) or name_of(path) == PROPERTIES) and (read := read_project(text))
        }
        self._directories = {path.casefold(): directory_of(path) for path in said if path.endswith(ENDINGS)}
        shared = {directory_of(path): read for path, read in said.items() if not path.endswith(ENDINGS)}
        self._references: dict[str, frozenset[str]] = {}
        roots: set[str] = set()
        for path, read in said.items():
            if path.endswith(ENDINGS):
                above = [(around, shared[around]) for around in climb(directory_of(path)) if around in shared]
                self._add(directory_of(path), [(directory_of(path), read), *above])
                roots.update(read.names or [name_of(path).rpartition(".")[0]])
        self.roots = frozenset(roots)
        self.packages = frozenset(package for read in said.values() for package in read.packages)
        self.project_of = cache(self._find)
        self.sees = cache(self._reach)

    def _add(self, directory: str, said: list[tuple[str, Said]]) -> None:
        found = (self._locate(around, path) for around, read in said for path in read.references)
        known = self._references.get(directory, frozenset())
        self._references[directory] = known.union(place for place in found if place is not None)

    def _locate(self, directory: str, reference: str) -> str | None:
        """The directory of a project that is referred to; Windows does not tell capitals apart."""
        for variable in _HERE:
            reference = reference.replace(variable, "./")
        path = step(directory, reference.replace("\\", "/"))
        return self._directories.get(path.casefold()) if path else None

    def _find(self, directory: str) -> str | None:
        """The directory of the project that a directory belongs to: the nearest one upwards."""
        return next((above for above in climb(directory) if above in self._references), None)

    def _reach(self, directory: str) -> frozenset[str]:
        """The directories of a project and of those it refers to, directly or not; none where there are too many."""
        reached, open_ = {directory}, [directory]
        while open_ and len(reached) <= MOST_IN_REACH:
            fresh = self._references[open_.pop()] - reached
            reached |= fresh
            open_.extend(fresh)
        return frozenset() if len(reached) > MOST_IN_REACH else frozenset(reached)


def read_project(text: str) -> Said | None:
    """What a project file says; None for one that is no XML, is too long, or has a document type."""
    if len(text) > MANIFEST_CHARACTERS:
        return None
    said = Said()
    parser = expat.ParserCreate("utf-8")
    inside: list[str] = []

    def begin(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        inside.append(tag)
        if tag == "ProjectReference":
            said.references.extend(_split(attributes.get("Include", "")))
        elif tag == "PackageReference":
            said.packages.update(package.casefold() for package in _split(attributes.get("Include", "")))

    def end(_: str) -> None:
        inside.pop()

    def read(data: str) -> None:
        if inside[-1] in _NAMING and data.strip() and "$(" not in data:
            said.names.append(data.strip())

    def refuse(*_: object) -> None:
        raise _HasDoctype

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, read
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(text.removeprefix("\ufeff").encode("utf-8", "replace"), True)
    except (expat.ExpatError, _HasDoctype):
        return None
    return said


def _split(include: str) -> Iterator[str]:
    return (part.strip() for part in include.split(";") if part.strip())
