"""Which files of a change say what is built, shipped and run: their kinds, by the path at head."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Final

from app.core.change.classes.delivery import MAX_TEXT, Delivery, find_deliveries, may_tell
from app.core.change.diff import FilePatch, FileStatus, Patch
from app.flows.review.change.contents import read_files
from app.repo.git import GitError
from app.repo.objects import GitStore

MAX_FILES: Final = 2_000
"""Files that are read because their path does not tell all."""

MAX_BYTES: Final = 32 << 20
_WHOLE: Final = frozenset({FileStatus.ADDED, FileStatus.REMOVED})
_log = logging.getLogger(__name__)


async def find_delivery_files(store: GitStore, head: str, patch: Patch) -> dict[str, tuple[Delivery, ...]]:
    """The kinds of each file that has one, by its old and new path, and by its text where that may tell more.

    Of a file that is not read (git fails, too large, more than `MAX_FILES`) the lines of the diff are its text. What is
    missed so costs a reviewer some notes and excuses no line from being read.
    """
    asked = [file.path for file in patch.files if file.status not in _WHOLE and file.hunks and may_tell(file.path)]
    try:
        contents = await read_files(store, head, asked[:MAX_FILES], max_total_bytes=MAX_BYTES)
    except GitError as error:
        _log.warning("what kind of file it is, is told by the diff alone, because files could not be read: %s", error)
        contents = {}
    # Every line of the change may be looked at: in the loop that would stop heartbeats.
    return await asyncio.to_thread(_find, patch, contents)


def _find(patch: Patch, contents: Mapping[str, bytes]) -> dict[str, tuple[Delivery, ...]]:
    found: dict[str, tuple[Delivery, ...]] = {}
    for file in patch.files:
        text = _text_of(file, contents) if may_tell(file.path) or may_tell(file.old_path) else ""
        told = {*find_deliveries(file.path, text), *find_deliveries(file.old_path, text)}
        if told:
            found[file.path] = tuple(kind for kind in Delivery if kind in told)
    return found


def _text_of(file: FilePatch, contents: Mapping[str, bytes]) -> str:
    content = contents.get(file.path)
    if content is not None:
        return content[: MAX_TEXT * 4].decode("utf-8", "replace")
    rows: list[str] = []
    room = MAX_TEXT
    for hunk in file.hunks:
        rows += (row[1:] for row in hunk.body[:room].split("\n"))
        room -= len(hunk.body)
        if room <= 0:
            break
    return "\n".join(rows)
