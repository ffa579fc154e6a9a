r"""Globs of `lintel.yml`: over whole paths from the root of the repository, in linear time whatever they say.

`*` and `?` stay within a segment, `**` stands for any number of whole segments, `[a-z]` and `[!a-z]` for one
character, `{a,b}` for either, `\` takes the meaning from the next character. Case matters. A path that ends in `/**`
means everything below the directory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, Self

import re2

MAX_LENGTH = 500
"""Characters a glob may have."""

MAX_ALTERNATIVES = 100
"""Patterns that the braces of one glob may unfold to."""


class BadGlob(ValueError):
    """A glob that means nothing. The message names the glob and what is wrong."""

    def __init__(self, pattern: str, fault: str) -> None:
        super().__init__(f"glob {pattern[:MAX_LENGTH]!r}: {fault}")
        self.pattern = pattern


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled glob. `pattern` is what was written."""

    pattern: str
    _compiled: Any = field(repr=False, compare=False)

    @classmethod
    def parse(cls, pattern: str) -> Self:
        """The glob in `pattern`. Raises BadGlob."""
        try:
            return cls(pattern, _compile(pattern))
        except _Fault as fault:
            raise BadGlob(pattern, str(fault)) from None

    def matches(self, path: str) -> bool:
        """Whether the whole of `path` fits. Bytes of a path that are not UTF-8 count as one character each."""
        return self._compiled.fullmatch(path.encode("utf-8", "replace")) is not None


class _Fault(Exception):
    """What is wrong with a glob, before its name is known."""


def compile_segments(expression: str) -> Any:  # noqa: ANN401 - re2 ships no types
    """`expression` compiled by RE2 with a small bound on memory. Raises re2.error."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    options.dot_nl = True
    return re2.compile(expression, options)


def translate_segment(segment: str) -> str:
    """One segment of a path glob (no `/`) as a regular expression. Raises ValueError with the fault."""
    out: list[str] = []
    at = 0
    while at < len(segment):
        char = segment[at]
        at += 1
        if char == "*":
            if not out or out[-1] != "[^/]*":
                out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            text, at = _translate_set(segment, at)
            out.append(text)
        elif char == "\\":
            if at == len(segment):
                raise ValueError("it ends in a backslash")
            out.append(re2.escape(segment[at]))
            at += 1
        else:
            out.append(re2.escape(char))
    return "".join(out)


def _translate_set(segment: str, at: int) -> tuple[str, int]:
    """The set whose `[` stands before `at`, and where it ends."""
    negated = segment[at : at + 1] in ("!", "^")
    start = at + 1 if negated else at
    end = segment.find("]", start + 1)
    if end < 0:
        raise ValueError("'[' is never closed")
    items: list[str] = []
    inner = segment[start:end]
    place = 0
    while place < len(inner):
        if inner[place + 1 : place + 2] == "-" and place + 2 < len(inner):
            first, last = inner[place], inner[place + 2]
            if first > last:
                raise ValueError(f"the range '{first}-{last}' is upside down")
            # A range may span the slash, which no set may match.
            items.extend(f"\\x{{{low:x}}}-\\x{{{high:x}}}" for low, high in _around_slash(ord(first), ord(last)))
            place += 3
        else:
            items.extend([] if inner[place] == "/" else [f"\\x{{{ord(inner[place]):x}}}"])
            place += 1
    body = "".join(items)
    if negated:
        return f"[^/{body}]", end + 1
    return (f"[{body}]" if body else "[^\\x00-\\x{10FFFF}]"), end + 1


def _around_slash(low: int, high: int) -> list[tuple[int, int]]:
    slash = ord("/")
    if not low <= slash <= high:
        return [(low, high)]
    return [(first, last) for first, last in ((low, slash - 1), (slash + 1, high)) if first <= last]


@lru_cache(maxsize=1024)
def _compile(pattern: str) -> Any:  # noqa: ANN401 - re2 ships no types
    if not pattern:
        raise _Fault("it is empty")
    if len(pattern) > MAX_LENGTH:
        raise _Fault(f"it is longer than {MAX_LENGTH} characters")
    try:
        return compile_segments("|".join(_translate(path) for path in _unfold(pattern)))
    except ValueError as error:
        raise _Fault(str(error)) from error
    except re2.error:
        raise _Fault("it is too large to compile") from None


def _unfold(pattern: str) -> list[str]:
    """The patterns without braces that `pattern` stands for."""
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        if len(done) + len(waiting) > MAX_ALTERNATIVES:
            raise _Fault(f"its braces stand for more than {MAX_ALTERNATIVES} patterns")
        head = waiting.pop()
        found = _first_braces(head)
        if found is None:
            done.append(head)
        else:
            start, end, parts = found
            waiting.extend(head[:start] + part + head[end:] for part in reversed(parts))
    return done


def _first_braces(pattern: str) -> tuple[int, int, list[str]] | None:
    """Start, end and alternatives of the first outermost `{…}`."""
    depth, start = 0, 0
    commas: list[int] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif char == "[" and (close := pattern.find("]", at + 2)) > 0:
            at = close
        elif char == "{":
            depth += 1
            start = at if depth == 1 else start
        elif char == "," and depth == 1:
            commas.append(at)
        elif char == "}":
            depth -= 1
            if depth < 0:
                raise _Fault("'}' closes nothing")
            if depth == 0:
                edges = [start, *commas, at]
                parts = [pattern[left + 1 : right] for left, right in pairwise(edges)]
                return start, at + 1, parts
        at += 1
    if depth:
        raise _Fault("'{' is never closed")
    return None


def _translate(path: str) -> str:
    segments = path.removeprefix("/").split("/")
    out = ""
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment in ("", ".", ".."):
            hint = "; to mean all below a directory, end in '/**'" if last else ""
            raise _Fault(f"a path has no segment {segment!r}{hint}")
        if segment == "**":
            out += "[^/]+(?:/[^/]+)*" if last else "(?:[^/]+/)*"
        elif "**" in segment.replace("\\*", ""):
            raise _Fault("'**' stands alone between slashes")
        else:
            out += translate_segment(segment) + ("" if last else "/")
    return f"(?:{out})"
