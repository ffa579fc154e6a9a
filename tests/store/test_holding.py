"""What a look that is held rests on: a row of the queue that nothing newer is held by, and the month's account."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.core.gate.again import Waits
from app.core.job import ReviewJob
from app.store.database import Database
from app.store.records import costs
from app.store.work.codec import decode
from app.store.work.queue import enqueue
from tests.store.rows import NOW, review_job

LOOK: dict[str, Any] = {"waits_for": Waits.MONTH, "left_usd": Decimal("0.1"), "looks": 3, "delay_s": 120}
INSTALLATION = 7


async def waiting(database: Database, *jobs: ReviewJob) -> ReviewJob:
    """What waits after these came one after the other."""
    for job in jobs:
        async with database.transaction() as connection:
            await enqueue(connection, [job])
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo'")
        ((task, args),) = await cursor.fetchall()
    found = decode(task, args)
    assert isinstance(found, ReviewJob)
    return found


async def test_a_look_that_is_held_keeps_what_it_waits_for(database: Database) -> None:
    held = await waiting(database, review_job(head=None, **LOOK))
    assert (held.waits_for, held.left_usd, held.looks) == (Waits.MONTH, Decimal("0.1"), 3)


@pytest.mark.parametrize("push_first", [True, False])
async def test_a_push_is_not_held_by_a_look_whichever_came_first(database: Database, push_first: bool) -> None:
    push, look = review_job(head="f" * 40), review_job(head=None, **LOOK)
    held = await waiting(database, *((push, look) if push_first else (look, push)))
    assert held.waits_for is Waits.NOTHING


@pytest.mark.parametrize(
    ("told", "limit", "days", "left"),
    [
        (None, None, 0, None),
        ("3", None, 0, "0.1"),
        ("3", "5", 0, "2.1"),
        ("3", "3", 31, "3"),
        ("3", None, 31, None),
    ],
    ids=["no limit", "the limit told", "a higher one", "a new month", "a new month that nobody was told a limit of"],
)
async def test_a_month_has_left_what_it_may_still_pay(
    database: Database, told: str | None, limit: str | None, days: int, left: str | None
) -> None:
    name = f"{INSTALLATION}/{NOW:%Y-%m}"
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO lintel.account (kind, name, booked_usd, limit_usd) VALUES ('month', %s, 2.9, %s)", [name, told]
        )
        day = (NOW + timedelta(days=days)).date()
        within = None if limit is None else Decimal(limit)
        found = await costs.left_of_month(connection, INSTALLATION, day, limit=within)
    assert found == (None if left is None else Decimal(left))
