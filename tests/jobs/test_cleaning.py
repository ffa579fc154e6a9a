"""Once a day: who had a model asked is forgotten, as soon as it limits nobody any more."""

from __future__ import annotations

from datetime import timedelta

from app.flows.commands.studying import WITHIN
from app.jobs.cleaning import QUESTIONS_KEPT, schedule_cleaning
from app.store.records import questions
from app.store.records.questions import QuestionRow
from tests.jobs.bench import Bench
from tests.store.rows import NOW, pull_request


async def ask(bench: Bench, pull: int, comment: int, late: timedelta) -> bool:
    row = QuestionRow(
        pull_request_id=pull, comment_id=comment, in_thread=False, asked="a" * 64, user_id=1, at=NOW + late
    )
    async with bench.database.transaction() as connection:
        return await questions.admit(connection, row, most=1, within=WITHIN)


async def test_what_still_limits_somebody_is_kept_and_the_rest_is_forgotten(bench: Bench) -> None:
    pull = (await pull_request(bench.database)).id
    assert await ask(bench, pull, 1, timedelta())
    assert await ask(bench, pull, 2, QUESTIONS_KEPT)
    (cleaning,) = schedule_cleaning(bench.database, lambda: NOW + QUESTIONS_KEPT + timedelta(seconds=1))
    for _ in range(2):
        await cleaning.run()
        async with bench.database.connection() as connection:
            rows = await (await connection.execute("SELECT comment_id FROM lintel.question")).fetchall()
        assert rows == [(2,)]
    assert not await ask(bench, pull, 3, QUESTIONS_KEPT + timedelta(minutes=59))
    assert QUESTIONS_KEPT > WITHIN
