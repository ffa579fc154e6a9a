"""In what a line stands: the definitions and blocks around it, told by indentation, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.core.change.planning.splitting import is_definition

MAX_OPENING = 400
"""Characters of a line above which it is no beginning of a block that anybody would read."""

_ASIDE = re.compile(r"[)}\]#*@]|//|/\*|--")
"""What begins a line that stands at an indentation of its own: closers, comments, directives, decorators."""

_COMMENT = re.compile(r"\s(?://|#|/\*).*")
_OPENING = re.compile(r"(?:[:{(\[|]|=>|->|\b(?:do|then|begin|where))\s*\Z")


class Spot(NamedTuple):
    """A place in a file: before line `number`, at an indentation."""

    number: int
    indentation: int


@dataclass(slots=True)
class _Open:
    """A line around those that follow; a brace alone below it makes it the beginning of a block."""

    number: int
    indentation: int
    braced: bool = False


def measure_indentation(text: str) -> int:
    """Columns of white space before the text, tabs eight wide."""
    margin = text[: len(text) - len(text.lstrip(" \t"))]
    return len(margin.expandtabs(8)) if "\t" in margin else len(margin)


def find_enclosing(lines: Sequence[str], spots: Iterable[Spot]) -> dict[Spot, tuple[int, ...]]:
    """For each spot the numbers of the lines that begin what it stands in, from the outermost to the nearest.

    Such a line is the nearest one above with less indentation, if it is a definition or ends as the beginning of a
    block does. One walk down to the last spot, however many there are.
    """
    found: dict[Spot, tuple[int, ...]] = {}
    stack: list[_Open] = []
    opens: dict[int, bool] = {}
    walked = 0
    for spot in sorted(set(spots)):
        for number in range(walked + 1, min(spot.number, len(lines) + 1)):
            _step(stack, number, lines[number - 1])
        walked = max(walked, spot.number - 1)
        around = [one for one in stack if one.indentation < spot.indentation]
        for one in around:
            if one.number not in opens:
                opens[one.number] = _opens(lines[one.number - 1], braced=one.braced)
        found[spot] = tuple(one.number for one in around if opens[one.number])
    return found


def _step(stack: list[_Open], number: int, text: str) -> None:
    stripped = text.strip()
    if not stripped:
        return
    columns = measure_indentation(text)
    if stripped == "{":
        while stack and stack[-1].indentation > columns:
            stack.pop()
        if stack and stack[-1].indentation == columns:
            stack[-1].braced = True
    elif not _ASIDE.match(stripped):
        while stack and stack[-1].indentation >= columns:
            stack.pop()
        stack.append(_Open(number, columns))


def _opens(text: str, *, braced: bool) -> bool:
    if len(text) > MAX_OPENING:
        return False
    return braced or is_definition(text) or _OPENING.search(_COMMENT.sub("", text)) is not None
