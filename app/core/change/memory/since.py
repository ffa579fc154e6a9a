"""What has changed between the head that was read and the head of today, and what of the change that could bear on.

A reader judges a hunk by what it stands in and by what it calls. So a hunk counts as read only while its file is the
same to the last byte, or at least the whole definition that it stands in, and while no definition that changed since is
one that it names, nor the other way round. That is
asked of everything that differs between both heads: what a push added, what it took back, and what a rebase brought
from the base. Names are compared as words and definitions told by their look and indentation, without knowing
languages: two names that are equal by chance cost a reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.core.change.diff import FilePatch, Hunk, Line, LineKind, Patch

MOST_LINES = 20_000
"""Changed lines above which nobody looks what they bear on: then they may bear on everything."""

CONTEXT = 200
"""Lines of context in which the definitions are looked for that a changed line stands in."""

_LONGEST = 2_000
"""Characters of a line in which definitions are looked for; code that people read has none longer."""

_NAME = re.compile(r"[^\W\d]\w*")
_DEFINING = re.compile(
    r"\b(?:def|class|func|function|fn|fun|interface|struct|enum|union|trait|impl|type|typedef|module|macro|sub|proc"
    r"|const|let|var|val|package|namespace|record|protocol|extension|object|define|mod|static|table|view|trigger)\b"
    r"[\s*&]*(?:\([^()]*\)\s*)?([^\W\d]\w*)",
    re.IGNORECASE,
)
_OPENING = re.compile(r"([^\W\d]\w*)[?!]?\s*\([^;]*\{\s*\Z")
_OUTERMOST = re.compile(r"([^\W\d]\w*)\s*[:=({<]")
_WORDS = frozenset(
    {
        *("if", "elif", "else", "for", "while", "switch", "match", "case", "catch", "try", "except", "finally", "with"),
        *("return", "yield", "await", "async", "def", "class", "func", "function", "fn", "fun", "interface", "struct"),
        *("enum", "trait", "impl", "type", "const", "let", "var", "val", "static", "public", "private", "protected"),
        *("export", "default", "import", "from", "as", "in", "is", "not", "and", "or", "new", "this", "self", "super"),
        *("true", "false", "none", "null", "nil", "void", "int", "str", "bool", "float", "string", "final", "abstract"),
        *("True", "False", "None", "pass", "break", "continue", "raise", "throw", "throws", "lambda", "package"),
    }
)


@dataclass(frozen=True, slots=True)
class Reach:
    """The definitions that changed lines are or stand in, and all names in these lines."""

    defined: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()

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

    `standing` are, for some of these files, the definitions in the new version that are what they were.
    """

    paths: frozenset[str] = frozenset()
    reach: Reach = Reach()
    standing: Mapping[str, Sequence[Extent]] = field(default_factory=dict)

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

    def __init__(self, hunks: Iterable[Hunk]) -> None:
        self._defined: dict[tuple[LineKind, int], frozenset[str]] = {}
        for hunk in hunks:
            self._defined.update(_find_around(hunk))

    def reach(self, hunk: Hunk) -> Reach:
        """How far the changed lines of a hunk reach; lines not known here count with what the hunk itself shows."""
        changed = [line for line in hunk.lines if line.changed]
        around = [self._defined.get((line.kind, line.number), frozenset[str]()) for line in changed]
        own = _find_around(hunk).values()
        section = _read_definition(hunk.section) or set(_NAME.findall(hunk.section))
        named = (name for line in changed for name in _NAME.findall(line.text))
        return Reach(
            frozenset(section.union(*around, *own)) - _WORDS,
            frozenset((*named, *_NAME.findall(hunk.section))) - _WORDS,
        )


def look_since(delta: Patch) -> Since | None:
    """What the difference between two heads reaches; None if nobody can tell: then it may reach everything.

    The hunks of `delta` have `CONTEXT` lines of context.
    """
    if delta.changed_lines > MOST_LINES or any(file.fault is not None or file.submodule for file in delta.files):
        return None
    reaches = [Around(()).reach(hunk) for file in delta.files for hunk in file.hunks]
    return Since(
        frozenset(path for file in delta.files for path in (file.path, file.old_path)),
        Reach(
            frozenset(name for one in reaches for name in one.defined),
            frozenset(name for one in reaches for name in one.named),
        ),
    )


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


def _find_around(hunk: Hunk) -> Mapping[tuple[LineKind, int], frozenset[str]]:
    """For each changed line the definitions it is or stands in, as far as the hunk shows them.

    Of each depth that is the last one above it, in its own version of the file.
    """
    old: dict[int, set[str]] = {}
    new: dict[int, set[str]] = {}
    found: dict[tuple[LineKind, int], frozenset[str]] = {}
    for line in hunk.lines:
        depth, names = _read_line(line)
        for kind, levels in ((LineKind.REMOVED, old), (LineKind.ADDED, new)):
            if line.kind in (kind, LineKind.CONTEXT) and names:
                levels[depth] = names
            if line.kind is kind:
                around = (held for other, held in levels.items() if other <= depth)
                found[kind, line.number] = frozenset[str]().union(*around)
    return found


def _read_line(line: Line) -> tuple[int, set[str]]:
    """How deep a line stands, and what it defines."""
    return len(line.text) - len(line.text.lstrip()), _read_definition(line.text) - _WORDS


def _read_definition(text: str) -> set[str]:
    if len(text) > _LONGEST:
        return set(_NAME.findall(text))
    found = set(_DEFINING.findall(text))
    if opening := _OPENING.search(text):
        found.add(opening[1])
    if outermost := _OUTERMOST.match(text):
        found.add(outermost[1])
    return found
