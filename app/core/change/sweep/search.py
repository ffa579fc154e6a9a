"""Finds sweeps: one edit made in so many places that nobody would read them all, and somebody could hide among them.

A sweep's places count as read although only some are shown, so what may be one is kept narrow. An edit is a rename, a
repetition or white space (each proves its places, see there). A place is a whole hunk: all its changed lines are the
edit and nothing else. It is listed, with its path and its lines, only if

- the hunk hides nothing: changed lines of plain ASCII, no unseen character, nothing taken out as a secret;
- its file is of an ordinary class, was modified or renamed, and is not rated risky: workflows, migrations, files that
  hold secrets and whatever handles sessions or money is shown in full, whatever the edit;
- what stands around the edit there stands so in two more places of the sweep at least, and in an example that is
  shown: a place unlike all others is shown, as is any that no example is like;
- there are eight such files and twelve such hunks: fewer are as quickly read as explained, and read better.

Examples are the riskiest, one of each class of file and shape of surroundings, from different directories. What
machines write is swept apart from what people do.

A change of many hunks is searched by a sample, spread evenly: a sweep that a sample of thousands misses would save
little, and missing one only means that its places are read like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from app.core.change.classes.classify import read_last
from app.core.change.diff import FileStatus, Hunk
from app.core.change.plan import FileClass, PlannedFile, Sweep
from app.core.change.sweep.edit import Edit
from app.core.change.sweep.place import Place, is_fit
from app.core.change.sweep.rename import Exchange, join_exchanges, read_exchange
from app.core.change.sweep.repetition import read_repetition
from app.core.change.sweep.settling import LEAST_FILES, LEAST_HUNKS, Proved, settle
from app.core.change.sweep.spacing import read_spacing

MAX_EDITS = 12
"""Edits for which all hunks are looked at: those that a sample has most of."""

SAMPLE = 2_000
"""Hunks that are looked into for edits."""

MAX_SAMPLED = 4_000
"""Characters of a hunk above which it is not looked into: others of the same sweep are shorter."""

_CLASSES = frozenset(
    {
        FileClass.SOURCE,
        FileClass.TEST,
        FileClass.DOCS,
        FileClass.CONFIG,
        FileClass.GENERATED,
        FileClass.VENDORED,
        FileClass.LOCK,
    }
)
_STATUSES = frozenset({FileStatus.MODIFIED, FileStatus.RENAMED})


@dataclass(frozen=True, slots=True)
class Sweeps:
    """All sweeps of a change."""

    found: tuple[Sweep, ...] = ()
    _swept: dict[str, frozenset[int]] = field(default_factory=dict)

    def keep(self, planned: PlannedFile) -> tuple[Hunk, ...]:
        """The hunks of a file that no sweep has, in order."""
        swept = self._swept.get(planned.file.path)
        hunks = planned.file.hunks
        return hunks if swept is None else tuple(hunk for hunk in hunks if id(hunk) not in swept)

    def beside(self, paths: Iterable[str]) -> list[Sweep]:
        """The sweeps whose riskiest example is of one of these files."""
        around = set(paths)
        return [sweep for sweep in self.found if sweep.examples[0].file.path in around]


def find_sweeps(files: Sequence[PlannedFile], *, largest: int, plain: Container[str] = frozenset()) -> Sweeps:
    """The sweeps in these files; no example, row or heading of theirs takes more than `largest` bytes.

    `plain` are the paths of those that hold no literal of several lines. Nothing depends on the order of the files.
    """
    ordinary = sorted(filter(_is_ordinary, files), key=lambda planned: planned.file.path)
    found: list[Sweep] = []
    for late in (False, True):
        alike = [planned for planned in ordinary if read_last(planned.file_class) is late]
        found += _find(alike, largest, plain) if len(alike) >= LEAST_FILES else []
    swept: dict[str, set[int]] = {}
    for sweep in found:
        for part in (*sweep.examples, *sweep.sites):
            swept.setdefault(part.file.path, set()).update(map(id, part.hunks))
    return Sweeps(tuple(found), {path: frozenset(hunks) for path, hunks in swept.items()})


def _is_ordinary(planned: PlannedFile) -> bool:
    file = planned.file
    return planned.file_class in _CLASSES and file.status in _STATUSES and file.old_mode == file.new_mode


def _find(files: Sequence[PlannedFile], largest: int, plain: Container[str]) -> list[Sweep]:
    edits = _read_edits(files, plain)
    if not edits:
        return []
    proved: dict[Edit, list[Proved]] = {edit: [] for edit in edits}
    for planned in files:
        for edit, places in _prove(planned, edits, plain=planned.file.path in plain).items():
            proved[edit] += places
    settled = (settle(edit, places, largest) for edit, places in proved.items())
    return [sweep for sweep in settled if sweep is not None]


def _prove(planned: PlannedFile, edits: Sequence[Edit], *, plain: bool) -> dict[Edit, list[Proved]]:
    """The places of each edit in a file, but for edits that another hunk of the file casts a doubt on."""
    found: dict[Edit, dict[int, Proved]] = {}
    for hunk in planned.file.hunks:
        held = [edit for edit in edits if edit.may_stand_in(hunk.body)]
        if not held or not is_fit(hunk):
            continue
        place = Place(planned, hunk, plain)
        for edit in held:
            shapes = edit.prove(place)
            if shapes is not None:
                found.setdefault(edit, {})[id(hunk)] = Proved.of(place, shapes)
                break
    return {
        edit: list(places.values())
        for edit, places in found.items()
        if not any(edit.is_doubted_by(hunk.body) for hunk in planned.file.hunks if id(hunk) not in places)
    }


def _read_edits(files: Sequence[PlannedFile], plain: Container[str]) -> list[Edit]:
    """The edits of which the sample has enough, renames first, then those of most places."""
    exchanges: Counter[Exchange] = Counter()
    others: Counter[Edit] = Counter()
    total = sum(len(planned.file.hunks) for planned in files)
    if total < LEAST_HUNKS:
        return []
    for place in _sample(files, max(1, -(-total // SAMPLE)), plain):
        exchange = read_exchange(place)
        if exchange is not None:
            # What a rename refuses to prove is not to be had as a repetition of the same lines.
            exchanges[exchange] += 1
            continue
        others.update(edit for edit in (read_repetition(place), read_spacing(place)) if edit is not None)
    least = LEAST_HUNKS if total <= SAMPLE else max(3, LEAST_HUNKS * SAMPLE // total)
    often = [edit for edit, count in others.items() if count >= least and not edit.decides]
    often.sort(key=lambda edit: (-others[edit], edit.words))
    return [*join_exchanges(exchanges, least), *often][:MAX_EDITS]


def _sample(files: Sequence[PlannedFile], step: int, plain: Container[str]) -> Iterator[Place]:
    """Every so many hunks one that is fit."""
    passed = 0
    for planned in files:
        hunks = planned.file.hunks
        for hunk in hunks[-passed % step :: step]:
            if len(hunk.body) <= MAX_SAMPLED and is_fit(hunk):
                yield Place(planned, hunk, planned.file.path in plain)
        passed += len(hunks)
