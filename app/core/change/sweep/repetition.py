"""Repetitions: the same lines removed, the same lines added, word for word in every place.

Only their common indentation may differ. What a statement does is told by where it stands: a check that is gone from
three hundred functions may matter in one. So a repetition is of comments, of imports, or of a version that becomes
another; any other line is read in each place.
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
    r"\#(?:[\s!\#](?!\s*(?:if|ifn?def|elif(?:n?def)?|else|endif|define|undef|include|import|pragma|error|line)\b).*)?"
    r"|//(?!go:|\s*\+build).*|--(?:\s[^;]*)?|/\*(?:(?!\*/).)*\*/|<!--[^<>]*-->"
)
_COMMENT_BLOCK = re.compile(r"/\*(?:(?!\*/).)*\*/|<!--[^<>]*-->", re.DOTALL)
_INSIDE = re.compile(r"\*(?:\s(?:(?!\*/)[^;])*)?")
"""A line in the middle of a comment, if the one before it is one too: else it may be a product or a pointer."""

_IMPORT = re.compile(
    r"from [\w.]+ import [\w ,()]+|import [\w. ,]+;?|import static [\w.]+;|using [\w.]+;|use [\w:\\]+(?:\{[\w ,:]+\})?;"
    r"|import (?:type )?(?:[\w$]+|\{[\w$ ,]+\}) from (?:'[^']+'|\"[^\"]+\");?|\#include <[\w./+-]+>",
    re.ASCII,
)
_VERSION = re.compile(r"(?<![\w.])v?\d+\.\d+\.\d+(?:-[a-z]+\.?\d*)?(?![\w.])", re.ASCII)

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
        """Whether a line is neither a comment nor an import nor a new version, or all lines are blank."""
        lines = [line for body in self.blocks for lines in body for line in lines]
        return not all(map(_is_idle, self.blocks)) or not any(map(str.strip, lines))

    def may_stand_in(self, body: str) -> bool:
        """Whether the longest line stands there."""
        return max((line for pair in self.blocks for lines in pair for line in lines), key=len) in body

    def prove(self, place: Place) -> frozenset[Shape] | None:
        """How the lines around each block begin, and which way they are indented against it."""
        if len(place.blocks) != len(self.blocks) or read_repetition(place) != self:
            return None
        if not all(map(_stands_in_comment, place.blocks)):
            return None
        return frozenset(_shape(block) for block in place.blocks)

    def is_doubted_by(self, body: str) -> bool:  # noqa: ARG002 - as any edit answers
        """No: its lines mean the same whatever else a file says."""
        return False


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


def _is_idle(body: Body) -> bool:
    """Whether all lines are comments or imports, or a version alone becomes another."""
    if all(_is_comment(lines) or all(_IMPORT.fullmatch(line.strip()) for line in lines) for lines in body):
        return True
    removed, added = body
    pairs = zip(removed, added, strict=True) if len(removed) == len(added) else ()
    bumped = [
        _VERSION.search(old) is not None and _VERSION.sub("#", old) == _VERSION.sub("#", new) for old, new in pairs
    ]
    return bool(bumped) and all(bumped) and not any(map(_has_control, removed))


def _is_comment(lines: tuple[str, ...]) -> bool:
    whole = "\n".join(lines).strip()
    return _COMMENT_BLOCK.fullmatch(whole) is not None or all(
        not text or _COMMENT.fullmatch(text) or _INSIDE.fullmatch(text) for text in map(str.strip, lines)
    )


def _stands_in_comment(block: Block) -> bool:
    """Whether lines from the middle of a comment have a line of a comment before them."""
    lines = [line.strip() for line in (*block.removed, *block.added)]
    whole = any(_COMMENT_BLOCK.fullmatch("\n".join(some).strip()) for some in (block.removed, block.added))
    if whole or not any(map(_INSIDE.fullmatch, lines)):
        return True
    before = (block.before or "").strip()
    return "*/" not in before and before.startswith(("/*", "*"))


def _has_control(line: str) -> bool:
    return any(one.lower() in CONTROL or one in "&|" for one in split_line(line, paths=False))


def _quote(lines: tuple[str, ...]) -> str:
    text = lines[0].strip()
    return f"`{text}`" if len(text) <= MAX_QUOTE else f"`{text[:MAX_QUOTE]}…`"


def _count(lines: tuple[str, ...] | list[str]) -> str:
    return f"{len(lines)} lines" if len(lines) != 1 else "line"
