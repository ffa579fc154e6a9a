"""Bare mirrors of repositories on GitHub: one directory per repository id, holding the commits that reviews need.

A mirror is shallow (each commit without its parents) and partial (no blob of a megabyte or more), has no working tree,
no hook, no configuration from outside and no token. What a review needs beyond that is asked for by name, under the
token of the job at hand.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.repo.fetch_faults import CannotFetchError, FetchFault, blame_remote
from app.repo.git import GitError, GitFailedError, GitMissingError, Limits, Surroundings, run_git
from app.repo.inventory import read_raw
from app.repo.objects import GitStore, checked

BLOB_LIMIT = "1m"
MAX_LATE_BLOBS = 64
_REFS = "refs/lintel/"
# only a fetch is told that the mirror is partial: any other command then finds a blob absent, and has nobody to ask
_PARTIAL = {"remote.origin.promisor": "true", "remote.origin.partialCloneFilter": f"blob:limit={BLOB_LIMIT}"}
# the server must not conclude from our commits that we have their large blobs, and send nothing
_LATE = ("--filter=blob:none",)
_ASK_ANYWAY = {"fetch.negotiationAlgorithm": "noop"}
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+/[A-Za-z0-9._~/%+\-]+")
_REF = re.compile(r"refs/[A-Za-z0-9][A-Za-z0-9._/\-]*")
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-gc")
_WAIT_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a repository is fetched from; `token` is one of the installation's, limited to this repository."""

    repository_id: int
    clone_url: str
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long and how large a fetch may be. Bytes are those of one pack, and of one pack of late blobs."""

    seconds: float = 600
    pack_bytes: int = 4 << 30
    late_bytes: int = 64 << 20


class Mirrors:
    """The mirrors below `directory`. Safe for several tasks and several processes at once.

    `config` is for the operator's network (`http.proxy`, `http.sslCAInfo`). The time a mirror's directory was changed
    is the time it was last used.
    """

    def __init__(
        self, directory: Path, *, config: Mapping[str, str] | None = None, bounds: Bounds | None = None
    ) -> None:
        self._directory = directory
        self._config = dict(config or {})
        self._bounds = bounds or Bounds()
        self._locks: dict[int, asyncio.Lock] = {}

    def git_dir(self, repository_id: int) -> Path:
        """Where the mirror of a repository is, or would be."""
        return self._directory / f"{repository_id:d}.git"

    async def fetch(
        self, origin: Origin, *, merge_base: str, head: str, others: Sequence[str] = (), refs: Sequence[str] = ()
    ) -> GitStore:
        """The mirror, holding the trees of `merge_base`, `head` and `others` (full commit ids).

        Only what is absent is fetched. `refs` (`refs/pull/7/head`) are tried where the server does not hand out a
        commit by its id. Blobs of the filter's size that the diff needs are fetched too, within bounds; `read_patch`
        names those that still are absent. A damaged mirror is set aside and rebuilt once.

        Raises CannotFetchError and GitMissingError.
        """
        commits = list(map(checked, (merge_base, head, *others)))
        if _ADDRESS.fullmatch(origin.clone_url) is None or not all(map(_REF.fullmatch, refs)):
            raise CannotFetchError(FetchFault.ADDRESS, "")
        async with self._alone(origin.repository_id):
            fresh = await self._prepare(origin.repository_id)
            try:
                return await self._complete(origin, commits, refs)
            except GitMissingError:
                raise
            except GitError as error:
                fault = blame_remote(error)
                if fault is not None or fresh:
                    raise CannotFetchError(fault or FetchFault.BROKEN, str(error)) from error
            await self._set_aside(origin.repository_id)
            await self._prepare(origin.repository_id)
            try:
                return await self._complete(origin, commits, refs)
            except GitError as error:
                raise CannotFetchError(blame_remote(error) or FetchFault.BROKEN, str(error)) from error

    async def discard(self, repository_id: int) -> None:
        """Remove a mirror: its repository is gone, or reading from it failed. The next fetch begins anew."""
        async with self._alone(repository_id):
            await self._set_aside(repository_id)

    async def _complete(self, origin: Origin, commits: Sequence[str], refs: Sequence[str]) -> GitStore:
        """Make the mirror hold `commits`, of which the first two are the merge base and the head."""
        store = GitStore(self.git_dir(origin.repository_id))
        have = (await store.run(("for-each-ref", "--format=%(refname)", *(_REFS + name for name in commits)))).decode()
        absent = [name for name in dict.fromkeys(commits) if f"{_REFS}{name}\n" not in have]
        if absent:
            await self._fetch_commits(origin, absent, refs)
        await self._fetch_late_blobs(origin, store, *commits[:2])
        os.utime(store.git_dir)
        return store

    async def _fetch_commits(self, origin: Origin, commits: Sequence[str], refs: Sequence[str]) -> None:
        wanted = [f"+{name}:{_REFS}{name}" for name in commits]
        shape = ("--depth=1", f"--filter=blob:limit={BLOB_LIMIT}")
        try:
            await self._fetch(origin, shape, wanted, self._bounds.pack_bytes)
        except GitFailedError as error:
            if blame_remote(error) is not FetchFault.ABSENT or not refs:
                raise
            await self._fetch(origin, shape, refs, self._bounds.pack_bytes)
            store = GitStore(self.git_dir(origin.repository_id))
            if None in (await store.sizes(commits)).values():
                raise
            updates = "".join(f"update {_REFS}{name} {name}\n" for name in commits)
            await store.run(("update-ref", "--stdin"), stdin=updates.encode())

    async def _fetch_late_blobs(self, origin: Origin, store: GitStore, merge_base: str, head: str) -> None:
        """Bring the large blobs that differ. What is too large is left absent: `read_patch` says so, file by file."""
        listing = await store.run(("diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", merge_base, head))
        names = [name for change in read_raw(listing) for name in change.blobs]
        absent = [name for name, size in (await store.sizes(names)).items() if size is None]
        batches = [[name] for name in absent[:MAX_LATE_BLOBS]]
        if len(batches) > 1:
            batches.insert(0, absent[:MAX_LATE_BLOBS])
        for batch in batches:
            try:
                await self._fetch(origin, _LATE, batch, self._bounds.late_bytes)
            except GitError as error:
                if blame_remote(error) is not FetchFault.TOO_LARGE:
                    raise
            else:
                if len(batch) > 1:
                    return

    async def _fetch(self, origin: Origin, shape: Sequence[str], wanted: Sequence[str], pack_bytes: int) -> None:
        credentials = base64.b64encode(f"x-access-token:{origin.token}".encode()).decode()
        header = {f"http.{origin.clone_url}.extraHeader": f"Authorization: Basic {credentials}"}
        scheme = origin.clone_url.partition(":")[0]
        surroundings = Surroundings(
            config={
                **self._config,
                **_PARTIAL,
                **(_ASK_ANYWAY if shape is _LATE else {}),
                "remote.origin.url": origin.clone_url,
                f"protocol.{scheme}.allow": "always",
                # a server that stops sending is given up after a minute
                "http.lowSpeedLimit": "1",
                "http.lowSpeedTime": "60",
            },
            secrets=header if origin.token else {},
        )
        await run_git(
            (*_FETCH, *shape, "--stdin", "origin"),
            git_dir=self.git_dir(origin.repository_id),
            stdin="".join(f"{name}\n" for name in wanted).encode(),
            surroundings=surroundings,
            limits=Limits(seconds=self._bounds.seconds, file_bytes=pack_bytes),
        )

    @contextlib.asynccontextmanager
    async def _alone(self, repository_id: int) -> AsyncIterator[None]:
        """Hold a mirror against the other tasks of this process and against other processes."""
        lock = self._locks.setdefault(repository_id, asyncio.Lock())
        give_up = time.monotonic() + self._bounds.seconds
        async with lock:
            self._directory.mkdir(parents=True, exist_ok=True)
            with (self._directory / f"{repository_id:d}.lock").open("ab") as file:
                while not _try_lock(file.fileno()):
                    if time.monotonic() > give_up:
                        raise CannotFetchError(FetchFault.SLOW, "another process holds the mirror")
                    await asyncio.sleep(_WAIT_SECONDS)
                yield

    async def _prepare(self, repository_id: int) -> bool:
        """Whether an empty mirror had to be made. Locks that a killed git left behind are cleared away."""
        git_dir = self.git_dir(repository_id)
        if git_dir.exists():
            await asyncio.to_thread(_clear_locks, git_dir)
            return False
        with tempfile.TemporaryDirectory(prefix=f"{repository_id:d}.", dir=self._directory) as scratch:
            # HEAD names no branch, so no tree of the repository can lend its attributes
            await run_git(
                ("init", "--quiet", "--bare", "--template=", "--initial-branch=none", str(Path(scratch) / "git"))
            )
            (Path(scratch) / "git").rename(git_dir)
        return True

    async def _set_aside(self, repository_id: int) -> None:
        git_dir = self.git_dir(repository_id)
        if not git_dir.exists():
            return
        aside = Path(tempfile.mkdtemp(prefix=f"{repository_id:d}.broken.", dir=self._directory))
        git_dir.rename(aside / "git")
        # what cannot be removed any more is in nobody's way
        await asyncio.to_thread(shutil.rmtree, aside, ignore_errors=True)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _clear_locks(git_dir: Path) -> None:
    """Remove what only a git that died can have left: no other runs while the mirror is held."""
    remains = [*git_dir.glob("*.lock"), *(git_dir / "refs").rglob("*.lock"), *git_dir.glob("objects/pack/tmp_*")]
    for path in remains:
        path.unlink(missing_ok=True)
