"""Repetitions: the same lines removed, the same lines added, word for word in every place.

Only their common indentation may differ. A repetition may not decide anything: what `return True` means is told by
where it stands, and so are lines with such words no sweep, unless they are comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.change.sweep.edit import Shape
from app.core.change.sweep.lexeme import CONTROL, classify_token, split_line
from app.core.change.sweep.place import Block, Place

MAX_LINES = 60
"""Lines of a block above which places are not compared word for word."""

MAX_QUOTE = 80
"""Characters of a line that are quoted in the words of an edit."""

_COMMENT = re.compile(
    r"\#(?!\s*(?:if|ifdef|ifndef|elif|else|endif|define|undef|include|pragma|error|line|import)\b)"
    r"|//|/\*|\*/|\*(?:\s|\Z)|--\s|;;|<!--|-->|%"
)
_COMMENT_BLOCKS = (("/*", "*/"), ("<!--", "-->"))
_STRING_STARTS = "\"'`"

Body = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Repetition:
    """The blocks of a place, without the indentation that all their lines have."""

    blocks: tuple[Body, ...]

    @property
    def words(self) -> str:
        """The edit in words."""
        if len(self.blocks) == 1:
            removed, added = self.blocks[0]
            if len(removed) == len(added) == 1:
                return f"{_quote(removed)} becomes {_quote(added)}"
            if not removed or not added:
                verb = "removed" if removed else "added"
                lines = removed or added
                return f"{_quote(lines)} is {verb}" if len(lines) == 1 else f"the same {_count(lines)} are {verb}"
        removed_all = [line for removed, _ in self.blocks for line in removed]
        added_all = [line for _, added in self.blocks for line in added]
        return f"the same {_count(removed_all)} become the same {_count(added_all)}"

    @property
    def decides(self) -> bool:
        """Whether a line that is no comment has a word or a mark that decides, or all lines are blank."""
        lines = [lines for body in self.blocks for lines in body if lines]
        return any(map(_decides, lines)) or not any(line.strip() for one in lines for line in one)

    def may_stand_in(self, body: str) -> bool:
        """Whether the longest line stands there."""
        return max((line for pair in self.blocks for lines in pair for line in lines), key=len) in body

    def prove(self, place: Place) -> frozenset[Shape] | None:
        """How the lines around each block begin, and which way they are indented against it."""
        if len(place.blocks) != len(self.blocks) or read_repetition(place) != self:
            return None
        return frozenset(_shape(block) for block in place.blocks)


def read_repetition(place: Place) -> Repetition | None:
    """The place's own text as an edit, if it is no longer than one may be."""
    if sum(len(block.removed) + len(block.added) for block in place.blocks) > MAX_LINES:
        return None
    return Repetition(tuple(map(_dedent, place.blocks)))


def _dedent(block: Block) -> Body:
    margin = _margin(block)
    return (
        tuple(line[margin:] if line.strip() else "" for line in block.removed),
        tuple(line[margin:] if line.strip() else "" for line in block.added),
    )


def _margin(block: Block) -> int:
    """The characters of white space that all lines of a block begin with."""
    solid = [line for line in (*block.removed, *block.added) if line.strip()]
    first = min(solid, default="")
    last = max(solid, default="")
    margin = 0
    while margin < len(first) and first[margin] in " \t" and last[margin : margin + 1] == first[margin]:
        margin += 1
    return margin


def _shape(block: Block) -> Shape:
    margin = _margin(block)
    return (*_around(block.before, margin), *_around(block.after, margin))


def _around(line: str | None, margin: int) -> tuple[str, str]:
    if line is None:
        return "nothing", ""
    text = line.strip()
    if not text:
        return "blank", ""
    indentation = len(line) - len(line.lstrip(" \t"))
    side = "same" if indentation == margin else "less" if indentation < margin else "more"
    return side, classify_token(split_line(text, paths=False)[0])


def _decides(lines: tuple[str, ...]) -> bool:
    """Whether a line other than a comment has a word or a mark that decides."""
    for first, last in _COMMENT_BLOCKS:
        text = "\n".join(lines).strip()
        if text.startswith(first) and text.find(last) == len(text) - len(last):
            return False
    return any(
        one.lower() in CONTROL or one in "&|"
        for line in lines
        if not _COMMENT.match(line.strip())
        for one in split_line(line, paths=False)
    )


def _quote(lines: tuple[str, ...]) -> str:
    text = lines[0].strip()
    return f"`{text}`" if len(text) <= MAX_QUOTE else f"`{text[:MAX_QUOTE]}…`"


def _count(lines: tuple[str, ...] | list[str]) -> str:
    return f"{len(lines)} lines" if len(lines) != 1 else "line"
