"""One thread as it counts for an answer: what we said, what people said, and nothing of anybody else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

MOST_REMARKS: Final = 12
"""Remarks of a thread that are told, the latest."""

MOST_CHARACTERS: Final = 4_000
"""Characters of one remark that are told."""

_MARKER = re.compile(r"(?:\A|\n)<!-- lintel:[^\n]* -->\s*\Z")


class Voice(Enum):
    """Whose words count."""

    OURS = "ours"
    PERSON = "person"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A comment of a thread. `text` is untrusted, ours too: a model wrote part of it."""

    comment_id: int
    voice: Voice
    text: str
    edited: bool = False


def pick_remarks(remarks: Iterable[Remark], *, first: int, before: int) -> tuple[Remark, ...]:
    """What is told of the thread that comment `first` began when comment `before` is answered.

    Oldest first, without the first comment, which is the finding itself. What others than people or we wrote does not
    count, nor what was edited: it may have said something else when it was answered, and whoever may write here may
    edit what we said.
    """
    counted = [
        one
        for one in sorted(remarks, key=lambda one: one.comment_id)
        if first < one.comment_id < before and one.voice is not Voice.NOBODY and not one.edited
    ]
    told = (
        Remark(comment_id=one.comment_id, voice=one.voice, text=strip_marker(one.text)[:MOST_CHARACTERS])
        for one in counted[-MOST_REMARKS:]
    )
    return tuple(one for one in told if one.text.strip())


def strip_marker(text: str) -> str:
    """A comment without the hidden marker on its last line."""
    return _MARKER.sub("", text).rstrip()
