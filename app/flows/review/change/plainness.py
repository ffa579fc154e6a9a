"""Which files hold no literal of several lines, where white space alone changes: only there it cannot mean anything."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from app.core.change.diff import Patch
from app.core.change.sweep.settling import LEAST_FILES
from app.core.change.sweep.spacing import find_spaced, may_hold_long_literal
from app.flows.review.change.contents import read_files
from app.repo.git import GitError
from app.repo.objects import GitStore

FILES_AT_ONCE = 200
MAX_BYTES_AT_ONCE = 16 << 20
MAX_FILES = 10_000

_log = logging.getLogger(__name__)


async def find_plain_files(store: GitStore, head: str, patch: Patch) -> frozenset[str]:
    """The paths of such files at `head`, as far as they could be read; none where too few are in question for a sweep.

    A file that is not among them is shown in full, so that a failure to read it costs money and hides nothing.
    """
    # Both look at every line: in the loop they would stop heartbeats.
    spaced = (await asyncio.to_thread(find_spaced, patch.files))[:MAX_FILES]
    if len(spaced) < LEAST_FILES:
        return frozenset()
    plain: set[str] = set()
    for start in range(0, len(spaced), FILES_AT_ONCE):
        paths = spaced[start : start + FILES_AT_ONCE]
        try:
            contents = await read_files(store, head, paths, max_total_bytes=MAX_BYTES_AT_ONCE)
        except GitError as error:
            _log.warning("changes of white space are read file by file, because files could not be: %s", error)
            break
        plain |= await asyncio.to_thread(_pick_plain, contents)
    return frozenset(plain)


def _pick_plain(contents: Mapping[str, bytes]) -> set[str]:
    texts = ((path, content.decode("utf-8", "replace")) for path, content in contents.items())
    return {path for path, text in texts if not may_hold_long_literal(text)}
