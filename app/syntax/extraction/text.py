"""Texts as compilers see them: some end lines, and spell letters, in ways that the grammars do not know.

A comment that ends at a carriage return, or in the middle of a letter's number, hides an import from whoever reads
lines as git does. Lines are still counted as git counts them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.core.fit.source_facts import Import
from app.syntax.languages import Language
from app.syntax.parsing import Unparsed

_RETURN: Final = re.compile(rb"\r(?!\n)")
_RETURNING: Final = frozenset(
    {Language.PYTHON, Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX, Language.JAVA, Language.C_SHARP}
)
"""Languages in which a carriage return alone ends a line."""

_CODING: Final = re.compile(rb"(?:[^\n]*\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")
_TRANSPARENT: Final = re.compile(
    rb"utf[-_]?8([-_]\w+)*|(us[-_]?)?ascii|latin[-_]?\d+|iso[-_]?8859[-_]\d+|koi8[-_][ru]|euc[-_]\w+|big5|shift[-_]jis"
    rb"|gb(k|2312|18030)|(cp|windows)[-_]?(125\d|437|850|852|866|874|932|936|949|950)",
    re.IGNORECASE,
)
"""Encodings in which what looks like ASCII is (https://docs.python.org/3/library/codecs.html#standard-encodings)."""

_NUMBERED: Final = re.compile(rb"\\(\\)|\\u+([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Text:
    """What is parsed. `added` are the rows of it, 0-based, that git does not count as lines."""

    source: bytes
    added: Sequence[int] = ()

    def place(self, found: Import) -> Import:
        """An import on the lines that git counts."""
        if not self.added:
            return found
        return found._replace(line=self._count(found.line), lines=tuple(map(self._count, found.lines)))

    def _count(self, line: int) -> int:
        return line - bisect_right(self.added, line - 1)


def read_text(language: Language, source: bytes) -> Text | Unparsed:
    """A file's bytes as they are to be parsed; UNREADABLE where it says that they are in an encoding of another kind."""
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        source = source.decode("utf-16", "replace").encode("utf-8", "replace")
    if language is Language.PYTHON and (coding := _CODING.match(source)) and not _TRANSPARENT.fullmatch(coding[1]):
        return Unparsed.UNREADABLE
    if language is Language.JAVA and b"\\u" in source:
        source = _NUMBERED.sub(_spell_letter, source)
    if language in _RETURNING and b"\r" in source and (text := _end_lines(source)) is not None:
        return text
    return Text(source)


def _spell_letter(found: re.Match[bytes]) -> bytes:
    """Java's letters by their numbers: https://docs.oracle.com/javase/specs/jls/se21/html/jls-3.html#jls-3.3."""
    if found[2] is None:
        return found[0]
    letter = chr(int(found[2], 16))
    return b"\r" if letter in "\r\n" else letter.encode("utf-8", "replace")


def _end_lines(source: bytes) -> Text | None:
    pieces = _RETURN.split(source)
    if len(pieces) == 1:
        return None
    added: list[int] = []
    row = 0
    for piece in pieces[:-1]:
        row += piece.count(b"\n") + 1
        added.append(row)
    return Text(b"\n".join(pieces), added)
