"""Which changed files are read together, and in which order: the riskiest module first, tests with what they test.

A module is a directory. Headers, styles, stories, tests and snapshots stand right behind the file that they belong to,
wherever they lie; short snapshots alone, because long ones would push away what people wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.core.change.classes.classify import read_last
from app.core.change.classes.risk import risk_of
from app.core.change.plan import PlannedFile
from app.core.change.planning.kinship import Kin, Rank, find_kin

MAX_SNAPSHOT = 400
"""Changed lines up to which a snapshot is read with its test. A longer one is read last."""


@dataclass(slots=True)
class _Leaders:
    """The files that others may stand behind, by language, stem and the directories around them.

    A file belongs to a leader of its stem if the directories of the one are the upper or the lower end of those of the
    other: so `spec/models/user_spec.rb` finds `app/models/user.rb`, and nothing in `packages/a` finds `packages/b`.
    """

    whole: dict[tuple[str, str, tuple[str, ...]], str] = field(default_factory=dict)
    ends: dict[tuple[str, str, tuple[str, ...]], str] = field(default_factory=dict)

    def add(self, path: str, kin: Kin) -> None:
        for stem in kin.stems:
            self.whole.setdefault((kin.language, stem, kin.directories), path)
            for end in _ends(kin.directories):
                self.ends.setdefault((kin.language, stem, end), path)

    def find(self, kin: Kin) -> str | None:
        """The nearest leader: in the same place, else further down, else further up but not at the very top."""
        here = (kin.language, kin.stems[0], kin.directories)
        found = self.whole.get(here) or self.ends.get(here)
        above = (self.whole.get((kin.language, kin.stems[0], end)) for end in _ends(kin.directories) if end)
        return found or next(filter(None, above), None)


def group_files(files: Sequence[PlannedFile]) -> list[list[PlannedFile]]:
    """The files in the order of reading, each followed by those that belong to it.

    What machines write comes last. Else the module with the riskiest file comes first, and in a module the riskiest
    files; what is as risky, by path. The order does not depend on the order given.
    """
    scores = {planned.file.path: risk_of(planned).score for planned in files}
    groups = _gather(files)
    ranked = [(max(scores[planned.file.path] for planned in group), group) for group in groups]
    modules: dict[tuple[bool, str], int] = {}
    for score, group in ranked:
        modules[_module(group)] = max(score, modules.get(_module(group), 0))

    def order(item: tuple[int, list[PlannedFile]]) -> tuple[bool, int, list[str], int, str]:
        score, group = item
        late, directory = _module(group)
        return late, -modules[late, directory], directory.split("/"), -score, group[0].file.path

    return [group for _, group in sorted(ranked, key=order)]


def _module(group: Sequence[PlannedFile]) -> tuple[bool, str]:
    first = group[0]
    return read_last(first.file_class), first.file.path.rpartition("/")[0]


def _gather(files: Sequence[PlannedFile]) -> list[list[PlannedFile]]:
    """Each file behind its leader, or as one."""
    leaders = _Leaders()
    groups: dict[str, list[PlannedFile]] = {}
    kin = {planned.file.path: find_kin(planned) for planned in files}
    for planned in sorted(files, key=lambda planned: (kin[planned.file.path].rank, planned.file.path)):
        path = planned.file.path
        own = kin[path]
        late = read_last(planned.file_class)
        may_follow = own.rank > Rank.SUBJECT and not (late and planned.file.changed_lines > MAX_SNAPSHOT)
        leader = leaders.find(own) if may_follow else None
        if leader is None:
            groups[path] = [planned]
            if not late:
                leaders.add(path, own)
        else:
            groups[leader].append(planned)
    return list(groups.values())


def _ends(directories: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The lower and upper ends of a chain of directories, the longest first, then nothing at all."""
    for count in range(len(directories), 0, -1):
        yield directories[-count:]
        yield directories[:count]
    yield ()
