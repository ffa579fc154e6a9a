from __future__ import annotations

import asyncio

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
