r"""Git's patterns of paths as regular expressions that take linear time, whatever the pattern says.

The rules are those of `wildmatch` with slashes kept apart (https://git-scm.com/docs/gitignore, PATTERN FORMAT): `*` and
`?` stay within a segment, `**` between slashes stands for any directories, `[…]` is a set, `\` takes the meaning from
the next character. Like git it looks at bytes: `?` is one byte, not one character.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from functools import lru_cache

_LETTERS = frozenset(string.ascii_letters.encode())
_DIGITS = frozenset(string.digits.encode())
_SPACE = frozenset(b" \t\n\r")
_PRINTED = frozenset(range(0x20, 0x7F))
_CLASSES = {
    b"alnum": _LETTERS | _DIGITS,
    b"alpha": _LETTERS,
    b"blank": frozenset(b" \t"),
    b"cntrl": frozenset(range(0x20)) | {0x7F},
    b"digit": _DIGITS,
    b"graph": _PRINTED - _SPACE,
    b"lower": frozenset(string.ascii_lowercase.encode()),
    b"print": _PRINTED,
    b"punct": frozenset(string.punctuation.encode()),
    b"space": _SPACE,
    b"upper": frozenset(string.ascii_uppercase.encode()),
    b"xdigit": frozenset(string.hexdigits.encode()),
}
"""Git's own ideas of these classes: ASCII alone, and white space without the form feed and the vertical tab."""

_SPECIAL = re.compile(rb"[*?\[\\]")
_BYTES = 256


class FitsNothing(ValueError):
    """A pattern that git matches with no path at all: an open set, an unknown class, a backslash at the end."""


@lru_cache(maxsize=4096)
def translate_pattern(pattern: bytes, *, of_name: bool = False) -> bytes:
    """The expression, for RE2 in Latin-1, that a whole path (or a name alone) fits where git's `wildmatch` fits it.

    What stands before the first special character is compared as it is, and the rest is taken as a pattern of its own:
    so `a**/b` means `a`, then `**/b`, as it does in git. Raises FitsNothing.
    """
    special = _SPECIAL.search(pattern)
    start = special.start() if special else len(pattern)
    out = [_literally(pattern[:start])]
    at = start
    while at < len(pattern):
        match pattern[at : at + 1]:
            case b"*":
                text, at = _stars(pattern, at, opened=not of_name and _opens(pattern, at, start))
            case b"?":
                text, at = b"[^/]", at + 1
            case b"[":
                text, at = _set(pattern, at + 1)
            case b"\\":
                text, at = _literally(_byte(pattern, at + 1)), at + 2
            case other:
                text, at = _literally(other), at + 1
        out.append(text)
    return b"".join(out)


def _literally(text: bytes) -> bytes:
    return b"".join(b"\\x%02x" % byte if byte in _UNSAFE else bytes([byte]) for byte in text)


_UNSAFE = frozenset(range(_BYTES)) - _LETTERS - _DIGITS - frozenset(b"/_-")


def _byte(pattern: bytes, at: int) -> bytes:
    if at >= len(pattern):
        raise FitsNothing("it ends where a character must follow")
    return pattern[at : at + 1]


def _opens(pattern: bytes, at: int, start: int) -> bool:
    return at == start or pattern[at - 1 : at] == b"/"


def _stars(pattern: bytes, at: int, *, opened: bool) -> tuple[bytes, int]:
    """A run of stars: two or more mean any directories where nothing but a slash stands around them."""
    end = at
    while pattern[end : end + 1] == b"*":
        end += 1
    rest = pattern[end:]
    if end - at == 1 or not opened or not (rest == b"" or rest.startswith((b"/", b"\\/"))):
        return b"[^/]*", end
    if rest.startswith(b"/"):
        return b"(?:.*/)?", end + 1
    return b".*", end


def _set(pattern: bytes, at: int) -> tuple[bytes, int]:
    """The set whose `[` stands before `at`, and where it ends."""
    negated = _byte(pattern, at) in (b"!", b"^")
    at += negated
    members: set[int] = set()
    low: int | None = None
    first = True
    while first or _byte(pattern, at) != b"]":
        first = False
        found, low, at = _member(pattern, at, low)
        members |= found
    members = (set(range(_BYTES)) - members if negated else members) - {ord("/")}
    if not members:
        raise FitsNothing("a set of nothing")
    return b"[" + b"".join(b"\\x%02x-\\x%02x" % run for run in _runs(members)) + b"]", at + 1


def _runs(members: set[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of neighbours."""
    firsts = sorted(byte for byte in members if byte - 1 not in members)
    lasts = sorted(byte for byte in members if byte + 1 not in members)
    return zip(firsts, lasts, strict=True)


def _member(pattern: bytes, at: int, low: int | None) -> tuple[frozenset[int], int | None, int]:
    """One element of a set: its bytes, what a range could begin with after it, and where the next one stands."""
    here = _byte(pattern, at)
    follows = pattern[at + 1 : at + 2]
    if here == b"\\":
        byte = ord(_byte(pattern, at + 1))
        return frozenset({byte}), byte, at + 2
    if here == b"-" and low is not None and follows not in (b"", b"]"):
        at += 2 if follows == b"\\" else 1
        return frozenset(range(low, ord(_byte(pattern, at)) + 1)), None, at + 1
    if here == b"[" and follows == b":":
        close = pattern.find(b"]", at + 2)
        if close < 0:
            raise FitsNothing("a set is never closed")
        if close > at + 2 and pattern[close - 1 : close] == b":":
            name = pattern[at + 2 : close - 1]
            if name not in _CLASSES:
                raise FitsNothing("a class of characters that is none")
            return _CLASSES[name], None, close + 1
    return frozenset(here), ord(here), at + 1
