"""Texts of git as they come out of a broken pipe, a bad disk or somebody's hands."""

from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import strategies as st

Damage = Callable[[bytes], bytes]

_COUNT = re.compile(rb"(?<=[-+,])[0-9]+(?=[ ,])")
_STRAY = [b"", b" ", b"\\ No newline at end of file", b"@@ -1 +1 @@", b"@@@ -1 -1 +1 @@@", b"diff --git a/a b/a", b"+x"]


def _cut(at: int) -> Damage:
    return lambda text: text[: at % (len(text) + 1)]


def _drop_line(at: int) -> Damage:
    def drop(text: bytes) -> bytes:
        rows = text.split(b"\n")
        del rows[at % len(rows)]
        return b"\n".join(rows)

    return drop


def _put_line(at: int, line: bytes) -> Damage:
    def put(text: bytes) -> bytes:
        rows = text.split(b"\n")
        rows.insert(at % (len(rows) + 1), line)
        return b"\n".join(rows)

    return put


def _flip(at: int, mask: int) -> Damage:
    def flip(text: bytes) -> bytes:
        where = at % len(text) if text else 0
        return text[:where] + bytes(byte ^ mask for byte in text[where : where + 1]) + text[where + 1 :]

    return flip


def _recount(at: int, count: int) -> Damage:
    def recount(text: bytes) -> bytes:
        found = [match.span() for match in _COUNT.finditer(text)]
        if not found:
            return text
        start, end = found[at % len(found)]
        return b"%b%d%b" % (text[:start], count, text[end:])

    return recount


_at = st.integers(0, 2_000)
damages: st.SearchStrategy[Damage] = st.one_of(
    st.builds(_cut, _at),
    st.builds(_drop_line, _at),
    st.builds(_put_line, _at, st.sampled_from(_STRAY)),
    st.builds(_flip, _at, st.integers(1, 255)),
    st.builds(_recount, _at, st.integers(0, 9)),
)
"""Each makes another text of one."""
