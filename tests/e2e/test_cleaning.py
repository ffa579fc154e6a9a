"""What the bot forgets over night, as a worker of the whole program does it."""

from __future__ import annotations

import asyncio

from procrastinate import App, PsycopgConnector

from tests.e2e.conftest import mergeable
from tests.e2e.town import PATIENCE_S, Town


async def count_questions(town: Town) -> int:
    async with town.database.connection() as connection:
        row = await (await connection.execute("SELECT count(*) FROM lintel.question")).fetchone()
    assert row is not None
    return int(row[0])


async def test_who_had_a_model_asked_is_forgotten_the_night_after(guarded: Town) -> None:
    pull = await guarded.propose({"app/ok.py": "A = 1\n"})
    await guarded.judged(pull)
    await guarded.tell(pull, "/lintel ask Why?", by="writer")
    assert await count_questions(guarded) == 1
    async with guarded.database.connection() as connection:
        await connection.execute("UPDATE lintel.question SET at = at - interval '25 hours'")
    queue = App(connector=PsycopgConnector(conninfo=guarded.database.dsn))
    async with queue.open_async():
        await queue.configure_task("schedule:forget_questions", queue="housekeeping").defer_async(timestamp=0)
    async with asyncio.timeout(PATIENCE_S):
        while await count_questions(guarded):
            await asyncio.sleep(0.02)

    assert mergeable(guarded, pull)
