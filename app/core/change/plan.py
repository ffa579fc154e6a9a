"""The plan of a review: every file classified, every hunk in a chunk or left out with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.core.change.diff import FilePatch, Hunk


class FileClass(StrEnum):
    """What kind of thing a file is."""

    SOURCE = "source"
    TEST = "test"
    CONFIG = "config"
    CI = "ci"
    DOCS = "docs"
    MIGRATION = "migration"
    GENERATED = "generated"
    VENDORED = "vendored"
    LOCK = "lock"
    BINARY = "binary"
    SUBMODULE = "submodule"
    SYMLINK = "symlink"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Changed lines nobody reviews. `excused` is true only if the base branch's policy or attributes say so.

    `lines` may be 0 (a binary file, a mode change, the unread rest of a renamed file): it is still named. A file whose
    lines are read may be left out in such a respect, and in more than one.
    """

    path: str
    lines: int
    reason: str
    excused: bool


@dataclass(frozen=True, slots=True)
class ChunkFile:
    """The hunks of one file that stand in one chunk, in file order."""

    file: FilePatch
    file_class: FileClass
    hunks: tuple[Hunk, ...]

    @property
    def changed_lines(self) -> int:
        """Changed lines of these hunks."""
        return sum(hunk.changed_lines for hunk in self.hunks)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one call of a lens reads. `number` counts from 1; `tokens` is an estimate of the annotated diff."""

    number: int
    files: tuple[ChunkFile, ...]
    tokens: int

    @property
    def changed_lines(self) -> int:
        """Changed lines of the chunk."""
        return sum(file.changed_lines for file in self.files)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths in the chunk, in order."""
        return tuple(file.file.path for file in self.files)


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file of the change and its class."""

    file: FilePatch
    file_class: FileClass


@dataclass(frozen=True, slots=True)
class Plan:
    """All files, the chunks to review in order, and what is left out: each changed line is in one of the two.

    What no line shows is left out besides.
    """

    files: tuple[PlannedFile, ...]
    chunks: tuple[Chunk, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def tokens(self) -> int:
        """Estimated input tokens of all annotated chunks."""
        return sum(chunk.tokens for chunk in self.chunks)
