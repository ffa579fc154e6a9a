"""The coverage ledger: every changed line was read by a model, or is left out with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.change.plan import Chunk, LeftOut, Plan


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """How many of a file's changed lines a model read."""

    path: str
    changed_lines: int
    reviewed_lines: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Per file what was read, and what was left out and why. Lines add up: changed = reviewed + left out."""

    files: tuple[FileCoverage, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def changed_lines(self) -> int:
        """Changed lines of the whole change."""
        return sum(file.changed_lines for file in self.files)

    @property
    def reviewed_lines(self) -> int:
        """Changed lines that a model read."""
        return sum(file.reviewed_lines for file in self.files)

    @property
    def unexcused(self) -> tuple[LeftOut, ...]:
        """What nobody read and no rule of the base branch excuses: while there is any, the gate stays shut."""
        return tuple(item for item in self.left_out if not item.excused)

    @property
    def complete(self) -> bool:
        """Whether everything was read or excused."""
        return not self.unexcused


def account(plan: Plan, unread: Mapping[int, str]) -> Coverage:
    """The ledger of a plan, given for each chunk number that was *not* read the reason why.

    A chunk that is not in `unread` was read whole. Unread chunks are never excused.
    """
    reviewed: dict[str, int] = {}
    missing: list[LeftOut] = []
    for chunk in plan.chunks:
        if chunk.number in unread:
            missing.extend(_left_out(chunk, unread[chunk.number]))
            continue
        for part in chunk.parts:
            reviewed[part.file.path] = reviewed.get(part.file.path, 0) + part.changed_lines
    files = tuple(
        FileCoverage(planned.file.path, planned.file.changed_lines, reviewed.get(planned.file.path, 0))
        for planned in plan.files
    )
    return Coverage(files=files, left_out=plan.left_out + tuple(missing))


def _left_out(chunk: Chunk, reason: str) -> list[LeftOut]:
    return [LeftOut(part.file.path, part.changed_lines, reason, excused=False) for part in chunk.parts]
