"""What becomes of a job whose worker died: it waits again as it was, or what it was asked joins what waits already."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any, get_args, get_type_hints

import pytest

from app.core.gate.again import Waits
from app.core.job import Job, ReviewJob
from app.store.database import Database
from app.store.work.codec import decode
from app.store.work.queue import enqueue
from app.store.work.settlement import rescue
from tests.store.rows import review_job

UNLIKE_THE_DEFAULT: dict[Any, Any] = {
    int: 41,
    str: "said",
    str | None: "f" * 40,
    float: 1.5,
    Waits: Waits.MONTH,
    Decimal | None: Decimal("0.25"),
    tuple[int, ...]: (1, 2),
}
OF_THE_NEWER_ALONE = {"abandoned", "stops"}


def fill(kind: type[Any]) -> Any:
    """A job of this kind none of whose fields is as it is by itself."""
    hints = get_type_hints(kind)
    given = {field.name: not field.default if hints[field.name] is bool else None for field in fields(kind)}
    return kind(**{name: UNLIKE_THE_DEFAULT.get(hints[name], value) for name, value in given.items()})


async def die_and_be_rescued(database: Database, job: Job, newer: Job | None = None) -> Job:
    """The job that waits after the worker of the one died, while the newer one waited already."""
    async with database.transaction() as connection:
        await enqueue(connection, [job])
        await connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        if newer is not None:
            await enqueue(connection, [newer])
        await rescue(connection, stalled_s=1.0, most=5)
        cursor = await connection.execute("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo'")
        ((task, args),) = await cursor.fetchall()
    return decode(task, args)


@pytest.mark.parametrize("kind", get_args(Job), ids=lambda kind: kind.__name__)
async def test_a_rescued_job_is_the_one_that_was_queued(database: Database, kind: type[Job]) -> None:
    job = fill(kind)
    assert await die_and_be_rescued(database, job) == job


FLAGS = [field.name for field in fields(ReviewJob) if field.type in ("bool", bool)]


@pytest.mark.parametrize("flag", FLAGS)
async def test_what_a_rescued_review_was_asked_is_asked_of_the_one_that_waits(database: Database, flag: str) -> None:
    plain = replace(review_job(), reads=False)
    asked = replace(plain, **{flag: True})  # type: ignore[arg-type]  # any flag
    found = await die_and_be_rescued(database, asked, replace(plain, head_sha="d" * 40))

    assert getattr(found, flag) is (flag not in OF_THE_NEWER_ALONE)
    assert isinstance(found, ReviewJob)
    assert found.head_sha == "d" * 40


@pytest.mark.parametrize(("newer", "kept"), [("", "a" * 40), ("d" * 40, "d" * 40)])
async def test_the_newest_head_that_somebody_asked_for_is_the_one_that_is_read(
    database: Database, newer: str, kept: str
) -> None:
    asked = review_job(asked=True, asked_of="a" * 40)
    found = await die_and_be_rescued(database, asked, review_job(asked=bool(newer), asked_of=newer))

    assert isinstance(found, ReviewJob)
    assert (found.asked, found.asked_of) == (True, kept)
