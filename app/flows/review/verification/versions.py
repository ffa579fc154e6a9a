"""Both versions of changed files as a model may see them: line by line, without secrets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.core.change.diff import FileStatus, Side
from app.core.findings.tree import TreeTexts
from app.core.secrecy.further import redact_further
from app.flows.review.change.change import Change
from app.flows.review.change.contents import read_files
from app.repo.git import GitError

MAX_BYTES = 16 << 20
"""The contents of one version that are held at once."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Versions:
    """Lines by version and path at head; what was not at hand, or too large, is missing."""

    texts: Mapping[tuple[Side, str], Sequence[str]] = field(default_factory=dict)

    def of(self, wanted: Side) -> dict[str, Sequence[str]]:
        """One version, by path at head."""
        return {path: lines for (side, path), lines in self.texts.items() if side is wanted}

    def beside(self, tree: TreeTexts) -> Versions:
        """These, and what else of the tree at the head was read."""
        return Versions({(Side.RIGHT, path): lines for path, lines in tree.lines.items()} | dict(self.texts))


async def read_versions(change: Change, paths: Sequence[str]) -> Versions:
    """Both versions of these files of the change."""
    by_path = change.redacted.patch.by_path
    files = [by_path[path] for path in paths if path in by_path and not by_path[path].submodule]
    after = {file.path: file.path for file in files if file.status is not FileStatus.REMOVED}
    before = {file.path: file.old_path for file in files if file.status is not FileStatus.ADDED}
    contents: dict[str, bytes] = {}
    try:
        for side, revision, names in (
            (Side.RIGHT, change.snapshot.head_sha, after),
            (Side.LEFT, change.snapshot.merge_base, before),
        ):
            found = await read_files(change.store, revision, sorted(set(names.values())), max_total_bytes=MAX_BYTES)
            contents |= {f"{side}:{path}": found[name] for path, name in names.items() if name in found}
    except GitError as error:
        # More than the diff is a courtesy to a second reader: the change itself has been read.
        _log.warning("claims are looked at by the diff alone: %s", error)
        return Versions()
    # Redaction walks every byte: in the loop it would stop heartbeats.
    return await asyncio.to_thread(_split, contents, change.redacted.known)


def _split(contents: Mapping[str, bytes], known: Mapping[str, str]) -> Versions:
    shown = redact_further({key: content.decode("utf-8", "replace") for key, content in contents.items()}, known)
    keys = {key: key.partition(":") for key in shown}
    return Versions({(Side(keys[key][0]), keys[key][2]): text.split("\n") for key, text in shown.items()})
