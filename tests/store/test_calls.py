"""What calls cost, booked before they are made: hard sums for a review, a pull request and an installation's month."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.budget.limits import Account, Limit, Limits
from app.core.model import Failure, FailureKind, Usage
from app.core.report.cost import Balance, ReviewTally, Tally
from app.store.database import Database
from app.store.faults import NotStored
from app.store.records import calls, costs
from app.store.records.calls import REPLY, Books, Call
from tests.store.rows import NOW, begin, begun, later, pull_request, review_key

USAGE = Usage(calls=1, input_tokens=900, cache_read_tokens=4_000, cache_write_tokens=3_000, output_tokens=500)
LIMITS = Limits(review=Limit())
NIL = Decimal(0)
ALIVE = NOW - timedelta(hours=1)


async def books(database: Database, number: int = 1, head: str = "a" * 40) -> Books:
    pull = await pull_request(database, number)
    review = await begun(database, pull.id, review_key(head))
    return Books(installation_id=7, pull_request_id=pull.id, review_id=review.id, month=date(2026, 3, 1))


def a_call(usd: str | None = "0.10", *, stage: str = "lens", model: str = "claude-sonnet-5-5") -> Call:
    reserved = None if usd is None else Decimal(usd)
    return Call(id=uuid4(), digest=uuid4().hex, stage=stage, lens="security", model=model, reserved_usd=reserved)


async def book(database: Database, who: Books, call: Call, limit: str = "1000") -> bool:
    """Begin a call if a limit on the month allows it."""
    async with database.transaction() as connection:
        month, *_ = await calls.lock(connection, who, LIMITS, alive_since=ALIVE)
        fits = month.spent + month.reserved + (call.reserved_usd or 0) <= Decimal(limit)
        if fits:
            await calls.begin(connection, who, call, now=NOW)
        return fits


async def settle(
    database: Database, call: UUID, usd: str | None, outcome: Failure | str = REPLY, usage: Usage = USAGE
) -> None:
    async with database.transaction() as connection:
        await calls.end(connection, call, usage, None if usd is None else Decimal(usd), outcome, now=later(5))


async def held(database: Database, who: Books, alive_s: float = 3600) -> Mapping[Account, tuple[Decimal, Decimal]]:
    """By account what is spent, and what is reserved."""
    async with database.transaction() as connection:
        standings = await calls.lock(connection, who, LIMITS, alive_since=NOW - timedelta(seconds=alive_s))
    return {one.account: (one.spent, one.reserved) for one in standings}


async def tallied(database: Database, who: Books) -> tuple[Tally, Tally, Tally]:
    async with database.connection() as connection:
        review, pull, month = await costs.balances(connection, who)
    return review.tally, pull.tally, month.tally


async def test_a_call_is_reserved_before_it_is_made_and_then_counts_with_what_it_took(database: Database) -> None:
    who, call = await books(database), a_call("0.10")
    assert await held(database, who) == dict.fromkeys(Account, (NIL, NIL))
    assert await book(database, who, call)
    assert await held(database, who) == dict.fromkeys(Account, (NIL, Decimal("0.10")))
    await settle(database, call.id, "0.03")
    assert await held(database, who) == dict.fromkeys(Account, (Decimal("0.03"), NIL))


async def test_each_account_sums_what_is_its_own(database: Database) -> None:
    first = await books(database)
    second = await books(database, head="d" * 40)
    other = await books(database, number=2)
    april = Books(
        installation_id=7, pull_request_id=first.pull_request_id, review_id=first.review_id, month=date(2026, 4, 30)
    )
    for who, usd in ((first, "1"), (second, "2"), (other, "4"), (april, "8")):
        call = a_call(usd)
        await book(database, who, call)
        await settle(database, call.id, usd)
    found = await held(database, first)
    assert [found[account][0] for account in (Account.REVIEW, Account.PULL_REQUEST, Account.MONTH)] == [9, 11, 7]
    assert (await held(database, april))[Account.MONTH] == (Decimal(8), NIL)


@pytest.mark.parametrize("pull_requests", [1, 3])
async def test_of_many_workers_that_reserve_at_once_only_so_many_get_the_money(
    database: Database, pull_requests: int
) -> None:
    payers = [await books(database, number) for number in range(1, pull_requests + 1)]
    granted = await asyncio.gather(
        *(book(database, payers[turn % pull_requests], a_call("0.30"), limit="2") for turn in range(24))
    )
    assert sum(granted) == 6
    assert (await held(database, payers[0]))[Account.MONTH] == (NIL, Decimal("1.80"))


async def test_a_failure_is_stored_by_name_with_what_it_took_and_without_a_word_of_the_server(
    database: Database,
) -> None:
    who, call = await books(database), a_call()
    failure = Failure(FailureKind.RATE_LIMITED, "CANARY in the server's sentence", passing=True, retry_after_s=90.0)
    await book(database, who, call)
    await settle(database, call.id, "0.02", failure)
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT outcome, failure, input_tokens, c::text FROM lintel.call c")
        ((outcome, fields, tokens, whole),) = await cursor.fetchall()
    assert (outcome, tokens) == ("rate_limited", 900)
    assert fields == {"passing": True, "repeated": False, "retry_after_s": 90.0}
    assert "CANARY" not in whole


async def test_an_end_that_is_told_twice_counts_once(database: Database) -> None:
    who, call = await books(database), a_call()
    await book(database, who, call)
    for _ in range(3):
        await settle(database, call.id, "0.03")
    review, *_ = await tallied(database, who)
    assert review == Tally(USAGE, Decimal("0.03"))


async def test_an_end_without_a_beginning_is_refused(database: Database) -> None:
    with pytest.raises(NotStored):
        await settle(database, uuid4(), "0.03")


async def test_the_call_of_a_dead_process_keeps_counting_and_nobody_waits_for_it(database: Database) -> None:
    who, call = await books(database), a_call("0.40")
    await book(database, who, call)
    assert (await held(database, who, alive_s=0))[Account.REVIEW] == (Decimal(0), Decimal("0.40"))
    assert (await held(database, who, alive_s=-1))[Account.REVIEW] == (Decimal("0.40"), Decimal(0))
    async with database.transaction() as connection:
        assert await calls.write_off(connection, who.review_id, now=later(9)) == 1
        assert await calls.write_off(connection, who.review_id, now=later(9)) == 0
    assert (await held(database, who))[Account.REVIEW] == (Decimal("0.40"), NIL)


async def test_a_call_that_was_taken_for_lost_and_ends_after_all_is_put_right(database: Database) -> None:
    who, call = await books(database), a_call("0.40")
    await book(database, who, call)
    async with database.transaction() as connection:
        await calls.write_off(connection, who.review_id, now=later(9))
    await settle(database, call.id, "0.05")
    assert (await held(database, who))[Account.MONTH] == (Decimal("0.05"), NIL)


async def test_a_model_without_a_price_is_counted_in_tokens_alone(database: Database) -> None:
    who, call = await books(database), a_call(None)
    await book(database, who, call)
    await settle(database, call.id, None)
    assert await tallied(database, who) == (Tally(USAGE, Decimal(0), 1),) * 3


async def test_a_refused_call_is_remembered_by_its_reason_and_costs_nothing(database: Database) -> None:
    who = await books(database)
    for _ in range(2):
        async with database.transaction() as connection:
            await calls.refuse(connection, who, a_call("9"), "over the review budget of $5", now=NOW)
    assert await held(database, who) == dict.fromkeys(Account, (NIL, NIL))
    async with database.connection() as connection:
        found = await costs.of_review(connection, who.review_id)
    assert found == ReviewTally(refused=(("over the review budget of $5", 2),))


async def test_a_call_that_was_only_noted_is_none_that_people_are_told_of(database: Database) -> None:
    who, noted = await books(database), a_call()
    async with database.transaction() as connection:
        await calls.begin(connection, who, replace(noted, reserved_usd=None), now=NOW)
    async with database.transaction() as connection:
        unasked = Failure(FailureKind.UNASKED, "nobody is asked", passing=False)
        await calls.end(connection, noted.id, Usage(), NIL, unasked, now=later(1))
    assert await held(database, who) == dict.fromkeys(Account, (NIL, NIL))
    async with database.connection() as connection:
        assert await costs.of_review(connection, who.review_id) == ReviewTally()
        assert not await costs.asked(connection, who.review_id)


async def test_a_review_is_told_by_stage_and_model(database: Database) -> None:
    who = await books(database)
    made = [a_call(stage="brief", model="claude-haiku-5-5"), a_call(), a_call(), a_call(stage="verify", model="local")]
    for turn, call in enumerate(made):
        async with database.transaction() as connection:
            await calls.begin(connection, who, call, now=later(turn))
        await settle(database, call.id, None if call.model == "local" else "0.05")
    async with database.connection() as connection:
        found = await costs.of_review(connection, who.review_id)
        digests = await costs.asked(connection, who.review_id)
    assert [(one.stage, one.model, one.tally.usage.calls, one.tally.usd) for one in found.stages] == [
        ("brief", "claude-haiku-5-5", 1, Decimal("0.05")),
        ("lens", "claude-sonnet-5-5", 2, Decimal("0.10")),
        ("verify", "local", 1, Decimal("0.10")),
    ]
    assert digests == {call.digest for call in made}


async def test_the_limits_that_a_call_was_held_to_are_kept_for_people(database: Database) -> None:
    who = await books(database)
    wide, narrow = Limit(Decimal(100)), Limit(Decimal(3))
    for limits in (Limits(review=wide, month=wide), Limits(review=narrow, pull_request=wide)):
        async with database.transaction() as connection:
            await calls.lock(connection, who, limits, alive_since=ALIVE)
            found = await costs.balances(connection, who)
    assert found == (Balance(limit=Decimal(3)), Balance(limit=Decimal(100)), Balance())


_DOLLARS = st.decimals(min_value=0, max_value=9, places=8)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])  # rows may stay: sums hold
@given(st.lists(st.tuples(st.one_of(st.none(), _DOLLARS), st.one_of(st.none(), _DOLLARS), st.booleans()), max_size=6))
def test_accounts_always_hold_what_the_rows_add_up_to(
    postgres_dsn: str, story: list[tuple[Decimal | None, Decimal | None, bool]]
) -> None:
    async def live() -> None:
        async with Database(postgres_dsn, max_size=2) as database:
            pull = await pull_request(database)
            review = (await begin(database, pull.id, review_key(head=uuid4().hex))).review
            who = Books(installation_id=7, pull_request_id=pull.id, review_id=review.id, month=date(2026, 3, 1))
            for reserved, usd, ends in story:
                call = a_call(None if reserved is None else str(reserved))
                await book(database, who, call)
                if ends:
                    await settle(database, call.id, None if usd is None else str(usd))
            (in_review, in_pull, in_month) = await tallied(database, who)
            async with database.connection() as connection:
                by_row = "SELECT coalesce(sum(CASE WHEN ended_at IS NULL THEN reserved_usd ELSE usd END), 0) FROM"
                for tally, where in (
                    (in_review, f"lintel.call WHERE review_id = '{review.id}'"),
                    (in_pull, f"lintel.call WHERE pull_request_id = {pull.id}"),
                    (in_month, "lintel.call WHERE installation_id = 7"),
                ):
                    cursor = await connection.execute(f"{by_row} {where}".encode())
                    assert await cursor.fetchone() == (tally.usd,)

    asyncio.run(live())
