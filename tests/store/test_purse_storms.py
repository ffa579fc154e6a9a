"""Two workers on one PostgreSQL, calls that are cancelled at any moment, processes that die, and the end of a month.

Whatever happens, no account passes its limit, and nobody waits for ever.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from app.claude.money.purse import Charge, OverBudget, Payer, Took
from app.core.budget.limits import Limit, Limits
from app.core.model import Stage, Usage
from app.flows.pull_request.purse import LONGEST_CALL, Settlements, StorePurse
from app.store.database import Database
from app.store.faults import StoreUnavailable
from app.store.records import calls
from app.store.records.calls import Books
from tests.store.rows import begun, pull_request, review_key

CENT = Decimal("0.01")
LIMITS = Limits(review=Limit(Decimal("1.00")), pull_request=Limit(Decimal("1.60")), month=Limit(Decimal("2.50")))
BOUNDS = {"review": Decimal("1.00"), "pull_request": Decimal("1.60"), "month": Decimal("2.50")}
ONE = Usage(calls=1, input_tokens=10, output_tokens=1)
LAST_MINUTE = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = LAST_MINUTE

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Storm:
    """Calls that come, end, are given up and die as chance has it. `most` is what accounts were ever booked with."""

    chance: random.Random
    clock: Clock
    ended: int = 0
    refused: int = 0
    left: int = 0
    lost: int = 0
    most: dict[str, Decimal] = field(default_factory=dict)

    async def live(self, own: StorePurse) -> None:
        """One call after another, some given up at some moment, however often."""
        chance = self.chance
        for _ in range(6):
            calling = asyncio.create_task(self._call(own, chance.randrange(5, 40) * CENT))
            if chance.random() < 0.4:
                for _ in range(chance.randrange(60)):
                    await asyncio.sleep(0)
                for _ in range(chance.randrange(1, 3)):
                    calling.cancel()
                    await asyncio.sleep(0)
            await asyncio.wait({calling})
            self.left += calling.cancelled()
            if not calling.cancelled():
                calling.result()
            self.clock.now += timedelta(seconds=chance.randrange(0, 8))

    async def _call(self, own: StorePurse, most: Decimal) -> None:
        try:
            booking = await own.reserve(_charge(most))
        except OverBudget:
            self.refused += 1
            return
        await self._look(own.database)
        if self.chance.random() < 0.04:
            self.lost += 1
            return
        try:
            for _ in range(self.chance.randrange(20)):
                await asyncio.sleep(0)
        finally:
            took = most * self.chance.randrange(0, 101) / 100
            await asyncio.shield(own.settle(booking, Took(usage=ONE, usd=took)))
        self.ended += 1

    async def _look(self, database: Database) -> None:
        async with database.connection() as connection:
            cursor = await connection.execute("SELECT kind, max(booked_usd) FROM lintel.account GROUP BY kind")
            for kind, booked in await cursor.fetchall():
                self.most[kind] = max(self.most.get(kind, Decimal(0)), booked)

    async def pass_time(self) -> None:
        """Who waits for the dead waits as long as a call may last."""
        while True:
            await asyncio.sleep(0.2)
            self.clock.now += LONGEST_CALL / 4


def _charge(most: Decimal) -> Charge:
    return Charge(digest="d", stage=Stage.LENS, lens="security", model="m", most=most)


@pytest.fixture
async def elsewhere(postgres_dsn: str) -> AsyncIterator[Database]:
    """The store as another worker has it."""
    async with Database(postgres_dsn, max_size=4) as opened:
        yield opened


async def payers(database: Database) -> list[Payer]:
    """Three reviews of two pull requests of one installation."""
    found = []
    for number, head in ((1, "a"), (1, "b"), (2, "c")):
        pull = await pull_request(database, number)
        review = await begun(database, pull.id, review_key(head * 40))
        found.append(Payer(review_id=review.id, pull_request_id=pull.id, installation_id=7))
    return found


def open_purses(stores: list[Database], who: list[Payer], clock: Clock) -> list[StorePurse]:
    told = [Settlements() for _ in stores]
    return [
        StorePurse(database=stores[worker], payer=one, limits=LIMITS, now=clock, new_id=uuid4, settlements=told[worker])
        for one in who
        for worker in range(len(stores))
    ]


async def reserved(database: Database) -> list[UUID]:
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT id FROM lintel.call WHERE ended_at IS NULL")
        return [row[0] for row in await cursor.fetchall()]


@pytest.mark.parametrize("seed", range(4))
async def test_no_account_passes_its_limit_and_nobody_waits_for_ever(
    database: Database, elsewhere: Database, seed: int
) -> None:
    storm = Storm(random.Random(seed), Clock())
    purses = open_purses([database, elsewhere], await payers(database), storm.clock)
    time = asyncio.create_task(storm.pass_time())
    try:
        async with asyncio.timeout(60):
            await asyncio.gather(*(storm.live(own) for own in purses))
    finally:
        time.cancel()
    # A call cancelled between its booking and its first step is as one whose process died.
    assert storm.ended > 0
    assert storm.ended + storm.refused + storm.left + storm.lost == 6 * len(purses)
    assert all(storm.most[kind] <= bound for kind, bound in BOUNDS.items()), storm
    assert len(await reserved(database)) <= storm.lost + storm.left


async def test_a_worker_that_is_frozen_while_it_holds_the_accounts_holds_nobody_up_for_ever(
    database: Database, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "FROZEN_S", 0.3)
    clock = Clock()
    (who, other, _) = await payers(database)
    (own,) = open_purses([database], [other], clock)
    held = Books(
        installation_id=7, pull_request_id=who.pull_request_id, review_id=who.review_id, month=clock.now.date()
    )

    async def freeze() -> None:
        async with elsewhere.transaction() as connection:
            await calls.lock(connection, held, LIMITS, alive_since=clock.now)
            frozen.set()
            await thawed.wait()
            await connection.execute("SELECT 1")

    frozen, thawed = asyncio.Event(), asyncio.Event()
    freezing = asyncio.create_task(freeze())
    async with asyncio.timeout(10):
        await frozen.wait()
        booking = await own.reserve(_charge(CENT))
        await own.settle(booking, Took(usage=ONE, usd=CENT))
        thawed.set()
        with pytest.raises(StoreUnavailable):
            await freezing


async def test_a_call_that_is_cancelled_twice_while_it_is_booked_leaves_nothing_set_aside(database: Database) -> None:
    (own, *_) = open_purses([database], await payers(database), Clock())
    for ticks in range(0, 80, 2):
        asking = asyncio.create_task(own.reserve(_charge(CENT)))
        for _ in range(ticks):
            await asyncio.sleep(0)
        if asking.done():
            await own.settle(await asking, Took(usd=Decimal(0)))
            continue
        asking.cancel()
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait({asking})
    async with asyncio.timeout(10):
        while await reserved(database):
            await asyncio.sleep(0.01)
