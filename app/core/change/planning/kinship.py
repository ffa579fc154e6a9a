"""What the name of a file says about the one it belongs to: a test's subject, a header's source, a snapshot's test."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from app.core.change.classes.classify import read_last
from app.core.change.plan import FileClass, PlannedFile


class Rank(IntEnum):
    """In which order files that belong together are read."""

    SUBJECT = 0
    COMPANION = 1
    TEST = 2
    SNAPSHOT = 3


@dataclass(frozen=True, slots=True)
class Kin:
    """`stems` are the names by which a file can be meant, its own first; `directories` are those that tell a module."""

    rank: Rank
    language: str
    stems: tuple[str, ...]
    directories: tuple[str, ...]


_LANGUAGES = {
    extension: extensions[0]
    for extensions in (
        ["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte", "astro", "css", "scss", "sass", "less"],
        ["java", "kt", "kts", "groovy", "scala"],
        ["c", "h", "cc", "cpp", "cxx", "c++", "hh", "hpp", "hxx", "inl", "ipp", "m", "mm", "cu", "cuh"],
        ["py", "pyi", "pyx", "pxd", "ambr"],
        ["ex", "exs", "eex", "heex", "leex"],
        ["sh", "bash", "zsh", "bats"],
        ["cs", "razor", "cshtml", "xaml"],
        ["rb", "erb", "rake"],
    )
    for extension in extensions
} | {"html": "js", "styl": "js"}
_COMPANIONS = frozenset({"h", "hh", "hpp", "hxx", "cuh", "pyi", "pxd", "css", "scss", "sass", "less", "styl", "html"})
_COMPANION_NAME = re.compile(r"\.(?:stories|story|module|styles?|d)$")
_SNAPSHOTS = (".snap", ".ambr")

_TEST_MARKS = re.compile(
    r"^(?:test[_-]|Test(?=[A-Z]))"
    r"|(?:[_.-](?:tests?|spec|specs|unittest|cy|e2e|e2e-spec|itest)|(?<=[a-z0-9])(?:Tests?|TestCase|Spec|IT))$"
)
_STRUCTURE = frozenset(
    {"test", "tests", "spec", "specs", "__tests__", "__mocks__", "__snapshots__", "snapshots", "unit", "integration"}
    | {"functional", "e2e", "src", "main", "lib", "app", "include", "java", "kotlin", "scala", "groovy", "androidtest"}
)
"""Directories that tell what kind of files lie in them, not of which module they are."""

_WHOLE_DIRECTORY = frozenset({"index", "init", "mod", "main", "lib"})
"""Stems of files that stand for their directory."""


_DEEPEST = 8
"""The lowest directories that are compared. Those above them tell nothing more."""


def find_kin(planned: PlannedFile) -> Kin:
    """What the name of a changed file says."""
    *directories, name = planned.file.path.split("/")
    stem, _, extension = name.rpartition(".") if "." in name[1:] else (name, "", "")
    rank = _rank(planned, stem, extension.lower())
    if rank is Rank.SNAPSHOT and extension == "snap":
        stem, _, extension = stem.rpartition(".") if "." in stem else (stem, "", "")
    if rank is Rank.COMPANION:
        stem = _COMPANION_NAME.sub("", stem)
    if rank >= Rank.TEST:
        stem = _TEST_MARKS.sub("", _TEST_MARKS.sub("", stem))
    around = [part.lower().removesuffix(".tests").removesuffix(".test") for part in directories]
    module = tuple(part for part in around if part not in _STRUCTURE)[-_DEEPEST:]
    own = _plain(stem)
    stems = (own, _plain(module[-1])) if own in _WHOLE_DIRECTORY and module else (own,)
    return Kin(rank, _LANGUAGES.get(extension.lower(), extension.lower()), stems, module)


def _rank(planned: PlannedFile, stem: str, extension: str) -> Rank:
    if planned.file.path.endswith(_SNAPSHOTS):
        return Rank.SNAPSHOT
    if planned.file_class is FileClass.TEST:
        return Rank.TEST
    if not read_last(planned.file_class) and (extension in _COMPANIONS or _COMPANION_NAME.search(stem)):
        return Rank.COMPANION
    return Rank.SUBJECT


def _plain(stem: str) -> str:
    return re.sub(r"[-_]", "", stem).lower()
