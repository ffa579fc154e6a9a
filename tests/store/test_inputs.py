"""What runs of reviews were made from: encrypted, kept run by run, deletable; and what came of their calls."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.model import FailureKind
from app.store.database import Database
from app.store.faults import NotStored
from app.store.records import inputs
from app.store.records.inputs import Inputs, InputsUnreadable, Obstacle, Run
from tests.store.rows import NOW, begun, later, pull_request

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
SECRET = "nobody reads this title"


async def review_of(database: Database, number: int = 1) -> UUID:
    return (await begun(database, (await pull_request(database, number)).id)).id


async def put(database: Database, review: UUID, content: Any, *, at: float = 0.0, key: bytes = KEY) -> None:
    async with database.transaction() as connection:
        await Inputs(key).put(connection, review, content, at=later(at))


async def last(database: Database, review: UUID, *, until: float = 1000.0, key: bytes = KEY) -> Run | None:
    async with database.transaction() as connection:
        return await Inputs(key).last(connection, review, until=later(until))


async def execute(database: Database, statement: str, *values: Any) -> Any:
    async with database.connection() as connection:
        return await connection.execute(statement, values)


async def test_what_is_put_is_found_and_nobody_reads_it_without_the_key(database: Database) -> None:
    review = await review_of(database)
    await put(database, review, {"title": SECRET, "half": "\ud800"})
    cursor = await execute(database, "SELECT ciphertext FROM lintel.input")
    run = await last(database, review)

    assert run is not None
    assert (run.number, run.at, run.content) == (1, NOW, {"title": SECRET, "half": "\ud800"})
    assert SECRET.encode() not in bytes((await cursor.fetchone())[0])
    with pytest.raises(InputsUnreadable):
        await last(database, review, key=OTHER_KEY)


async def test_what_is_known_later_is_added_to_the_run_that_began_last(database: Database) -> None:
    review = await review_of(database)
    await put(database, review, "first", at=0)
    await put(database, review, "second", at=60)
    async with database.transaction() as connection:
        await inputs.note_standings(connection, review, {"accounts": []})
        await Inputs(KEY).amend(connection, review, "second and more")
        with pytest.raises(NotStored):
            await Inputs(KEY).amend(connection, uuid4(), "of nothing")
    first, second = await last(database, review, until=59), await last(database, review)

    assert first is not None
    assert second is not None
    assert (first.content, second.content, second.at) == ("first", "second and more", later(60))
    assert second.standings == {"accounts": []}


async def test_a_later_run_takes_nothing_from_an_earlier_one(database: Database) -> None:
    review = await review_of(database)
    await put(database, review, "first", at=0)
    await put(database, review, "second", at=60)
    first, second = await last(database, review, until=59), await last(database, review, until=60)

    assert first is not None
    assert second is not None
    assert (first.content, first.number) == ("first", 1)
    assert (second.content, second.number) == ("second", 2)
    assert await last(database, review, until=-1) is None


@pytest.mark.parametrize("change", ["run = run + 1", "review_id = %s", "ciphertext = ciphertext || 'x'"])
async def test_a_record_stands_for_its_own_run_alone(database: Database, change: str) -> None:
    review, other = await review_of(database), await review_of(database, 2)
    await put(database, review, "made from this")
    values = (other,) if "%s" in change else ()
    await execute(database, f"UPDATE lintel.input SET {change}", *values)

    with pytest.raises(InputsUnreadable):
        await last(database, other if values else review)


async def test_an_obstacle_and_what_accounts_held_belong_to_the_last_run(database: Database) -> None:
    review = await review_of(database)
    await put(database, review, "first")
    await put(database, review, "second", at=60)
    async with database.transaction() as connection:
        await inputs.note_obstacle(connection, review, Obstacle("It could not be fetched.", passing=True))
        await inputs.note_standings(connection, review, {"accounts": []})
    first, second = await last(database, review, until=59), await last(database, review)

    assert first is not None
    assert second is not None
    assert (first.obstacle, first.standings) == (None, None)
    assert (second.obstacle, second.standings) == (Obstacle("It could not be fetched.", passing=True), {"accounts": []})


async def test_an_obstacle_of_no_run_is_an_error(database: Database) -> None:
    with pytest.raises(NotStored):
        async with database.transaction() as connection:
            await inputs.note_obstacle(connection, uuid4(), Obstacle("It could not be fetched.", passing=True))


async def test_what_is_older_than_its_retention_is_deleted(database: Database) -> None:
    review = await review_of(database)
    await put(database, review, "first", at=0)
    await put(database, review, "second", at=60)
    async with database.transaction() as connection:
        assert await inputs.forget(connection, later(30)) == 1

    run = await last(database, review)
    assert run is not None
    assert run.content == "second"
    assert await last(database, review, until=59) is None


async def call(
    database: Database, review: UUID, digest: str, outcome: str | None, at: float, failure: str = "null"
) -> None:
    await execute(
        database,
        "INSERT INTO lintel.call (id, installation_id, pull_request_id, review_id, month, digest, stage, lens, model,"
        " outcome, failure, begun_at, ended_at) SELECT %s, 7, pull_request_id, id, %s, %s, 'lens', 'security', 'm', %s,"
        " %s::jsonb, %s, %s FROM lintel.review WHERE id = %s",
        uuid4(),
        NOW.date(),
        digest,
        outcome,
        failure,
        later(at),
        None if outcome is None else later(at + 1),
        review,
    )


async def test_of_several_calls_about_one_question_the_last_one_says_what_came_of_it(database: Database) -> None:
    review, other = await review_of(database), await review_of(database, 2)
    await call(database, review, "mended", "overloaded", 1, '{"passing": true}')
    await call(database, review, "mended", "reply", 2)
    await call(database, review, "broken", "reply", 1)
    await call(database, review, "broken", "truncated", 2, '{"passing": false, "repeated": true}')
    await call(database, review, "waited", "rate_limited", 1, '{"passing": true, "retry_after_s": 30}')
    await call(database, review, "of tomorrow", "bewildered", 1, "{}")
    await call(database, review, "under way", None, 1)
    await call(database, review, "lost", "lost", 1)
    await call(database, review, "before", "overloaded", -5)
    await call(database, review, "after", "overloaded", 90)
    await call(database, other, "of another", "reply", 1)
    async with database.transaction() as connection:
        found = await inputs.outcomes(connection, review, since=later(0), until=later(60))

    assert found.answered == {"mended"}
    assert {digest: failure.kind for digest, failure in found.failures.items()} == {
        "broken": FailureKind.TRUNCATED,
        "waited": FailureKind.RATE_LIMITED,
        "of tomorrow": FailureKind.UNEXPECTED,
    }
    assert found.failures["broken"].repeated
    assert (found.failures["waited"].passing, found.failures["waited"].retry_after_s) == (True, 30)


async def test_reviews_are_found_by_the_beginning_of_their_ids(database: Database) -> None:
    one, two = await review_of(database), await review_of(database, 2)
    async with database.transaction() as connection:
        assert await inputs.find(connection, one.hex) == (one,)
        assert await inputs.find(connection, two.hex[:12]) == (two,)
        assert await inputs.find(connection, "f" * 32) == ()
        assert await inputs.find(connection, "") == tuple(sorted((one, two)))
