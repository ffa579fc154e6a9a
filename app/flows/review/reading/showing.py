"""What a model is shown of a chunk: its hunks with more of the file around them, all without secrets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from app.core.change.annotate import annotate
from app.core.change.context.widening import widen
from app.core.change.diff import FilePatch, FileStatus
from app.core.change.memory.beside import show_beside
from app.core.change.plan import Chunk
from app.core.change.tokens import TokenRate
from app.core.secrecy.further import redact_further
from app.flows.review.change.change import Change
from app.flows.review.change.contents import read_files
from app.repo.git import GitError

MAX_CHUNK_BYTES = 16 << 20
"""The contents that are held at once: one chunk's."""

_WHOLE = (FileStatus.ADDED, FileStatus.REMOVED)

_log = logging.getLogger(__name__)


async def show_chunk(change: Change, chunk: Chunk, limit_tokens: int, rate: TokenRate) -> str:
    """The annotated diff of a chunk, widened as far as `limit_tokens` allow; the same each time it is asked for.

    What was read before of its files stands beside it, as far as there is room.

    A file whose content is not at hand or too large is shown as its diff has it.
    """
    paths = [part.file.path for part in chunk.files if _has_surroundings(part.file)]
    head = change.snapshot.head_sha
    try:
        contents = await read_files(change.store, head, paths, max_total_bytes=MAX_CHUNK_BYTES)
    except GitError as error:
        # More context is a courtesy: the change itself has been read.
        _log.warning("chunk %d is shown without more context: %s", chunk.number, error)
        contents = {}
    # Redaction and layout walk every byte: in the loop they would stop heartbeats.
    return await asyncio.to_thread(_show, chunk, contents, change, limit_tokens, rate)


def _show(chunk: Chunk, contents: Mapping[str, bytes], change: Change, limit_tokens: int, rate: TokenRate) -> str:
    texts = {path: content.decode("utf-8", "replace") for path, content in contents.items()}
    redacted = redact_further(texts, change.redacted.known)
    wide = widen(chunk, redacted, limit_tokens, rate)
    return annotate(show_beside(wide, change.plan.read_before, redacted, limit_tokens, rate))


def _has_surroundings(file: FilePatch) -> bool:
    return bool(file.hunks) and file.status not in _WHOLE and not file.submodule and not file.symlink
