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
    SECRET_BEARING = "secret_bearing"  # noqa: S105 - a class of files


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Changed lines nobody reviews. `excused` is true only if the base branch's policy or attributes say so.

    `lines` may be 0 (a binary file, a mode change, the unread rest of a renamed file): it is still named. A file whose
    lines are read may be left out in such a respect, and in more than one. `rule` is the base's own rule that excuses
    it, as it stands there (a glob of the policy, an attribute), or None.
    """

    path: str
    lines: int
    reason: str
    excused: bool
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class ChunkFile:
    """The hunks of one file that stand in one chunk, in file order.

    `before` are others of its hunks that were read at an earlier head and are shown as context.
    """

    file: FilePatch
    file_class: FileClass
    hunks: tuple[Hunk, ...]
    before: tuple[Hunk, ...] = ()

    @property
    def changed_lines(self) -> int:
        """Changed lines of these hunks."""
        return sum(hunk.changed_lines for hunk in self.hunks)


@dataclass(frozen=True, slots=True)
class Sweep:
    """One edit made the same way in many places, each verified to be that edit and nothing else.

    `edit` says it in words (`‹old› becomes ‹new›`). `sites` are all its hunks that are not shown in full: listed by
    path and line below `examples`, which stand among the files of the same chunk. A sweep that spans chunks stands in
    each, with an example shown and the sites listed there.
    """

    edit: str
    sites: tuple[ChunkFile, ...]
    examples: tuple[ChunkFile, ...] = ()

    @property
    def changed_lines(self) -> int:
        """Changed lines of all sites."""
        return sum(site.changed_lines for site in self.sites)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one call of a lens reads. `number` counts from 1; `tokens` is an estimate of the annotated diff.

    `files` are shown in full; `sweeps` list the places of edits of which an example is shown in full. `together`: all
    lenses ask about it in one question, because the budget does not pay for one each.
    """

    number: int
    files: tuple[ChunkFile, ...]
    tokens: int
    sweeps: tuple[Sweep, ...] = ()
    together: bool = False

    @property
    def parts(self) -> tuple[ChunkFile, ...]:
        """Everything that counts as read once the chunk is: what is shown and what is listed."""
        return (*self.files, *(site for sweep in self.sweeps for site in sweep.sites))

    @property
    def changed_lines(self) -> int:
        """Changed lines of the chunk."""
        return sum(part.changed_lines for part in self.parts)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths in the chunk, each once, in order."""
        return tuple(dict.fromkeys(part.file.path for part in self.parts))


@dataclass(frozen=True, slots=True)
class Risk:
    """`score` from 0 to 100; `why` names what raised it most, for people, in words of ours alone."""

    score: int
    why: str


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file of the change and its class. `risk` is None where nobody had to rate it: none of its lines are read."""

    file: FilePatch
    file_class: FileClass
    risk: Risk | None = None


@dataclass(frozen=True, slots=True)
class ReadBefore:
    """Hunks of a file that were read at an earlier head of the pull request, a SHA, and need no reading now."""

    part: ChunkFile
    head: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All files, the chunks to review in order, what was read before, and what is left out.

    Each changed line is in one of the three. What no line shows is left out besides.
    """

    files: tuple[PlannedFile, ...]
    chunks: tuple[Chunk, ...]
    left_out: tuple[LeftOut, ...]
    read_before: tuple[ReadBefore, ...] = ()

    @property
    def tokens(self) -> int:
        """Estimated input tokens of all annotated chunks."""
        return sum(chunk.tokens for chunk in self.chunks)
