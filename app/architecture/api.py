"""What a change does to the public definitions that code elsewhere relies on: pure, over outlines of both versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from app.architecture.counterparts import Name, find_counterparts
from app.architecture.signatures import simplify
from app.core.fit.delta import ApiChange, ApiChangeKind
from app.core.fit.source_facts import Import, Outline, Symbol
from app.syntax.languages import Language, language_of

_STRUCTURE: Final = frozenset({"module", "implementation"})
"""Kinds that only stand around definitions: namespaces, and `impl` blocks of Rust."""


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

    Of a definition that is removed or added with all in it, only itself is told, and one of several that look the same
    (for each platform one) only once. A signature that is only written in another way is no other one. Of a file with
    faults of syntax it is not told what is missing in that version. What moved to another module is removed where it
    was, with `moved_to`.
    Namespaces of C# are no part of names.
    """
    before, after = ({path: _strip(path, outline) for path, outline in each.items()} for each in (before, after))
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


def _strip(path: str, outline: Outline) -> Outline:
    """Without the namespaces of C#: the same one may stand around definitions, in braces, or above them in a line."""
    spaces = {(*each.within, each.name) for each in outline.symbols if each.kind in _STRUCTURE}
    if not spaces or language_of(path) is not Language.C_SHARP:
        return outline
    symbols = []
    for symbol in outline.symbols:
        depth = 0
        while depth < len(symbol.within) and symbol.within[: depth + 1] in spaces:
            depth += 1
        symbols.append(symbol._replace(within=symbol.within[depth:]))
    return replace(outline, symbols=tuple(symbols))


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
        renamed = find_counterparts(_take_single(_without(had, has)), _take_single(_without(has, had)))
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


def _take_single(level: Level) -> dict[Name, Symbol]:
    """The definitions that have no overloads."""
    return {name: places[0].symbol for name, places in level.items() if len(places) == 1}


def _collapse(level: Level, whole: set[Name], kind: ApiChangeKind) -> list[_Change]:
    """What is gone, or came, but for what went with the definition around it; `whole` are those, and grows."""
    changes = []
    for name, places in level.items():
        if name[:-1] not in whole:
            looks = {_look_of(place): place for place in reversed(places)}
            changes += [_one_sided(kind, place) for place in reversed(looks.values())]
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
    return place.symbol.kind, simplify(place.symbol.signature, language_of(place.path))


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
