"""What models took for a pull request, as the store has it: calls of processes that died are in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from app.core.job import CommandJob, ReviewJob
from app.core.report.cost import Costs
from app.core.report.report import Report
from app.store.database import Connection
from app.store.records import costs, pull_requests
from app.store.records.calls import Books
from app.store.records.review_rows import ReviewRow, ReviewState, latest

GIVEN_UP: Final = "given_up"
"""Under this name a review's row keeps the sentences on what was left out for want of money."""


async def read_costs(connection: Connection, job: CommandJob, today: date) -> Costs | None:
    """What the newest review, its pull request and this month have cost; None before the first review.

    In a transaction of the caller's.
    """
    pull = await pull_requests.locate(
        connection, installation_id=job.installation_id, repository_id=job.repository_id, number=job.number
    )
    newest = await latest(connection, pull.id)
    if newest is None:
        return None
    review, pull_request, month = await costs.balances(connection, _books(job, newest, today))
    return Costs(
        head_sha=newest.key.head_sha,
        running=newest.state is ReviewState.RUNNING,
        detail=await costs.of_review(connection, newest.id),
        review=review,
        pull_request=pull_request,
        month=month,
        given_up=_given_up(newest),
    )


async def account_for(connection: Connection, job: ReviewJob, review: ReviewRow, report: Report, today: date) -> Report:
    """The report with all that was paid for this review, before a crash too; as it is, where no call was booked.

    What this very review has asked once is not called remembered when it goes on.
    """
    balance, *_ = await costs.balances(connection, _books(job, review, today))
    asked = await costs.asked(connection, review.id)
    spending = replace(report.spending, limit_usd=balance.limit, recalled=report.spending.recalled - asked)
    if asked:
        tally = balance.tally
        spending = replace(spending, usage=tally.usage, usd=None if tally.unpriced else float(tally.usd))
    return replace(report, spending=spending)


def _books(job: CommandJob | ReviewJob, review: ReviewRow, today: date) -> Books:
    return Books(
        installation_id=job.installation_id,
        pull_request_id=review.pull_request_id,
        review_id=review.id,
        month=today,
    )


def _given_up(review: ReviewRow) -> tuple[str, ...]:
    kept = review.usage.get(GIVEN_UP)
    return tuple(str(sentence) for sentence in kept) if isinstance(kept, list) else ()
