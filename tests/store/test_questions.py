import asyncio
from datetime import timedelta

from app.store.database import Database
from app.store.records import questions
from app.store.records.questions import QuestionRow
from tests.store.rows import NOW, pull_request

HOUR = timedelta(hours=1)


async def ask(database: Database, pull: int, comment: int, *, user: int = 1, late: timedelta = timedelta()) -> bool:
    row = QuestionRow(
        pull_request_id=pull, comment_id=comment, in_thread=False, asked="a" * 64, user_id=user, at=NOW + late
    )
    async with database.transaction() as connection:
        return await questions.admit(connection, row, most=3, within=HOUR)


async def test_a_person_may_ask_so_often_and_no_more_until_the_time_is_over(database: Database) -> None:
    pull = (await pull_request(database)).id
    assert [await ask(database, pull, comment) for comment in range(5)] == [True, True, True, False, False]
    assert await ask(database, pull, 9, user=2)
    assert await ask(database, pull, 10, late=HOUR)


async def test_what_was_asked_before_counts_once_however_often_its_job_begins(database: Database) -> None:
    pull = (await pull_request(database)).id
    assert [await ask(database, pull, 1) for _ in range(5)] == [True] * 5
    assert [await ask(database, pull, comment) for comment in (2, 3, 4, 1)] == [True, True, False, True]


async def test_many_at_once_are_counted_one_after_the_other(database: Database) -> None:
    pull = (await pull_request(database)).id
    taken = await asyncio.gather(*(ask(database, pull, comment) for comment in range(12)))
    assert sum(taken) == 3
