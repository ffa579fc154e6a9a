"""The purse of a review on a real PostgreSQL: limits hold for all workers at once, and near them calls wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from uuid import uuid4

import pytest

from app.claude.money.purse import Charge, OverBudget, Payer, Took
from app.core.budget.limits import Account, Limit, Limits
from app.core.budget.reserving import Standing
from app.core.model import Stage, Usage
from app.flows.pull_request.purse import Settlements, StorePurse
from app.store.database import Database
from app.store.records import costs
from tests.store.rows import NOW, begun, pull_request, review_key

ONE = Usage(calls=1, input_tokens=1_000, output_tokens=100)
NIL = Decimal(0)


def limits(review: str = "100", pull_request_usd: str = "100", month: str = "100") -> Limits:
    return Limits(
        review=Limit(Decimal(review)),
        pull_request=Limit(Decimal(pull_request_usd)),
        month=Limit(Decimal(month)),
    )


@pytest.fixture
async def elsewhere(postgres_dsn: str) -> AsyncIterator[Database]:
    """The store as another worker has it."""
    async with Database(postgres_dsn, max_size=3) as opened:
        yield opened


async def payer(database: Database, number: int = 1, head: str = "a" * 40) -> Payer:
    pull = await pull_request(database, number)
    review = await begun(database, pull.id, review_key(head))
    return Payer(review_id=review.id, pull_request_id=pull.id, installation_id=7)


def purse(database: Database, who: Payer, held_to: Limits) -> StorePurse:
    """One of a process of its own: nobody tells it of settlements."""
    return StorePurse(
        database=database, payer=who, limits=held_to, now=lambda: NOW, new_id=uuid4, settlements=Settlements()
    )


def charge(usd: str | None, kept: str = "0") -> Charge:
    most = None if usd is None else Decimal(usd)
    return Charge(digest="d", stage=Stage.LENS, lens="security", model="m", most=most, kept=Decimal(kept))


async def held(own: StorePurse, account: Account = Account.MONTH) -> tuple[Decimal, Decimal]:
    """Spent and reserved, as another review of the same accounts sees it."""
    stranger = Payer(
        review_id=uuid4(), pull_request_id=own.payer.pull_request_id, installation_id=own.payer.installation_id
    )
    standings = await purse(own.database, stranger, own.limits).opening()
    return next((one.spent, one.reserved) for one in standings if one.account is account)


async def test_workers_that_ask_at_once_near_the_limit_wait_and_are_all_served(
    database: Database, elsewhere: Database
) -> None:
    held_to = limits(month="1")
    purses = [purse(store, await payer(database, n), held_to) for n, store in ((1, database), (2, elsewhere))]
    seen: list[Decimal] = []

    async def call(own: StorePurse) -> None:
        booking = await own.reserve(charge("0.40"))
        seen.append(sum(await held(own), NIL))
        await own.settle(booking, Took(usage=ONE, usd=Decimal("0.05")))

    async with asyncio.timeout(30):
        await asyncio.gather(*(call(purses[turn % 2]) for turn in range(12)))
    assert max(seen) <= 1
    assert await held(purses[0]) == (Decimal("0.60"), NIL)


@pytest.mark.parametrize("account", Account)
async def test_what_no_account_can_pay_is_refused_by_the_name_of_the_one_and_noted(
    database: Database, account: Account
) -> None:
    narrow = {"review": "review", "pull_request": "pull_request_usd", "month": "month"}[account]
    own = purse(database, await payer(database), limits(**{narrow: "5"}))
    await own.settle(await own.reserve(charge("4")), Took(usage=ONE, usd=Decimal(4)))
    with pytest.raises(OverBudget) as refused:
        await own.reserve(charge("1.01"))
    assert refused.value.account is account
    async with database.connection() as connection:
        told = (await costs.of_review(connection, own.payer.review_id)).refused
    assert told == ((str(refused.value), 1),)
    await own.settle(await own.reserve(charge("1")), Took(usage=ONE, usd=Decimal("0.5")))


async def test_what_was_promised_to_a_later_stage_is_left_to_it(database: Database) -> None:
    own = purse(database, await payer(database), limits(review="5"))
    with pytest.raises(OverBudget):
        await own.reserve(charge("4", kept="1.5"))
    await own.reserve(charge("4", kept="1"))


async def test_a_call_without_a_price_is_made_and_counted_in_tokens(database: Database) -> None:
    own = purse(database, await payer(database), limits(review="0"))
    await own.settle(await own.reserve(charge(None)), Took(usage=ONE))
    async with database.connection() as connection:
        (stage,) = (await costs.of_review(connection, own.payer.review_id)).stages
    assert (stage.tally.usage, stage.tally.unpriced) == (ONE, 1)


async def test_whoever_stops_waiting_at_any_moment_has_set_aside_nothing(database: Database) -> None:
    own = purse(database, await payer(database), limits(review="1"))
    first = await own.reserve(charge("0.60"))
    for ticks in range(0, 60, 3):
        waiting = asyncio.create_task(own.reserve(charge("0.30" if ticks % 2 else "0.40")))
        for _ in range(ticks):
            await asyncio.sleep(0)
        if waiting.done():
            await own.settle(await waiting, Took(usd=NIL))
        waiting.cancel()
        await asyncio.wait({waiting})
    assert await held(own) == (NIL, Decimal("0.60"))
    await own.settle(first, Took(usage=ONE, usd=Decimal("0.60")))
    assert await held(own) == (Decimal("0.60"), NIL)


async def test_a_review_that_is_gone_on_with_counts_what_its_dead_process_had_reserved(database: Database) -> None:
    who = await payer(database)
    dead = purse(database, who, limits(review="5"))
    await dead.settle(await dead.reserve(charge("1")), Took(usage=ONE, usd=Decimal(1)))
    await dead.reserve(charge("3"))
    other = purse(database, await payer(database, head="d" * 40), limits(review="5"))
    await other.settle(await other.reserve(charge("2")), Took(usage=ONE, usd=Decimal(2)))

    risen = purse(database, who, limits(review="5"))
    hundred = Decimal(100)
    assert set(await risen.opening()) == {
        Standing(Account.REVIEW, Decimal(5), NIL),
        Standing(Account.PULL_REQUEST, hundred, Decimal(2)),
        Standing(Account.MONTH, hundred, Decimal(2)),
    }
    with pytest.raises(OverBudget, match=r"over the review budget of \$5"):
        await risen.reserve(charge("1.01"))
    await risen.reserve(charge("1"))
