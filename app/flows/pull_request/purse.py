"""The purse of a review of a pull request: its accounts are the store's, so that they hold for all workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.claude.money.purse import Charge, OverBudget, Payer, Took
from app.core.budget.limits import Limits
from app.core.budget.reserving import NOTHING, Decision, Refused, Standing, Wait, decide
from app.flows.review.inputs import write_standings
from app.store.database import Database
from app.store.records import calls, inputs
from app.store.records.calls import ABANDONED, REPLY, Books, Call

LOOK_S: Final = 0.5
"""Seconds after which one that waits for money looks again: other workers settle without a word."""

LONGEST_CALL: Final = timedelta(minutes=20)
"""Hardly an attempt lasts so long: what has not ended by then died with its process, as far as anybody knows.

One that is still in line for a stream then counts as spent until it ends: too much is set aside, and never too little.
"""


@dataclass(slots=True)
class Settlements:
    """Tells all purses of one process that a call has been settled."""

    _event: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """A call has been settled."""
        event, self._event = self._event, asyncio.Event()
        event.set()

    def next(self) -> asyncio.Event:
        """What the next settlement sets."""
        return self._event


@dataclass(slots=True, kw_only=True)
class StorePurse:
    """Fits `purse.Purse`. `now` is the clock, `new_id` names bookings; `settlements` is shared by the process."""

    database: Database
    payer: Payer
    limits: Limits
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    settlements: Settlements
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def reserve(self, charge: Charge) -> UUID:
        """Set aside what an attempt can cost, waiting for others to end. Raises OverBudget, StoreUnavailable.

        The calls of one review are served in the order in which they came: a cheap one does not starve a dear one, and
        only one of them asks the store while they wait.
        """
        booking = self.new_id()
        async with self._turn:
            while True:
                settled = self.settlements.next()
                decision = await self._try(booking, charge)
                if isinstance(decision, Refused):
                    raise OverBudget(decision.account, decision.limit)
                if not isinstance(decision, Wait):
                    return booking
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await settled.wait()

    async def settle(self, booking: UUID, took: Took) -> None:
        """Book what an attempt took. Raises StoreUnavailable: until somebody tells, it counts as reserved."""
        outcome = took.failure or (ABANDONED if took.abandoned else REPLY)
        async with self.database.transaction() as connection:
            await calls.end(connection, booking, took.usage, took.usd, outcome, now=self.now())
        self.settlements.tell()

    async def opening(self) -> tuple[Standing, ...]:
        """What others took and have set aside. What an earlier process left of this review is nobody's any more."""
        now = self.now()
        books = self._books(now)
        async with self.database.transaction() as connection:
            await calls.write_off(connection, self.payer.review_id, now=now)
            standings = await calls.lock(connection, books, self.limits, alive_since=now - LONGEST_CALL)
            own = await calls.own_share(connection, books)
            opening = tuple(replace(one, spent=one.spent - own[one.account]) for one in standings)
            await inputs.note_standings(connection, self.payer.review_id, write_standings(opening))
        return opening

    async def _try(self, booking: UUID, charge: Charge) -> Decision:
        """Book it if the money is there. Cancelled meanwhile, it is as if nobody had asked."""
        task = asyncio.ensure_future(self._book(booking, charge))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            # Cancelled once more, this goes on by itself.
            await asyncio.shield(asyncio.ensure_future(self._give_back(task, booking, charge)))
            raise

    async def _give_back(self, task: asyncio.Future[Decision], booking: UUID, charge: Charge) -> None:
        await asyncio.wait({task})
        if not task.cancelled() and task.exception() is None and not isinstance(task.result(), Wait | Refused):
            await self.settle(booking, Took(usd=None if charge.most is None else NOTHING, abandoned=True))

    async def _book(self, booking: UUID, charge: Charge) -> Decision:
        now = self.now()
        books = self._books(now)
        call = Call(
            id=booking,
            digest=charge.digest,
            stage=charge.stage,
            lens=charge.lens,
            model=charge.model,
            reserved_usd=charge.most,
        )
        async with self.database.transaction() as connection:
            standings = await calls.lock(connection, books, self.limits, alive_since=now - LONGEST_CALL)
            decision = decide(charge.most, standings, kept=charge.kept)
            match decision:
                case Refused(account=account, limit=limit):
                    await calls.refuse(connection, books, call, str(OverBudget(account, limit)), now=now)
                case Wait():
                    pass
                case _:
                    await calls.begin(connection, books, call, now=now)
        return decision

    def _books(self, now: datetime) -> Books:
        return Books(
            installation_id=self.payer.installation_id,
            pull_request_id=self.payer.pull_request_id,
            review_id=self.payer.review_id,
            month=now.date(),
        )
