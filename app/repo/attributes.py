"""Reads the `.gitattributes` that stand above some paths in one tree, within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from app.core.change.classes.attributes import Attributes
from app.repo.objects import GitStore
from app.repo.trees import TreeEntry

NAME = ".gitattributes"

MAX_FILES = 1000
MAX_BYTES = 256 * 1024
MAX_TOTAL_BYTES = 2 << 20
MAX_DEPTH = 64
MAX_ASKED = 4 << 20
"""Characters that all names asked for may have together."""


async def read_attributes(store: GitStore, revision: str, paths: Iterable[str]) -> Attributes:
    """What `revision`, the tip of the base branch, says about `paths` (of files, old and new names).

    Read are the file at the root and those in all directories above the paths; symbolic links are not followed, as in
    git. Attributes excuse lines from review, so one that stands there and cannot be read (more than `MAX_BYTES`, more
    files than `MAX_FILES` or deeper than `MAX_DEPTH`, not fetched) leaves nothing excused in its directory: more is
    read then, never less. Raises GitFailedError where the revision is not in the repository.
    """
    asked, unasked = _directories(paths)
    names = {_name(directory): directory for directory in asked}
    entries = [entry for entry in await store.list_tree(revision, list(names)) if entry.path in names and entry.regular]
    entries.sort(key=_nearest_to_root)
    wanted = dict.fromkeys(entry.object_id for entry in entries[:MAX_FILES])
    blobs = await store.read_blobs(list(wanted), max_bytes=MAX_BYTES, max_total_bytes=MAX_TOTAL_BYTES)
    texts: dict[str, bytes | None] = dict.fromkeys(unasked)
    for entry in entries:
        content = blobs.get(entry.object_id)
        texts[names[entry.path]] = content if isinstance(content, bytes) else None
    # Thousands of lines take their time, and in the loop they would stop heartbeats.
    return await asyncio.to_thread(Attributes.gather, texts)


def _directories(paths: Iterable[str]) -> tuple[list[str], list[str]]:
    """The directories above the paths that are asked about, the root first, and the uppermost of those that are not."""
    asked = {"": None}
    unasked: dict[str, None] = {}
    room = MAX_ASKED
    for directory in dict.fromkeys(path.rpartition("/")[0] for path in paths):
        for above in reversed(_unknown(directory, asked)):
            room -= len(above) + 1
            if room < 0 or above.count("/") >= MAX_DEPTH:
                unasked[above] = None
                break
            asked[above] = None
    return list(asked), list(unasked)


def _unknown(directory: str, known: dict[str, None]) -> list[str]:
    """The directory and those above it until a known one, from the lowest."""
    if (depth := directory.count("/")) > MAX_DEPTH:
        directory = directory.rsplit("/", depth - MAX_DEPTH)[0]
    found: list[str] = []
    while directory not in known:
        found.append(directory)
        directory = directory.rpartition("/")[0]
    return found


def _name(directory: str) -> str:
    return f"{directory}/{NAME}" if directory else NAME


def _nearest_to_root(entry: TreeEntry) -> tuple[int, str]:
    return entry.path.count("/"), entry.path
