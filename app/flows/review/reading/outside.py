"""Which findings of earlier heads still stand off the diff: a model quoted a line that it was shown around a hunk.

The diff cannot tell whether such a line is still there, the file can. One that nobody can tell about stays open.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence

from app.core.change.diff import Patch, Side
from app.core.findings.anchor import find_file, normalise
from app.core.findings.finding import Placed, Source
from app.core.findings.known import FindingState, KnownFinding
from app.core.findings.likeness import alike, is_covered
from app.core.secrecy.further import redact_further
from app.flows.review.change.change import Change
from app.flows.review.change.contents import read_files
from app.repo.git import GitError

_log = logging.getLogger(__name__)
_TRACED = (FindingState.OPEN, FindingState.FIXED)


async def find_outside(change: Change, known: Sequence[KnownFinding]) -> frozenset[int]:
    """The numbers of the known findings whose quote stands in their file at the head, off the diff."""
    patch = change.redacted.patch
    meant = {
        item.number: file.path for item in known if _is_meant(item) and (file := find_file(item.claim.path, patch))
    }
    if not meant:
        return frozenset()
    try:
        contents = await read_files(change.store, change.snapshot.head_sha, sorted(set(meant.values())))
    except GitError as error:
        _log.warning("findings off the diff stay open, because their files could not be read: %s", error)
        contents = {}
    return await asyncio.to_thread(_find, [item for item in known if item.number in meant], meant, contents, change)


def _is_meant(item: KnownFinding) -> bool:
    off_diff = item.placed is Placed.FILE and bool(item.claim.quote.strip())
    return off_diff and item.claim.source is Source.MODEL and item.state in _TRACED


def _find(
    items: Iterable[KnownFinding], meant: Mapping[int, str], contents: Mapping[str, bytes], change: Change
) -> frozenset[int]:
    texts = {path: content.decode("utf-8", "replace") for path, content in contents.items()}
    patch = change.redacted.patch
    lines = {path: _off_diff(path, text, patch) for path, text in redact_further(texts, change.redacted.known).items()}
    return frozenset(item.number for item in items if _stands(item, lines.get(meant[item.number])))


def _off_diff(path: str, text: str, patch: Patch) -> frozenset[str]:
    shown = patch.by_path[path].commentable
    rows = enumerate(text.split("\n"), start=1)
    return frozenset(normalise(row) for number, row in rows if (Side.RIGHT, number) not in shown)


def _stands(item: KnownFinding, lines: frozenset[str] | None) -> bool:
    if lines is None:
        return item.state is FindingState.OPEN
    quote = normalise(item.claim.quote)
    return quote in lines or any(alike(quote, line) for line in lines if is_covered(quote) or is_covered(line))
