"""What the `.gitattributes` of the *base* branch say about paths.

Rules of git: https://git-scm.com/docs/gitattributes. The file in the nearest directory above a path decides, in it the
last line that fits; macros are taken from the file at the root alone. Of linguist's words:
https://github.com/github-linguist/linguist/blob/main/docs/overrides.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Self

from app.core.change.classes.expression import compile_expression
from app.core.change.classes.wildmatch import FitsNothing, translate_pattern

MEMORY = 1 << 26
"""Room for every line of a file; what does not fit in the automaton is matched more slowly, never wrongly."""

MAX_LINE = 2048
"""Git ignores lines of so many bytes or more, and so do we."""

MAX_RULES = 5000
"""A file of more lines that say something is as one that cannot be read: a later line could take back an earlier."""

MAX_WILDCARDS = 10_000
"""A file with more stars and sets is as one that cannot be read: together they could make a path cost seconds."""

MAX_PATH = 512
"""Nothing is known about a path of more bytes, for the same reason."""

MACRO = b"[attr]"
_BLANK = b" \t\r"
_WORD = re.compile(rb"[^ \t\r]+")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\(?:[abfnrtv"\\]|[0-3][0-7][0-7]))*)"')
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPES = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_NAME = re.compile(rb"[A-Za-z0-9_.][-A-Za-z0-9_.]*")

Value = str | bool | None
"""True for `name`, False for `-name`, None for `!name`, else what stands after `=`."""

_Words = Sequence[tuple[str, Value]]
_BINARY: _Words = (("diff", False), ("merge", False), ("text", False))


@dataclass(frozen=True, slots=True)
class _Rule:
    """One line: what paths it fits, seen from its file's directory, and what it says, in order."""

    expression: bytes
    words: _Words


_ANY_NAME = b"(?:.*/)?"
_EVERYTHING = _ANY_NAME + translate_pattern(b"*", of_name=True)


@dataclass(slots=True)
class _Rules:
    """The lines of one file. Which of them fit is asked of halves of halves, so that a thousand cost as ten do.

    Lines that fit everything (`* text=auto` stands in most files) would spoil that: `runs` are what lies between them.
    """

    rules: Sequence[_Rule]
    runs: Sequence[tuple[int, int]]
    compiled: dict[tuple[int, int], Any] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Sequence[_Rule]) -> Self:
        """The rules in the order of their lines."""
        open_to_all = [at for at, rule in enumerate(rules) if rule.expression == _EVERYTHING]
        return cls(rules, list(pairwise([-1, *open_to_all, len(rules)])))

    def fitting(self, path: bytes) -> Iterator[_Rule]:
        """The rules that fit a path, the last one first."""
        for before, after in reversed(self.runs):
            yield from self.rules[after : after + 1]
            yield from self._among(path, before + 1, after)

    def _among(self, path: bytes, low: int, high: int) -> Iterator[_Rule]:
        compiled = self._compile(low, high) if low < high else None
        if compiled is None or not compiled.fullmatch(path):
            return
        if high - low == 1:
            yield self.rules[low]
            return
        middle = (low + high) // 2
        yield from self._among(path, middle, high)
        yield from self._among(path, low, middle)

    def _compile(self, low: int, high: int) -> Any:  # noqa: ANN401 - re2 ships no types
        if (low, high) not in self.compiled:
            self.compiled[low, high] = compile_expression(
                b"|".join(rule.expression for rule in self.rules[low:high]), MEMORY
            )
        return self.compiled[low, high]


@dataclass(frozen=True, slots=True)
class Attributes:
    """The rules of all `.gitattributes` of one tree, by directory (`""` is the root)."""

    _files: Mapping[bytes, _Rules | None] = field(default_factory=dict)
    _macros: Mapping[str, _Words] = field(default_factory=lambda: {"binary": _BINARY})
    _known: dict[str, Mapping[str, Value]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The rules in `text` at the root. A line that git would ignore is ignored: it then excuses nothing."""
        return cls.gather({"": text.encode("utf-8", "replace")})

    @classmethod
    def gather(cls, files: Mapping[str, bytes | None]) -> Self:
        """The rules of several files by their directory; None for one that stands there and cannot be read.

        Nothing is known about paths below such a file but what files further down say: it could take back whatever
        those above it excuse.
        """
        macros = {"binary": _BINARY}
        rules = {
            directory.encode("utf-8", "replace"): None
            if text is None
            else _parse(text, macros if not directory else None)
            for directory, text in files.items()
        }
        return cls(rules, macros)

    def value(self, path: str, name: str) -> Value:
        """What is said about `name` for `path`; None if nothing."""
        if path not in self._known:
            self._known[path] = self._ask(path.encode("utf-8", "replace"))
        return self._known[path].get(name)

    def says(self, path: str, name: str) -> bool:
        """Whether `name` is set for `path`, as git (`name`) or linguist (`name=true`) takes it."""
        return self.value(path, name) in (True, "true", "1")

    def _ask(self, path: bytes) -> dict[str, Value]:
        known: dict[str, Value] = {}
        directory = path if len(path) <= MAX_PATH else b""
        while directory:
            directory = directory.rpartition(b"/")[0]
            if directory in self._files:
                rules = self._files[directory]
                if rules is None:
                    break
                for rule in rules.fitting(path[len(directory) + 1 :] if directory else path):
                    self._fill(known, rule.words)
        return known

    def _fill(self, known: dict[str, Value], words: _Words) -> None:
        """What is not known yet is learned, from the last word to the first; a macro that becomes set is unfolded."""
        waiting = list(words)
        while waiting:
            name, value = waiting.pop()
            if name not in known:
                known[name] = value
                waiting += self._macros.get(name, ()) if value is True else ()


def _parse(text: bytes, macros: dict[str, _Words] | None) -> _Rules | None:
    """The rules of one file, or None for too many; macros are added to `macros` where the file may define them."""
    if text.count(b"*") + text.count(b"[") > MAX_WILDCARDS:
        return None
    rules: list[_Rule] = []
    # Git reads a tree's file as a string of C.
    for line in text.split(b"\0", 1)[0].split(b"\n"):
        named = _split(line)
        if named is None:
            continue
        pattern, words = named
        if pattern.startswith(MACRO) and pattern != MACRO:
            _define(pattern, words, macros)
        elif (rule := _rule(pattern, words)) is not None:
            rules.append(rule)
    return _Rules.of(rules) if len(rules) <= MAX_RULES else None


def _split(line: bytes) -> tuple[bytes, _Words] | None:
    """The pattern and what is said of it; None for blank lines, comments and what git refuses."""
    whole = len(line)
    line = line.lstrip(_BLANK)
    if not line or line.startswith(b"#") or whole >= MAX_LINE:
        return None
    quoted = _QUOTED.match(line)
    if quoted is not None:
        pattern, rest = _ESCAPED.sub(_byte, quoted[1]), line[quoted.end() :]
    else:
        pattern = _WORD.match(line)[0]  # type: ignore[index]  # a line that is not blank has a first word
        rest = line[len(pattern) :]
    words = [_word(word) for word in _WORD.findall(rest)]
    good = [word for word in words if word is not None]
    return (pattern, good) if len(good) == len(words) else None


def _byte(match: re.Match[bytes]) -> bytes:
    escaped = match[1]
    return bytes([int(escaped, 8)]) if len(escaped) == 3 else _ESCAPES.get(escaped, escaped)


def _word(word: bytes) -> tuple[str, Value] | None:
    """An attribute's name and value; None for a name that git refuses, and the whole line with it."""
    sign = word[:1]
    name, equals, text = word.removeprefix(sign if sign in (b"-", b"!") else b"").partition(b"=")
    if _NAME.fullmatch(name) is None:
        return None
    value: Value = text.decode("utf-8", "replace") if equals else True
    return name.decode(), {b"-": False, b"!": None}.get(sign, value)


def _define(pattern: bytes, words: _Words, macros: dict[str, _Words] | None) -> None:
    name = _WORD.search(pattern.removeprefix(MACRO))
    if macros is not None and name is not None and _NAME.fullmatch(name[0]) is not None:
        macros[name[0].decode()] = words


def _rule(pattern: bytes, words: _Words) -> _Rule | None:
    """A pattern with a slash before its end is of whole paths, any other of names. Directories alone fit no file."""
    pattern = pattern.split(b"\0", 1)[0]
    if pattern.startswith(b"!") or pattern.endswith(b"/") or not pattern or not words:
        return None
    try:
        if b"/" in pattern:
            return _Rule(translate_pattern(pattern.removeprefix(b"/")), words)
        return _Rule(_ANY_NAME + translate_pattern(pattern, of_name=True), words)
    except FitsNothing:
        return None
