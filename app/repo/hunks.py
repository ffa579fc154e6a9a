"""The hunks of one file, from git's text.

Read by headers and proved by counting, not line by line: half a million lines cost a second otherwise, and git itself
writes them in a quarter of that. Every line of content begins with a sign of its own, so only a header begins with
`@@`. https://git-scm.com/docs/diff-format; `tests/repo/test_hunks.py` holds the result equal to unidiff's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

from app.core.change.diff import NO_NEWLINE, Hunk

# ten digits hold every line number git can write
_HEADER = re.compile(rb"@@ -([0-9]{1,10})(?:,([0-9]{1,10}))? \+([0-9]{1,10})(?:,([0-9]{1,10}))? @@(.*)\n")
_ANY_HEADER = b"\n@@"
_FIRST = itemgetter(0)
_MARK = NO_NEWLINE.encode()
_LATER = {b"+": b"+ ", b"-": b"- ", b" ": b"+- "}
"""By the sign of a side's last line: those of lines that would come after it on that side."""

_FAULT_LINE = "a line of a hunk is not one that git writes"


class HunksUnreadableError(Exception):
    """The text of a file's change cannot be trusted; the message says why, in words for people."""


def read_hunks(text: bytes, start: int = 0, end: int | None = None) -> tuple[Hunk, ...]:
    """The hunks of `text[start:end]`: the part of one file's diff that begins at its first `@@`.

    Bytes that are not UTF-8 become U+FFFD, which keeps every line where it is: lines end at line feeds alone.
    Raises HunksUnreadableError.
    """
    end = len(text) if end is None else end
    end -= text.endswith(b"\n", start, end)
    edges = [start - 1, *_find_headers(text, start, end), end]
    return tuple(_read(text, before + 1, after) for before, after in pairwise(edges))


def _find_headers(text: bytes, start: int, end: int) -> Iterator[int]:
    """Where the line before each header but the first ends."""
    at = text.find(_ANY_HEADER, start, end)
    while at >= 0:
        yield at
        at = text.find(_ANY_HEADER, at + 1, end)


def _read(text: bytes, start: int, end: int) -> Hunk:
    header = _HEADER.match(text, start, end)
    if header is None:
        raise HunksUnreadableError("a hunk's header is not one that git writes")
    begin = header.end()
    body = text[begin:end]
    rows = body.split(b"\n")
    signs = _read_signs(rows)
    added, removed, unchanged = signs.count(b"+"), signs.count(b"-"), signs.count(b" ")
    if added + removed + unchanged != len(signs):
        _check_marks(signs, rows)
    old_start, old_count, new_start, new_count, section = header.groups(b"1")
    numbers = (int(old_start), int(old_count), int(new_start), int(new_count))
    if (unchanged + removed, unchanged + added) != (numbers[1], numbers[3]):
        raise HunksUnreadableError("a hunk is not as long as its header says")
    heading = section.strip().decode("utf-8", "replace")
    return Hunk.counted(numbers, heading, body.decode("utf-8", "replace"), (added, removed))


def _read_signs(rows: Sequence[bytes]) -> bytes:
    """The first character of each row."""
    try:
        return bytes(map(_FIRST, rows))
    except IndexError as error:
        raise HunksUnreadableError(_FAULT_LINE) from error


def _check_marks(signs: bytes, rows: Sequence[bytes]) -> None:
    """A mark of a missing line feed stands below the last line of a side, and every other row is a line."""
    for at, sign in enumerate(signs):
        if sign in b"+- ":
            continue
        if rows[at] != _MARK:
            raise HunksUnreadableError(_FAULT_LINE)
        later = _LATER.get(signs[:at][-1:])
        if later is None or any(sign in later for sign in signs[at + 1 :]):
            raise HunksUnreadableError("a hunk has marks of missing line feeds where none can be")
