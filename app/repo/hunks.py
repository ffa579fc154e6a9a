"""The hunks of one file, from git's text.

Read by headers and proved by counting, not line by line: half a million lines cost a second otherwise, and git itself
writes them in a quarter of that. Every line of content begins with a sign of its own, so only a header begins with
`@@`. https://git-scm.com/docs/diff-format; `tests/repo/test_hunks.py` holds the result equal to unidiff's.
"""

from __future__ import annotations

import re
from itertools import pairwise

from app.core.change.diff import Hunk, LineKind

# ten digits hold every line number git can write
_HEADER = re.compile(r"^@@ -([0-9]{1,10})(?:,([0-9]{1,10}))? \+([0-9]{1,10})(?:,([0-9]{1,10}))? @@(.*)\n", re.MULTILINE)
_NO_CONTENT = re.compile(r"^(?:[^-+ \\]|\Z)", re.MULTILINE)
_MARKER = "\\"


class HunksUnreadableError(Exception):
    """The text of a file's change cannot be trusted; the message says why, in words for people."""


def read_hunks(body: bytes) -> tuple[Hunk, ...]:
    """The hunks of `body`: the part of one file's diff that begins at its first `@@`.

    Bytes that are not UTF-8 become U+FFFD, which keeps every line where it is: lines end at line feeds alone.
    Raises HunksUnreadableError.
    """
    text = body.removesuffix(b"\n").decode("utf-8", "replace")
    headers = list(_HEADER.finditer(text))
    if not headers or headers[0].start():
        raise HunksUnreadableError("a hunk's header is not one that git writes")
    ends = [header.start() - 1 for header in headers[1:]]
    return tuple(_read(header, text[header.end() : end]) for header, end in zip(headers, [*ends, None], strict=True))


def _read(header: re.Match[str], body: str) -> Hunk:
    old_start, old_count, new_start, new_count = (int(number or 1) for number in header.groups()[:4])
    hunk = Hunk(old_start, old_count, new_start, new_count, header[5].strip(), body)
    if _NO_CONTENT.search(body):
        raise HunksUnreadableError("a line of a hunk is not one that git writes")
    context = _count(body, LineKind.CONTEXT)
    if (context + hunk.deletions, context + hunk.additions) != (old_count, new_count):
        raise HunksUnreadableError("a hunk is not as long as its header says")
    if body.startswith(_MARKER) or f"\n{_MARKER}" in body:
        _check_markers(hunk)
    return hunk


def _count(body: str, sign: str) -> int:
    return body.count(f"\n{sign}") + body.startswith(sign)


def _check_markers(hunk: Hunk) -> None:
    """A line feed is absent after the last line of a side: there are two such marks at most, and none comes first."""
    rows = hunk.body.split("\n")
    marks = [index for index, row in enumerate(rows) if row.startswith(_MARKER)]
    if marks[0] == 0 or len(marks) > len("-+") or any(after - before == 1 for before, after in pairwise(marks)):
        raise HunksUnreadableError("a hunk has marks of missing line feeds where none can be")
