"""Who is in a group, told by the merge queue's entries and by the group's own commits; only what both say counts.

Where they do not say the same, those that either of them tells are still heard: they may hold the group up.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from app.core.gate.group import Part, agree, link_parts, merged_tips, name_squashed
from app.core.job import MergeGroupJob
from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.errors import Forbidden, GitHubError, NotFound, Refused, Unprocessable, UnreadableAnswer
from app.github.merge_queue import QueueEntry
from app.github.payloads import ComparedCommit, Pull

_log = logging.getLogger(__name__)

MOST_TIPS = 100
"""Commits of a group that are asked whose they are: one request each. For more, the open pull requests are listed."""

LOOKS_FOR_MEMBERS = 2
"""How often the queue's entries are looked for once more: GitHub may tell of a group before it lists it."""

_UNTOLD = (Forbidden, NotFound, Refused, Unprocessable, UnreadableAnswer)


@dataclass(frozen=True, slots=True)
class Membership:
    """The parts of a group in their order, and its commits with their parents."""

    parts: tuple[Part, ...]
    commits: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Traced:
    """Nobody can tell for certain who is in the group. These are, by number with the head that each offers."""

    heads: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a group's commits tell: whose heads were merged into it, by number. `refused`: why some may be missing."""

    listed: Sequence[ComparedCommit] = ()
    commits: Mapping[str, Sequence[str]] = field(default_factory=dict)
    heads: Mapping[int, str] = field(default_factory=dict)
    refused: GitHubError | None = None


async def find_members(app: GitHubApp, client: GitHubClient, job: MergeGroupJob) -> Membership | Traced:
    """Who is in the group, as far as that can be told. Raises the errors of `app.github.errors` that pass.

    Where GitHub refuses to tell of the commits, and the queue has not told either when it should have, that refusal is
    raised: the group's own review cannot stand in for pull requests that could not be asked for.
    """
    said = await _ask_commits(client, job)
    parts = await _ask_queue(app, client, job)
    told = {sha: number for number, sha in said.heads.items()}
    if said.refused is not None:
        _log.warning("%s: GitHub does not tell whose its commits are: %s", job.key, said.refused)
        if parts is None and job.looks >= LOOKS_FOR_MEMBERS:
            raise said.refused
    elif parts is not None and agree(parts, job.base_ref, said.commits, told):
        return Membership(parts, said.commits)
    _log.info("%s: entries and commits do not tell the same", job.key)
    queued = {part.number: part.offered_sha for part in parts or ()}
    return Traced({**said.heads, **await _ask_titles(client, job, said), **queued})


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


async def _ask_commits(client: GitHubClient, job: MergeGroupJob) -> _Said:
    """The open pull requests into the branch whose heads were merged into the group, each with that head."""
    try:
        listed = await client.list_compared_commits(job.base_sha, job.head_sha)
    except _UNTOLD as error:
        return _Said(refused=error)
    commits = {commit.sha: tuple(parent.sha for parent in commit.parents) for commit in listed}
    tips = merged_tips(commits, job.head_sha)
    heads: dict[int, str] = {}
    try:
        for sha in tips[:MOST_TIPS]:
            heads |= _offering(await client.list_pulls_for_commit(sha), job.base_ref, {sha})
    except _UNTOLD as error:
        _log.warning("%s: GitHub does not tell whose a commit is, so all open ones are listed: %s", job.key, error)
    else:
        if len(tips) <= MOST_TIPS:
            return _Said(listed, commits, heads)
    try:
        heads |= _offering(await client.list_pulls(base=job.base_ref), job.base_ref, set(tips))
    except _UNTOLD as error:
        return _Said(listed, commits, heads, refused=error)
    return _Said(listed, commits, heads)


def _offering(pulls: Sequence[Pull], base_ref: str, tips: Collection[str]) -> dict[int, str]:
    """Those that are open, into the branch, and offer one of the tips; each with that one."""
    return {
        pull.number: pull.head.sha
        for pull in pulls
        if pull.open and pull.base.ref == base_ref and pull.head.sha in tips
    }


async def _ask_titles(client: GitHubClient, job: MergeGroupJob, said: _Said) -> dict[int, str]:
    """The open pull requests into the branch that the queue's own commits name, each with the head that it offers."""
    titles = {commit.sha: commit.commit.message.partition("\n")[0] for commit in said.listed}
    heads: dict[int, str] = {}
    for number in name_squashed(said.commits, titles, job.head_sha)[:MOST_TIPS]:
        try:
            pull = await client.get_pull(number)
        except _UNTOLD as error:
            _log.info("%s: what a title calls %d is no pull request to be seen: %s", job.key, number, error)
            continue
        if pull.open and pull.base.ref == job.base_ref:
            heads[number] = pull.head.sha
    return heads
