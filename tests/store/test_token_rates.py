from __future__ import annotations

import asyncio
from uuid import UUID

import psycopg
import pytest

from app.core.change.tokens import DEFAULT_RATE, LEAST_SAMPLES, TokenRate
from app.store import migration
from app.store.database import Database
from app.store.migration import migrate, own_migrations
from app.store.records import reviews, token_rates
from app.store.records.review_rows import read
from tests.store.rows import NOW, pull_request, review_key

MODEL, OTHER = "claude-sonnet-5-5", "some-local-model"
ONE, TWO = (UUID(int=number) for number in (1, 2))
_BEGUN_BEFORE = (
    "INSERT INTO lintel.review (id, pull_request_id, head_sha, base_ref, base_sha, merge_base, policy_digest,"
    " generation, started_at) VALUES (%s, 1, 'a', 'main', 'b', 'c', %s, %s, now())"
)


async def observe(database: Database, times: int, *, centibytes: int, model: str = MODEL) -> None:
    for _ in range(times):
        async with database.transaction() as connection:
            await token_rates.observe(connection, model, size=centibytes * 100, tokens=10_000, now=NOW)


async def in_force(database: Database, model: str = MODEL) -> TokenRate:
    async with database.connection() as connection:
        return await token_rates.in_force(connection, model)


async def test_a_model_that_was_never_asked_has_the_default(database: Database) -> None:
    assert await in_force(database) == DEFAULT_RATE


async def test_the_rate_follows_real_calls_once_there_are_enough_of_them(database: Database) -> None:
    await observe(database, LEAST_SAMPLES - 1, centibytes=400)
    assert await in_force(database) == DEFAULT_RATE
    await observe(database, 1, centibytes=400)
    assert await in_force(database) == TokenRate(400)
    assert await in_force(database, OTHER) == DEFAULT_RATE


async def test_calls_that_end_at_once_are_all_counted(database: Database) -> None:
    await asyncio.gather(*(observe(database, 5, centibytes=350) for _ in range(10)))
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT samples, centibytes FROM lintel.token_rate")
        assert await cursor.fetchall() == [(50, 350)]


async def test_a_models_name_is_only_a_name(database: Database) -> None:
    await observe(database, 1, centibytes=300, model="a\x00'; DROP TABLE lintel.token_rate --")
    assert await in_force(database) == DEFAULT_RATE


async def test_a_review_keeps_the_rate_it_began_with(database: Database) -> None:
    pr = await pull_request(database)
    for new_id, rate in ((ONE, TokenRate(400)), (TWO, TokenRate(200))):
        async with database.transaction() as connection:
            begun = await reviews.begin(connection, pr.id, review_key(), new_id=new_id, now=NOW, rate=rate)
        assert (begun.review.id, begun.review.rate) == (ONE, TokenRate(400))


async def test_a_review_begun_by_a_version_that_knows_no_rates_has_the_default(
    blank_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tuple(file for file in own_migrations() if file.name < "lintel/0004")
    monkeypatch.setattr(migration, "own_migrations", lambda: before)
    await migrate(blank_dsn)
    with psycopg.connect(blank_dsn) as old:
        old.execute(
            "INSERT INTO lintel.pull_request (installation_id, repository_id, number, generation) VALUES (7, 70, 1, 1)"
        )
        old.execute(_BEGUN_BEFORE, [ONE, "p1", 1])
    monkeypatch.undo()
    assert "lintel/0004_token_rates.sql" in await migrate(blank_dsn)
    with psycopg.connect(blank_dsn) as old:
        # The old version still runs beside the new one.
        old.execute(_BEGUN_BEFORE, [TWO, "p2", 2])
    async with Database(blank_dsn) as database, database.connection() as connection:
        assert [(await read(connection, id_)).rate for id_ in (ONE, TWO)] == [DEFAULT_RATE] * 2
