"""What is not committed yet, as a tree: of the index, or of the files as they are.

Trees and blobs are written beside the repository, into the store that borrows its objects. Contents are taken as they
are on disk: no filter of the repository's attributes is run and no line ending converted.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.core.change.diff import SUBMODULE_MODE, SYMLINK_MODE
from app.repo.checkout import Checkout, RepositoryTooStrangeError, write_beside
from app.repo.git import GitFailedError, Surroundings, run_git
from app.repo.objects import GitStore

MAX_FILE_BYTES = 16 << 20
MAX_TOTAL_BYTES = 512 << 20
_CONFLICT = "the index holds an unfinished merge: finish it, or name a range with --base and --head"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A path of the working tree and what is there; `content` is None for what cannot be read as a file."""

    path: bytes
    mode: str
    content: bytes | None


async def write_index(checkout: Checkout, store: GitStore) -> str:
    """Id of the tree that the index would be committed as. Raises RepositoryTooStrangeError for a conflict in it."""
    _copy_index(checkout, store)
    return await _write_tree(store)


async def write_working_tree(checkout: Checkout, store: GitStore) -> str:
    """Id of the tree of all files, tracked or not, except ignored ones.

    A file that is too large or unreadable stands in the tree as an object that does not exist, so that `read_patch`
    names it. Repositories within the repository that are no submodules are left out, as git leaves them out.
    Raises RepositoryTooStrangeError for a bare repository or a conflict in the index.
    """
    if checkout.top is None:
        raise RepositoryTooStrangeError("a bare repository has no working tree: name a range with --base and --head")
    _copy_index(checkout, store)
    around = await _surroundings(checkout)
    # Before the index is written for the first time: from then on it is younger than an edit in the second of staging.
    removed, changed, submodules = await _list_changed(store, around)
    await _write_tree(store)
    untracked = await _list_untracked(checkout, store, around)
    paths = [path for path in (*changed, *untracked) if not path.endswith(b"/")]
    entries = await asyncio.to_thread(_read_entries, checkout.top, paths)
    gone = b"0" * hashlib.new(checkout.hash).digest_size * 2
    rows = [b"0 %b\t%b" % (gone, path) for path in removed]
    rows += [await _submodule_row(checkout.top, path) for path in submodules]
    ids = await _write_blobs(store, entries, checkout.hash)
    rows += [b"%b %b\t%b" % (entry.mode.encode(), name, entry.path) for entry, name in zip(entries, ids, strict=True)]
    await write_beside(store, ("update-index", "-z", "--index-info"), b"".join(row + b"\0" for row in rows))
    return await _write_tree(store)


def _copy_index(checkout: Checkout, store: GitStore) -> None:
    """Git reads an index as of the repository it lies in, and a split one looks for its other half beside it."""
    for path in (checkout.index, *checkout.index.parent.glob("sharedindex.*")):
        if path.is_file():
            shutil.copy2(path, store.git_dir / path.name)
            # An index older than its files makes git compare contents: times alone miss an edit in the same tick.
            os.utime(store.git_dir / path.name, (1, 1))


async def _surroundings(checkout: Checkout) -> Surroundings:
    """Git on the scratch repository, looking at the files of `checkout` with its idea of modes and links."""
    config = {"core.bare": "false"}
    for key in ("core.fileMode", "core.symlinks", "core.ignoreCase", "core.precomposeUnicode"):
        plain = Surroundings(directory=checkout.top)
        try:
            config[key] = (await run_git(("config", "--type=bool", "--get", key), surroundings=plain)).decode().strip()
        except GitFailedError as error:
            if error.exit_code != 1:
                raise
    return Surroundings(
        directory=checkout.top,
        config=config,
        variables={"GIT_WORK_TREE": str(checkout.top), "GIT_LITERAL_PATHSPECS": "1"},
    )


async def _run(store: GitStore, arguments: tuple[str, ...], around: Surroundings) -> bytes:
    return await run_git(arguments, git_dir=store.git_dir, surroundings=around)


async def _list_changed(store: GitStore, around: Surroundings) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Paths of the index that are gone, that may differ, and of submodules that stand elsewhere."""
    listing = await _run(store, ("diff-files", "-z", "--raw", "--ignore-submodules=dirty"), around)
    removed, changed, submodules = [], [], []
    fields = listing.split(b"\0")[:-1]
    for record, path in zip(fields[::2], fields[1::2], strict=True):
        _, new_mode, _, _, status = record.decode("ascii").split(" ")
        if status == "D":
            removed.append(path)
        elif new_mode == SUBMODULE_MODE:
            submodules.append(path)
        else:
            changed.append(path)
    return removed, changed, submodules


async def _list_untracked(checkout: Checkout, store: GitStore, around: Surroundings) -> list[bytes]:
    arguments = ["ls-files", "-z", "--others", "--exclude-per-directory=.gitignore"]
    if checkout.exclude.is_file():
        arguments.append(f"--exclude-from={checkout.exclude}")
    return (await _run(store, tuple(arguments), around)).split(b"\0")[:-1]


def _read_entries(top: Path, paths: Iterable[bytes]) -> list[_Entry]:
    room = MAX_TOTAL_BYTES
    entries = []
    for path in paths:
        entry = _read_entry(top / os.fsdecode(path), path, min(room, MAX_FILE_BYTES))
        room -= len(entry.content or b"")
        entries.append(entry)
    return entries


def _read_entry(place: Path, path: bytes, most: int) -> _Entry:
    try:
        facts = place.lstat()
        if stat.S_ISLNK(facts.st_mode):
            return _Entry(path, SYMLINK_MODE, os.fsencode(place.readlink()))
        mode = "100755" if facts.st_mode & stat.S_IXUSR else "100644"
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > most:
            return _Entry(path, mode, None)
        with os.fdopen(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            content = file.read(most + 1)
    except OSError:
        # gone, closed to us or turned into a link meanwhile: it is named in the patch as unread
        return _Entry(path, "100644", None)
    return _Entry(path, mode, content if len(content) <= most else None)


async def _write_blobs(store: GitStore, entries: list[_Entry], kind: str) -> list[bytes]:
    """Object ids of the contents, all stored by one process that knows no filters."""
    marks = store.git_dir / "marks"
    script = [
        b"blob\nmark :%d\ndata %d\n%b\n" % (number, len(entry.content), entry.content)
        for number, entry in enumerate(entries, 1)
        if entry.content is not None
    ]
    names: dict[int, bytes] = {}
    if script:
        command = ("fast-import", "--quiet", "--done", f"--export-marks={marks}")
        await write_beside(store, command, b"".join((*script, b"done\n")))
        rows = (row.split(b" ") for row in marks.read_bytes().split(b"\n")[:-1])
        names = {int(mark[1:]): name for mark, name in rows}
    absent = (hashlib.new(kind, b"unread\0" + entry.path).hexdigest().encode() for entry in entries)
    return [names.get(number, fallback) for number, fallback in enumerate(absent, 1)]


async def _submodule_row(top: Path, path: bytes) -> bytes:
    inside = Surroundings(directory=top / os.fsdecode(path))
    head = await run_git(("rev-parse", "--verify", "--quiet", "HEAD"), surroundings=inside)
    return b"%b %b\t%b" % (SUBMODULE_MODE.encode(), head.strip(), path)


async def _write_tree(store: GitStore) -> str:
    try:
        return (await write_beside(store, ("write-tree", "--missing-ok"))).decode().strip()
    except GitFailedError as error:
        if "unmerged" not in error.complaint:
            raise
        raise RepositoryTooStrangeError(_CONFLICT) from error
