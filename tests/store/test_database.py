from __future__ import annotations

import asyncio
import itertools

import pytest

from app.store.database import Database


@pytest.mark.parametrize("way", ["connection", "transaction"])
async def test_who_is_cancelled_as_a_connection_comes_free_is_cancelled(postgres_dsn: str, way: str) -> None:
    """`asyncio.wait_for` of Python 3.11, on which the pool stands, loses it: python/cpython#86296."""
    async with Database(postgres_dsn, max_size=1) as database:
        lend = getattr(database, way)
        for turns in range(12):
            worked: list[int] = []

            async def work(worked: list[int] = worked) -> None:
                async with lend():
                    worked.append(1)
                    await asyncio.sleep(1)
                    worked.append(2)

            async with lend():
                waiting = asyncio.create_task(work())
                await asyncio.sleep(0.01)
            for _ in range(turns):
                await asyncio.sleep(0)
            before = list(worked)
            waiting.cancel()
            await asyncio.wait({waiting})

            assert waiting.cancelled()
            assert worked == before


async def test_who_is_cancelled_in_the_middle_of_giving_a_connection_back_has_given_it_back(postgres_dsn: str) -> None:
    """One gives it back as another, who waits for it, is cancelled; and is cancelled a step later."""
    for before, between in itertools.product(range(6), range(6)):
        async with Database(postgres_dsn, max_size=1, patience_s=2.0) as database:
            leave = asyncio.Event()

            async def hold(database: Database = database, leave: asyncio.Event = leave) -> None:
                async with database.connection():
                    await leave.wait()

            async def wait(database: Database = database) -> None:
                async with database.connection():
                    pass

            holder = asyncio.create_task(hold())
            await asyncio.sleep(0.01)
            waiter = asyncio.create_task(wait())
            await asyncio.sleep(0.01)
            waiter.cancel()
            leave.set()
            for _ in range(before):
                await asyncio.sleep(0)
            holder.cancel()
            for _ in range(between):
                await asyncio.sleep(0)
            await asyncio.wait({holder, waiter})

            async with database.connection() as connection:
                await connection.execute("SELECT 1")
