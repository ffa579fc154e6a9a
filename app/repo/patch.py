"""The change between two commits as a `Patch`, from git itself.

GitHub shows the difference from the merge base with three lines of context, git's default algorithm and renames found
at half likeness; so does this. No attribute of the repository has any effect: git reads none in a bare repository,
so `-diff` or `binary` in a pull request's `.gitattributes` hides nothing. A file is binary where git says so by
content: a NUL among its first 8,000 bytes.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from app.core.change.diff import FilePatch, Hunk, Patch
from app.repo.git import GitFailedError, GitOutputTooLargeError, Limits
from app.repo.hunks import HunksUnreadableError, read_hunks
from app.repo.inventory import Change, InventoryUnreadableError, read_counted, read_raw
from app.repo.objects import GitStore
from app.repo.trees import show_path

MAX_PATCH_BYTES = 256 << 20
MAX_FILE_BYTES = 64 << 20
_MAX_EXCLUDED_BYTES = 500_000
_SECTION = b"diff --git "
_NEXT = b"\n" + _SECTION
_INDEX = re.compile(rb"^index ([0-9a-f]+)\.\.([0-9a-f]+)", re.MULTILINE)
_TREES = ("diff-tree", "-r", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--no-color", "--submodule=short")
_ALGORITHM = "--diff-algorithm=default"
_TEXT = ("--patch", "--full-index", "--src-prefix=a/", "--dst-prefix=b/")
_FAULT_MISSING = "its content was not fetched: a version of it is too large, or too many are missing"
_FAULT_UNCOUNTED = "contents of too many files were not fetched, so none were compared"
_FAULT_TOO_LARGE = f"the change of all files together is larger than {MAX_PATCH_BYTES >> 20} MB"
_FAULT_FILE_TOO_LARGE = f"its change is larger than {MAX_FILE_BYTES >> 20} MB"
_FAULT_PATH = "its path is not UTF-8, so GitHub cannot address it"
_FAULT_COUNTS = "the lines read are not as many as git counted"
_FAULT_COMBINED = "git wrote it as a change from more than one version"
_FAULT_SECTION = "git's text of the change belongs to other contents"


class _Way(NamedTuple):
    """How git is asked to compare."""

    context: int
    renames: str


_Section = tuple[int, int]
"""Where one file's part of git's text begins, and where the next one does."""


async def read_patch(store: GitStore, merge_base: str, head: str, *, context: int = 3, renames: bool = True) -> Patch:
    """Everything that changed from `merge_base` to `head` (full ids of commits or trees), in git's order.

    Without `renames` a file that got another name is one that was removed and one that was added.
    A file whose change cannot be read has a `fault` and costs itself only. Raises GitError where git fails as a whole
    and InventoryUnreadableError where its answers contradict each other.
    """
    ends = (store.object_id(merge_base), store.object_id(head))
    way = _Way(context, "--find-renames" if renames else "--no-renames")
    try:
        files = await _compare(store, ends, way)
    except GitFailedError:
        # git gives up at the first blob it needs and does not find, so a comparison that ends well needed no other
        files = await _compare_present(store, ends, way)
    return Patch(merge_base, head, tuple(files))


async def _compare_present(store: GitStore, ends: tuple[str, str], way: _Way) -> list[FilePatch]:
    """The changes whose blobs are here, and the others with a fault. Raises GitFailedError where none is missing."""
    listed = read_raw(await store.run((*_TREES, "--raw", "-z", "--no-renames", *ends)))
    sizes = await store.sizes([name for change in listed for name in change.blobs])
    missing = [change for change in listed if any(sizes[name] is None for name in change.blobs)]
    if sum(len(change.path) + 32 for change in missing) > _MAX_EXCLUDED_BYTES:
        return [_faulted(change, _FAULT_UNCOUNTED) for change in listed]
    files = await _compare(store, ends, way, _all_but(missing))
    files += [_faulted(change, _FAULT_MISSING) for change in missing]
    return sorted(files, key=lambda file: file.path.encode())


async def _compare(store: GitStore, ends: tuple[str, str], way: _Way, paths: Sequence[str] = ()) -> list[FilePatch]:
    counting = (*_TREES, way.renames, _ALGORITHM, "--raw", "--numstat", "-z", *ends, *paths)
    writing = (*_TREES, way.renames, _ALGORITHM, *_TEXT, f"-U{way.context:d}", *ends, *paths)
    try:
        async with asyncio.TaskGroup() as group:
            listing = group.create_task(store.run(counting, literal=False))
            text = group.create_task(_write(store, writing))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return await asyncio.to_thread(_read_files, read_counted(listing.result()), text.result())


async def _write(store: GitStore, arguments: Sequence[str]) -> bytes | None:
    try:
        return await store.run(arguments, literal=False, limits=Limits(output_bytes=MAX_PATCH_BYTES))
    except GitOutputTooLargeError:
        return None


def _all_but(missing: Sequence[Change]) -> list[str]:
    """Arguments that keep git off `missing`: one absent blob would fail the whole comparison."""
    if not missing:
        return []
    excluded = (change.path.decode("utf-8", "surrogateescape") for change in missing)
    return ["--", ":(top)", *(f":(top,exclude,literal){path}" for path in excluded)]


def _read_files(changes: Sequence[Change], text: bytes | None) -> list[FilePatch]:
    """Each change with its part of git's text. Pure, and slow for large changes."""
    if text is None:
        return [_faulted(change, _FAULT_TOO_LARGE) for change in changes]
    sections = _split(text)
    if len(sections) != sum(change.sections for change in changes):
        raise InventoryUnreadableError("git wrote another number of files than it listed")
    files = []
    at = 0
    for change in changes:
        files.append(_read_file(change, text, sections[at : at + change.sections]))
        at += change.sections
    return files


def _split(text: bytes) -> list[_Section]:
    """Git's text file by file.

    A line of content begins with a blank, `+`, `-` or a backslash, and a line feed in a path is quoted, so only a
    header begins with `diff`.
    """
    if not text:
        return []
    if not text.startswith(_SECTION):
        raise InventoryUnreadableError("git's text of the change does not begin with a file")
    starts = [0]
    while (at := text.find(_NEXT, starts[-1])) >= 0:
        starts.append(at + 1)
    return list(pairwise((*starts, len(text))))


def _read_file(change: Change, text: bytes, sections: Sequence[_Section]) -> FilePatch:
    if change.counts is None:
        return _describe(change, binary=True)
    try:
        change.path.decode()
        change.old_path.decode()
    except UnicodeDecodeError:
        return _faulted(change, _FAULT_PATH)
    try:
        hunks = tuple(hunk for section in sections for hunk in _read_section(change, text, section))
    except HunksUnreadableError as error:
        return _faulted(change, str(error))
    if _count(hunks) != change.counts:
        return _faulted(change, _FAULT_COUNTS)
    return _describe(change, hunks=hunks)


def _read_section(change: Change, text: bytes, section: _Section) -> tuple[Hunk, ...]:
    start, end = section
    if end - start > MAX_FILE_BYTES:
        raise HunksUnreadableError(_FAULT_FILE_TOO_LARGE)
    first = text.find(b"\n@@", start, end)
    head = text[start : end if first < 0 else first]
    if b"\ndiff " in head:
        raise HunksUnreadableError(_FAULT_COMBINED)
    if first < 0:
        return ()
    index = _INDEX.search(head)
    if index is None or not {index[1].decode(), index[2].decode()} <= {change.old_id, change.new_id, _zero(change)}:
        raise HunksUnreadableError(_FAULT_SECTION)
    return read_hunks(text, first + 1, end)


def _zero(change: Change) -> str:
    return "0" * len(change.old_id)


def _count(hunks: Sequence[Hunk]) -> tuple[int, int]:
    return sum(hunk.additions for hunk in hunks), sum(hunk.deletions for hunk in hunks)


def _describe(
    change: Change, *, hunks: tuple[Hunk, ...] = (), binary: bool = False, fault: str | None = None
) -> FilePatch:
    added, removed = change.counts or (0, 0)
    return FilePatch(
        path=show_path(change.path),
        old_path=show_path(change.old_path),
        status=change.status,
        old_mode=change.old_mode,
        new_mode=change.new_mode,
        binary=binary,
        hunks=hunks,
        additions=added,
        deletions=removed,
        fault=fault,
    )


def _faulted(change: Change, fault: str) -> FilePatch:
    return _describe(change, fault=fault)
