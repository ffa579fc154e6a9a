"""What code names with its whole package or namespace, and so takes in without an import.

Such names are found by their looks in a text whose comments and literals are passed over; whoever resolves them takes
only those that are a type of this repository, and forgets the rest: `a.b.C` may be a field of a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.core.fit.source_facts import SPELLED, Import

_COMMENTS: Final = rb"/\*.*?(?:\*/|\Z)|//[^\n]*"
_LITERALS: Final = rb"\"\"\".*?(?:\"\"\"|\Z)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n]){1,8}'"
_OF_JAVA: Final = re.compile(
    _COMMENTS
    + b"|"
    + _LITERALS
    + rb"|^[ \t]*(?:import|package)\b[^;\n]*"
    + rb"|(?<![\w.$])((?!this\.|super\.)[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+\.[A-Z]\w*)",
    re.DOTALL | re.MULTILINE,
)
_OF_C_SHARP: Final = re.compile(
    _COMMENTS
    + rb"|@\"(?:[^\"]|\"\")*(?:\"|\Z)|"
    + _LITERALS
    + rb"|^[ \t]*(?:(?:global\s+)?using|namespace)\s[\w.@=<>:, \t]*[;{\n]"
    + rb"|(?<![\w.])([A-Z]\w*(?:\.[A-Z]\w*){2,})",
    re.DOTALL | re.MULTILINE,
)


_MAYBE_OF_JAVA: Final = re.compile(rb"\.[a-z][a-z0-9_]*\.[A-Z]")
_DECLARES: Final = re.compile(rb"[ \t]*(?:import|package)\b[^;\n]*")
_CLOSES: Final = re.compile(rb"\*/|[\"']")
"""What may end a comment or a literal that the line begins in: then it is no import."""


def find_in_java(source: bytes) -> Iterator[Import]:
    """Classes by their packages, which have small letters: `a.b.C`, each where it stands first."""
    if not _may_spell(source):
        return iter(())
    return _find(_OF_JAVA, source)


def _may_spell(source: bytes) -> bool:
    """Whether there is anything but imports that could be such a name: to look for that takes a tenth of the time."""
    declared = 0
    for found in _MAYBE_OF_JAVA.finditer(source):
        if found.start() < declared:
            continue
        line = source.rfind(b"\n", 0, found.start()) + 1
        declaration = _DECLARES.match(source, line)
        if declaration is None or declaration.end() <= found.start() or _CLOSES.search(declaration[0]):
            return True
        declared = declaration.end()
    return False


def find_in_c_sharp(source: bytes) -> Iterator[Import]:
    """Names of three and more parts, each with a capital: `A.B.C`, each where it stands first."""
    return _find(_OF_C_SHARP, source)


def _find(pattern: re.Pattern[bytes], source: bytes) -> Iterator[Import]:
    seen: set[bytes] = set()
    line, at = 1, 0
    for found in pattern.finditer(source):
        name = found[1]
        if name and name not in seen:
            seen.add(name)
            line += source.count(b"\n", at, found.start())
            at = found.start()
            yield Import(name.decode(), line, level=SPELLED)
