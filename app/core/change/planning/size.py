"""How many bytes hunks take in the annotated diff, without annotating them: a plan measures half a million lines.

Text in which every character is shown as itself grows by the same for every line: side, number and bar. Only where a
character is revealed, a context line is cut or a number has more than five digits is anything looked at by line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.core.change.annotate import MAX_CONTEXT_LINE, head_hunk, show_rows
from app.core.change.diff import NO_NEWLINE, Hunk
from app.core.change.tokens import count_bytes
from app.core.text.unicode import reveal

_TAG = len("R 12345 |")
_WIDE = 10**5
"""The first number that needs more room than it is given."""

_WIDE_POWER = len(str(_WIDE)) - 1
_MAX_POWER = 12
_PLAIN = bytes([0x09, 0x0A, *range(0x20, 0x7F)])
_FORM = re.compile("‹(?:U\\+|…)".encode())
_LONG_CONTEXT = re.compile(rf"\n .{{{MAX_CONTEXT_LINE + 1}}}")


def measure_hunks(hunks: Sequence[Hunk], *, crlf: bool) -> int:
    """The bytes of these hunks of one file with their headings, as `annotate` shows them."""
    bodies = [hunk.body for hunk in hunks if hunk.body]
    long = max(map(len, bodies), default=0) > MAX_CONTEXT_LINE
    shown = _measure_text("\n".join(["", *bodies]), crlf=crlf, long=long)
    if not hunks:
        return 0
    if shown is None:
        if len(hunks) > 1:
            return sum(measure_hunks((hunk,), crlf=crlf) for hunk in hunks)
        shown = sum(count_bytes(row) for hunk in hunks for row in show_rows(hunk, crlf=crlf))
    elif _ends(hunks[-1]) > _WIDE:
        shown += sum(map(_measure_wide_numbers, hunks))
    return shown + _measure_headings(hunks)


def measure_rows(hunk: Hunk, *, crlf: bool) -> list[int]:
    """The bytes of each row of a hunk's text, as `annotate` shows it: lines, and marks of missing line feeds."""
    text = f"\n{hunk.body}"
    mixed = hunk.deletions and _ends(hunk) >= _WIDE
    if crlf or mixed or "\n\\" in text or not text.isascii() or _LONG_CONTEXT.search(text):
        return [count_bytes(row) for row in show_rows(hunk, crlf=crlf)]
    if not _shows_itself(text.encode()):
        return [count_bytes(row) for row in show_rows(hunk, crlf=crlf)]
    sizes = [length + len("\n") + _TAG for length in map(len, hunk.body.split("\n"))]
    for power in range(_WIDE_POWER, _MAX_POWER):
        for index in range(max(0, 10**power - hunk.new_start), len(sizes)):
            sizes[index] += 1
    return sizes


def _measure_text(text: str, *, crlf: bool, long: bool) -> int | None:
    """The size of bodies, a line feed before each row, but for wide numbers; None if rows must be shown one by one.

    `long`: a line may be so long that it is cut.
    """
    if crlf:
        text = f"{text}\n".replace("\r\n", "\n").removesuffix("\n")
    marks = text.count("\n\\")
    if marks != text.count(f"\n{NO_NEWLINE}") or (long and _LONG_CONTEXT.search(text)):
        return None
    data = text.encode("utf-8", "surrogatepass")
    # No sign and no line feed makes a character beside it seen or unseen: so all rows can be revealed at once.
    size = len(data) if _shows_itself(data) else count_bytes(reveal(text))
    return size + _TAG * (text.count("\n") - marks)


def _shows_itself(data: bytes) -> bool:
    """Whether `reveal` changes nothing in a text of these bytes; it may say no where it is not sure."""
    special = data.translate(None, _PLAIN)
    if not special:
        return True
    if _FORM.search(data):
        return False
    return all(reveal(char) == char for char in set(special.decode("utf-8", "surrogatepass")))


def _measure_headings(hunks: Sequence[Hunk]) -> int:
    sections = [hunk.section for hunk in hunks if hunk.section]
    joined = "".join(sections)
    if joined.isascii() and joined.isprintable():
        bare = len(hunks) - len(sections)
        return bare * len("@@ @@\n") + len(sections) * len("@@  @@\n") + len(joined)
    return sum(count_bytes(head_hunk(hunk)) for hunk in hunks)


def _ends(hunk: Hunk) -> int:
    """The number behind the last of either side."""
    return max(hunk.old_start + hunk.old_count, hunk.new_start + hunk.new_count)


def _measure_wide_numbers(hunk: Hunk) -> int:
    """The digits beyond five of all numbers of a hunk."""
    if _ends(hunk) <= _WIDE:
        return 0
    wide = _count_digits(hunk.new_start, hunk.new_start + hunk.new_count)
    if not hunk.deletions:
        return wide
    last = hunk.old_start + hunk.old_count - 1
    if _count_digits(last, last + 1) == _count_digits(hunk.old_start, hunk.old_start + 1):
        return wide + hunk.deletions * _count_digits(hunk.old_start, hunk.old_start + 1)
    old = hunk.old_start
    for row in hunk.body.split("\n"):
        if row[0] == "-":
            wide += _count_digits(old, old + 1)
        old += row[0] in "- "
    return wide


def _count_digits(first: int, end: int) -> int:
    """The digits beyond five of the numbers from `first` to before `end`, together."""
    return sum(max(0, end - max(first, 10**power)) for power in range(_WIDE_POWER, _MAX_POWER))
