"""What changed between two trees, file by file, from git's unambiguous listings (`--raw -z`, `--numstat -z`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.change.diff import SUBMODULE_MODE, FileStatus

_STATUS = {
    "A": FileStatus.ADDED,
    "C": FileStatus.COPIED,
    "D": FileStatus.REMOVED,
    "M": FileStatus.MODIFIED,
    "R": FileStatus.RENAMED,
    "T": FileStatus.TYPE_CHANGED,
}


class InventoryUnreadableError(Exception):
    """Git's listing of the change is not what its manual promises, so no file of it can be trusted."""


@dataclass(frozen=True, slots=True)
class Change:
    """One changed file. `counts` are added and removed lines, None for what git calls binary (or did not count)."""

    old_mode: str
    new_mode: str
    old_id: str
    new_id: str
    status: FileStatus
    old_path: bytes
    path: bytes
    counts: tuple[int, int] | None = None

    @property
    def blobs(self) -> list[str]:
        """Ids of the blobs on both sides; a submodule's commit is not one."""
        sides = ((self.old_mode, self.old_id), (self.new_mode, self.new_id))
        return [name for mode, name in sides if mode not in ("000000", SUBMODULE_MODE)]

    @property
    def sections(self) -> int:
        """How many `diff --git` sections git prints: a change of type is a removal and an addition.

        Source: `run_diff` and `builtin_diff` of git's diff.c split a pair whose file types differ.
        """
        return 2 if self.status is FileStatus.TYPE_CHANGED else 1


def read_raw(listing: bytes) -> list[Change]:
    """The changes of `--raw -z --no-abbrev`. Raises InventoryUnreadableError."""
    changes, rest = _read_raw(iter(listing.split(b"\0")[:-1]))
    if rest is not None:
        raise InventoryUnreadableError("git's list of changed files holds more than files")
    return changes


def read_counted(listing: bytes) -> list[Change]:
    """The changes of `--raw --numstat -z --no-abbrev`, with counts. Raises InventoryUnreadableError."""
    fields = iter(listing.split(b"\0")[:-1])
    changes, first = _read_raw(fields)
    counted = []
    for change in changes:
        row = first if first is not None else next(fields, None)
        first = None
        if row is None:
            raise InventoryUnreadableError("git counted fewer files than it listed")
        counted.append(_count(change, row, fields))
    if first is not None or next(fields, None) is not None:
        raise InventoryUnreadableError("git counted more files than it listed")
    return counted


def _read_raw(fields: Iterator[bytes]) -> tuple[list[Change], bytes | None]:
    """All leading `:` records, and the first field that is none of them."""
    changes: list[Change] = []
    for record in fields:
        if not record.startswith(b":"):
            return changes, record
        try:
            old_mode, new_mode, old_id, new_id, letter = record[1:].decode("ascii").split(" ")
            status = _STATUS[letter[:1]]
            old_path = next(fields)
            path = next(fields) if status in (FileStatus.RENAMED, FileStatus.COPIED) else old_path
        except (ValueError, KeyError, StopIteration) as error:
            raise InventoryUnreadableError(f"git listed a change as {record[:200]!r}") from error
        changes.append(Change(old_mode, new_mode, old_id, new_id, status, old_path, path))
    return changes, None


def _count(change: Change, row: bytes, fields: Iterator[bytes]) -> Change:
    try:
        added, removed, path = row.split(b"\t", 2)
        # a rename has an empty path here, and both paths in fields of their own
        paths = (path, path) if path else (next(fields), next(fields))
        counts = None if added == b"-" else (int(added), int(removed))
    except (ValueError, StopIteration) as error:
        raise InventoryUnreadableError(f"git counted a change as {row[:200]!r}") from error
    if paths != (change.old_path, change.path):
        raise InventoryUnreadableError("git counted the files in another order than it listed them")
    return Change(
        change.old_mode,
        change.new_mode,
        change.old_id,
        change.new_id,
        change.status,
        change.old_path,
        change.path,
        counts,
    )
