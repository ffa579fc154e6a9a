"""A fence around untrusted text in a prompt, which the text cannot close."""

from __future__ import annotations

import hashlib

MARK_BYTES = 8


def fence(label: str, data: str) -> str:
    """`data` between an opening and a closing line that both carry a mark which does not occur in `data`.

    The mark is derived from the data, so that equal data give equal prompts (they share a cache entry, and the
    digest of a request is stable), and whoever writes the data cannot know a mark that will stand around it: each
    guess written into the data changes the mark.
    """
    mark = _mark(data)
    return f"<<<BEGIN {label} {mark}\n{data}\n{mark} END {label}>>>"


def _mark(data: str) -> str:
    """The shortest prefix of the data's SHAKE-256 in hex, from `MARK_BYTES` bytes up, that the data do not hold.

    It ends because a mark longer than the data cannot stand in them.
    """
    digest = hashlib.shake_256(data.encode("utf-8", "surrogatepass"))
    lowered = data.lower()
    size = MARK_BYTES
    while (mark := digest.hexdigest(size)) in lowered:
        size += 1
    return mark
