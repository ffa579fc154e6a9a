"""Who is in a group, told by the merge queue's entries and by the group's own commits; only what both say counts."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from app.core.gate.group import Part, agree, link_parts
from app.core.job import MergeGroupJob
from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.errors import Forbidden, NotFound, Refused, Unprocessable, UnreadableAnswer
from app.github.merge_queue import QueueEntry

_log = logging.getLogger(__name__)

MOST_TIPS = 100
"""Commits of a group that are asked whose head they are: one request each."""

_UNTOLD = (Forbidden, NotFound, Refused, Unprocessable, UnreadableAnswer)


@dataclass(frozen=True, slots=True)
class Membership:
    """The parts of a group in their order, and its commits with their parents."""

    parts: tuple[Part, ...]
    commits: Mapping[str, Sequence[str]]


async def find_members(app: GitHubApp, client: GitHubClient, job: MergeGroupJob) -> Membership | None:
    """Who is in the group; None where nobody can tell. Raises the errors of `app.github.errors` that pass."""
    queue = app.merge_queue(job.installation_id, job.repository_id, client.full_name)
    try:
        entries = await queue.list_entries(job.base_ref)
        listed = await client.list_compared_commits(job.base_sha, job.head_sha)
        commits = {commit.sha: tuple(parent.sha for parent in commit.parents) for commit in listed}
        told = await _ask_commits(client, job, commits)
    except _UNTOLD as error:
        _log.warning("%s: GitHub does not tell who is in it: %s", job.key, error)
        return None
    parts = link_parts([part for entry in entries if (part := _read(entry)) is not None], job.base_sha, job.head_sha)
    if parts is None or not agree(parts, job.base_ref, commits, told):
        _log.info("%s: entries and commits do not tell the same", job.key)
        return None
    return Membership(parts, commits)


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
) -> dict[str, int]:
    """The open pull requests into the branch whose heads were merged into the group, by that head."""
    merged = [parent for parents in commits.values() for parent in parents[1:] if parent in commits]
    told: dict[str, int] = {}
    for sha in islice(dict.fromkeys(merged), MOST_TIPS):
        for pull in await client.list_pulls_for_commit(sha):
            if pull.open and pull.head.sha == sha and pull.base.ref == job.base_ref:
                told[sha] = pull.number
    return told
