"""Which hunks need no reading, or one reading for many of them, and why. What trees did not prove is substantive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

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
    moves = _find_moves(_read_compared(sites, compared))
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


def _read_compared(sites: Iterable[Site], compared: Mapping[str, Compared | str]) -> dict[str, Compared]:
    """What is known of the files that people write."""
    paths = {site.path for site in sites if site.planned.file_class not in _MADE}
    return {path: told for path, told in compared.items() if path in paths and isinstance(told, Compared)}


def _find_moves(compared: Mapping[str, Compared]) -> _Moves:
    """Of definitions that went in one place and came in one: with several of either nobody knows which is which."""
    gone = list(_list_ends((path, told.gone) for path, told in compared.items()))
    come = list(_list_ends((path, told.come) for path, told in compared.items()))
    went, came = (Counter((end.path, end.digest) for _, end in ends) for ends in (gone, come))
    once = {key for key, count in went.items() if count == came[key] == 1}
    return _Moves(_place(gone, once), _place(come, once))


def _list_ends(files: Iterable[tuple[str, Sequence[MovedEnd]]]) -> Iterator[tuple[str, MovedEnd]]:
    return ((path, end) for path, ends in files for end in ends)


def _place(ends: Iterable[tuple[str, MovedEnd]], once: set[tuple[str, str]]) -> dict[str, list[_Span]]:
    placed: dict[str, list[_Span]] = {}
    for path, end in ends:
        if (end.path, end.digest) in once:
            placed.setdefault(path, []).append((end.first_line, end.last_line))
    return placed
