"""Is a pull request the exact way back from one that was merged? Proved by trees, never by words.

The proof: at every path the change goes from what the merged one left there to what the merged one found there, and
nothing else changes. What was merged is the change whose verdict is recorded; or, where other merges had touched the
same files, what its merge commit did to the base branch. Whether it was merged, squashed or rebased makes no
difference to the first.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from app.core.gate.policy import PolicyFault
from app.core.gate.reverts import MOST_HINTS, Reverted, find_hints
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import Situation
from app.core.secrecy.redaction import redact
from app.flows.pull_request.gate_entry import GATE_SET
from app.flows.pull_request.snapshot import NO_MERGE_BASE
from app.github.client import GitHubClient
from app.github.errors import NotFound, Unprocessable
from app.github.payloads import Pull
from app.repo.fetch_faults import CannotFetchError
from app.repo.git import GitError
from app.repo.mirror import Mirrors, Origin
from app.repo.objects import FileTooLargeError, GitStore, ObjectMissingError
from app.repo.trees import Difference
from app.store.database import Connection, Database
from app.store.records import findings, ledger
from app.store.records.findings import KnownFinding
from app.store.records.review_rows import ReviewKey, last_verdict

_log = logging.getLogger(__name__)

MOST_BROUGHT_BACK: Final = 20
"""So many findings of the code that comes back are named."""

_Ends = tuple[str, str]
_MERGE_PARENTS: Final = 2


async def find_revert(
    database: Database, mirrors: Mirrors, client: GitHubClient, origin: Origin, snapshot: Snapshot
) -> Reverted | None:
    """The merged pull request that this one takes back exactly; None if none is proved, and for any doubt.

    A revert of a revert that passed so is none: it brings code in again. Raises the errors of `app.github.errors`.
    """
    hints = find_hints(snapshot.title, snapshot.body)
    if not hints or isinstance(snapshot.policy, PolicyFault) or snapshot.merge_base == NO_MERGE_BASE:
        return None
    for merged in await _list_merged(client, hints.numbers, hints.commits, snapshot):
        async with database.transaction() as connection:
            judged = await _recorded(connection, snapshot, merged)
        if judged is None:
            continue
        try:
            store = await _prove(mirrors, client, origin, snapshot, merged, judged)
            if store is not None:
                told = await _tell_brought_back(database, store, snapshot, merged.number)
                return Reverted(merged.number, merged.head.sha, told)
        except (CannotFetchError, GitError) as error:
            _log.info("whether %s#%d takes #%d back: %s", snapshot.repository, snapshot.number, merged.number, error)
    return None


async def _list_merged(
    client: GitHubClient, numbers: Sequence[int], commits: Sequence[str], snapshot: Snapshot
) -> list[Pull]:
    """The pull requests that are named, as far as they were merged into this base branch."""
    named = list(numbers)
    for sha in commits:
        try:
            named += [pull.number for pull in await client.list_pulls_for_commit(sha)]
        except (NotFound, Unprocessable):
            continue
    found = []
    for number in [number for number in dict.fromkeys(named) if number != snapshot.number][:MOST_HINTS]:
        try:
            pull = await client.get_pull(number)
        except NotFound:
            continue
        if pull.merged and pull.base.ref == snapshot.base_ref:
            found.append(pull)
    return found


async def _recorded(connection: Connection, snapshot: Snapshot, merged: Pull) -> ReviewKey | None:
    """What the last verdict on the head that was merged is bound to; None if there is none, or it was a way back."""
    review = await last_verdict(
        connection,
        repository_id=snapshot.repository_id,
        number=merged.number,
        head_sha=merged.head.sha,
        base_ref=snapshot.base_ref,
    )
    entry = None if review is None else await ledger.last_of_review(connection, None, GATE_SET, str(review.id))
    if review is None or entry is None or entry.body.get("situation") == Situation.REVERTED:
        return None
    return review.key if review.key.merge_base != NO_MERGE_BASE else None


async def _prove(
    mirrors: Mirrors, client: GitHubClient, origin: Origin, snapshot: Snapshot, merged: Pull, judged: ReviewKey
) -> GitStore | None:
    """The store in which the proof was found, holding both versions of this change; None where there is no proof."""
    here = snapshot.merge_base, snapshot.head_sha
    proposed = judged.merge_base, judged.head_sha
    store = await _fetch(mirrors, origin, snapshot, proposed)
    if await _is_way_back(store, here, proposed):
        return store
    landed = await _find_landing(client, merged)
    if landed is None:
        return None
    store = await _fetch(mirrors, origin, snapshot, landed)
    return store if await _is_way_back(store, here, landed) else None


async def _fetch(mirrors: Mirrors, origin: Origin, snapshot: Snapshot, other: _Ends) -> GitStore:
    return await mirrors.fetch(
        origin, merge_base=snapshot.merge_base, head=snapshot.head_sha, others=[snapshot.base_sha, *other]
    )


async def _find_landing(client: GitHubClient, merged: Pull) -> _Ends | None:
    """The commits before and after the merge, where its shape leaves no doubt which these are.

    A single parent may be that of a squash or of the last of several rebased commits: with one commit it is the same.
    """
    if merged.merge_commit_sha is None:
        return None
    try:
        commit = await client.get_git_commit(merged.merge_commit_sha)
    except NotFound:
        return None
    parents = [parent.sha for parent in commit.parents]
    if parents[1:] == [merged.head.sha] or (len(parents) == 1 and merged.commits == 1):
        return parents[0], merged.merge_commit_sha
    return None


async def _is_way_back(store: GitStore, here: _Ends, there: _Ends) -> bool:
    """Whether one change is the other one backwards: the same paths, each from what the other left to what it found."""
    there_and_back = (await _compare(store, here), await _compare(store, here[::-1]))
    back_and_there = (await _compare(store, there[::-1]), await _compare(store, there))
    return bool(there_and_back[0]) and there_and_back == back_and_there


async def _compare(store: GitStore, ends: Sequence[str]) -> list[Difference]:
    before, after = ends
    return await store.compare_trees(before, after)


async def _tell_brought_back(database: Database, store: GitStore, snapshot: Snapshot, reverted: int) -> tuple[str, ...]:
    """Sentences on blocking findings of other pull requests whose code was gone and comes back."""
    paths = [one.path for one in await store.compare_trees(snapshot.merge_base, snapshot.head_sha) if one.entry]
    async with database.transaction() as connection:
        known = await findings.blocking_at(
            connection,
            repository_id=snapshot.repository_id,
            paths=paths,
            besides=(snapshot.number, reverted),
            most=MOST_BROUGHT_BACK,
        )
    return tuple([said for number, item in known if (said := await _tell_back(store, snapshot, number, item))])


async def _tell_back(store: GitStore, snapshot: Snapshot, number: int, item: KnownFinding) -> str:
    """The sentence, where the line that a finding quotes is in this head's file and was not before."""
    claim = item.finding.claim
    quote = claim.quote.strip()
    try:
        before = await _read_lines(store, snapshot.merge_base, claim.path)
        after = await _read_lines(store, snapshot.head_sha, claim.path)
    except (FileTooLargeError, ObjectMissingError) as error:
        _log.info("a file of a revert cannot be read: %s", error)
        how = "It may bring back (the file cannot be read)"
    else:
        if not quote or quote not in after - before:
            return ""
        how = "It brings back"
    return f"{how} what F{item.finding.number} of #{number} is about: {redact(claim.title).text}"


async def _read_lines(store: GitStore, revision: str, path: str) -> frozenset[str]:
    content = await store.read_file(revision, path)
    return frozenset(line.strip() for line in (content or b"").decode("utf-8", "replace").splitlines())
