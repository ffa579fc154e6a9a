"""What was read is kept with the verdict, and a review goes on from what the one before it left."""

from __future__ import annotations

from dataclasses import replace

from app.core.change.memory.hunks import Memory, ReadHunk
from app.store.database import Database
from app.store.records import read_hunks
from app.store.records.review_rows import ReviewRow
from tests.store.rows import begun, pull_request, review_key


def memory(review: ReviewRow, *names: str, about: str = "It adds things.") -> Memory:
    hunks = tuple(ReadHunk(name, "reader", review.key.head_sha) for name in sorted(names))
    return Memory(review.key.head_sha, review.key.base_ref, hunks, about)


async def save(database: Database, review: ReviewRow, left: Memory) -> None:
    async with database.transaction() as connection:
        await read_hunks.save(connection, review, left)


async def before(database: Database, review: ReviewRow) -> Memory:
    async with database.transaction() as connection:
        return await read_hunks.before(connection, review)


async def read(database: Database, review: ReviewRow) -> bool:
    async with database.transaction() as connection:
        return await read_hunks.is_read(connection, review)


async def heads(database: Database, *marks: str, number: int = 1) -> list[ReviewRow]:
    pull = await pull_request(database, number)
    return [await begun(database, pull.id, review_key(mark * 40)) for mark in marks]


async def test_a_review_goes_on_from_what_the_last_one_left(database: Database) -> None:
    first, second, third = await heads(database, "1", "2", "3")
    assert await before(database, first) == Memory()
    await save(database, first, memory(first, "a", "b"))
    # The second never ended.
    assert await before(database, second) == await before(database, third) == memory(first, "a", "b")
    await save(database, third, memory(third, "b", "c", about="Other\x00 things."))
    (fourth,) = await heads(database, "4")

    assert await before(database, fourth) == memory(third, "b", "c", about="Other things.")


async def test_a_review_that_is_made_again_finds_what_it_found_the_first_time(database: Database) -> None:
    first, second = await heads(database, "1", "2")
    await save(database, first, memory(first, "a"))
    await save(database, second, memory(second, "a", "b"))
    assert await before(database, second) == memory(first, "a")
    await save(database, second, memory(second, "c"))
    (third,) = await heads(database, "3")

    assert await before(database, third) == memory(second, "c")


async def test_only_the_last_two_readings_are_kept_and_those_of_others_too(database: Database) -> None:
    (other,) = await heads(database, "9", number=2)
    await save(database, other, memory(other, "z"))
    for review in await heads(database, "1", "2", "3", "4"):
        await save(database, review, memory(review, "a", "b"))
    (another,) = await heads(database, "8", number=2)
    async with database.connection() as connection:
        row = await (await connection.execute("SELECT count(*) FROM lintel.read_hunk")).fetchone()

    assert row == (5,)
    assert await before(database, another) == memory(other, "z")


async def test_a_head_is_read_once_models_were_asked_about_its_very_lines_for_its_very_base(database: Database) -> None:
    pull = await pull_request(database, 1)
    key = review_key("1" * 40)
    others = [{"head_sha": "2" * 40}, {"base_ref": "release"}, {"merge_base": "d" * 40}]
    first, again = [await begun(database, pull.id, replace(key, policy_digest=name)) for name in ("p1", "p2")]
    assert not await read(database, again)
    await save(database, first, memory(first))

    assert not await read(database, first)
    assert await read(database, again)
    assert not any([await read(database, await begun(database, pull.id, replace(key, **one))) for one in others])


async def test_nothing_read_is_kept_as_that(database: Database) -> None:
    first, second = await heads(database, "1", "2")
    await save(database, first, memory(first))

    assert await before(database, second) == memory(first)


async def test_ten_thousand_hunks_are_kept_at_once(database: Database) -> None:
    first, second = await heads(database, "1", "2")
    names = [f"{number:064x}" for number in range(10_000)]
    await save(database, first, memory(first, *names))

    assert await before(database, second) == memory(first, *names)
