"""The stage that says which paths of a change are sensitive, and whose they are by the CODEOWNERS at the base's tip."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.core.change.classes.classify import is_vendored
from app.core.change.diff import FileStatus, Patch
from app.core.gate.policy import Policy
from app.core.people.owners import CODEOWNERS_PATHS, MAX_BYTES, Owners, find_codeowners, read_owners
from app.core.people.sensitivity import Sensitive, SensitiveKind, find_sensitive
from app.core.text.plural import count
from app.repo.git import GitError
from app.repo.objects import BlobFault, GitStore

_KINDS: Final = {kind: order for order, kind in enumerate(SensitiveKind)}
_FAULTS: Final = {
    BlobFault.MISSING: "its content was not fetched",
    BlobFault.TOO_LARGE: f"it has more than {MAX_BYTES >> 20} MiB, and GitHub does not load it either",
    BlobFault.NOT_A_BLOB: "it is no file",
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Owned:
    """The sensitive paths, those that matter most first. `gap` says what is not known of their owners, a sentence."""

    sensitive: tuple[Sensitive, ...] = ()
    gap: str = ""


async def find_owned(store: GitStore, base: str, patch: Patch, policy: Policy) -> Owned:
    """The sensitive paths of a change, by old and new names. That nobody can tell the owners is said, never raised."""
    paths = list(dict.fromkeys(_name_paths(patch)))
    found = await asyncio.to_thread(find_sensitive, paths, policy.people.sensitive, Owners())
    if not found:
        return Owned()
    owners, gap = await _read_owners(store, base)
    if owners.rules:
        paths = [item.path for item in found]
        found = await asyncio.to_thread(find_sensitive, paths, policy.people.sensitive, owners)
    return Owned(tuple(sorted(found, key=_rank)), gap)


def _name_paths(patch: Patch) -> Iterator[str]:
    """Every path that is not as it was. What a copy was made of stays as it is."""
    for file in patch.files:
        yield file.path
        if file.status is not FileStatus.COPIED:
            yield file.old_path


def _rank(item: Sensitive) -> tuple[bool, int, str]:
    return is_vendored(item.path), _KINDS[item.kind], item.path


async def _read_owners(store: GitStore, base: str) -> tuple[Owners, str]:
    try:
        entries = {entry.path: entry for entry in await store.list_tree(base, CODEOWNERS_PATHS)}
        path = find_codeowners(entries)
        if path is None:
            return Owners(), ""
        if not entries[path].regular:
            return Owners(), f"Owners are not known: {path} is no ordinary file."
        name = entries[path].object_id
        content = (await store.read_blobs([name], max_bytes=MAX_BYTES))[name]
    except GitError as error:
        _log.warning("the owners at %s are not known: %s", base[:12], error)
        return Owners(), "Owners are not known: git could not read CODEOWNERS."
    if isinstance(content, BlobFault):
        return Owners(), f"Owners are not known: {path} is not read, because {_FAULTS[content]}."
    owners = await asyncio.to_thread(read_owners, content.decode("utf-8", "replace"))
    return owners, _tell_faults(path, owners)


def _tell_faults(path: str, owners: Owners) -> str:
    """What of the file does not count. Its words are not repeated: they are anybody's."""
    whole = next((fault.message for fault in owners.faults if not fault.line), None)
    if whole is not None:
        return f"Owners are not known: {path} is not used, because {whole}."
    if not owners.faults:
        return ""
    lines = count(len(owners.faults), "line")
    return f"{path} has {lines} that nobody understands, the first at {owners.faults[0].line}."
