"""Which hunks need no reading, or one reading for many of them, and why. What trees did not prove is substantive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from app.architecture.guide.site import Site
from app.core.change.classes.risk import risk_of
from app.core.change.diff import LineKind
from app.core.change.plan import FileClass
from app.core.fit.compared import Compared, MovedEnd
from app.core.fit.guide import Group
from app.syntax.languages import language_of

LEAST: Final = 3
"""Places of one edit from which on it is read once."""

_MADE: Final = frozenset({FileClass.GENERATED, FileClass.VENDORED, FileClass.LOCK})
_Span = tuple[int, int]
_Key = tuple[FileClass, str, str]


class _End(NamedTuple):
    """One end of a move, in a file of a class."""

    path: str
    file_class: FileClass
    end: MovedEnd

    @property
    def key(self) -> _Key:
        """What both ends of a move have in common."""
        return self.file_class, self.end.path, self.end.digest


@dataclass(frozen=True, slots=True)
class Grouped:
    """A hunk in its group. `places` is in how many the same edit was made; the one that stands for them is no sweep."""

    site: Site
    group: Group
    places: int = 0


@dataclass(frozen=True, slots=True)
class _Moves:
    """The lines of definitions that stood elsewhere before, by path: those they left, and those they came to."""

    left: Mapping[str, Sequence[_Span]]
    taken: Mapping[str, Sequence[_Span]]


def group_sites(sites: Sequence[Site], compared: Mapping[str, Compared | str]) -> list[Grouped]:
    """Each hunk in one group, in the order given."""
    moves = _find_moves(sites, compared)
    groups = [_group(site, moves) for site in sites]
    sweeps: dict[tuple[object, ...], list[int]] = {}
    for number, (site, group) in enumerate(zip(sites, groups, strict=True)):
        if site.compared.edit and group in (Group.SUBSTANTIVE, Group.TEST):
            sweeps.setdefault((language_of(site.path), site.compared.edit), []).append(number)
    told = [Grouped(site, group) for site, group in zip(sites, groups, strict=True)]
    for numbers in sweeps.values():
        if len(numbers) < LEAST:
            continue
        shown = min(numbers, key=lambda number: _rank(sites[number]))
        for number in numbers:
            group = groups[number] if number == shown else Group.MECHANICAL
            told[number] = Grouped(sites[number], group, len(numbers))
    return told


def _rank(site: Site) -> tuple[bool, int, str, int]:
    """Which of the places of one edit is shown: the riskiest, and a test only if all are."""
    return site.planned.file_class is FileClass.TEST, -risk_of(site.planned).score, site.path, site.start_line


def _group(site: Site, moves: _Moves) -> Group:
    """The group, for all that the hunk alone tells."""
    if site.planned.file_class in _MADE:
        return Group.GENERATED
    if site.compared.formatting:
        return Group.FORMATTING
    if _is_moved(site, moves):
        return Group.MOVED
    return Group.TEST if site.planned.file_class is FileClass.TEST else Group.SUBSTANTIVE


def _is_moved(site: Site, moves: _Moves) -> bool:
    solid = [line for line in site.changed if line.text.strip()]
    left, taken = moves.left.get(site.path, ()), moves.taken.get(site.path, ())
    return bool(solid) and all(
        any(first <= line.number <= last for first, last in (left if line.kind is LineKind.REMOVED else taken))
        for line in solid
    )


def _find_moves(sites: Iterable[Site], compared: Mapping[str, Compared | str]) -> _Moves:
    """Of definitions that went in one place and came in one: with several of either nobody knows which is which.

    What leaves the source for the tests, or the other way round, is no move.
    """
    classes = {site.path: site.planned.file_class for site in sites if site.planned.file_class not in _MADE}
    known = [(path, told) for path, told in compared.items() if path in classes and isinstance(told, Compared)]
    gone = [_End(path, classes[path], end) for path, told in known for end in told.gone]
    come = [_End(path, classes[path], end) for path, told in known for end in told.come]
    went, came = (Counter(end.key for end in ends) for ends in (gone, come))
    once = {key for key, count in went.items() if count == came[key] == 1}
    return _Moves(_place(gone, once), _place(come, once))


def _place(ends: Iterable[_End], once: set[_Key]) -> dict[str, list[_Span]]:
    placed: dict[str, list[_Span]] = {}
    for one in ends:
        if one.key in once:
            placed.setdefault(one.path, []).append((one.end.first_line, one.end.last_line))
    return placed
