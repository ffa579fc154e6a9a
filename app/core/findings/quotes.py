"""Where equal lines stand in the diff of one file, and in which definition each line stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.core.change.diff import FilePatch, Hunk, Line, LineKind, Patch, Side
from app.core.findings.anchor import normalise
from app.core.findings.finding import Anchor, Placement

HEADING_BYTES: Final = 80
"""So much of a line git shows in the heading of a hunk."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a finding stands in its file: the definition, how many equal lines stand before it there, if it is alone.

    `changed` says whether the change made that line. Off the diff the definition is what the placement is called.
    """

    symbol: str
    ordinal: int = 0
    alone: bool = True
    changed: bool = False


class Quotes:
    """The quotes of one patch: each file of it is read once."""

    def __init__(self, patch: Patch) -> None:
        self._patch = patch
        self._files: dict[str, QuoteIndex] = {}

    def look_up(self, path: str, placement: Placement) -> Stand:
        """Where something stands. Raises KeyError for an anchor that is not in the diff."""
        file = self._patch.by_path.get(path)
        if file is None or placement.anchor is None:
            return Stand(placement.placed.value)
        if path not in self._files:
            self._files[path] = QuoteIndex(file)
        return self._files[path].look_up(placement.anchor)


class QuoteIndex:
    """The lines of a file's diff by side, enclosing definition and text (white space apart).

    A definition is named by the last line above that begins with a letter, `_` or `$`, which is what git shows in the
    headings of hunks (https://git-scm.com/docs/gitattributes, `xfuncname`). It is looked for in the hunk, then in those
    before it, else it is the heading: so it does not depend on where hunks begin. A line that begins so itself stands
    in no definition.
    """

    def __init__(self, file: FilePatch) -> None:
        self._file = file
        self._symbols: dict[tuple[Side, int], str] = {}
        self._in_symbol: dict[tuple[Side, str, str], list[int]] = {}
        self._in_file: dict[tuple[Side, str], int] = {}
        scope = _Scope()
        for hunk in file.hunks:
            scope.enter(hunk)
            for line in hunk.lines:
                symbol, text = scope.name(line), normalise(line.text)
                self._symbols[line.side, line.number] = symbol
                self._in_symbol.setdefault((line.side, symbol, text), []).append(line.number)
                self._in_file[line.side, text] = self._in_file.get((line.side, text), 0) + 1

    def look_up(self, anchor: Anchor) -> Stand:
        """Where the anchor's first line stands. Raises KeyError for an anchor that is not in the diff."""
        _, line = self._file.commentable[anchor.side, anchor.start_line or anchor.line]
        symbol = self._symbols[line.side, line.number]
        text = normalise(line.text)
        numbers = self._in_symbol[line.side, symbol, text]
        alone = self._in_file[line.side, text] == 1
        return Stand(symbol, numbers.index(line.number), alone, line.changed)


class _Scope:
    """The definition that either version of a file is in, line by line."""

    def __init__(self) -> None:
        self._names: dict[Side, str] = {}

    def enter(self, hunk: Hunk) -> None:
        """The next hunk begins. Its heading is of the old version: where that has no other definition, nor has ours."""
        heading = hunk.section.strip()
        if heading != self._names.get(Side.LEFT):
            self._names = {Side.LEFT: heading, Side.RIGHT: heading}

    def name(self, line: Line) -> str:
        """The definition that the next line of the hunk stands in."""
        if not (line.text[:1].isascii() and (line.text[:1].isalpha() or line.text[:1] in {"_", "$"})):
            return self._names[line.side]
        shown = _cut(line.text)
        if line.kind is not LineKind.ADDED:
            self._names[Side.LEFT] = shown
        if line.kind is not LineKind.REMOVED:
            self._names[Side.RIGHT] = shown
        return ""


def _cut(text: str) -> str:
    """A line as a heading shows it."""
    if len(text) * 4 <= HEADING_BYTES:
        return text.strip()
    return text.encode("utf-8", "replace")[:HEADING_BYTES].decode("utf-8", "replace").strip()
