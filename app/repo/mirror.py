"""Bare mirrors of repositories on GitHub: one directory per repository id, holding the commits that reviews need.

A mirror is shallow (each commit without its parents) and partial (no blob of a megabyte or more), has no working tree,
no hook, no configuration from outside and no token. What a review needs beyond that is asked for by name, under the
token of the job at hand.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.repo.fetch_faults import CannotFetchError, FetchFault, blame_remote
from app.repo.git import GitError, GitFailedError, GitMissingError, Limits, Surroundings, run_git
from app.repo.inventory import read_raw
from app.repo.objects import GitStore, checked
from app.repo.replica import shelf_name
from app.repo.shelf import Bounds, Shelf

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a repository is fetched from; `token` is one of the installation's, limited to this repository."""

    repository_id: int
    clone_url: str
    token: str = field(default="", repr=False)


class Mirrors:
    """The mirrors on a shelf below `directory`. Safe for several tasks and several processes at once.

    `config` is for the operator's network (`http.proxy`, `http.sslCAInfo`).
    """

    def __init__(
        self, directory: Path, *, config: Mapping[str, str] | None = None, bounds: Bounds | None = None
    ) -> None:
        self.shelf = Shelf(directory, bounds or Bounds())
        self._config = dict(config or {})

    async def fetch(
        self, origin: Origin, *, merge_base: str, head: str, others: Sequence[str] = (), refs: Sequence[str] = ()
    ) -> GitStore:
        """The mirror, holding the trees of `merge_base`, `head` and `others` (full commit ids).

        Only what is absent is fetched. `refs` (`refs/pull/7/head`) are tried where the server does not hand out a
        commit by its id. Blobs of the filter's size that the diff needs are fetched too, within bounds; `read_patch`
        names those that still are absent. A damaged mirror is begun anew once. The mirror stays where it
        is for as long as the store lives.

        Raises CannotFetchError and GitMissingError.
        """
        commits = list(map(checked, (merge_base, head, *others)))
        if _ADDRESS.fullmatch(origin.clone_url) is None or not all(map(_REF.fullmatch, refs)):
            raise CannotFetchError(FetchFault.ADDRESS, "")

        async def complete(store: GitStore, around: Surroundings) -> GitStore:
            fetching = _Fetching(origin, store, self._surround(origin, around), self.shelf.bounds)
            try:
                await fetching.complete(commits, refs)
            except GitError as error:
                fault = blame_remote(error)
                if fault is None:
                    raise
                raise CannotFetchError(fault, str(error)) from error
            return store

        try:
            return await self.shelf.provide(f"{origin.repository_id:d}", complete)
        except GitMissingError:
            raise
        except GitError as error:
            raise CannotFetchError(FetchFault.BROKEN, str(error)) from error

    async def find(self, repository_id: int, commits: Sequence[str]) -> GitStore | None:
        """The mirror if it holds the trees of all `commits`, as it is; None if not. Nobody is asked for anything."""
        wanted = [checked(name) for name in commits]
        store = await self.shelf.find(f"{repository_id:d}")
        if store is None:
            return None
        refs = (await store.run(("for-each-ref", "--format=%(refname)", _REFS))).decode().split()
        return store if {_REFS + name for name in wanted} <= set(refs) else None

    async def discard(self, repository_id: int) -> None:
        """Begin a mirror anew, and its replica, because reading from it failed. Who still reads is not disturbed."""
        await self.shelf.begin_anew(f"{repository_id:d}")
        await self.shelf.begin_anew(shelf_name(repository_id))

    def _surround(self, origin: Origin, around: Surroundings) -> Surroundings:
        credentials = base64.b64encode(f"x-access-token:{origin.token}".encode()).decode()
        header = {f"http.{origin.clone_url}.extraHeader": f"Authorization: Basic {credentials}"}
        scheme = origin.clone_url.partition(":")[0]
        return replace(
            around,
            config={
                **self._config,
                **_PARTIAL,
                "remote.origin.url": origin.clone_url,
                f"protocol.{scheme}.allow": "always",
                # a server that stops sending is given up after a minute
                "http.lowSpeedLimit": "1",
                "http.lowSpeedTime": "60",
            },
            secrets=header if origin.token else {},
        )


@dataclass(frozen=True, slots=True)
class _Fetching:
    """One fetch into a mirror that is held."""

    origin: Origin
    store: GitStore
    surroundings: Surroundings
    bounds: Bounds

    async def complete(self, commits: Sequence[str], refs: Sequence[str]) -> None:
        """Make the mirror hold `commits`, of which the first two are the merge base and the head."""
        named = ("for-each-ref", "--format=%(refname)", *(_REFS + name for name in commits))
        have = (await self.store.run(named)).decode()
        absent = [name for name in dict.fromkeys(commits) if f"{_REFS}{name}\n" not in have]
        if absent:
            await self._fetch_commits(absent, refs)
        await self._fetch_late_blobs(*commits[:2])

    async def _fetch_commits(self, commits: Sequence[str], refs: Sequence[str]) -> None:
        wanted = [f"+{name}:{_REFS}{name}" for name in commits]
        shape = ("--depth=1", f"--filter=blob:limit={BLOB_LIMIT}")
        try:
            await self._fetch(shape, wanted, self.bounds.pack_bytes)
        except GitFailedError as error:
            if blame_remote(error) is not FetchFault.ABSENT or not refs:
                raise
            await self._fetch(shape, refs, self.bounds.pack_bytes)
            if None in (await self.store.sizes(commits)).values():
                raise
            updates = "".join(f"update {_REFS}{name} {name}\n" for name in commits)
            await self.store.run(("update-ref", "--stdin"), stdin=updates.encode())

    async def _fetch_late_blobs(self, merge_base: str, head: str) -> None:
        """Bring the large blobs that differ. What is too large is left absent: `read_patch` says so, file by file."""
        inventory = ("diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", merge_base, head)
        names = [name for change in read_raw(await self.store.run(inventory)) for name in change.blobs]
        absent = [name for name, size in (await self.store.sizes(names)).items() if size is None]
        batches = [[name] for name in absent[:MAX_LATE_BLOBS]]
        if len(batches) > 1:
            batches.insert(0, absent[:MAX_LATE_BLOBS])
        for batch in batches:
            try:
                await self._fetch(_LATE, batch, self.bounds.late_bytes)
            except GitError as error:
                if blame_remote(error) is not FetchFault.TOO_LARGE:
                    raise
            else:
                if len(batch) > 1:
                    return

    async def _fetch(self, shape: Sequence[str], wanted: Sequence[str], pack_bytes: int) -> None:
        asking = _ASK_ANYWAY if shape is _LATE else {}
        await run_git(
            (*_FETCH, *shape, "--stdin", "origin"),
            git_dir=self.store.git_dir,
            stdin="".join(f"{name}\n" for name in wanted).encode(),
            surroundings=replace(self.surroundings, config={**self.surroundings.config, **asking}),
            limits=Limits(seconds=self.bounds.seconds, file_bytes=pack_bytes),
        )
