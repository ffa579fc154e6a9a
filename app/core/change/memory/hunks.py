"""What models have read of a pull request: hunks by what they are, each with who read it and at which head."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from app.core.change.diff import FilePatch, Hunk


@dataclass(frozen=True, slots=True)
class ReadHunk:
    """A hunk that was read to its end at `head` (a SHA), under `reader`: all that made the reading, as text."""

    digest: str
    reader: str
    head: str


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last review of a pull request left as read. `head` and `base_ref` are what that review was of.

    `about` is what a model said then that the change does: for people alone.
    """

    head: str = ""
    base_ref: str = ""
    hunks: tuple[ReadHunk, ...] = ()
    about: str = ""


def digest_hunk(file: FilePatch, hunk: Hunk) -> str:
    """The identity of a hunk: SHA-256 in hex over its file, the definition it stands in, and its text with context.

    Where it begins in the old version is part of it: that is the one thing which tells equal hunks of a file apart,
    and no push of the author can move it. Where it begins in the new version is not: lines added above move that.
    """
    parts = [
        file.path,
        file.old_path,
        file.status.value,
        file.old_mode,
        file.new_mode,
        hunk.section,
        hunk.old_start,
        hunk.body,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()
