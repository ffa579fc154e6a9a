"""The buttons of our check, GitHub's own re-run and *Full review*: what the check belongs to is reviewed once more."""

from __future__ import annotations

import logging
from dataclasses import replace

from app.core.job import Job, ReadyJob, RerunJob, review_of
from app.core.people.role import Role
from app.core.report.external_id import reviewed_by
from app.flows.commands.hearing import read_role
from app.flows.first_run import READY
from app.flows.pull_request.forge import GitHubServices
from app.github.client import GitHubClient
from app.store.database import Connection
from app.store.faults import NotStored
from app.store.records.pull_requests import number_of
from app.store.records.review_rows import read
from app.store.work.queue import enqueue

_log = logging.getLogger(__name__)


async def run_again(services: GitHubServices, job: RerunJob) -> None:
    """Let the pull request's review wait its turn. The check's `external_id` tells which it is.

    GitHub names no pull request on checks of forks, so where our own record is missing, its list of the commit's
    pull requests is asked. A full review is for the people that `/lintel review full` is for: for anybody else nothing
    happens.
    """
    client = services.app.repository(job.installation_id, job.repository_id, job.repository)
    if job.full and not await _may_ask_in_full(client, job):
        _log.info("%s: a full review is not theirs to ask for", job.key)
        return
    jobs: list[Job] = [_ready_again(job)] if await _shows_ready(services, client, job) else []
    if job.external_id != READY:
        numbers = await _find_numbers(services, client, job)
        wanted = [replace(review_of(job, number), asked=True, asked_of=job.head_sha) for number in numbers]
        jobs += [replace(review, full=job.full, again=True) for review in wanted]
    async with services.database.transaction() as connection:
        await enqueue(connection, jobs)


async def _may_ask_in_full(client: GitHubClient, job: RerunJob) -> bool:
    return (await read_role(client, job.asked_by)).reaches(Role.WRITE)


async def _shows_ready(services: GitHubServices, client: GitHubClient, job: RerunJob) -> bool:
    """Whether what is to run again is, or has among it, the first check of a repository."""
    if not job.suite_id:
        return job.external_id == READY
    runs = await client.list_check_runs(job.head_sha, app_id=services.identity.app_id, latest=True)
    return any(run.external_id == READY for run in runs)


def _ready_again(job: RerunJob) -> ReadyJob:
    return ReadyJob(
        installation_id=job.installation_id, repository_id=job.repository_id, repository=job.repository, again=True
    )


async def _find_numbers(services: GitHubServices, client: GitHubClient, job: RerunJob) -> tuple[int, ...]:
    async with services.database.transaction() as connection:
        numbers = await _numbers(connection, job)
    if numbers:
        return numbers
    pulls = await client.list_pulls_for_commit(job.head_sha)
    return tuple(pull.number for pull in pulls if pull.open and pull.head.sha == job.head_sha)


async def _numbers(connection: Connection, job: RerunJob) -> tuple[int, ...]:
    review_id = reviewed_by(job.external_id)
    if review_id is None:
        return ()
    try:
        review = await read(connection, review_id)
        return (await number_of(connection, review.pull_request_id, repository_id=job.repository_id),)
    except NotStored:
        return ()
