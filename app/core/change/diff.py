"""The words of a unified diff: `Patch` ▸ `FilePatch` ▸ `Hunk` ▸ `Line`, and which lines GitHub lets one comment on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, partial
from typing import Literal, NamedTuple, Self


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


class Line(NamedTuple):
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


@dataclass(frozen=True)
class Hunk:
    """A run of changes with its context. `section` is what git prints after the second `@@` (often the function).

    `body` is the hunk as git writes it below its header, each line with its first character, without the last line
    feed. A change of half a million lines is held as such text: `lines` are made when somebody asks for them. As in
    git, a side without lines starts at the line before.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str
    body: str = field(repr=False)

    @classmethod
    def of(cls, starts: tuple[int, int], section: str, lines: Iterable[Line]) -> Self:
        """The hunk of these lines; `starts` are the first line numbers, old and new, as git counts them."""
        held = tuple(lines)
        olds = sum(line.old is not None for line in held)
        news = sum(line.new is not None for line in held)
        hunk = cls(starts[0], olds, starts[1], news, section, "\n".join(map(_show, held)))
        hunk.__dict__["lines"] = held
        return hunk

    @classmethod
    def counted(cls, numbers: tuple[int, int, int, int], section: str, body: str, changed: tuple[int, int]) -> Self:
        """The hunk of a text whose added and removed lines were counted already; `numbers` as its header has them."""
        hunk = cls(*numbers, section, body)
        hunk.__dict__["additions"], hunk.__dict__["deletions"] = changed
        return hunk

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines, each with its numbers."""
        return tuple(_read(self)) if self.body else ()

    def texts(self, side: Side) -> list[str]:
        """The text of each line that stands on `side`, context too, in order."""
        if not (self.new_count if side is Side.RIGHT else self.old_count):
            return []
        passed = "-\\" if side is Side.RIGHT else "+\\"
        return [row[1:] for row in self.body.split("\n") if row[0] not in passed]

    @cached_property
    def additions(self) -> int:
        """How many lines the hunk adds."""
        return self._count(LineKind.ADDED)

    @cached_property
    def deletions(self) -> int:
        """How many lines the hunk removes."""
        return self._count(LineKind.REMOVED)

    @property
    def changed_lines(self) -> int:
        """How many lines the hunk adds or removes."""
        return self.additions + self.deletions

    def _count(self, kind: LineKind) -> int:
        return self.body.count(f"\n{kind}") + self.body.startswith(kind)


NO_NEWLINE = "\\ No newline at end of file"
"""What git writes below a line that no line feed ends."""


def _show(line: Line) -> str:
    return f"{line.kind}{line.text}\n{NO_NEWLINE}" if line.no_newline else f"{line.kind}{line.text}"


def _read(hunk: Hunk) -> list[Line]:
    old, new = hunk.old_start, hunk.new_start
    lines: list[Line] = []
    # `Line(…)` does the same in twice the time, and a large change has a million of them
    line = partial(tuple.__new__, Line)
    added, removed, context = LineKind
    for row in hunk.body.split("\n"):
        sign = row[0]
        if sign == "+":
            lines.append(line((added, None, new, row[1:], False)))
            new += 1
        elif sign == "-":
            lines.append(line((removed, old, None, row[1:], False)))
            old += 1
        elif sign == " ":
            lines.append(line((context, old, new, row[1:], False)))
            old += 1
            new += 1
        else:
            lines[-1] = lines[-1]._replace(no_newline=True)
    return lines


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
    hunks: tuple[Hunk, ...] = field(default=(), repr=False)
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
    files: tuple[FilePatch, ...] = field(repr=False)

    @cached_property
    def by_path(self) -> dict[str, FilePatch]:
        """The files by their path at head (for removed files: the path they had)."""
        return {file.path: file for file in self.files}

    @cached_property
    def by_name(self) -> dict[str, FilePatch]:
        """The files by whatever may mean them: their path, how it is shown, or the name that a renamed one had.

        What is a path means that file; else what is shown as one; of several, the first in git's order.
        """
        names: dict[str, FilePatch] = {}
        for file in self.files:
            if file.shown_as is not None:
                names.setdefault(file.shown_as, file)
        for file in self.files:
            if file.status is FileStatus.RENAMED:
                names.setdefault(file.old_path, file)
                names.setdefault(file.shown_old_path, file)
        return names | self.by_path

    @property
    def changed_lines(self) -> int:
        """Added plus removed lines of all files."""
        return sum(file.changed_lines for file in self.files)
