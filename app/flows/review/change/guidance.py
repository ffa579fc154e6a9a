"""The written rules of a base: found at its tip alone, so that no change edits its own judge.

Nothing in the way of that is silent: what could not be read is named in the rulebook, and the review goes on without.
"""

from __future__ import annotations

import asyncio
import logging
import posixpath
from collections.abc import Mapping, Sequence

from app.core.gate.policy import POLICY_PATH, ReviewPolicy
from app.core.rules.compiling import compile_rules
from app.core.rules.guidance import MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, Guidance, find_guidance
from app.core.rules.rule import Rulebook, Unread
from app.repo.git import GitError
from app.repo.objects import BlobFault, GitStore
from app.repo.trees import TreeEntry

_log = logging.getLogger(__name__)

_FAULTS = {
    BlobFault.MISSING: "its content was not fetched",
    BlobFault.TOO_LARGE: f"it has more than {MAX_FILE_BYTES // 1024} KiB, or all guidance more than "
    f"{MAX_TOTAL_BYTES >> 20} MiB",
    BlobFault.NOT_A_BLOB: "it is no file",
}
ALL_GUIDANCE = "the base's guidance"
"""Stands for the paths where they could not be listed."""


async def read_rulebook(store: GitStore, base_sha: str, policy: ReviewPolicy) -> Rulebook:
    """The rules that `base_sha` has written down and its policy declares; none where the policy has the lens off."""
    if not policy.lenses.rules:
        return Rulebook()
    try:
        entries = {entry.path: entry for entry in await store.list_tree(base_sha)}
        found = find_guidance(entries, policy.guidance)
        own = [entries[POLICY_PATH]] if policy.rules and POLICY_PATH in entries else []
        contents = await _read(store, [*own, *(entries[one.path] for one in found[:MAX_FILES])])
    except GitError as error:
        _log.warning("the guidance of %s is not read: %s", base_sha[:12], error)
        return compile_rules(policy.rules, (), [Unread(ALL_GUIDANCE, "git could not list or read it")])
    # Parsing takes its time, and in the loop it would stop heartbeats.
    return await asyncio.to_thread(_compile, policy, found, entries, contents)


async def _read(store: GitStore, entries: Sequence[TreeEntry]) -> dict[str, bytes | BlobFault]:
    """By path; a symbolic link's content is where it leads."""
    names = [entry.object_id for entry in entries]
    blobs = await store.read_blobs(names, max_bytes=MAX_FILE_BYTES, max_total_bytes=MAX_TOTAL_BYTES)
    return {entry.path: blobs[entry.object_id] for entry in entries}


def _compile(
    policy: ReviewPolicy,
    found: Sequence[Guidance],
    entries: Mapping[str, TreeEntry],
    contents: Mapping[str, bytes | BlobFault],
) -> Rulebook:
    texts: list[tuple[Guidance, str]] = []
    unread: list[Unread] = []
    for guidance in found:
        content = contents.get(guidance.path)
        if content is None:
            unread.append(Unread(guidance.path, f"there are more than {MAX_FILES} files of guidance"))
        elif isinstance(content, BlobFault):
            unread.append(Unread(guidance.path, _FAULTS[content]))
        elif entries[guidance.path].regular:
            texts.append((guidance, content.decode("utf-8", "replace")))
        elif not _leads_to_guidance(guidance.path, content, contents):
            unread.append(Unread(guidance.path, "it is a symbolic link, and none is followed"))
    own = contents.get(POLICY_PATH)
    policy_text = own.decode("utf-8", "replace") if isinstance(own, bytes) else ""
    return compile_rules(policy.rules, texts, unread, policy_text=policy_text)


def _leads_to_guidance(path: str, target: bytes, contents: Mapping[str, bytes | BlobFault]) -> bool:
    """Whether a link only repeats guidance that is read anyway."""
    place = posixpath.normpath(posixpath.join(posixpath.dirname(path), target.decode("utf-8", "replace")))
    return place in contents
