"""What trees hold: the entries that git lists, and the paths that it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.core.change.diff import SUBMODULE_MODE, SYMLINK_MODE

_ARGUMENT_BYTES = 100_000


class TreeEntry(NamedTuple):
    """One file, symbolic link or submodule of a tree. A path that is not UTF-8 shows those bytes in hexadecimal."""

    path: str
    mode: str
    object_id: str

    @property
    def regular(self) -> bool:
        """Whether it is a file, neither a symbolic link nor a submodule nor a directory."""
        return self.mode not in (SYMLINK_MODE, SUBMODULE_MODE, "040000")


class Difference(NamedTuple):
    """A path at which two trees differ, and what the second one has there; None for nothing."""

    path: str
    entry: TreeEntry | None


def show_path(path: bytes) -> str:
    """A path as text; bytes that are not UTF-8 are shown in hexadecimal: GitHub cannot address such a path."""
    return path.decode("utf-8", "backslashreplace")


def pick_entries(entries: Sequence[TreeEntry], paths: frozenset[str]) -> list[TreeEntry]:
    """The entries at these paths and below them; all of them without any."""
    if not paths:
        return list(entries)
    whole = {path.removesuffix("/") for path in paths}
    beginnings = tuple(f"{path}/" for path in whole)
    return [entry for entry in entries if entry.path in whole or entry.path.startswith(beginnings)]


def read_tree(listing: bytes) -> list[TreeEntry]:
    """The entries of `git ls-tree -z`."""
    entries = []
    # decoded at once, for there are tens of thousands
    for row in show_path(listing).split("\0")[:-1]:
        facts, _, path = row.partition("\t")
        mode, _, object_id = facts.split(" ")
        entries.append(TreeEntry(path, mode, object_id))
    return entries


def read_differences(raw: bytes) -> list[Difference]:
    """The rows of `git diff-tree -z --raw --no-abbrev` (https://git-scm.com/docs/diff-format)."""
    fields = show_path(raw).split("\0")[:-1]
    differences = []
    for facts, path in zip(fields[::2], fields[1::2], strict=True):
        _, mode, _, object_id, status = facts.split(" ")
        differences.append(Difference(path, None if status == "D" else TreeEntry(path, mode, object_id)))
    return differences


def batch_paths(paths: Sequence[str]) -> list[list[str]]:
    """`paths` in groups that fit into a command line, without those that no tree can hold."""
    batches: list[list[str]] = [[]]
    size = 0
    for path in filter(_can_be_in_tree, paths):
        size += len(path.encode()) + 1
        if size > _ARGUMENT_BYTES and batches[-1]:
            batches.append([])
            size = 0
        batches[-1].append(path)
    return [batch for batch in batches if batch]


def _can_be_in_tree(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in path and not {"", ".", ".."} & set(path.removesuffix("/").split("/"))
