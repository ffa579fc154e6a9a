"""Another App completed a check with a name of ours: that is recorded, and said where people look."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pydantic import JsonValue

from app.core.gate.sharing import SHARED_NAME, check_name
from app.core.job import ForgedJob, review_of
from app.flows.pull_request.forge import GitHubServices
from app.store.records import foreign_checks, ledger
from app.store.work.queue import enqueue

CHECK_FORGED: Final = "check.forged"
"""The kind of the ledger entry for each App that did so on a head."""


async def note_forgery(services: GitHubServices, job: ForgedJob) -> None:
    """Record it and let the summaries of the open pull requests with that head say so. Again, it changes nothing.

    The verdict does not change: whether the other check counts is the branch's to say.
    """
    client = services.app.repository(job.installation_id, job.repository_id, job.repository)
    pulls = await client.list_pulls_for_commit(job.head_sha)
    numbers = [
        pull.number
        for pull in pulls
        if pull.open and pull.head.sha == job.head_sha and job.name in (SHARED_NAME, check_name(pull.base.ref))
    ]
    body: dict[str, JsonValue] = {
        "repository": job.repository_id,
        "head_sha": job.head_sha,
        "name": job.name,
        "app_id": job.app_id,
        "app": job.app,
        "check_run": job.check_run_id,
        "pull_requests": list[JsonValue](numbers),
    }
    async with services.database.transaction() as connection:
        now = services.now()
        new = await foreign_checks.note(
            connection, job.repository_id, job.head_sha, job.name, app_id=job.app_id, app=job.app, now=now
        )
        if new:
            await ledger.append(connection, str(job.installation_id), CHECK_FORGED, body, at=now)
            await enqueue(connection, [replace(review_of(job, number), again=True) for number in numbers])
