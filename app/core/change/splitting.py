"""Cuts a hunk that is too large to be read at once, where a reader would turn the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, takewhile

from app.core.change.diff import Hunk, Line, LineKind

MAX_SECTION = 80
"""Characters of a definition that becomes the section of what follows it, as git cuts its own."""

_DEFINITION = re.compile(
    r"\s*(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|override|pub(?:\([a-z]+\))?"
    r"|unsafe|extern|inline|virtual|sealed|partial|open|data|suspend|declare)\s+)*"
    r"(?:def|class|function\*?|fn|func|fun|interface|struct|enum|impl|trait|type|mod|module|namespace|record|object"
    r"|protocol|extension|CREATE|ALTER)\s",
)


def split_hunk(hunk: Hunk, count: int) -> tuple[Hunk, Hunk]:
    """The first `count` lines and the others as hunks of their own, with git's counts and starts.

    As in git, a side without lines starts at the line before. The second one's section is the last definition shown
    before it. Takes time in proportion to the first.
    """
    lines = hunk.lines[:count]
    old, old_rest = _starts(hunk.old_start, hunk.old_count, sum(line.old is not None for line in lines))
    new, new_rest = _starts(hunk.new_start, hunk.new_count, sum(line.new is not None for line in lines))
    first = Hunk.of((old, new), hunk.section, lines)
    return first, Hunk.of((old_rest, new_rest), _section(lines, hunk.section), hunk.lines[count:])


def best_cut(hunk: Hunk, sizes: Sequence[int], low: int, high: int) -> int | None:
    """How many lines come before the best cut whose first part has a size in `low`..`high`; None if there is none.

    Best: not between what was removed and what replaces it; then before a definition or a new paragraph at the left
    margin; then at a blank line; then at little indentation; then late.
    """
    totals = enumerate(takewhile(lambda total: total <= high, accumulate(sizes)), start=1)
    places = [count for count, total in totals if total >= low and count < len(hunk.lines)]
    return max(places, key=lambda count: _border(hunk.lines, count), default=None)


def _border(lines: Sequence[Line], count: int) -> tuple[bool, int, int, int]:
    before, after = lines[count - 1], lines[count]
    replacing = before.kind is LineKind.REMOVED and after.kind is LineKind.ADDED
    blank = not before.text.strip()
    indentation = len(after.text) - len(after.text.lstrip())
    if after.text.strip() and indentation == 0 and blank:
        rank = 3
    elif _DEFINITION.match(after.text):
        rank = 2
    else:
        rank = 1 if blank else 0
    return (not replacing, rank, -indentation, count)


def _starts(start: int, count: int, taken: int) -> tuple[int, int]:
    """The start of one side of both parts, of which the first has `taken` lines."""
    first = start if count else start + 1
    middle = first + taken
    return first if taken else first - 1, middle if count > taken else middle - 1


def _section(lines: Sequence[Line], section: str) -> str:
    for line in reversed(lines):
        if line.kind is not LineKind.REMOVED and _DEFINITION.match(line.text):
            shown = line.text.strip()[:MAX_SECTION]
            if shown.isascii() and shown.isprintable():
                return shown
    return section
