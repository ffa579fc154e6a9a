"""The words of a unified diff: `Patch` ▸ `FilePatch` ▸ `Hunk` ▸ `Line`, and which lines GitHub lets one comment on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal


class Side(StrEnum):
    """Which version of a file a line number counts in, in GitHub's words."""

    LEFT = "LEFT"
    RIGHT = "RIGHT"


class LineKind(StrEnum):
    """What a line of a hunk does; the value is its first character in a unified diff."""

    ADDED = "+"
    REMOVED = "-"
    CONTEXT = " "


class FileStatus(StrEnum):
    """What happened to a file between merge base and head."""

    ADDED = "added"
    REMOVED = "removed"
    MODIFIED = "modified"
    RENAMED = "renamed"
    COPIED = "copied"
    TYPE_CHANGED = "type_changed"


FileMode = Literal["100644", "100755", "120000", "160000", "040000", "000000"]
SYMLINK_MODE = "120000"
SUBMODULE_MODE = "160000"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a hunk. `old` and `new` are 1-based; an added line has no `old`, a removed one no `new`.

    `text` has no first character and no line feed; a carriage return before the line feed is kept.
    """

    kind: LineKind
    old: int | None
    new: int | None
    text: str
    no_newline: bool = False

    @property
    def side(self) -> Side:
        """The side on which a comment on this line stands; context counts as RIGHT."""
        return Side.LEFT if self.kind is LineKind.REMOVED else Side.RIGHT

    @property
    def number(self) -> int:
        """The line's number on `side`."""
        number = self.old if self.kind is LineKind.REMOVED else self.new
        if number is None:
            raise ValueError(f"a line of kind {self.kind.name} without its number")
        return number

    @property
    def changed(self) -> bool:
        """Whether the line was added or removed."""
        return self.kind is not LineKind.CONTEXT


@dataclass(frozen=True, slots=True)
class Hunk:
    """A run of changes with its context. `section` is what git prints after the second `@@` (often the function)."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str
    lines: tuple[Line, ...]

    @property
    def changed_lines(self) -> int:
        """How many lines the hunk adds or removes."""
        return sum(1 for line in self.lines if line.changed)


@dataclass(frozen=True)
class FilePatch:
    """What changed in one file. `old_path` differs from `path` for renames and copies only.

    `fault` says why the content of the change could not be read (then `hunks` is empty and `additions` and
    `deletions` are git's own counts): such a file is never reviewed and never forgotten.
    """

    path: str
    old_path: str
    status: FileStatus
    old_mode: str = "100644"
    new_mode: str = "100644"
    binary: bool = False
    hunks: tuple[Hunk, ...] = ()
    additions: int = 0
    deletions: int = 0
    fault: str | None = None
    shown_as: str | None = None
    old_shown_as: str | None = None

    @property
    def shown_path(self) -> str:
        """The path as it may be shown."""
        return self.path if self.shown_as is None else self.shown_as

    @property
    def shown_old_path(self) -> str:
        """The old path as it may be shown."""
        return self.old_path if self.old_shown_as is None else self.old_shown_as

    @property
    def changed_lines(self) -> int:
        """Added plus removed lines, as `git diff --numstat` counts them (0 for binary files)."""
        return self.additions + self.deletions

    @property
    def submodule(self) -> bool:
        """Whether either version is a submodule's commit."""
        return SUBMODULE_MODE in (self.old_mode, self.new_mode)

    @property
    def symlink(self) -> bool:
        """Whether either version is a symbolic link."""
        return SYMLINK_MODE in (self.old_mode, self.new_mode)

    @cached_property
    def commentable(self) -> dict[tuple[Side, int], tuple[int, Line]]:
        """Every (side, number) on which GitHub takes a comment, with its hunk's index and its line.

        Context lines can be addressed on both sides, added ones on RIGHT, removed ones on LEFT.
        """
        places: dict[tuple[Side, int], tuple[int, Line]] = {}
        for index, hunk in enumerate(self.hunks):
            for line in hunk.lines:
                if line.new is not None:
                    places[Side.RIGHT, line.new] = (index, line)
                if line.old is not None:
                    places[Side.LEFT, line.old] = (index, line)
        return places


@dataclass(frozen=True)
class Patch:
    """The whole change of a pull request: merge base to head, file by file in git's order."""

    merge_base: str
    head: str
    files: tuple[FilePatch, ...]

    @cached_property
    def by_path(self) -> dict[str, FilePatch]:
        """The files by their path at head (for removed files: the path they had)."""
        return {file.path: file for file in self.files}

    @property
    def changed_lines(self) -> int:
        """Added plus removed lines of all files."""
        return sum(file.changed_lines for file in self.files)
