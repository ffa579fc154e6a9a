"""What a change does to the public definitions that code elsewhere relies on: pure, over outlines of both versions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from app.core.fit.delta import ApiChange, ApiChangeKind
from app.core.fit.source_facts import Import, Outline, Symbol

_MOST_PAIRS: Final = 2_500
"""Removed times added definitions of a level among which renames are looked for; past it none is called renamed."""

_LONGEST_NAME: Final = 100
_TELLING: Final = 24
"""Characters that a signature has beside its name, from which on it is hardly that of anything else."""

_MARGIN: Final = 0.1
"""By how much a counterpart is likelier than the next, to be the only likely one."""

_STRUCTURE: Final = frozenset({"module", "implementation"})
"""Kinds that only stand around definitions: namespaces, and `impl` blocks of Rust."""

Name = tuple[str, ...]


class _Public(NamedTuple):
    """A public definition and its file."""

    path: str
    symbol: Symbol

    @property
    def text(self) -> str:
        return self.symbol.signature or f"{self.symbol.kind} {self.symbol.name}"

    @property
    def name(self) -> Name:
        return (*self.symbol.within, self.symbol.name)

    @property
    def shape(self) -> str:
        """Its signature without its name."""
        return re.sub(rf"(?<!\w){re.escape(self.symbol.name)}(?!\w)", "", self.symbol.signature, count=1)


Level = dict[Name, list[_Public]]


class _Change(NamedTuple):
    kind: ApiChangeKind
    old: _Public | None
    new: _Public | None


def compare_api(
    before: Mapping[str, Outline],
    after: Mapping[str, Outline],
    *,
    moved: Mapping[str, str],
    users: Callable[[str], int],
    module_of: Callable[[str], str] = str,
    imports: Callable[[str], Sequence[Import]] = lambda _: (),
) -> tuple[ApiChange, ...]:
    """The public definitions that changed between both versions of the changed files, by path and line.

    Outlines are by path: a new file is in `after` alone, a deleted one in `before` alone; one of which a version cannot
    be read belongs in neither. Tests are no API: the caller leaves them out. `moved` are renamed files, new by old:
    what stands in them is compared as if they had stayed. `users` counts the modules that import a file, a removed one
    at base. `module_of` tells which files share their names (a package of Go or Java); `imports` are those of a file
    at head: a name that is still handed on there is not removed.

    Of a definition that is removed or added with all in it, only itself is told. Of a file with faults of syntax it is
    not told what is missing in that version. What moved to another module is removed where it was, with `moved_to`.
    """
    old = _group(before, lambda path: module_of(moved.get(path, path)))
    new = _group(after, module_of)
    unsure = {
        ApiChangeKind.REMOVED: {module_of(path) for path, outline in after.items() if outline.partial},
        ApiChangeKind.ADDED: {module_of(moved.get(path, path)) for path, outline in before.items() if outline.partial},
    }
    changes = [
        change
        for module in sorted(old.keys() | new.keys())
        for change in _compare(old.get(module, []), new.get(module, []))
        if module not in unsure.get(change.kind, ())
    ]
    told = [_tell(change, users, target) for change, target in _join_moved(changes, before, after, imports)]
    return tuple(sorted(told, key=lambda each: (each.path, each.line, each.name, each.kind, each.before, each.after)))


def _group(outlines: Mapping[str, Outline], module_of: Callable[[str], str]) -> dict[str, list[_Public]]:
    """The public definitions of each module, in order of path and line, but those within what is not public."""
    found: dict[str, list[_Public]] = {}
    hidden: set[tuple[str, Name]] = set()
    for path in sorted(outlines):
        module = module_of(path)
        for symbol in outlines[path].symbols:
            if symbol.kind in _STRUCTURE:
                continue
            if symbol.public:
                found.setdefault(module, []).append(_Public(path, symbol))
            else:
                hidden.add((module, (*symbol.within, symbol.name)))
    return {
        module: [place for place in places if (module, place.symbol.within) not in hidden]
        for module, places in found.items()
    }


def _compare(before: Sequence[_Public], after: Sequence[_Public]) -> list[_Change]:
    """What changed in one module, from the outside in, so that what stands in something renamed is compared too."""
    old, new = _by_depth(before), _by_depth(after)
    now: dict[Name, Name] = {}
    gone: set[Name] = set()
    come: set[Name] = set()
    changes: list[_Change] = []
    for depth in sorted(old.keys() | new.keys()):
        was = {(*now.get(name[:-1], name[:-1]), name[-1]): name for name in old.get(depth, {})}
        now |= {name: placed for placed, name in was.items()}
        had = {placed: old[depth][name] for placed, name in was.items()}
        has = new.get(depth, {})
        renamed = _find_renames(_without(had, has), _without(has, had))
        for placed, name in renamed.items():
            changes.append(_Change(ApiChangeKind.RENAMED, had[placed][0], has[name][0]))
            now[was[placed]] = name
        for name in had.keys() & has.keys():
            changes += _match_overloads(had[name], has[name])
        changes += _collapse(_without(had, {**has, **renamed}), gone, ApiChangeKind.REMOVED)
        changes += _collapse(_without(has, {**had, **dict.fromkeys(renamed.values())}), come, ApiChangeKind.ADDED)
    return changes


def _by_depth(places: Iterable[_Public]) -> dict[int, Level]:
    found: dict[int, Level] = {}
    for place in places:
        found.setdefault(len(place.name), {}).setdefault(place.name, []).append(place)
    return found


def _without(level: Level, others: Mapping[Name, object]) -> Level:
    return {name: places for name, places in level.items() if name not in others}


def _collapse(level: Level, whole: set[Name], kind: ApiChangeKind) -> list[_Change]:
    """What is gone, or came, but for what went with the definition around it; `whole` are those, and grows."""
    changes = []
    for name, places in level.items():
        if name[:-1] not in whole:
            changes += [_one_sided(kind, place) for place in places]
        whole.add(name)
    return changes


def _one_sided(kind: ApiChangeKind, place: _Public) -> _Change:
    return _Change(kind, place, None) if kind is ApiChangeKind.REMOVED else _Change(kind, None, place)


def _match_overloads(before: Sequence[_Public], after: Sequence[_Public]) -> list[_Change]:
    """What changed among definitions of one name: those that stand in both are set aside, the rest is told in order."""
    same = Counter(map(_look_of, before)) & Counter(map(_look_of, after))
    lost, left = _set_aside(before, same.copy()), _set_aside(after, same)
    paired = min(len(lost), len(left))
    return [
        *(_Change(ApiChangeKind.SIGNATURE, *pair) for pair in zip(lost, left, strict=False)),
        *(_one_sided(ApiChangeKind.REMOVED, place) for place in lost[paired:]),
        *(_one_sided(ApiChangeKind.ADDED, place) for place in left[paired:]),
    ]


def _look_of(place: _Public) -> tuple[str, str]:
    return place.symbol.kind, place.symbol.signature


def _set_aside(places: Sequence[_Public], same: Counter[tuple[str, str]]) -> list[_Public]:
    """The places that are not among `same`, which is used up."""
    left = []
    for place in places:
        look = _look_of(place)
        if same[look] > 0:
            same[look] -= 1
        else:
            left.append(place)
    return left


def _find_renames(gone: Level, come: Level) -> dict[Name, Name]:
    """New names by old ones, of definitions that are each other's only likely counterpart."""
    if not gone or not come or len(gone) * len(come) > _MOST_PAIRS:
        return {}
    scores = {
        (old, new): score
        for old, was in gone.items()
        for new, has in come.items()
        if old[:-1] == new[:-1] and len(was) == len(has) == 1 and (score := _weigh_rename(was[0], has[0])) > 0
    }
    by_end: dict[tuple[str, Name], list[float]] = {}
    for (old, new), score in scores.items():
        by_end.setdefault(("old", old), []).append(score)
        by_end.setdefault(("new", new), []).append(score)
    best = {end: _find_clear_best(rivals) for end, rivals in by_end.items()}
    return {old: new for (old, new), score in scores.items() if score == best["old", old] == best["new", new]}


def _find_clear_best(scores: Sequence[float]) -> float:
    """The highest score if it stands out, else 0."""
    first, second = (*sorted(scores, reverse=True)[:2], 0.0)[:2]
    return first if first - second > _MARGIN else 0.0


def _weigh_rename(old: _Public, new: _Public) -> float:
    """How likely one definition is another under a new name; 0 for what should rather count as two."""
    one, other = old.symbol, new.symbol
    if one.kind != other.kind or max(len(one.name), len(other.name)) > _LONGEST_NAME:
        return 0.0
    likeness = SequenceMatcher(None, one.name.lower(), other.name.lower(), autojunk=False).ratio()
    lengths = sorted(each.last_line - each.first_line + 1 for each in (one, other))
    as_long = lengths[1] - lengths[0] <= max(1, lengths[1] // 10)
    if old.shape == new.shape and as_long and (likeness >= 0.4 or len(old.shape) >= _TELLING):
        return 1.0 + likeness
    return likeness if as_long and likeness >= 0.75 else 0.0


def _join_moved(
    changes: Sequence[_Change],
    before: Mapping[str, Outline],
    after: Mapping[str, Outline],
    imports: Callable[[str], Sequence[Import]],
) -> list[tuple[_Change, str]]:
    """The changes, with the file that something moved to; what can still be imported where it was is left out."""
    was, has = _Contents(before), _Contents(after)
    come: dict[object, list[_Change]] = {}
    for change in changes:
        if change.kind is ApiChangeKind.ADDED and change.new is not None:
            come.setdefault(has.describe(change.new), []).append(change)
    kept: list[tuple[_Change, str]] = []
    arrived: set[int] = set()
    for change in changes:
        if change.kind is not ApiChangeKind.REMOVED or change.old is None:
            continue
        target = next((each for each in come.get(was.describe(change.old), []) if id(each) not in arrived), None)
        if target is not None:
            arrived.add(id(target))
        if not _is_handed_on(change.old, imports(change.old.path), moved=target is not None):
            kept.append((change, "" if target is None or target.new is None else target.new.path))
    others = [each for each in changes if each.kind is not ApiChangeKind.REMOVED and id(each) not in arrived]
    return [*kept, *((each, "") for each in others)]


class _Contents:
    """What stands within definitions, file by file."""

    def __init__(self, outlines: Mapping[str, Outline]) -> None:
        self._outlines = outlines
        self._inner: dict[str, dict[Name, list[tuple[Name, str, str]]]] = {}

    def describe(self, place: _Public) -> object:
        """What makes a definition the same in another file: name, kind and signature, of all in it that is public."""
        if place.path not in self._inner:
            self._inner[place.path] = self._list(place.path)
        return place.name, _look_of(place), tuple(sorted(self._inner[place.path].get(place.name, [])))

    def _list(self, path: str) -> dict[Name, list[tuple[Name, str, str]]]:
        found: dict[Name, list[tuple[Name, str, str]]] = {}
        for symbol in self._outlines[path].symbols:
            for depth in range(1, len(symbol.within) + 1) if symbol.public else ():
                inner = (*symbol.within[depth:], symbol.name)
                found.setdefault(symbol.within[:depth], []).append((inner, symbol.kind, symbol.signature))
        return found


def _is_handed_on(place: _Public, imports: Iterable[Import], *, moved: bool) -> bool:
    """Whether a name can still be imported from its old file. With `*` that is known only of what moved."""
    if place.symbol.within:
        return False
    given = {name for each in imports if each.passed_on for name in (each.as_names or each.names)}
    return place.symbol.name in given or (moved and "*" in given)


def _tell(change: _Change, users: Callable[[str], int], moved_to: str) -> ApiChange:
    place = change.new or change.old
    assert place is not None, "a change has at least one side"  # noqa: S101 - invariant of _Change
    before = "" if change.old is None else change.old.text
    after = "" if change.new is None else change.new.text
    if before == after:
        before, after = (f"{each.symbol.kind} {each.text}" for each in (change.old, change.new) if each is not None)
    name = ".".join(place.name)
    path = place.path
    return ApiChange(change.kind, path, place.symbol.first_line, name, before, after, users(path), moved_to)
