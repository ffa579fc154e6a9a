"""White space alone: ends of lines, white space before them, and in some languages between tokens and before lines.

White space counts only where it cannot mean anything. Line ends and trailing white space in any language, except after
a backslash; indentation and white space between tokens in languages in which braces tell what belongs together. Two
marks that are run together are another mark (`- -` and `--`), and so are a word and a string beside it: those are
tokens of their own here. Lines with what may be a regular expression, a directive or an escape are compared whole
between their ends, and a hunk that shows any literal of several lines is not compared at all. A line that was broken
or joined is read like any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from app.core.change.sweep.edit import Shape
from app.core.change.sweep.place import Place

_ENDINGS = ".c .cc .cpp .cs .cxx .dart .go .h .hh .hpp .java .js .json .kt .kts .mjs .cjs .proto .rs .ts .mts .cts"
_FREE = frozenset(_ENDINGS.split())
"""Endings of languages in which white space separates and does nothing else."""

_MANY_LINES = re.compile(r"`|\"\"\"|'''|@\"|r#+\"|R\"|<<|\\\r?(?:\n|\Z)")
_OPAQUE = re.compile(r"[/\\#]")
_TOKENS = re.compile(
    r"""[\w$]*"(?:[^"\\]|\\.)*"\w*|[\w$]*'(?:[^'\\]|\\.)*'\w*|[\w$.]+|[()\[\]{},;]|[^\w\s()\[\]{},;"'$.]+|\S""",
    re.ASCII,
)
_ENDS = " \t"

LINE_FEED = "each line ends in a line feed alone, no longer in carriage return and line feed"
CARRIAGE_RETURN = "each line ends in carriage return and line feed, no longer in a line feed alone"
WHITE_SPACE = "white space alone changes"


@dataclass(frozen=True)
class Spacing:
    """A change of white space; `words` tell which of the three."""

    words: str

    @property
    def decides(self) -> bool:
        """No: it is proved only where it cannot mean anything."""
        return False

    def may_stand_in(self, body: str) -> bool:
        """Whether lines are replaced, by as many carriage returns as it takes."""
        return "+" in body and "-" in body and (self.words == WHITE_SPACE) is not ("\r" in body)

    def prove(self, place: Place) -> frozenset[Shape] | None:
        """The ending of the file's name: the languages to which it was done."""
        if read_spacing(place) != self:
            return None
        return frozenset({(PurePosixPath(place.planned.file.path).suffix.lower(),)})


def read_spacing(place: Place) -> Spacing | None:
    """The change of white space that a place makes, if it makes no other."""
    if any(len(block.removed) != len(block.added) for block in place.blocks):
        return None
    pairs = [pair for block in place.blocks for pair in zip(block.removed, block.added, strict=True)]
    if any("\r" in text for pair in pairs for text in pair):
        return _read_line_ends(pairs)
    if not all("".join(old.split()) == "".join(new.split()) for old, new in pairs):
        return None
    free = PurePosixPath(place.planned.file.path).suffix.lower() in _FREE and not _shows_long_literal(place.hunk.body)
    return Spacing(WHITE_SPACE) if all(_is_same(old, new, free=free) for old, new in pairs) else None


def _shows_long_literal(body: str) -> bool:
    """Whether a literal of several lines may begin or end in a hunk: some languages let any string be one."""
    return _MANY_LINES.search(body) is not None or any(row.count('"') % 2 for row in body.split("\n"))


def _read_line_ends(pairs: list[tuple[str, str]]) -> Spacing | None:
    if any("\r" in text.removesuffix("\r") for pair in pairs for text in pair):
        return None
    if all(old == f"{new}\r" for old, new in pairs):
        return Spacing(LINE_FEED)
    return Spacing(CARRIAGE_RETURN) if all(new == f"{old}\r" for old, new in pairs) else None


def _is_same(old: str, new: str, *, free: bool) -> bool:
    bare, left = old.rstrip(_ENDS), new.rstrip(_ENDS)
    if bare.endswith("\\") or left.endswith("\\"):
        return False
    if bare == left:
        return True
    if not free:
        return False
    bare, left = bare.lstrip(_ENDS), left.lstrip(_ENDS)
    return bare == left or (not _OPAQUE.search(bare) and _TOKENS.findall(bare) == _TOKENS.findall(left))
