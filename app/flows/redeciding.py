"""What decides about pull requests changed on a base branch: those that are open are decided again, newest first.

No model is asked: such a review is made of what earlier ones remember, and names what the policy would have read
beyond that. Only where the branch was moved back, or has taken in part of a change, is read what came into the diff
with that. A verdict that was made after the push, for this very tip and policy, stands.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from app.core.gate.effective import ORGANISATION_PATH, ORGANISATION_REPOSITORY
from app.core.gate.policy import POLICY_PATH
from app.core.gate.verdict import is_green
from app.core.job import Job, PushJob, RedecideJob, ReviewJob
from app.core.people.owners import CODEOWNERS_PATHS
from app.flows.pull_request.forge import GitHubServices
from app.flows.pull_request.snapshot import NO_MERGE_BASE
from app.github.client import GitHubClient
from app.github.errors import InstallationGone, NotFound, TokenNotGranted, Unprocessable
from app.github.payloads import Pull
from app.store.records.review_rows import last_verdict
from app.store.work.queue import enqueue

AT_ONCE: Final = 10
"""Reviews that are queued together."""

PACE_S: Final = 20.0
"""How long the next so many wait, so that a policy of a thousand pull requests leaves room for a push."""

MOST_COMPARED: Final = 100
"""Pull requests that one push has compared with the base anew, each of which is a request."""

_OWN: Final = frozenset({POLICY_PATH, *CODEOWNERS_PATHS})
_WATCHED: Final = _OWN | {ORGANISATION_PATH}
_NOTHING: Final = "0" * 40
_log = logging.getLogger(__name__)


async def look_at_push(services: GitHubServices, job: PushJob) -> None:
    """Have decided again what the push may have changed: this branch's pull requests, or those of the organisation."""
    try:
        jobs = await _find_work(services, job)
    except (InstallationGone, TokenNotGranted) as error:
        _log.info("%s: we may not look at it any more: %s", job.key, error)
        return
    await _queue(services, jobs)


async def decide_again(services: GitHubServices, job: RedecideJob) -> None:
    """Have every open pull request of the repository decided again."""
    client = services.app.repository(job.installation_id, job.repository_id, job.repository)
    try:
        pulls = await client.list_pulls()
    except (InstallationGone, TokenNotGranted) as error:
        _log.info("%s: we may not look at it any more: %s", job.key, error)
        return
    await _queue(services, plan_reviews(job, (pull.number for pull in pulls)))


async def _queue(services: GitHubServices, jobs: list[Job]) -> None:
    if jobs:
        async with services.database.transaction() as connection:
            await enqueue(connection, jobs)


async def _find_work(services: GitHubServices, job: PushJob) -> list[Job]:
    client = services.app.repository(job.installation_id, job.repository_id, job.repository)
    pulls = await client.list_pulls(base=job.branch)
    shared = job.repository.partition("/")[2].lower() == ORGANISATION_REPOSITORY
    if not pulls and not shared:
        return []
    try:
        tip = await client.get_commit(f"heads/{job.branch}")
    except (NotFound, Unprocessable):
        return []  # the branch is gone again
    changed = await _find_changed(client, job.before, tip.sha)
    if job.forced or changed & _OWN:
        jobs = plan_reviews(job, (pull.number for pull in pulls), reads=job.forced)
    else:
        jobs = plan_reviews(job, await _find_others_now(services, client, job, pulls, tip.sha), reads=True)
    if shared and ORGANISATION_PATH in changed and (await client.get_repository()).default_branch == job.branch:
        listed = await services.app.list_installation_repositories(job.installation_id)
        jobs += [
            RedecideJob(installation_id=job.installation_id, repository_id=item.id, repository=item.full_name)
            for item in listed
        ]
    return jobs


def plan_reviews(job: PushJob | RedecideJob, pulls: Iterable[int], *, reads: bool = False) -> list[Job]:
    """A review of each of the pull requests, the newest at once and the others in their turn. Pure.

    `reads`: lines that are new in them are read.
    """
    return [
        ReviewJob(
            installation_id=job.installation_id,
            repository_id=job.repository_id,
            repository=job.repository,
            number=number,
            delay_s=place // AT_ONCE * PACE_S,
            reads=reads,
        )
        for place, number in enumerate(sorted(pulls, reverse=True))
    ]


async def _find_others_now(
    services: GitHubServices, client: GitHubClient, job: PushJob, pulls: Sequence[Pull], tip: str
) -> list[int]:
    """Of the newest that pass those whose diff is another one now, because the base took in part of what they have.

    Then what they take back of it is in the diff, and was not when it was read.
    """
    newest = sorted(pulls, key=lambda pull: pull.number, reverse=True)[:MOST_COMPARED]
    found = []
    for pull in newest:
        async with services.database.transaction() as connection:
            verdict = await last_verdict(
                connection,
                repository_id=job.repository_id,
                number=pull.number,
                head_sha=pull.head.sha,
                base_ref=job.branch,
            )
        if verdict is None or not is_green(verdict.conclusion or ""):
            continue
        if await _find_merge_base(client, tip, pull.head.sha) != verdict.key.merge_base:
            found.append(pull.number)
    return found


async def _find_merge_base(client: GitHubClient, tip: str, head_sha: str) -> str:
    try:
        return (await client.compare(tip, head_sha)).merge_base_commit.sha
    except (NotFound, Unprocessable):
        return NO_MERGE_BASE


async def _find_changed(client: GitHubClient, before: str, tip: str) -> frozenset[str]:
    """Those of the watched paths that differ between two commits; all where the older one is not known any more."""
    if before == _NOTHING:
        return _WATCHED
    try:
        old = await _list_root(client, before)
    except (NotFound, Unprocessable):
        return _WATCHED
    new = await _list_root(client, tip)
    changed = {path for path in _WATCHED if "/" not in path and old.get(path) != new.get(path)}
    for directory in {path.partition("/")[0] for path in _WATCHED if "/" in path}:
        if old.get(directory) != new.get(directory):
            was, now = await _list_below(client, old.get(directory)), await _list_below(client, new.get(directory))
            names = (path.removeprefix(f"{directory}/") for path in _WATCHED if path.startswith(f"{directory}/"))
            changed |= {f"{directory}/{name}" for name in names if was.get(name) != now.get(name)}
    return frozenset(changed)


_Entry = tuple[str, str]
"""Mode and id of an object in a tree."""

_TREE: Final = "040000"


async def _list_root(client: GitHubClient, sha: str) -> Mapping[str, _Entry]:
    commit = await client.get_git_commit(sha)
    return await _list_below(client, (_TREE, commit.tree.sha))


async def _list_below(client: GitHubClient, entry: _Entry | None) -> Mapping[str, _Entry]:
    """What stands in a directory; nothing in what is none."""
    if entry is None or entry[0] != _TREE:
        return {}
    tree = await client.get_tree(entry[1], recursive=False)
    return {item.path: (item.mode, item.sha) for item in tree.entries}
