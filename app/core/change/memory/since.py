"""What has changed between the head that was read and the head of today, and what of the change that could bear on.

A reader judges a hunk by what it stands in and by what it calls. So a hunk counts as read only while its file is the
same to the last byte, or at least the whole definition that it stands in, and while no definition that changed since is
one that it names, nor the other way round. A file is a definition too, by its name, of what stands outermost in it.
That is asked of everything that differs between both heads: what a push added, what it took back, and what a rebase
brought from the base. A line that left the change nobody is shown: a hunk that uses what it used is new as well. Else a
guard could be moved by one push and lost by the next, with each of them looking harmless. Names are compared as words
and definitions told by their look and indentation, without knowing languages: two names that are equal by chance cost a
reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.core.change.diff import FilePatch, FileStatus, Hunk, Line, LineKind, Patch
from app.core.change.memory.names import WORDS, Told, find_names, find_used, read_definitions, read_line, takes_all

MOST_LINES = 20_000
"""Changed lines above which nobody looks what they bear on: then they may bear on everything."""

CONTEXT = 200
"""Lines of context in which the definitions are looked for that a changed line stands in."""

_ENTRIES = frozenset({"__init__", "__main__", "index", "mod", "lib", "main"})
"""Names of files that are known by their directory's name."""

_MOST_LISTED = 100
"""Lines of an import, or above a definition, that are followed."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The definitions that changed lines are or stand in, all names in these lines, and what they call or take."""

    defined: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()

    def meets(self, other: Reach) -> bool:
        """Whether one of both names what the other defines."""
        return not (self.defined.isdisjoint(other.named) and self.named.isdisjoint(other.defined))


class Extent(NamedTuple):
    """Lines of a version of a file, from one number to another."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Since:
    """What differs between two heads: the files, and how far that reaches.

    `standing` are, for some of these files, the definitions in the new version that are what they were. `lost` is what
    those lines used that are gone, or that came without being part of the change.
    """

    paths: frozenset[str] = frozenset()
    reach: Reach = Reach()
    standing: Mapping[str, Sequence[Extent]] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()

    def bears(self, file: FilePatch, hunk: Hunk, around: Around) -> bool:
        """Whether a hunk may have become another by it; `around` knows what it stands in."""
        if self.touches(file, hunk):
            return True
        reach = around.reach(hunk)
        return self.reach.meets(reach) or not self.lost.isdisjoint(reach.used)

    def touches(self, file: FilePatch, hunk: Hunk) -> bool:
        """Whether what the hunk stands in may be another than it was."""
        if file.path not in self.paths and file.old_path not in self.paths:
            return False
        if file.path != file.old_path:
            return True
        first, last = _span(hunk)
        return not any(one.first <= first and last <= one.last for one in self.standing.get(file.path, ()))


class Around:
    """The definitions around each changed line of some hunks of one file, which are best given with much context."""

    def __init__(self, hunks: Iterable[Hunk], path: str = "") -> None:
        self._file = name_file(path)
        self._defined: dict[tuple[LineKind, int], _Place] = {}
        for hunk in hunks:
            self._defined.update(_find_around(hunk))

    def reach(self, hunk: Hunk) -> Reach:
        """How far the changed lines of a hunk reach; lines not known here count with what the hunk itself shows."""
        changed = [line for line in hunk.lines if line.changed]
        own = _find_around(hunk)
        section = read_definitions(hunk.section) or find_names(hunk.section)
        places = [(line, own[key], self._defined.get(key, own[key])) for line in changed for key in [_key(line)]]
        outermost = any(
            find_names(line.text) and not (one.inside or other.inside or (section and line.text[:1].isspace()))
            for line, one, other in places
        )
        around = [place for _, *pair in places for place in pair]
        return Reach(
            section.union(self._file if outermost else (), *(place.names for place in around)) - WORDS,
            find_names(hunk.section).union(
                *(find_names(line.text) for line in changed), *(place.heads for place in around)
            ),
            frozenset[str]().union(*(find_used(line.text) for line in changed)),
        )


def look_since(delta: Patch, now: Patch) -> Since | None:
    """What the difference between two heads reaches; None if nobody can tell: then it may reach everything.

    The hunks of `delta` have `CONTEXT` lines of context, and a file that was renamed is in it as two. `now` is the
    change as it is at the new head.
    """
    if delta.changed_lines > MOST_LINES or any(file.fault is not None or file.submodule for file in delta.files):
        return None
    changed = [line for file in delta.files for hunk in file.hunks for line in hunk.lines if line.changed]
    if any(takes_all(line.text) for line in changed):
        return None
    reaches = [Around((), file.path).reach(hunk) for file in delta.files for hunk in file.hunks]
    # Of such a file the name alone changes what it means.
    bare = [name_file(file.path) for file in delta.files if file.old_mode != file.new_mode or not file.hunks]
    return Since(
        frozenset(path for file in delta.files for path in (file.path, file.old_path)),
        Reach(
            frozenset[str]().union(*bare, *(one.defined for one in reaches)),
            frozenset[str]().union(*(one.named for one in reaches)),
        ),
        lost=frozenset[str]().union(*(find_used(line.text) for line in _find_lost(delta, now))),
    )


def name_file(path: str) -> frozenset[str]:
    """The names by which others may speak of a file."""
    *above, name = path.split("/")
    stem = name.partition(".")[0] or name
    return find_names(above[-1] if stem in _ENTRIES and above else stem)


def _find_lost(delta: Patch, now: Patch) -> Iterator[Line]:
    """The lines that are gone since, and those that came and are no part of the change.

    Nobody can tell a line that the change had brought in from one of the base: of two that are equal, the change may
    show the one and have lost the other. A file that has only got another name has lost nothing.
    """
    texts = {file.path: _read_whole(file) for file in delta.files}
    moved = {texts[file.path] for file in delta.files if file.status is FileStatus.REMOVED}
    moved &= {texts[file.path] for file in delta.files if file.status is FileStatus.ADDED} - {""}
    for file in (file for file in delta.files if texts[file.path] not in moved):
        same = now.by_path.get(file.path)
        shown = (line for hunk in (same.hunks if same else ()) for line in hunk.lines)
        added = {line.new for line in shown if line.kind is LineKind.ADDED}
        for line in (line for hunk in file.hunks for line in hunk.lines if line.changed):
            if line.kind is LineKind.REMOVED or line.new not in added:
                yield line


def _read_whole(file: FilePatch) -> str:
    """The changed lines of a file that was added or removed, which are all of it; of any other nothing."""
    if file.status not in (FileStatus.ADDED, FileStatus.REMOVED):
        return ""
    return "\n".join(line.text for hunk in file.hunks for line in hunk.lines)


def _span(hunk: Hunk) -> Extent:
    """The lines of the new version between which all changes of a hunk stand; of removed ones their neighbours."""
    numbers: list[int] = []
    following = hunk.new_start
    for line in hunk.lines:
        if line.kind is LineKind.REMOVED:
            numbers += [following - 1, following]
        elif line.new is not None:
            numbers += [line.new] if line.changed else []
            following = line.new + 1
    return Extent(min(numbers), max(numbers))


@dataclass(slots=True)
class _Place:
    """The definitions that a line is or stands in; lines below may add to the names.

    `heads` are all names in the first lines of these, and in what stands above them: decorators, bases, defaults.
    `inside`: it is a definition, or stands deeper than one above it.
    """

    names: set[str]
    heads: frozenset[str] = frozenset()
    inside: bool = False


def _key(line: Line) -> tuple[LineKind, int]:
    return line.kind, line.number


def _find_around(hunk: Hunk) -> dict[tuple[LineKind, int], _Place]:
    """For each changed line where it stands, as far as the hunk shows it."""
    versions = {LineKind.REMOVED: _Version(), LineKind.ADDED: _Version()}
    found: dict[tuple[LineKind, int], _Place] = {}
    for line in hunk.lines:
        told = read_line(line.text)
        for kind, version in versions.items():
            if line.kind is kind:
                found[_key(line)] = version.take(line.text, told)
            elif line.kind is LineKind.CONTEXT:
                version.take(line.text, told)
    return found


class _Head(NamedTuple):
    """The first line of a definition: what it defines, and all that it names together with what stands above it."""

    defined: frozenset[str]
    named: frozenset[str]


class _Version:
    """One version of a file, line by line from the top of a hunk: which definitions are open where."""

    def __init__(self) -> None:
        self._levels: dict[int, _Head] = {}
        self._local: dict[int, bool] = {}
        self._outermost: frozenset[str] = frozenset()
        self._above: list[tuple[set[str], str]] = []
        self._listing: list[set[str]] = []

    def take(self, text: str, told: Told) -> _Place:
        """Where the next line stands. Of each depth that counts which is the last definition above it."""
        local = any(begun for depth, begun in self._local.items() if depth < told.depth)
        place = _Place(set(told.assigned if local else told.assigned | told.own))
        self._list(text, told, place.names)
        above = self._attach(text, told, place.names)
        if told.defined:
            self._levels[told.depth] = _Head(told.defined, find_names(f"{above}\n{text}"))
            self._local = {depth: begun for depth, begun in self._local.items() if depth < told.depth}
            self._local[told.depth] = told.local
        if told.outermost or (told.defined and not told.depth):
            self._outermost = told.outermost
        around = [head for depth, head in self._levels.items() if depth <= told.depth]
        place.names.update(self._outermost, *(head.defined for head in around))
        place.heads = frozenset[str]().union(*(head.named for head in around))
        place.inside = bool(told.defined) or any(depth < told.depth for depth in self._levels)
        return place

    def _list(self, text: str, told: Told, names: set[str]) -> None:
        """An import over several lines: its first line says where all the others are from."""
        if self._listing:
            found = find_names(text)
            names |= found
            for one in self._listing:
                one.update(found)
            if ")" in text or "}" in text or len(self._listing) == _MOST_LISTED:
                self._listing = []
        if self._listing or told.opens:
            self._listing.append(names)

    def _attach(self, text: str, told: Told, names: set[str]) -> str:
        """What stands above a definition, as decorators do, is part of it: that text, if one begins here."""
        if self._above or told.above:
            self._above.append((names, text))
        if not told.defined and len(self._above) < _MOST_LISTED:
            return ""
        above, self._above = self._above, []
        for one, _ in above:
            one.update(told.defined)
        return "\n".join(line for _, line in above)
