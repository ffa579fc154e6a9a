"""Decides which proved places of an edit are listed, which are its examples, and which are read like any other hunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Self

from app.core.change.annotate import measure_site
from app.core.change.classes.risk import rate_risk
from app.core.change.diff import Hunk
from app.core.change.plan import ChunkFile, FileClass, PlannedFile, Sweep
from app.core.change.planning.piece import load_file
from app.core.change.sweep.edit import Edit, Shape
from app.core.change.sweep.place import Place

LEAST_FILES = 8
LEAST_HUNKS = 12
"""Places below which an edit is read hunk by hunk."""

LEAST_ALIKE = 3
"""Places that look alike, below which each is shown."""

LEAST_EXAMPLES = 3
MAX_EXAMPLES = 8

CANDIDATES = 100
"""The riskiest places of a kind, among which an example of it is chosen."""

RISKY = 60
"""The risk of a file from which on none of its hunks is listed."""

SPAN = len(", R1234567890-1234567890")
"""Characters that one block takes in a row at most."""

_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Proved:
    """A hunk that an edit was proved in. `marks` are all in which an example must be like it; `blocks` is a number."""

    planned: PlannedFile
    hunk: Hunk
    blocks: int
    marks: frozenset[Shape | FileClass]

    @classmethod
    def of(cls, place: Place, shapes: frozenset[Shape]) -> Self:
        """The place, of which only that much is kept."""
        planned = place.planned
        return cls(planned, place.hunk, len(place.blocks), shapes | {planned.file_class})

    @property
    def path(self) -> str:
        """The file's path."""
        return self.planned.file.path

    @property
    def part(self) -> ChunkFile:
        """The hunk alone."""
        return ChunkFile(self.planned.file, self.planned.file_class, (self.hunk,))

    @property
    def folder(self) -> str:
        """The directory."""
        return self.path.rpartition("/")[0]


def settle(edit: Edit, places: Sequence[Proved], largest: int) -> Sweep | None:
    """The sweep of these places, in the order of their files; None if too few are left to list.

    `largest` bounds the bytes of one example, one row and the heading.
    """
    if not _is_sweeping(places) or len(edit.words) > largest // 4:
        return None
    files = {one.path: one.planned for one in places}
    scores = {path: rate_risk(planned).score for path, planned in files.items()}
    rows = {path: measure_site(ChunkFile(planned.file, planned.file_class, ()))[0] for path, planned in files.items()}
    kept = _drop_odd(
        [one for one in places if scores[one.path] < RISKY and rows[one.path] + SPAN * one.blocks <= largest // 2]
    )
    by_risk = sorted(kept, key=lambda one: (-scores[one.path], one.path, one.hunk.new_start))
    examples = _choose(by_risk, largest)
    seen = frozenset[Shape | FileClass]().union(*(one.marks for one in examples))
    kept = [one for one in kept if one.marks <= seen]
    chosen = {id(one) for one in examples}
    listed = [one for one in kept if id(one) not in chosen]
    if not _is_sweeping(kept) or len(examples) < LEAST_EXAMPLES or len(listed) < LEAST_FILES:
        return None
    return Sweep(edit.words, _by_file(listed), tuple(one.part for one in examples))


def _is_sweeping(places: Sequence[Proved]) -> bool:
    return len(places) >= LEAST_HUNKS and len({one.path for one in places}) >= LEAST_FILES


def _drop_odd(places: list[Proved]) -> list[Proved]:
    """The places of which everything is shared by some others that stay."""
    for _ in range(_ROUNDS):
        counts = Counter(mark for one in places for mark in one.marks)
        odd = {mark for mark, count in counts.items() if count < LEAST_ALIKE}
        if not odd:
            return places
        places = [one for one in places if odd.isdisjoint(one.marks)]
    return []


def _choose(places: Sequence[Proved], largest: int) -> list[Proved]:
    """Few places that show the most, of these in order of risk: every class, then the commonest surroundings."""
    counts = Counter(mark for one in places for mark in one.marks)
    wanted = sorted(counts, key=lambda mark: (not isinstance(mark, FileClass), -counts[mark], str(mark)))
    examples = _take(places, [], largest)
    for mark in wanted:
        if len(examples) < MAX_EXAMPLES and not any(mark in one.marks for one in examples):
            examples += _take((one for one in places if mark in one.marks), examples, largest)
    while len(examples) < LEAST_EXAMPLES and (more := _take(places, examples, largest)):
        examples += more
    return examples


def _take(places: Iterable[Proved], examples: Sequence[Proved], largest: int) -> list[Proved]:
    """The first, small enough, of another directory than all examples, or else the first that is none of them."""
    folders = {one.folder for one in examples}
    chosen = {id(one) for one in examples}
    small = (one for one in places if id(one) not in chosen and len(one.hunk.body) <= largest)
    others = [one for one in islice(small, CANDIDATES) if load_file(one.part).whole_size <= largest]
    return next(([one] for one in others if one.folder not in folders), others[:1])


def _by_file(places: Sequence[Proved]) -> tuple[ChunkFile, ...]:
    runs = (list(run) for _, run in groupby(places, key=lambda one: one.path))
    return tuple(
        ChunkFile(run[0].planned.file, run[0].planned.file_class, tuple(one.hunk for one in run)) for run in runs
    )
