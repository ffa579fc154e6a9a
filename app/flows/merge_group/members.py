"""Who is in a group, told by the merge queue's entries and by the group's own commits; only what both say counts.

Where they do not say the same, those that the commits alone tell are still heard: they may hold the group up.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from app.core.gate.group import Part, agree, link_parts, name_squashed
from app.core.job import MergeGroupJob
from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.errors import Forbidden, NotFound, Refused, Unprocessable, UnreadableAnswer
from app.github.merge_queue import QueueEntry
from app.github.payloads import ComparedCommit

_log = logging.getLogger(__name__)

MOST_TIPS = 100
"""Commits of a group that are asked whose they are: one request each."""

_UNTOLD = (Forbidden, NotFound, Refused, Unprocessable, UnreadableAnswer)


@dataclass(frozen=True, slots=True)
class Membership:
    """The parts of a group in their order, and its commits with their parents."""

    parts: tuple[Part, ...]
    commits: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Traced:
    """Nobody can tell who is in the group. These are, as its commits tell, by number with the head that each offers."""

    heads: Mapping[int, str]


async def find_members(app: GitHubApp, client: GitHubClient, job: MergeGroupJob) -> Membership | Traced:
    """Who is in the group, as far as that can be told. Raises the errors of `app.github.errors` that pass."""
    try:
        listed = await client.list_compared_commits(job.base_sha, job.head_sha)
        commits = {commit.sha: tuple(parent.sha for parent in commit.parents) for commit in listed}
        heads = await _ask_commits(client, job, commits)
    except _UNTOLD as error:
        _log.warning("%s: GitHub does not tell whose its commits are: %s", job.key, error)
        return Traced({})
    parts = await _ask_queue(app, client, job)
    told = {sha: number for number, sha in heads.items()}
    if parts is None or not agree(parts, job.base_ref, commits, told):
        _log.info("%s: entries and commits do not tell the same", job.key)
        return Traced(heads | await _ask_titles(client, job, listed, commits))
    return Membership(parts, commits)


async def _ask_queue(app: GitHubApp, client: GitHubClient, job: MergeGroupJob) -> tuple[Part, ...] | None:
    """The parts of the group by the queue's entries; None where they are not told, or do not make the group."""
    queue = app.merge_queue(job.installation_id, job.repository_id, client.full_name)
    try:
        entries = await queue.list_entries(job.base_ref)
    except _UNTOLD as error:
        _log.warning("%s: GitHub does not tell who is in it: %s", job.key, error)
        return None
    return link_parts([part for entry in entries if (part := _read(entry)) is not None], job.base_sha, job.head_sha)


def _read(entry: QueueEntry) -> Part | None:
    pull = entry.pull_request
    if pull is None or entry.base_commit is None or entry.head_commit is None:
        return None
    return Part(
        number=pull.number,
        offered_sha=pull.head_ref_oid,
        base_ref=pull.base_ref_name,
        base_sha=entry.base_commit.oid,
        head_sha=entry.head_commit.oid,
    )


async def _ask_commits(
    client: GitHubClient, job: MergeGroupJob, commits: Mapping[str, Sequence[str]]
) -> dict[int, str]:
    """The open pull requests into the branch whose heads were merged into the group, each with that head."""
    merged = [parent for parents in commits.values() for parent in parents[1:] if parent in commits]
    heads: dict[int, str] = {}
    for sha in islice(dict.fromkeys(merged), MOST_TIPS):
        for pull in await client.list_pulls_for_commit(sha):
            if pull.open and pull.head.sha == sha and pull.base.ref == job.base_ref:
                heads[pull.number] = sha
    return heads


async def _ask_titles(
    client: GitHubClient, job: MergeGroupJob, listed: Sequence[ComparedCommit], commits: Mapping[str, Sequence[str]]
) -> dict[int, str]:
    """The open pull requests into the branch that the queue's own commits name, each with the head that it offers."""
    titles = {commit.sha: commit.commit.message.partition("\n")[0] for commit in listed}
    heads: dict[int, str] = {}
    for number in name_squashed(commits, titles, job.head_sha)[:MOST_TIPS]:
        try:
            pull = await client.get_pull(number)
        except _UNTOLD as error:
            _log.info("%s: what a title calls %d is no pull request to be seen: %s", job.key, number, error)
            continue
        if pull.open and pull.base.ref == job.base_ref:
            heads[number] = pull.head.sha
    return heads
