"""GitHub's own re-run button on our check: review the pull request that the check belongs to once more."""

from __future__ import annotations

from dataclasses import replace

from app.core.job import RerunJob, review_of
from app.core.report.external_id import reviewed_by
from app.flows.pull_request.forge import GitHubServices
from app.store.database import Connection
from app.store.faults import NotStored
from app.store.records.pull_requests import number_of
from app.store.records.review_rows import read
from app.store.work.queue import enqueue


async def run_again(services: GitHubServices, job: RerunJob) -> None:
    """Let the pull request's review wait its turn. The check's `external_id` tells which it is.

    GitHub names no pull request on checks of forks, so where our own record is missing, its list of the commit's
    pull requests is asked.
    """
    async with services.database.transaction() as connection:
        numbers = await _numbers(connection, job)
    if not numbers:
        client = services.app.repository(job.installation_id, job.repository_id, job.repository)
        pulls = await client.list_pulls_for_commit(job.head_sha)
        numbers = tuple(pull.number for pull in pulls if pull.open and pull.head.sha == job.head_sha)
    async with services.database.transaction() as connection:
        await enqueue(connection, [replace(review_of(job, number), again=True, asked=True) for number in numbers])


async def _numbers(connection: Connection, job: RerunJob) -> tuple[int, ...]:
    review_id = reviewed_by(job.external_id)
    if review_id is None:
        return ()
    try:
        review = await read(connection, review_id)
        return (await number_of(connection, review.pull_request_id, repository_id=job.repository_id),)
    except NotStored:
        return ()
