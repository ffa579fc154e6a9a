"""Whole files of the tree at the head, part of the change or not, as a model may see them: lines without secrets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from app.core.findings.tree import TreeTexts
from app.core.secrecy.further import redact_further
from app.flows.review.change.change import Change
from app.repo.git import GitError
from app.repo.objects import BlobFault

MAX_FILE_BYTES = 1 << 20
MAX_TOTAL_BYTES = 16 << 20
"""Bytes of one file, and of all that are read at once."""

_log = logging.getLogger(__name__)


async def read_tree_texts(change: Change, paths: Iterable[str]) -> TreeTexts:
    """The regular files among `paths`, which may be anything that a model wrote. Links are not followed."""
    wanted = sorted(set(paths))
    if not wanted:
        return TreeTexts()
    try:
        asked = frozenset(wanted)
        listed = await change.store.list_tree(change.snapshot.head_sha, wanted)
        entries = {entry.path: entry.object_id for entry in listed if entry.regular and entry.path in asked}
        blobs = await change.store.read_blobs(
            list(entries.values()), max_bytes=MAX_FILE_BYTES, max_total_bytes=MAX_TOTAL_BYTES
        )
    except GitError as error:
        _log.warning("files of the tree at the head could not be read: %s", error)
        return TreeTexts(unread=frozenset(wanted))
    contents = {path: blobs[object_id] for path, object_id in entries.items()}
    texts = {
        path: content.decode("utf-8", "replace") for path, content in contents.items() if isinstance(content, bytes)
    }
    unread = frozenset(path for path, content in contents.items() if isinstance(content, BlobFault))
    # Redaction walks every byte: in the loop it would stop heartbeats.
    covered = await asyncio.to_thread(redact_further, texts, change.redacted.known)
    return TreeTexts({path: text.split("\n") for path, text in covered.items()}, unread)
