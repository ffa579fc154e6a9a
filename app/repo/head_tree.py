"""The tree at the head of a pull request, for tools that a model asks for: listed once, read blob by blob, redacted.

Before anything is handed out, every file is gone through once for secrets: what a rule finds in one file is taken out
of all of them. Nothing is checked out, no link is followed, and nothing is fetched.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app.core.change.diff import SUBMODULE_MODE, SYMLINK_MODE
from app.core.secrecy.echo import Echoes
from app.core.secrecy.further import learn_secrets, redact_further
from app.repo.git import GitError
from app.repo.head_listing import Listed, list_files, show_paths
from app.repo.objects import BlobFault, GitStore
from app.repo.recall import Recall
from app.tools.reader import Means
from app.tools.toolbox import Limits, Toolbox
from app.tools.tree import Entry, TreeUnreadable, Unread

BATCH_BYTES = 4 << 20
"""Content that is read from git at once: some milliseconds of work for the event loop."""
BATCH_FILES = 2000
_SNIFFED = 8000
"""Git calls a file binary that has a NUL among its first bytes: `buffer_is_binary` of its xdiff-interface.c."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How large a file may be, how much of the tree is searched for secrets beforehand, how much text is held."""

    file_bytes: int = 1 << 20
    learned_bytes: int = 256 << 20
    held_bytes: int = 64 << 20


class HeadTree:
    """The tree of `revision`; fits `app.tools.tree.Tree`. `known` are the secrets of the change, each with its rule.

    A file beyond `learned_bytes` is redacted by itself when it is read.
    """

    def __init__(self, store: GitStore, revision: str, known: Mapping[str, str], bounds: Bounds | None = None) -> None:
        self._store = store
        self._revision = revision
        self._bounds = bounds or Bounds()
        self._lock = asyncio.Lock()
        self._files: dict[str, Listed] | None = None
        self._entries: tuple[Entry, ...] | None = None
        self._unlearned: deque[list[Listed]] = deque()
        self._secrets = dict(known)
        self._echoes = Echoes({})
        self._learned: dict[str, dict[str, str]] = {}
        self._held: Recall[str, str | Unread] = Recall(self._bounds.held_bytes)

    @property
    def held_bytes(self) -> int:
        """Memory that the texts held for later take."""
        return self._held.size

    async def entries(self) -> Sequence[Entry]:
        """All that is in it, in git's order. Raises TreeUnreadable."""
        async with self._lock:
            with _git_failures_named():
                return (await self._open())[1]

    async def read(self, paths: Sequence[str]) -> Mapping[str, str | Unread]:
        """The whole text of each path, without secrets, or why it is not given. Raises TreeUnreadable."""
        async with self._lock:
            with _git_failures_named():
                files, _ = await self._open()
                judged = {path: self._judge(files.get(path)) for path in paths}
                found: dict[str, str | Unread] = {path: why for path, why in judged.items() if why is not None}
                for batch in _batches([files[path] for path, why in judged.items() if why is None]):
                    texts = await self._fetch(batch)
                    found |= await asyncio.to_thread(self._cover, batch, texts)
        return found

    async def _open(self) -> tuple[dict[str, Listed], tuple[Entry, ...]]:
        """List the tree and learn its secrets; who is cancelled meanwhile leaves the rest to the next."""
        if self._files is None:
            listed = await list_files(self._store, self._revision)
            self._unlearned.extend(await asyncio.to_thread(lambda: _batches(self._choose(listed))))
            self._files = {one.path: one for one in listed}
        await self._learn()
        if self._entries is None:
            for secrets in self._learned.values():
                self._secrets |= secrets
            self._echoes = await asyncio.to_thread(Echoes, self._secrets)
            self._entries = await asyncio.to_thread(_show, list(self._files.values()), self._secrets)
        return self._files, self._entries

    def _choose(self, listed: Sequence[Listed]) -> list[Listed]:
        room = self._bounds.learned_bytes
        chosen = []
        for one in listed:
            if self._judge(one) is None and (one.size or 0) <= room:
                room -= one.size or 0
                chosen.append(one)
        return chosen

    async def _learn(self) -> None:
        """Learn the secrets of what is left; git reads one batch while the one before is gone through."""
        texts = await self._fetch(self._unlearned[0]) if self._unlearned else {}
        while self._unlearned:
            following = self._unlearned[1] if len(self._unlearned) > 1 else ()
            learning = asyncio.to_thread(_learn_each, texts, self._learned)
            _, texts = await asyncio.gather(learning, self._fetch(following))
            self._unlearned.popleft()

    def _judge(self, file: Listed | None) -> Unread | None:
        """Why a file is not read, as far as its listing tells."""
        if file is None:
            return Unread.ABSENT
        if file.mode == SYMLINK_MODE:
            return Unread.LINK
        if file.mode == SUBMODULE_MODE:
            return Unread.SUBMODULE
        if file.size is None:
            return Unread.MISSING
        return Unread.TOO_LARGE if file.size > self._bounds.file_bytes else None

    async def _fetch(self, batch: Sequence[Listed]) -> dict[str, str | Unread]:
        """The texts as they are, by object id."""
        names = list(dict.fromkeys(file.object_id for file in batch))
        texts = {name: text for name in names if (text := self._held.find(name)) is not None}
        blobs = await self._store.read_blobs(
            [name for name in names if name not in texts], max_bytes=self._bounds.file_bytes
        )
        fresh = await asyncio.to_thread(lambda: {name: _decode(blob) for name, blob in blobs.items()})
        for name, text in fresh.items():
            self._held.keep(name, text, sys.getsizeof(text))
        return texts | fresh

    def _cover(self, batch: Sequence[Listed], texts: Mapping[str, str | Unread]) -> dict[str, str | Unread]:
        """The texts by path, each redacted whole and by itself: what one call shows does not hang on another."""
        covered: dict[str, str | Unread] = {}
        for file in batch:
            text = texts[file.object_id]
            if isinstance(text, str) and not self._harmless(file.object_id, text):
                text = redact_further({"": text}, self._secrets)[""]
            covered[file.path] = text
        return covered

    def _harmless(self, name: str, text: str) -> bool:
        return self._learned.get(name) == {} and not self._echoes.may_stand_in(text)


def open_toolbox(tree: HeadTree, limits: Limits | None = None) -> Toolbox:
    """The tools over a tree, at work in threads."""
    return Toolbox(tree, Means(asyncio.to_thread, asyncio.timeout), limits)


@contextmanager
def _git_failures_named() -> Iterator[None]:
    try:
        yield
    except GitError as error:
        _log.warning("the tree at the head could not be read: %s", error)
        raise TreeUnreadable("git could not read the tree at the head") from error


def _batches(files: Sequence[Listed]) -> list[list[Listed]]:
    """`files` in runs that are read at once."""
    batches: list[list[Listed]] = []
    room = 0
    for file in files:
        room -= file.size or 0
        if room < 0 or not batches or len(batches[-1]) == BATCH_FILES:
            batches.append([])
            room = BATCH_BYTES - (file.size or 0)
        batches[-1].append(file)
    return batches


def _learn_each(texts: Mapping[str, str | Unread], learned: dict[str, dict[str, str]]) -> None:
    """Add to `learned` what each text betrays, one by one: nobody has to wait for all of it at once."""
    for name, text in texts.items():
        if isinstance(text, str) and name not in learned:
            learned[name] = learn_secrets(text)


def _decode(blob: bytes | BlobFault) -> str | Unread:
    match blob:
        case BlobFault.TOO_LARGE:
            return Unread.TOO_LARGE
        case BlobFault():
            return Unread.MISSING
        case _:
            return Unread.BINARY if b"\0" in blob[:_SNIFFED] else blob.decode("utf-8", "replace")


def _show(files: Sequence[Listed], known: Mapping[str, str]) -> tuple[Entry, ...]:
    shown = show_paths([file.path for file in files], known)
    return tuple(Entry(file.path, name, file.mode, file.size) for file, name in zip(files, shown, strict=True))
