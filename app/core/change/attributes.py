"""What a `.gitattributes` says about paths. Only the file at the root of the *base* branch is ever asked.

Rules of git: https://git-scm.com/docs/gitattributes. Of linguist's words:
https://github.com/github-linguist/linguist/blob/main/docs/overrides.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import re2

from app.core.text.globs import compile_segments, translate_segment

MAX_LINE = 2048
"""Git ignores longer lines of the file, and so do we."""

MAX_RULES = 5000
"""Later rules are not read; a file that has more excuses less."""

MACRO = "[attr]"
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPES = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}

Value = str | bool | None
"""True for `name`, False for `-name`, None for `!name`, else what stands after `=`."""


@dataclass(frozen=True, slots=True)
class _Rule:
    compiled: Any
    whole_path: bool
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Attributes:
    """The rules of one `.gitattributes`, in order; the last that fits a path decides."""

    rules: tuple[_Rule, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The rules in `text`. A line that git would ignore is ignored: it then excuses nothing."""
        macros: dict[str, dict[str, Value]] = {"binary": {"binary": True, "diff": False, "merge": False, "text": False}}
        rules: list[_Rule] = []
        for line in text.split("\n"):
            pattern, words = _split(line.strip(" \t\r"))
            if not pattern or len(line) > MAX_LINE or len(rules) == MAX_RULES:
                continue
            values = _values(words, macros)
            if pattern.startswith(MACRO):
                macros[pattern.removeprefix(MACRO)] = {pattern.removeprefix(MACRO): True, **values}
            elif (rule := _rule(pattern, values)) is not None:
                rules.append(rule)
        return cls(tuple(rules))

    def value(self, path: str, name: str) -> Value:
        """What the file says about `name` for `path`; None if nothing."""
        whole = path.encode("utf-8", "replace")
        last = whole.rsplit(b"/", 1)[-1]
        for rule in reversed(self.rules):
            if name in rule.values and rule.compiled.fullmatch(whole if rule.whole_path else last):
                return rule.values[name]
        return None

    def says(self, path: str, name: str) -> bool:
        """Whether `name` is set for `path`, as git (`name`) or linguist (`name=true`) takes it."""
        return self.value(path, name) in (True, "true", "1")


def _split(line: str) -> tuple[str, list[str]]:
    """The pattern and the words after it; an empty pattern for blank lines, comments and what git refuses."""
    if not line or line.startswith(("#", "!")):
        return "", []
    if line.startswith('"'):
        end = re.search(r'(?<!\\)(?:\\\\)*"', line[1:])
        if end is None:
            return "", []
        return _unquote(line[1 : end.end()]), line[end.end() + 1 :].split()
    pattern, *words = line.split()
    if pattern.startswith(MACRO) and pattern == MACRO:
        return "", []
    return pattern, words


def _unquote(quoted: str) -> str:
    return _ESCAPED.sub(_byte, quoted.encode("utf-8", "replace")).decode("utf-8", "replace")


def _byte(match: re.Match[bytes]) -> bytes:
    escaped = match[1]
    return bytes([int(escaped, 8) & 0xFF]) if len(escaped) == 3 else _ESCAPES.get(escaped, escaped)


def _values(words: list[str], macros: Mapping[str, Mapping[str, Value]]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for word in words:
        if word.startswith("-"):
            values[word[1:]] = False
        elif word.startswith("!"):
            values[word[1:]] = None
        elif "=" in word:
            name, value = word.split("=", 1)
            values[name] = value
        else:
            values.update(macros.get(word, {word: True}))
    return values


def _rule(pattern: str, values: Mapping[str, Value]) -> _Rule | None:
    """A pattern with a slash before its end is of whole paths, any other of names. Directories alone fit nothing."""
    anchored = "/" in pattern.rstrip("/")
    if pattern.endswith("/"):
        return None
    try:
        compiled = compile_segments(_translate(pattern.removeprefix("/")))
    except (ValueError, re2.error):
        return None
    return _Rule(compiled, anchored, values)


def _translate(pattern: str) -> str:
    segments = pattern.split("/")
    out = ""
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == "**" and len(segments) > 1:
            out += "(?s:.+)" if last else "(?:[^/]+/)*"
        else:
            out += translate_segment(segment) + ("" if last else "/")
    return out
