"""A hunk as a place where something was edited: its blocks of removed and added lines, and what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from app.core.change.diff import Hunk
from app.core.change.plan import PlannedFile
from app.core.text.unicode import reveal

MAX_LINE = 1000
"""Characters of a line above which a hunk is no place of a sweep."""

MAX_TEXT = 64_000
"""Characters of a hunk above which it is none."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FOREIGN_CHANGE = re.compile(r"\n[-+].*[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Block:
    """Removed lines and the lines added in their place, between context: the lines before and after, if shown."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Place:
    """One hunk of one file, fit to be a place of a sweep.

    `plain`: somebody has seen that the whole new version of the file holds no literal of several lines.
    """

    planned: PlannedFile
    hunk: Hunk
    plain: bool = False

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks, in order; an added line that a removed one follows ends a block."""
        return tuple(_read_blocks(self.hunk.body.split("\n")))

    @property
    def go(self) -> bool:
        """Whether the file is of Go, whose imports stand each on a line of their own."""
        return self.planned.file.path.endswith(".go")


def is_fit(hunk: Hunk) -> bool:
    """Whether a hunk hides nothing: its changed lines are plain ASCII, its context is seen, nothing was taken out.

    Every last line has its line feed, and none is endless.
    """
    body = hunk.body
    if len(body) > MAX_TEXT or "\n\\" in body:
        return False
    if _CONTROL.search(body):
        return False
    if not body.isascii() and (_FOREIGN_CHANGE.search(f"\n{body}") or "‹" in body or _hides(body)):
        return False
    return len(body) <= MAX_LINE or max(map(len, body.split("\n"))) <= MAX_LINE


def _hides(text: str) -> bool:
    seen = text.replace("\r", "")
    return reveal(seen) != seen


def _read_blocks(rows: list[str]) -> Iterator[Block]:
    removed: list[str] = []
    added: list[str] = []
    before: str | None = None
    for row in rows:
        sign, text = row[0], row[1:]
        if sign == "+":
            added.append(text)
        elif sign == "-":
            if added:
                yield Block(tuple(removed), tuple(added), before, None)
                removed, added, before = [], [], None
            removed.append(text)
        else:
            if removed or added:
                yield Block(tuple(removed), tuple(added), before, text)
                removed, added = [], []
            before = text
    if removed or added:
        yield Block(tuple(removed), tuple(added), before, None)
