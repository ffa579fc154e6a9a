"""One hunk with all that is known of it, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.core.change.diff import FileStatus, Hunk, Line, LineKind
from app.core.change.plan import PlannedFile
from app.core.fit.compared import Compared, HunkCompared

UNPROVED = HunkCompared()
"""Of a file that nobody could compare, nothing is proved."""


@dataclass(frozen=True)
class Site:
    """One hunk of one file. `compared` is what trees say of it."""

    planned: PlannedFile
    hunk: Hunk
    compared: HunkCompared = UNPROVED

    @property
    def path(self) -> str:
        """The file's path."""
        return self.planned.file.path

    @property
    def removed_file(self) -> bool:
        """Whether nothing of the file is left: then lines are numbered as in the base."""
        return self.planned.file.status is FileStatus.REMOVED

    @cached_property
    def changed(self) -> tuple[Line, ...]:
        """The changed lines."""
        return tuple(line for line in self.hunk.lines if line.changed)

    @cached_property
    def start_line(self) -> int:
        """Where the change begins: at head, or in a removed file at the base."""
        number = 0
        for line in self.hunk.lines:
            here = line.old if self.removed_file else line.new
            if line.changed:
                return max(here if here is not None else number + 1, 1)
            number = here if here is not None else number
        return max(self.hunk.old_start if self.removed_file else self.hunk.new_start, 1)

    def holds(self, line: int, *, at_base: bool = False) -> bool:
        """Whether a line of the head, or of the base, is shown in the hunk."""
        first, count = (
            (self.hunk.old_start, self.hunk.old_count) if at_base else (self.hunk.new_start, self.hunk.new_count)
        )
        return first <= line < first + count

    def adds(self, line: int) -> bool:
        """Whether a line of the head is one that the hunk adds."""
        return any(one.kind is LineKind.ADDED and one.new == line for one in self.changed)


def find_sites(planned: Sequence[PlannedFile], compared: Mapping[str, Compared | str]) -> Iterator[Site]:
    """Every hunk of the change, in order."""
    for one in planned:
        told = compared.get(one.file.path)
        known = told.hunks if isinstance(told, Compared) and len(told.hunks) == len(one.file.hunks) else ()
        for number, hunk in enumerate(one.file.hunks):
            yield Site(one, hunk, known[number] if known else UNPROVED)
