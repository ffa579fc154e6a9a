"""All files of one version, each with its size, as git lists them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.change.diff import SUBMODULE_MODE, SYMLINK_MODE
from app.core.secrecy.further import redact_further
from app.core.text.unicode import reveal
from app.repo.objects import LISTING, GitStore
from app.repo.trees import show_path


@dataclass(frozen=True, slots=True)
class Listed:
    """A file, symbolic link or submodule. `size` is None for a submodule and for a blob that is not here."""

    path: str
    mode: str
    object_id: str
    size: int | None

    @property
    def readable(self) -> bool:
        """Whether it is a regular file whose content is here."""
        return self.size is not None and self.mode not in (SYMLINK_MODE, SUBMODULE_MODE)


async def list_files(store: GitStore, revision: str) -> list[Listed]:
    """Every file of `revision`, through all directories, in git's order. Raises GitError."""
    # Of a blob that is not here git says BAD and goes on: it may not fetch.
    listing = await store.run(("ls-tree", "-r", "-l", "-z", "--full-tree", store.object_id(revision)), limits=LISTING)
    return await asyncio.to_thread(_read, listing)


def _read(listing: bytes) -> list[Listed]:
    files = []
    for row in listing.split(b"\0")[:-1]:
        facts, _, path = row.partition(b"\t")
        mode, _, object_id, size = facts.decode().split()
        files.append(Listed(show_path(path), mode, object_id, int(size) if size.isdecimal() else None))
    return files


def show_paths(paths: Sequence[str], known: Mapping[str, str]) -> list[str]:
    """Each path as it may be shown: on one line, unseen characters revealed, without secrets."""
    rows = "\n".join(map(_show, paths))
    # Redaction keeps lines.
    return redact_further({"": rows}, known)[""].split("\n") if paths else []


def _show(path: str) -> str:
    if path.isascii() and path.isprintable():
        return path
    return reveal(path).replace("\n", "‹U+000A›").replace("\t", "‹U+0009›")
