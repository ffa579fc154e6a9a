"""White space alone: ends of lines, white space before them, and in some languages between tokens and before lines.

White space counts only where it cannot mean anything. Line ends in any language, where all lines shown end alike
afterwards, except after a backslash. White space that goes from before a line's end, in languages that do not look at
it. Indentation and white space between tokens in languages in which braces tell what belongs together. What stands in
the middle of a literal of several lines looks like code in a hunk: so the language has none, or the file.

Two marks that are run together are another mark (`- -` and `--`), and so are a word and a string beside it: those are
tokens of their own here. Lines with what may be a regular expression, a directive or an escape are compared whole
between their ends, and a hunk that shows any literal of several lines is not compared at all. A line that was broken or
joined is read like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from app.core.change.diff import FilePatch, Hunk
from app.core.change.plan import FileClass, PlannedFile
from app.core.change.sweep.edit import Shape
from app.core.change.sweep.place import Place, is_fit

_FREE = frozenset({".json", ".proto"})
"""Endings of languages in which white space separates and does nothing else, and literals end on their line."""

_BRACED = frozenset(
    {".c", ".cc", ".cjs", ".cpp", ".cs", ".cts", ".cxx", ".dart", ".go", ".h", ".hh", ".hpp", ".java", ".js", ".mjs"}
) | {".mts", ".ts"}
"""Those of languages of which that is true but for literals of several lines, which show by how they begin."""

_DEAF = _FREE | _BRACED | {".css", ".jsx", ".kt", ".kts", ".less", ".py", ".pyi", ".rs", ".scss", ".tsx"}
"""Endings of languages in which white space before the end of a line does nothing, and ends no here-document."""

_MANY_LINES = re.compile(r"`|\"\"\"|'''|@\$?\"|r#+\"|R\"|<<|\\\r?(?:\n|\Z)")
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

    def is_doubted_by(self, body: str) -> bool:
        """Whether a literal of several lines may begin or end there, and where the places stand in it."""
        return self.words == WHITE_SPACE and may_hold_long_literal(body)


def read_spacing(place: Place) -> Spacing | None:
    """The change of white space that a place makes, if it makes no other."""
    if any(len(block.removed) != len(block.added) for block in place.blocks):
        return None
    pairs = [pair for block in place.blocks for pair in zip(block.removed, block.added, strict=True)]
    if any("\r" in text for pair in pairs for text in pair):
        found = _read_line_ends(pairs)
        return found if found is not None and _ends_alike(place) else None
    if not all("".join(old.split()) == "".join(new.split()) for old, new in pairs):
        return None
    ending = PurePosixPath(place.planned.file.path).suffix.lower()
    if ending not in _DEAF or may_hold_long_literal(place.hunk.body):
        return None
    free = ending in _FREE or (place.plain and ending in _BRACED)
    return Spacing(WHITE_SPACE) if all(_is_same(old, new, free=free) for old, new in pairs) else None


def find_spaced(files: Iterable[FilePatch]) -> list[str]:
    """The files in which white space alone changes somewhere, if nothing in them is a literal of several lines.

    Whether that is so, the whole file has to tell: see `may_hold_long_literal`.
    """
    return [
        file.path
        for file in files
        if PurePosixPath(file.path).suffix.lower() in _BRACED and any(_is_spaced(file, hunk) for hunk in file.hunks)
    ]


def _is_spaced(file: FilePatch, hunk: Hunk) -> bool:
    if hunk.additions != hunk.deletions or not is_fit(hunk):
        return False
    found = read_spacing(Place(PlannedFile(file, FileClass.SOURCE), hunk, plain=True))
    return found is not None and found.words == WHITE_SPACE


def _ends_alike(place: Place) -> bool:
    """Whether all lines of the new version that are shown end alike, and none in a backslash."""
    rows = [row for row in place.hunk.body.split("\n") if row[0] != "-"]
    return len({row.endswith("\r") for row in rows}) == 1 and not any(row.rstrip().endswith("\\") for row in rows)


def may_hold_long_literal(text: str) -> bool:
    """Whether a literal of several lines may begin or end in a text: some languages let any string be one."""
    return _MANY_LINES.search(text) is not None or any(row.count('"') % 2 for row in text.split("\n"))


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
    if not free:
        return new == bare
    if bare == left:
        return True
    bare, left = bare.lstrip(_ENDS), left.lstrip(_ENDS)
    return bare == left or (not _OPAQUE.search(bare) and _TOKENS.findall(bare) == _TOKENS.findall(left))
