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
from dataclasses import replace

from app.core.change.diff import FilePatch, Hunk, Patch
from app.repo.git import GitOutputTooLargeError, Limits
from app.repo.hunks import HunksUnreadableError, read_hunks
from app.repo.inventory import Change, InventoryUnreadableError, read_counted, read_raw
from app.repo.objects import GitStore, checked, show_path

MAX_PATCH_BYTES = 256 << 20
MAX_FILE_BYTES = 64 << 20
_MAX_EXCLUDED_BYTES = 500_000
_SECTION = b"diff --git "
_INDEX = re.compile(rb"^index ([0-9a-f]+)\.\.([0-9a-f]+)", re.MULTILINE)
_TREES = ("diff-tree", "-r", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--no-color", "--submodule=short")
_RENAMES = ("--find-renames", "--diff-algorithm=default")
_TEXT = ("--patch", "--full-index", "--src-prefix=a/", "--dst-prefix=b/")
_FAULT_MISSING = "its content was not fetched: a version of it is too large"
_FAULT_UNCOUNTED = "contents of too many files were not fetched, so none were compared"
_FAULT_TOO_LARGE = f"the change of all files together is larger than {MAX_PATCH_BYTES >> 20} MB"
_FAULT_FILE_TOO_LARGE = f"its change is larger than {MAX_FILE_BYTES >> 20} MB"
_FAULT_PATH = "its path is not UTF-8, so GitHub cannot address it"
_FAULT_COUNTS = "the lines read are not as many as git counted"
_FAULT_SECTION = "git's text of the change belongs to other contents"


async def read_patch(store: GitStore, merge_base: str, head: str, *, context: int = 3) -> Patch:
    """Everything that changed from `merge_base` to `head` (full ids of commits or trees), in git's order.

    A file whose change cannot be read has a `fault` and costs itself only. Raises GitError where git fails as a whole
    and InventoryUnreadableError where its answers contradict each other.
    """
    ends = (checked(merge_base), checked(head))
    listed = read_raw(await store.run((*_TREES, "--raw", "-z", "--no-renames", *ends)))
    sizes = await store.sizes([name for change in listed for name in change.blobs])
    missing = [change for change in listed if any(sizes[name] is None for name in change.blobs)]
    if sum(len(change.path) + 32 for change in missing) > _MAX_EXCLUDED_BYTES:
        return Patch(merge_base, head, tuple(_faulted(change, _FAULT_UNCOUNTED) for change in listed))
    paths = _all_but(missing)
    counting = (*_TREES, *_RENAMES, "--raw", "--numstat", "-z", *ends, *paths)
    writing = (*_TREES, *_RENAMES, *_TEXT, f"-U{context:d}", *ends, *paths)
    listing, text = await asyncio.gather(store.run(counting, literal=False), _write(store, writing))
    files = await asyncio.to_thread(_read_files, read_counted(listing), text)
    if missing:
        files += [_faulted(change, _FAULT_MISSING) for change in missing]
        files.sort(key=lambda file: file.path.encode())
    return Patch(merge_base, head, tuple(files))


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
        files.append(_read_file(change, sections[at : at + change.sections]))
        at += change.sections
    return files


def _split(text: bytes) -> list[bytes]:
    """Git's text file by file.

    A line of content begins with a blank, `+`, `-` or a backslash, and a line feed in a path is quoted, so only a
    header begins with `diff`.
    """
    if not text:
        return []
    if not text.startswith(_SECTION):
        raise InventoryUnreadableError("git's text of the change does not begin with a file")
    return (b"\n" + text).split(b"\n" + _SECTION)[1:]


def _read_file(change: Change, sections: Sequence[bytes]) -> FilePatch:
    if change.counts is None:
        return replace(_describe(change), binary=True)
    try:
        change.path.decode()
        change.old_path.decode()
    except UnicodeDecodeError:
        return _faulted(change, _FAULT_PATH)
    try:
        hunks = tuple(hunk for section in sections for hunk in _read_section(change, section))
    except HunksUnreadableError as error:
        return _faulted(change, str(error))
    if _count(hunks) != change.counts:
        return _faulted(change, _FAULT_COUNTS)
    return replace(_describe(change), hunks=hunks)


def _read_section(change: Change, section: bytes) -> tuple[Hunk, ...]:
    if len(section) > MAX_FILE_BYTES:
        raise HunksUnreadableError(_FAULT_FILE_TOO_LARGE)
    start = section.find(b"\n@@ ")
    if start < 0:
        return ()
    # the section's last line feed was taken by the split, that of the last section was not
    body = section[start + 1 :]
    index = _INDEX.search(section, 0, start)
    if index is None or not {index[1].decode(), index[2].decode()} <= {change.old_id, change.new_id, _zero(change)}:
        raise HunksUnreadableError(_FAULT_SECTION)
    return read_hunks(body)


def _zero(change: Change) -> str:
    return "0" * len(change.old_id)


def _count(hunks: Sequence[Hunk]) -> tuple[int, int]:
    return sum(hunk.additions for hunk in hunks), sum(hunk.deletions for hunk in hunks)


def _describe(change: Change) -> FilePatch:
    added, removed = change.counts or (0, 0)
    return FilePatch(
        path=show_path(change.path),
        old_path=show_path(change.old_path),
        status=change.status,
        old_mode=change.old_mode,
        new_mode=change.new_mode,
        additions=added,
        deletions=removed,
    )


def _faulted(change: Change, fault: str) -> FilePatch:
    return replace(_describe(change), fault=fault)
