"""Cuts a hunk that is too large to be read at once, where a reader would turn the page."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate, repeat
from operator import add, sub
from typing import Self

from app.core.change.annotate import head_hunk
from app.core.change.diff import Hunk, LineKind
from app.core.change.planning.size import measure_rows
from app.core.change.tokens import count_bytes

MAX_SECTION = 80
"""Characters of a definition that becomes the section of what follows it, as git cuts its own."""

MAX_DEFINITION = 400
"""Characters of a line above which it begins nothing that anybody would read; this bounds the patterns' work too."""

_KEYWORD = r"""
    (?:(?:export|default|public|private|protected|internal|fileprivate|static|final|abstract|async|override|virtual
      |sealed|partial|open|data|suspend|inline|extern(?:\s"[^"]*")?|unsafe|const|declare|readonly|native|synchronized
      |pub(?:\([a-z: ]+\))?|template\s*<[^<>]*>|local|mutating|indirect|value|inner|companion)\s+)*
    (?:(?:def|defp|defmodule|defmacro|class|function\*?|fn|func|fun|interface|struct|enum|union|impl|trait|type|mod
      |module|namespace|record|object|protocol|extension|actor|sub|procedure|macro_rules!|init
      |(?:CREATE|ALTER|create|alter)\s+(?:\w+\s+){0,3}
        (?:TABLE|VIEW|FUNCTION|PROCEDURE|TRIGGER|INDEX|TYPE|table|view|function|procedure|trigger|index|type))\s
      |impl<|(?:constructor|init|deinit)\s*[({])
"""
_METHOD = r"""
    (?:[\w.@<>\[\],?&*:~]+\s+){0,8}[*&]*
    (?!(?:if|for|foreach|while|switch|catch|return|else|elif|await|using|lock|fixed|with|unless|until|match|when|guard
      |try|select|not|defined|and|or|in|new|throw|yield|do|then|synchronized|func|function)\b)
    [\w$\#~:]+(?:<[^<>()]*>)?\s*\([^;]*\)[^;={}()]*\{\s*\Z
"""
_ARROW = r"""
    (?:export\s+)?(?:default\s+)?(?:const|let|var|val)\s+[\w$]+\s*(?::[^=]*)?=\s*(?:async\s*)?
    (?:function\b|\([^()]*\)[^=(){}]*=>|[\w$]+\s*=>)
"""
_BARE = r"""
    (?=\w[^\s(]*\s[^(]+\()(?!(?:return|assert|raise|from|import|await|del|print|yield|throw|new|else|case|goto|in|not)\b)
    [A-Za-z_][\w<>:,&*~\s]*\([^;{}]*\)\s*(?:const)?\s*\Z
"""
"""A function of C whose brace stands below; only at the left margin, where no call of a function does."""

_DEFINITION = re.compile(rf"\s*(?:{_KEYWORD}|{_METHOD}|{_ARROW})|{_BARE}", re.VERBOSE)


_BEST = (True, 3)
"""A border better than which there is none, but a later one of its kind."""


def is_definition(text: str) -> bool:
    """Whether a line begins a function, a class or the like, as far as its words tell."""
    return len(text) <= MAX_DEFINITION and _DEFINITION.match(text) is not None


@dataclass(frozen=True, slots=True)
class Rows:
    """Where each line of a hunk begins in its text, and what all lines before it take: found once for all cuts.

    Both have one entry more than there are lines. A mark of a missing line feed belongs to the line above it.
    """

    hunk: Hunk
    starts: array[int]
    totals: array[int]

    @classmethod
    def of(cls, hunk: Hunk, *, crlf: bool) -> Self:
        """The lines of a hunk; their sizes are those in the annotated diff."""
        totals = array("q", accumulate(measure_rows(hunk, crlf=crlf), initial=0))
        rows = hunk.body.split("\n")
        starts = array("q", accumulate(map(add, map(len, rows), repeat(len("\n"))), initial=0))
        marks = [index for index, row in enumerate(rows) if row[0] == "\\"] if "\n\\" in hunk.body else []
        for mark in reversed(marks):
            del starts[mark], totals[mark]
        return cls(hunk, starts, totals)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def text(self, first: int, end: int | None = None) -> str:
        """The hunk's text from line `first` to before line `end`, or that line alone, without the last line feed."""
        return self.hunk.body[self.starts[first] : self.starts[first + 1 if end is None else end] - 1]


@dataclass(frozen=True, slots=True)
class Part:
    """The lines `first` to before `end` of a hunk. `old` and `new` are the numbers that come next on each side."""

    rows: Rows
    first: int
    end: int
    old: int
    new: int
    section: str

    @classmethod
    def whole(cls, rows: Rows) -> Self:
        """All lines of a hunk."""
        hunk = rows.hunk
        old = hunk.old_start + (not hunk.old_count)
        return cls(rows, 0, len(rows), old, hunk.new_start + (not hunk.new_count), hunk.section)

    @property
    def size(self) -> int:
        """The bytes that the lines take, and the heading of a hunk of its own."""
        return self.heading + self.rows.totals[self.end] - self.rows.totals[self.first]

    @property
    def heading(self) -> int:
        """The bytes of the heading alone."""
        return measure_heading(self.section)

    @property
    def changed(self) -> bool:
        """Whether any line was added or removed."""
        return any(self.rows.hunk.body[self.rows.starts[row]] != " " for row in range(self.first, self.end))

    def line_sizes(self) -> list[int]:
        """What each line takes, in order."""
        totals = self.rows.totals[self.first : self.end + 1]
        return list(map(sub, totals[1:], totals))

    def make_hunk(self) -> Hunk:
        """The lines as a hunk of their own, with git's counts; as in git, a side without lines starts before it."""
        if self.end - self.first == len(self.rows):
            return self.rows.hunk
        body, removed, added, context = self._count(self.end)
        olds, news = removed + context, added + context
        return Hunk(self.old - (not olds), olds, self.new - (not news), news, self.section, body)

    def cut(self, count: int) -> tuple[Part, Part]:
        """The first `count` lines and the others. The section of these is the last definition shown before them.

        Takes time in proportion to the first.
        """
        middle = self.first + count
        _, removed, added, context = self._count(middle)
        old, new = self.old + removed + context, self.new + added + context
        rest = replace(self, first=middle, old=old, new=new, section=self._section(middle))
        return replace(self, end=middle), rest

    def best_cut(self, low: int, high: int) -> int | None:
        """How many lines come before the best cut whose first part, headings apart, has a size in `low`..`high`.

        None if there is none. Best: not between what was removed and what replaces it; then before a definition or a
        new paragraph at the left margin; then at a blank line; then at little indentation; then late.
        """
        totals = self.rows.totals
        before = totals[self.first]
        earliest = bisect_left(totals, before + low, self.first + 1, self.end)
        latest = bisect_right(totals, before + high, self.first + 1, self.end)
        best: tuple[bool, int, int, int] | None = None
        for row in range(latest - 1, earliest - 1, -1):
            border = self._border(row - self.first)
            best = border if best is None else max(best, border)
            if border[:2] == _BEST:
                break
        return None if best is None else best[-1]

    def _border(self, count: int) -> tuple[bool, int, int, int]:
        before, after = self.rows.text(self.first + count - 1), self.rows.text(self.first + count)
        replacing = before[0] == LineKind.REMOVED and after[0] == LineKind.ADDED
        text = after[1:]
        blank = not before[1:].strip()
        indentation = len(text) - len(text.lstrip())
        if text.strip() and indentation == 0 and blank:
            rank = 3
        elif is_definition(text):
            rank = 2
        else:
            rank = 1 if blank else 0
        return (not replacing, rank, -indentation, count)

    def _count(self, end: int) -> tuple[str, int, int, int]:
        """The text from the first line to before `end`, and how many lines it removes, adds and keeps."""
        body = self.rows.text(self.first, end) if end > self.first else ""
        removed, added = (body.count(f"\n{sign}") + body.startswith(sign) for sign in "-+")
        return body, removed, added, end - self.first - removed - added

    def _section(self, end: int) -> str:
        for row in range(end - 1, self.first - 1, -1):
            text = self.rows.text(row)
            if text[0] != LineKind.REMOVED and is_definition(text[1:]):
                shown = text.partition("\n")[0][1:].strip()[:MAX_SECTION]
                if shown.isascii() and shown.isprintable():
                    return shown
        return self.section


def measure_heading(section: str) -> int:
    """The bytes of the heading of a hunk with this section."""
    return count_bytes(head_hunk(Hunk(1, 1, 1, 1, section, "")))
