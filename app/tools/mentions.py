"""Every place in a text that names a symbol, and what the place is: definition, use, import, comment or string."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from operator import itemgetter

from app.core.text.unicode import conceal
from app.tools.languages import Definition, Language, find_language, is_typed
from app.tools.reader import ToolRefused

MAX_SYMBOL = 200
_LINE = 500
"""Bytes of a line before a name, and after it, that are looked at."""
_SEPARATORS = re.compile(r"::|->|[.#/\\]")
_NAME = re.compile(r"[\w$]+[!?]?")
_WORD = re.compile(rb"[A-Za-z0-9_\x80-\xff]")


class Role(Enum):
    """What a place that names a symbol is, as far as its text tells."""

    DEFINITION = auto()
    USE = auto()
    IMPORT = auto()
    QUIET = auto()
    """In a comment or a string."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A line that names a symbol. `kind` is what is defined; `sure` is false of assignments and unknown languages."""

    number: int
    text: str
    at: int
    role: Role
    kind: str = ""
    sure: bool = True


def read_symbol(written: str) -> str:
    """The one name that is meant: the last of a qualified one, without parentheses. Raises ToolRefused."""
    name = _SEPARATORS.split(conceal(written).strip().removesuffix("()"))[-1]
    if len(name) > MAX_SYMBOL or _NAME.fullmatch(name) is None:
        raise ToolRefused("The symbol is not a name: give one identifier, as in parse_header or Order.total.")
    return name


def find_mentions(path: str, text: str, symbol: str) -> Iterator[Mention]:
    """The lines that name `symbol` as a whole word, each once, in order; of several places on a line the best."""
    name = symbol.encode("utf-8", "replace")
    data = text.encode("utf-8", "replace")
    place = _next(data, name, 0)
    if place < 0:
        return
    sight = _Sight(data, data.rfind(name), find_language(path))
    number, counted = 1, 0
    while place >= 0:
        start = data.rfind(b"\n", 0, place) + 1
        end = data.find(b"\n", place)
        end = len(data) if end < 0 else end
        number += data.count(b"\n", counted, start)
        counted = start
        best, at = sight.judge(place, name, (start, end)), place
        while best.role is Role.QUIET and 0 <= (place := _next(data, name, place + len(name))) < end:
            best, at = sight.judge(place, name, (start, end)), place
        line = data[start:end].decode("utf-8", "replace")
        column = len(data[start:at].decode("utf-8", "replace"))
        yield Mention(number, line, column, best.role, best.kind, best.sure)
        place = _next(data, name, end)


@dataclass(frozen=True, slots=True)
class _Verdict:
    role: Role
    kind: str = ""
    sure: bool = True


class _Sight:
    """A text with what is quiet in it, and what imports, as far as the byte `last`."""

    def __init__(self, data: bytes, last: int, language: Language | None) -> None:
        self._data = data
        self._language = language
        self._quiet = list(_find_quiet(data, last, language)) if language else []
        self._imports = [match.span() for match in language.imports.finditer(data)] if language else []

    def judge(self, place: int, name: bytes, line: tuple[int, int]) -> _Verdict:
        """What the name at `place` is."""
        if self._language is None:
            return _Verdict(Role.USE, sure=False)
        covering = _covering(self._imports, place)
        if covering is not None and _covering(self._quiet, covering[0]) is None:
            return _Verdict(Role.IMPORT)
        if _covering(self._quiet, place) is not None:
            return _Verdict(Role.QUIET)
        found = self._define(place, name, line)
        return _Verdict(Role.DEFINITION, found.kind, not found.weak) if found else _Verdict(Role.USE)

    def _define(self, place: int, name: bytes, line: tuple[int, int]) -> Definition | None:
        start, end = line
        if self._language is None or place - start > _LINE:
            return None
        before = self._data[start:place]
        after = self._data[place + len(name) : min(end, place + len(name) + _LINE)].removesuffix(b"\r")
        for form in self._language.definitions:
            if form.before.fullmatch(before) and form.after.match(after) and is_typed(before):
                return form
        return None


def _find_quiet(data: bytes, last: int, language: Language) -> Iterator[tuple[int, int]]:
    for match in language.quiet.finditer(data):
        start, end = match.span()
        if start > last:
            return
        if not language.live.search(data[start : min(end, start + _LINE)]):
            yield start, end


def _covering(spans: Sequence[tuple[int, int]], place: int) -> tuple[int, int] | None:
    index = bisect_right(spans, place, key=itemgetter(0)) - 1
    return spans[index] if index >= 0 and spans[index][1] > place else None


def _next(data: bytes, name: bytes, at: int) -> int:
    """Where `name` stands next as a whole word, from `at` on; -1 where it does not."""
    while (found := data.find(name, at)) >= 0:
        end = found + len(name)
        if not (_WORD.match(data[found - 1 : found]) or _WORD.match(data[end : end + 1])):
            return found
        at = end
    return -1
