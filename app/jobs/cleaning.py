"""What is no longer of use to anybody, taken out of the store once a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from app.jobs.handlers import Schedule
from app.store.database import Database
from app.store.records import questions

QUESTIONS_KEPT: Final = timedelta(days=1)
"""How long it is known who had a model asked: only the last hour counts, and a job may be begun again later."""


def schedule_cleaning(database: Database, now: Callable[[], datetime]) -> tuple[Schedule, ...]:
    """What is to be done once a day. Doing it again changes nothing."""

    async def forget_questions() -> None:
        async with database.transaction() as connection:
            await questions.forget(connection, now() - QUESTIONS_KEPT)

    return (Schedule(name="forget_questions", cron="27 3 * * *", run=forget_questions),)
