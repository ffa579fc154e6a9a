"""Read access to the objects of one git repository: trees, and the contents of files."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from app.repo.git import ORDINARY, GitOutputTooLargeError, Limits, Surroundings, run_git
from app.repo.recall import Recall
from app.repo.trees import Difference, TreeEntry, batch_paths, pick_entries, read_differences, read_tree

_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
_LITERAL = Surroundings(variables={"GIT_LITERAL_PATHSPECS": "1"})

MOST_KEPT = 50_000
"""Entries of a listing that is kept: some 15 MB."""

RECALLED_BYTES = 4 << 20
RECALLED_ENTRIES = 4_000

_FEW = 64
_AT_ONCE = Limits(output_bytes=8 << 20)
_Known = tuple[str, int] | None
"""Type and size of an object; None for one that is not here."""

LISTING = Limits(output_bytes=64 << 20)
"""Some 600,000 files. A few small trees that hold one another can stand for any number of files."""


class NotAnObjectIdError(ValueError):
    """Something other than a full hexadecimal object id was about to be handed to git."""


class ObjectMissingError(Exception):
    """An object is not in the repository: it was too large to be fetched, or never existed."""


class FileTooLargeError(Exception):
    """A file is larger than its reader allows."""


class BlobFault(StrEnum):
    """Why the content of a blob is not given."""

    MISSING = "missing"
    TOO_LARGE = "too large"
    NOT_A_BLOB = "not a blob"


@dataclass(frozen=True, slots=True)
class GitStore:
    """A git repository as a store of objects. Revisions are full ids of commits or trees, nothing else.

    `trees` gives the tree of each commit that has no object of its own here. `lease` keeps the repository in its
    place for as long as the store lives. `listed` are the trees that were listed whole, which never change: a review
    asks for parts of the same two or three time and again. So are `places` and `blobs`: what lies at a path of a tree,
    and the contents of small files.
    """

    git_dir: Path
    trees: Mapping[str, str] = field(default_factory=dict, compare=False)
    lease: object = field(default=None, repr=False, compare=False)
    listed: dict[str, tuple[TreeEntry, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    places: Recall[tuple[str, str], tuple[TreeEntry, ...]] = field(
        default_factory=lambda: Recall(RECALLED_ENTRIES), init=False, repr=False, compare=False
    )
    blobs: Recall[str, bytes] = field(
        default_factory=lambda: Recall(RECALLED_BYTES), init=False, repr=False, compare=False
    )

    def object_id(self, revision: str) -> str:
        """The id by which git finds the tree of `revision` here. Raises NotAnObjectIdError."""
        return checked(self.trees.get(revision, revision))

    async def run(
        self, arguments: Sequence[str], *, stdin: bytes = b"", literal: bool = True, limits: Limits = ORDINARY
    ) -> bytes:
        """Standard output of `git ARGUMENTS` here; paths after `--` mean themselves while `literal`."""
        surroundings = _LITERAL if literal else Surroundings()
        return await run_git(arguments, git_dir=self.git_dir, stdin=stdin, surroundings=surroundings, limits=limits)

    async def sizes(self, object_ids: Sequence[str]) -> dict[str, int | None]:
        """Bytes of each object; None for one that is not here."""
        return {name: known[1] if known else None for name, known in (await self._check(object_ids)).items()}

    async def read_blobs(
        self, object_ids: Sequence[str], *, max_bytes: int = 1 << 20, max_total_bytes: int = 256 << 20
    ) -> dict[str, bytes | BlobFault]:
        """Content of each blob, or why it is not given.

        A blob of more than `max_bytes` is too large, and so is one with which all would exceed `max_total_bytes`.
        """
        names = list(dict.fromkeys(map(checked, object_ids)))
        if 0 < len(names) <= _FEW:
            # Mostly these are small, and to ask for their sizes first takes as long as reading them.
            with contextlib.suppress(GitOutputTooLargeError):
                seen, contents = await self._read_few(names)
                faults = _find_faults(seen, max_bytes, max_total_bytes)
                return {name: faults.get(name) or contents[name] for name in names}
        faults = _find_faults(await self._check(names), max_bytes, max_total_bytes)
        contents = await self._contents([name for name in names if name not in faults], max_total_bytes)
        return {**faults, **contents}

    async def list_tree(self, revision: str, paths: Sequence[str] = ()) -> list[TreeEntry]:
        """Every file under `revision`, through all directories, in git's order.

        With `paths` only these files, and those under these directories. Raises GitFailedError where the revision
        is not in the repository, and GitOutputTooLargeError for more than `LISTING` allows.
        """
        name = self.object_id(revision)
        if name in self.listed:
            return await asyncio.to_thread(pick_entries, self.listed[name], frozenset(paths))
        if not paths:
            found = await asyncio.to_thread(read_tree, await self._list(name, ()))
            if len(found) <= MOST_KEPT:
                self.listed[name] = tuple(found)
            return found
        known = {path: self.places.find((name, path)) for path in paths} if len(paths) <= _FEW else {}
        entries = {entry.path: entry for found in known.values() for entry in found or ()}
        for batch in batch_paths([path for path in paths if known.get(path) is None]):
            listed = read_tree(await self._list(name, batch))
            # Of two that are shown alike the first is the one that is called so: see `show_path`.
            told = {entry.path: entry for entry in reversed(listed)}
            entries = {**told, **entries}
            for path in batch if known else ():
                at = tuple(pick_entries(list(told.values()), frozenset([path])))
                self.places.keep((name, path), at, 1 + len(at))
        return sorted(entries.values(), key=lambda entry: entry.path.encode())

    async def _list(self, name: str, paths: Sequence[str]) -> bytes:
        command = ("ls-tree", "-r", "-z", "--full-tree", name)
        return await self.run((*command, "--", *paths) if paths else command, limits=LISTING)

    async def compare_trees(self, before: str, after: str) -> list[Difference]:
        """Every path of `list_tree` at which two revisions differ, in git's order. Raises as `list_tree` does."""
        revisions = self.object_id(before), self.object_id(after)
        command = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--ignore-submodules=none")
        return read_differences(await self.run((*command, *revisions), limits=LISTING))

    async def read_file(self, revision: str, path: str, *, max_bytes: int = 1 << 20) -> bytes | None:
        """Content of the regular file at `path`, or None where there is none (links are not followed).

        Raises FileTooLargeError and ObjectMissingError.
        """
        entry = next((entry for entry in await self.list_tree(revision, [path]) if entry.path == path), None)
        if entry is None or not entry.regular:
            return None
        content = (await self.read_blobs([entry.object_id], max_bytes=max_bytes))[entry.object_id]
        match content:
            case bytes():
                return content
            case BlobFault.TOO_LARGE:
                raise FileTooLargeError(f"a file of {revision[:12]} is larger than {max_bytes} bytes")
            case _:
                raise ObjectMissingError(f"{entry.object_id} is {content}")

    async def _read_few(self, names: Sequence[str]) -> tuple[dict[str, _Known], dict[str, bytes]]:
        """As `_read_at_once`, but only what is not recalled is asked for."""
        contents = {name: content for name in names if (content := self.blobs.find(name)) is not None}
        known: dict[str, _Known] = {name: ("blob", len(content)) for name, content in contents.items()}
        absent = [name for name in names if name not in known]
        if absent:
            seen, read = await self._read_at_once(absent)
            for name, content in read.items():
                if seen[name] == ("blob", len(content)):
                    self.blobs.keep(name, content, len(content))
            known, contents = {**known, **seen}, {**contents, **read}
        return {name: known[name] for name in names}, contents

    async def _read_at_once(self, names: Sequence[str]) -> tuple[dict[str, _Known], dict[str, bytes]]:
        """Types and sizes of objects, and the contents of those that are here. Raises GitOutputTooLargeError."""
        asked = "".join(f"{name}\n" for name in names).encode()
        command = ("cat-file", "--batch=%(objecttype) %(objectsize)", "--buffer")
        answer = await self.run(command, stdin=asked, limits=_AT_ONCE)
        known: dict[str, _Known] = {}
        contents: dict[str, bytes] = {}
        at = 0
        for name in names:
            start = answer.index(b"\n", at) + 1
            kind, _, size = answer[at : start - 1].decode().partition(" ")
            # for an absent object git writes its id and "missing"
            known[name] = None if size == "missing" else (kind, int(size))
            at = start if size == "missing" else start + int(size) + 1
            contents[name] = answer[start : at - 1]
        return known, contents

    async def _check(self, object_ids: Sequence[str]) -> Mapping[str, _Known]:
        names = list(dict.fromkeys(map(checked, object_ids)))
        recalled = {name: self.blobs.find(name) for name in names}
        if None not in recalled.values():
            return {name: ("blob", len(content)) for name, content in recalled.items() if content is not None}
        asked = "".join(f"{name}\n" for name in names).encode()
        answer = await self.run(("cat-file", "--batch-check=%(objecttype) %(objectsize)", "--buffer"), stdin=asked)
        rows = (row.split(" ") for row in answer.decode().split("\n")[:-1])
        # for an absent object git writes its id and "missing"
        facts = (None if row[1] == "missing" else (row[0], int(row[1])) for row in rows)
        return dict(zip(names, facts, strict=True))

    async def _contents(self, object_ids: Sequence[str], most: int) -> dict[str, bytes]:
        if not object_ids:
            return {}
        asked = "".join(f"{name}\n" for name in object_ids).encode()
        limits = Limits(output_bytes=most + 128 * len(object_ids))
        answer = await self.run(("cat-file", "--batch=%(objectsize)", "--buffer"), stdin=asked, limits=limits)
        contents: dict[str, bytes] = {}
        at = 0
        for name in object_ids:
            start = answer.index(b"\n", at) + 1
            at = start + int(answer[at : start - 1]) + 1
            contents[name] = answer[start : at - 1]
        return contents


def _find_faults(known: Mapping[str, _Known], max_bytes: int, room: int) -> dict[str, BlobFault]:
    """Why blobs are not given, in the order in which they are asked for; `room` bytes are there for all."""
    faults: dict[str, BlobFault] = {}
    for name, one in known.items():
        if one is None:
            faults[name] = BlobFault.MISSING
        elif one[0] != "blob":
            faults[name] = BlobFault.NOT_A_BLOB
        elif one[1] > min(max_bytes, room):
            faults[name] = BlobFault.TOO_LARGE
        else:
            room -= one[1]
    return faults


def checked(object_id: str) -> str:
    """`object_id` itself. Raises NotAnObjectIdError for all but 40 or 64 lower-case hexadecimal digits."""
    if _OBJECT_ID.fullmatch(object_id) is None:
        raise NotAnObjectIdError(f"not a full object id: {object_id[:80]!r}")
    return object_id
