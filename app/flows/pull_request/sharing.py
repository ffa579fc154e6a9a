"""`check: shared`: one check for all open pull requests of a commit, each decided again when another one changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import JsonValue

from app.core.gate.attendance import Attendance, attend
from app.core.gate.sharing import Offer
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import share
from app.core.job import ReviewJob, review_of
from app.core.report.report import Report
from app.flows.pull_request.snapshot import take_snapshot
from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.store.database import Connection
from app.store.records import offers
from app.store.records.review_rows import ReviewRow
from app.store.work.queue import enqueue


async def list_offered(app: GitHubApp, client: GitHubClient, job: ReviewJob, snapshot: Snapshot) -> dict[int, str]:
    """The base branches of other pull requests that offer this head now and are reviewed, by their numbers.

    All open ones are asked for: of a commit that the default branch has, GitHub does not tell the open ones.
    https://docs.github.com/rest/commits/commits#list-pull-requests-associated-with-a-commit
    """
    pulls = await client.list_pulls()
    same = [pull.number for pull in pulls if pull.head.sha == snapshot.head_sha and pull.number != snapshot.number]
    found: dict[int, str] = {}
    for number in same:
        other = await take_snapshot(app, client, review_of(job, number))
        if other.head_sha == snapshot.head_sha and attend(other) is Attendance.REVIEW:
            found[number] = other.base_ref
    return found


async def weigh_others(
    connection: Connection, job: ReviewJob, review: ReviewRow, offered: Mapping[int, str]
) -> tuple[Offer, ...]:
    """What the others are worth, in the caller's transaction, in which this one's own verdict is to be recorded."""
    head_sha = review.key.head_sha
    await offers.lock_head(connection, repository_id=job.repository_id, head_sha=head_sha)
    return await offers.weigh(connection, offered, repository_id=job.repository_id, head_sha=head_sha)


def shared_body(report: Report, others: tuple[Offer, ...]) -> dict[str, JsonValue]:
    """What the ledger's entry says of the shared check besides what this pull request is worth by itself."""
    verdict = share(report.verdict, others)
    told: list[JsonValue] = [[one.number, one.base_ref, one.conclusion] for one in others]
    return {
        "shared": {
            "conclusion": verdict.conclusion.value,
            "situation": verdict.situation.value,
            "offers": told,
        }
    }


async def tell_change(connection: Connection, job: ReviewJob, review: ReviewRow, report: Report) -> None:
    """Let the others be decided again if this one is worth something else than before. They pay for nothing."""
    if await offers.worth_before(connection, review) != report.verdict.conclusion.value:
        await tell_others(connection, job, review.key.head_sha)


async def tell_others(connection: Connection, job: ReviewJob, head_sha: str) -> None:
    """Let the others that share this head's check be decided again."""
    numbers = await offers.list_sharing(
        connection, repository_id=job.repository_id, head_sha=head_sha, besides=job.number
    )
    await enqueue(connection, [replace(review_of(job, number), again=True) for number in numbers])
