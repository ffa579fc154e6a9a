"""Which pull requests of one head have to be decided again when one of them is worth something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.core.gate.attendance import Attendance
from app.core.gate.sharing import Offer
from app.store.database import Database
from app.store.records import offers, reviews
from app.store.records.reviews import Outcome
from tests.store.rows import NOW, begun, later, pull_request, review_key

HEAD, ELSE = "a" * 40, "d" * 40
PASSED = Outcome(conclusion="success", reasons=(), coverage=None, usage={})
MINE = Offer(number=1, base_ref="main", conclusion="failure")


async def judge(
    database: Database,
    number: int,
    counted: Sequence[Offer] = (),
    *,
    head: str = HEAD,
    base: str = "main",
    shared: bool = False,
    ends: bool = True,
) -> None:
    """A pull request whose newest review came to success, and counted these."""
    row = await pull_request(database, number)
    review = await begun(database, row.id, replace(review_key(head), base_ref=base))
    async with database.transaction() as connection:
        await offers.keep(connection, review.id, counted, repository_id=70, shared=shared)
        if ends:
            await reviews.finish(connection, review.id, PASSED, now=NOW)


async def mistaken(database: Database, mine: Offer = MINE, *, holds: bool = True) -> tuple[int, ...]:
    async with database.transaction() as connection:
        return await offers.list_mistaken(connection, mine, repository_id=70, head_sha=HEAD, holds=holds)


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        (MINE, ()),
        (replace(MINE, conclusion="success"), (2,)),
        (replace(MINE, conclusion=None), (2,)),
        (replace(MINE, base_ref="side"), (2,)),
        (replace(MINE, attendance=Attendance.DRAFT), (2,)),
        (replace(MINE, number=3), ()),
    ],
)
async def test_who_takes_it_for_something_else_is_told(
    database: Database, counted: Offer, told: tuple[int, ...]
) -> None:
    await judge(database, 2, [counted])
    assert await mistaken(database, holds=False) == told


async def test_who_had_not_heard_of_it_is_told_where_it_holds_their_check(database: Database) -> None:
    await judge(database, 1)
    await judge(database, 2)
    await judge(database, 3, base="side")
    await judge(database, 4, base="side", shared=True)
    await judge(database, 5, head=ELSE)
    await judge(database, 6, ends=False)
    await judge(database, -7)
    assert await mistaken(database) == (2, 4)
    assert await mistaken(database, holds=False) == ()
    assert await mistaken(database, Offer(number=1, base_ref="main", attendance=Attendance.BOT)) == (4,)


async def test_only_the_newest_verdict_of_each_is_asked(database: Database) -> None:
    await judge(database, 2, [replace(MINE, conclusion="success")])
    await judge(database, 2, [MINE], base="side")
    await judge(database, 3, [replace(MINE, conclusion="success")])
    await judge(database, 3, head=ELSE, ends=False)
    assert await mistaken(database) == ()


async def test_whoever_counts_it_is_told_that_it_left(database: Database) -> None:
    await judge(database, 2, [MINE])
    await judge(database, 3, [replace(MINE, number=9)])
    async with database.transaction() as connection:
        assert await offers.list_counting(connection, repository_id=70, number=1) == (2,)
        assert await offers.list_counting(connection, repository_id=71, number=1) == ()
        for head, base, told in ((HEAD, "main", ()), (ELSE, "main", (2,)), (HEAD, "side", (2,))):
            left = await offers.list_left(connection, repository_id=70, number=1, head_sha=head, base_ref=base)
            assert left == told


async def test_what_was_counted_before_is_forgotten(database: Database) -> None:
    row = await pull_request(database, 2)
    review = await begun(database, row.id)
    async with database.transaction() as connection:
        for counted in ([MINE], [replace(MINE, number=3)]):
            await offers.keep(connection, review.id, counted, repository_id=70, shared=False)
        await reviews.finish(connection, review.id, PASSED, now=NOW)
        assert await offers.list_counting(connection, repository_id=70, number=1) == ()
        assert await offers.list_counting(connection, repository_id=70, number=3) == (2,)


async def test_one_that_is_not_judged_or_not_attended_to_is_worth_nothing_yet(database: Database) -> None:
    await judge(database, 1)
    await judge(database, 2, ends=False)
    await judge(database, 3, base="side")
    await judge(database, 4, head=ELSE)
    await judge(database, 5)
    offered = [Offer(number=number, base_ref="main") for number in (4, 3, 2, 1)]
    draft = Offer(number=5, base_ref="main", attendance=Attendance.DRAFT)
    async with database.transaction() as connection:
        weighed = await offers.weigh(connection, [*offered, draft], repository_id=70, head_sha=HEAD)
        beside = await offers.list_beside(connection, repository_id=70, number=1, head_sha=HEAD, base_ref="main")
    assert [(one.number, one.conclusion) for one in weighed] == [
        (1, "success"),
        (2, None),
        (3, None),
        (4, None),
        (5, None),
    ]
    assert beside == (2, 5)


async def test_a_verdict_is_taken_otherwise_by_what_another_wrote_since_without_counting_it(database: Database) -> None:
    async def ask(mine: Offer = MINE, *, since: float = 0) -> bool:
        async with database.transaction() as connection:
            return await offers.is_taken_otherwise(
                connection, mine, repository_id=70, head_sha=HEAD, since=later(since)
            )

    await judge(database, 1)
    await judge(database, 2, [MINE])
    await judge(database, 3, base="side")
    await judge(database, 4, head=ELSE)
    await judge(database, -5)
    assert not await ask()
    assert await ask(replace(MINE, conclusion="success"))

    await judge(database, 6)
    assert await ask()
    async with database.transaction() as connection:
        await connection.execute("UPDATE lintel.review SET published_at = %s", [later(5)])
    assert await ask(since=5)
    assert not await ask(since=6)

    await judge(database, 6, head=ELSE)
    assert await ask()
    await judge(database, 3, base="side", ends=False)
    assert await ask(since=6)
