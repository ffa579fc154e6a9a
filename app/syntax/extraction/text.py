"""Texts as compilers see them: some end lines, and spell letters, in ways that the grammars do not know.

A comment that ends at a carriage return, or in the middle of a letter's number, hides an import from whoever reads
lines as git does. Lines are still counted as git counts them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType
from typing import Final

from app.core.fit.source_facts import Import
from app.syntax.languages import Language
from app.syntax.parsing import Unparsed

_RETURN: Final = rb"\r(?!\n)"
_SEPARATOR: Final = rb"\xe2\x80[\xa8\xa9]"
_ENDINGS: Final[Mapping[Language, re.Pattern[bytes]]] = MappingProxyType(
    {
        language: re.compile(b"|".join(ends))
        for languages, ends in (
            ((Language.PYTHON, Language.JAVA, Language.KOTLIN, Language.PHP), (_RETURN,)),
            ((Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX), (_RETURN, _SEPARATOR)),
            ((Language.C_SHARP,), (_RETURN, _SEPARATOR, rb"\xc2\x85")),
        )
        for language in languages
    }
)
"""What ends a line beside a line feed, in UTF-8. Go, Rust, Ruby, C and C++ know nothing else.

https://docs.python.org/3/reference/lexical_analysis.html#physical-lines, https://tc39.es/ecma262/#sec-line-terminators,
https://docs.oracle.com/javase/specs/jls/se21/html/jls-3.html#jls-3.4,
https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/lexical-structure#632-line-terminators
"""

_CODING: Final = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_CODING_LINES: Final = 2
"""Where an encoding may be said: https://peps.python.org/pep-0263/."""

_TRANSPARENT: Final = re.compile(
    rb"utf[-_]?8([-_]\w+)*|(us[-_]?)?ascii|latin[-_]?\d+|iso[-_]?8859[-_]\d+|koi8[-_][ru]|euc[-_]\w+|gb2312"
    rb"|(cp|windows)[-_]?(125\d|437|850|852|866|874)",
    re.IGNORECASE,
)
"""Encodings in which all that looks like ASCII is, and nothing else: https://docs.python.org/3/library/codecs.html.

In others a quote, or the stroke before one, can be half of a letter.
"""

_EXPORTED: Final = re.compile(rb"(?<![\w$.])export(?=\s+import\s+(?:type\s+)?[\w$]+\s*=)")
"""The grammar knows `export import a = require("x")` without the first word alone."""

_NUMBERED: Final = re.compile(rb"\\(\\)|\\u+([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Text:
    """What is parsed. `added` are the rows of it, 0-based, that git does not count as lines.

    `doubtful`: not all of it is written in the encoding that it is read in.
    """

    source: bytes
    added: Sequence[int] = ()
    doubtful: bool = False

    def place(self, found: Import) -> Import:
        """An import on the lines that git counts."""
        if not self.added:
            return found
        return found._replace(line=self.count(found.line), lines=tuple(map(self.count, found.lines)))

    def count(self, line: int) -> int:
        """The line that git counts of a line of what is parsed."""
        return line - bisect_right(self.added, line - 1)


def read_text(language: Language, source: bytes) -> Text | Unparsed:
    """A file's bytes as they are to be parsed; UNREADABLE where they are in an encoding that hides what they say."""
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        source = source.decode("utf-16", "replace").encode("utf-8", "replace")
    if b"\0" in source:
        return Unparsed.UNREADABLE
    text = Text(source, doubtful=not _is_unicode(source))
    if language is Language.JAVA and b"\\u" in source:
        text = replace(text, source=_NUMBERED.sub(_spell_letter, source))
    if language in {Language.TYPESCRIPT, Language.TSX} and _EXPORTED.search(source):
        text = replace(text, source=_EXPORTED.sub(b"      ", source))
    ending = _ENDINGS.get(language)
    if ending is not None and ending.search(text.source):
        text = _end_lines(text, ending)
    return _decode(text) if language is Language.PYTHON else text


def _is_unicode(source: bytes) -> bool:
    try:
        source.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decode(text: Text) -> Text | Unparsed:
    """By the encoding that Python is told, on any line where that may stand."""
    lines = islice(text.source.split(b"\n", _CODING_LINES), _CODING_LINES)
    codings = [found[1] for line in lines if (found := _CODING.match(line))]
    if not all(map(_TRANSPARENT.fullmatch, codings)):
        return Unparsed.UNREADABLE
    if not codings or not text.doubtful:
        return text
    try:
        return replace(text, source=text.source.decode(codings[0].decode()).encode(), doubtful=False)
    except (LookupError, UnicodeDecodeError):
        return Unparsed.UNREADABLE


def _spell_letter(found: re.Match[bytes]) -> bytes:
    """Java's letters by their numbers: https://docs.oracle.com/javase/specs/jls/se21/html/jls-3.html#jls-3.3."""
    if found[2] is None:
        return found[0]
    letter = chr(int(found[2], 16))
    return b"\r" if letter in "\r\n" else letter.encode("utf-8", "replace")


def _end_lines(text: Text, ending: re.Pattern[bytes]) -> Text:
    pieces = ending.split(text.source)
    added: list[int] = []
    row = 0
    for piece in pieces[:-1]:
        row += piece.count(b"\n") + 1
        added.append(row)
    return replace(text, source=b"\n".join(pieces), added=added)
