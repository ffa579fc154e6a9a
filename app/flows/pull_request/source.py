"""Where the objects of a pull request come from: from git, and where git is refused, from GitHub's API.

A proxy or an allow list of addresses may let the API through and not git. Both ways end in the same kind of store, so
nothing that reads it knows which was taken.
"""

from __future__ import annotations

import asyncio
import logging

from app.core.gate.policy import Policy
from app.core.gate.snapshot import Snapshot
from app.core.rules.guidance import recognise, recognise_design
from app.core.text.globs import Glob
from app.flows.review.forge import ChangeUnreadable
from app.github.client import GitHubClient
from app.github.errors import Forbidden, GitHubDown, NotFound, Refused, Unprocessable, UnreadableAnswer
from app.github.objects import GitTree
from app.repo.fetch_faults import CannotFetchError, FetchFault, blame_remote
from app.repo.git import GitError, GitMissingError
from app.repo.mirror import Mirrors, Origin
from app.repo.objects import GitStore
from app.repo.replica import Allowance, replicate
from app.repo.survey import ListedEntry, Listing, NotReplicableError

_REFUSED = frozenset({FetchFault.DENIED, FetchFault.UNREACHABLE})
_PASSING = frozenset({*_REFUSED, FetchFault.SLOW, FetchFault.NO_ROOM})
# Limits and lost installations are not among them: whoever runs the job knows what to do about those.
_ANSWERS = (NotFound, Forbidden, Refused, Unprocessable, UnreadableAnswer, GitHubDown)
_log = logging.getLogger(__name__)


async def fetch_objects(mirrors: Mirrors, client: GitHubClient, origin: Origin, snapshot: Snapshot) -> GitStore:
    """A store with the merge base, the head and the base's tip.

    Raises ChangeUnreadable, whose sentence tells of each way that was tried, GitMissingError, RateLimited and the
    errors of a lost installation.
    """
    try:
        return await mirrors.fetch(
            origin,
            merge_base=snapshot.merge_base,
            head=snapshot.head_sha,
            others=[snapshot.base_sha],
            refs=[f"refs/pull/{snapshot.number}/head"],
        )
    except CannotFetchError as error:
        fault = error.fault
        unfetched = f"The change could not be fetched: {fault.value}"
        if fault not in _REFUSED:
            raise ChangeUnreadable(f"{unfetched}.", passing=fault in _PASSING) from error
        _log.warning("git is refused for %s, so the API is asked: %s", snapshot.repository, error)
    try:
        return await _replicate(mirrors, client, snapshot)
    except GitMissingError:
        raise
    except (NotReplicableError, CannotFetchError, GitError, *_ANSWERS) as error:
        _log.warning("the API does not tell enough of %s: %s", snapshot.repository, error)
        raise ChangeUnreadable(f"{unfetched}; and over GitHub's API: {_reason(error)}.", passing=True) from error


async def bring_earlier(
    mirrors: Mirrors, origin: Origin, snapshot: Snapshot, store: GitStore, earlier: str
) -> GitStore:
    """The store with the head that was read before too, if git still gives it; else as it is.

    A store that GitHub's API was asked for stays as it is. Raises GitMissingError.
    """
    held = (snapshot.merge_base, snapshot.head_sha, snapshot.base_sha)
    try:
        if not earlier or await mirrors.find(origin.repository_id, held) is None:
            return store
        return await mirrors.fetch(
            origin, merge_base=snapshot.merge_base, head=snapshot.head_sha, others=[snapshot.base_sha, earlier]
        )
    except GitMissingError:
        raise
    except (CannotFetchError, GitError) as error:
        _log.info("the head of %s that was read before is not to be had: %s", snapshot.repository, error)
        return store


async def _replicate(mirrors: Mirrors, client: GitHubClient, snapshot: Snapshot) -> GitStore:
    policy = snapshot.policy
    globs = [Glob.parse(pattern) for pattern in policy.review.guidance] if isinstance(policy, Policy) else []
    return await replicate(
        mirrors.shelf,
        client.repository_id,
        _ToldObjects(client),
        merge_base=snapshot.merge_base,
        head=snapshot.head_sha,
        base=snapshot.base_sha,
        allowance=Allowance(also=lambda path: recognise(path, globs) is not None or recognise_design(path) is not None),
    )


class _ToldObjects:
    """The objects of one repository as GitHub's API tells them."""

    def __init__(self, client: GitHubClient) -> None:
        self._client = client

    async def get_tree_id(self, commit: str) -> str:
        return (await self._client.get_git_commit(commit)).tree.sha

    async def list_tree(self, tree: str, *, recursive: bool) -> Listing:
        # A hundred thousand entries take their time, and in the loop they would stop heartbeats.
        return await asyncio.to_thread(_convert, await self._client.get_tree(tree, recursive=recursive))

    async def read_blob(self, blob: str) -> bytes:
        return await self._client.get_blob(blob)


def _convert(tree: GitTree) -> Listing:
    entries = [ListedEntry(entry.path, entry.mode, entry.type, entry.sha, entry.size) for entry in tree.entries]
    return Listing(entries, whole=not tree.truncated)


def _reason(error: Exception) -> str:
    """A clause in our own words: GitHub's and git's are for the log."""
    match error:
        case NotReplicableError():
            return str(error)
        case CannotFetchError():
            return error.fault.value
        case NotFound():
            return "it does not know the commits"
        case Forbidden():
            return "it may not be read"
        case GitError():
            return (blame_remote(error) or FetchFault.BROKEN).value
        case _:
            return "it gave no usable answer"
