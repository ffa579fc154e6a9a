"""The reading guide: which parts of a change a person must still look at, in which order, and what to ask there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """What kind of edit a part of a change is. The first three are said only of what was proved so."""

    MECHANICAL = "mechanical"
    """The same edit, at least three times, proved on syntax trees."""
    MOVED = "moved"
    """The same definition stood elsewhere before."""
    FORMATTING = "formatting"
    """Both versions have the same syntax tree."""
    GENERATED = "generated"
    TEST = "test"
    SUBSTANTIVE = "substantive"


@dataclass(frozen=True, slots=True)
class Passage:
    """One hunk. `start_line` is at head (of a removed file: at base), `lines` are its changed lines.

    `risk` is 0..100; `why` is what to ask there, or why it needs no reading: one line, in words of ours. `points` are
    the reasons of the risk with what each adds.
    """

    group: Group
    path: str
    start_line: int
    lines: int
    risk: int
    why: str
    points: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingGuide:
    """All passages: substantive ones first, by falling risk; then tests; then what needs no reading, by group."""

    passages: tuple[Passage, ...] = ()

    @property
    def lines(self) -> int:
        """Changed lines of all."""
        return sum(passage.lines for passage in self.passages)

    @property
    def lines_to_read(self) -> int:
        """Changed lines that a person needs to read: the substantive ones, tests, and one example of each sweep."""
        return sum(passage.lines for passage in self.passages if passage.group in (Group.SUBSTANTIVE, Group.TEST))
