"""Each attempt at a question booked on the purse of the review that asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from app.claude.money.purse import Charge, Purse, Took
from app.core.budget.reserving import NOTHING, price_at_most
from app.core.budget.settling import Heard, price_heard
from app.core.model import Failure, Reply, Request, Stage, Usage
from app.core.prices import PriceTable

_LAST = frozenset({Stage.VERIFY, Stage.FIX})
"""The stages that others leave money to."""


class Counted(Protocol):
    """An answer while it arrives: what was counted so far, and whether it was heard to its end."""

    @property
    def usage(self) -> Usage:
        """What was counted so far."""
        ...

    @property
    def characters(self) -> int:
        """How much of it has arrived."""
        ...

    @property
    def whole(self) -> bool:
        """Whether that is all."""
        ...

    @property
    def measured(self) -> bool:
        """Whether the server told at the end how long it was."""
        ...


@dataclass(slots=True)
class Attempt:
    """What is known of an attempt while it is made, and once it has ended."""

    counted: Counted | None = None
    ended: bool = False
    failure: Failure | None = None
    _elapsed: Callable[[], float] = field(default=float)

    def watch(self, counted: Counted, clock: Callable[[], float]) -> None:
        """It is sent now, by a clock that counts seconds, and its answer is about to arrive."""
        sent = clock()
        self.counted, self._elapsed = counted, lambda: clock() - sent

    def end(self, failure: Failure | None) -> None:
        """It is over; without a failure it was answered."""
        self.ended, self.failure = True, failure

    @property
    def heard(self) -> Heard | None:
        """What was heard of its answer until now; None if it was never sent."""
        if self.counted is None:
            return None
        return Heard(
            usage=self.counted.usage,
            characters=self.counted.characters,
            whole=self.counted.whole,
            measured=self.counted.measured,
            left_after_s=None if self.ended else self._elapsed(),
        )


@dataclass(frozen=True, slots=True)
class Book:
    """Where the attempts of one review are booked, and at which prices. `kept` is what verification was promised."""

    purse: Purse
    prices: PriceTable
    kept: Decimal = NOTHING

    @asynccontextmanager
    async def enter(self, request: Request) -> AsyncIterator[Attempt]:
        """Reserve the most that an attempt can cost, and settle with what it took. Raises OverBudget.

        What nobody counted is booked as the most that it can be, as `price_heard` says: what a model wrote is paid.
        """
        kept = NOTHING if request.stage in _LAST else self.kept
        booking = await self.purse.reserve(_charge(request, price_at_most(request, self.prices), kept))
        attempt = Attempt()
        try:
            yield attempt
        finally:
            # Whoever gives up a call has paid for it all the same.
            await _finish(self.purse.settle(booking, self._tell(request, attempt)))

    async def note(self, request: Request, failure: Failure) -> None:
        """A question that is not put at all takes nothing; what came of it is booked as of any other."""
        booking = await self.purse.reserve(_charge(request, None, NOTHING))
        await _finish(self.purse.settle(booking, Took(failure=failure)))

    def _tell(self, request: Request, attempt: Attempt) -> Took:
        heard = attempt.heard
        # One that was never sent cannot be told from one that was refused: neither takes anything.
        usd = price_heard(request, heard or Heard(), self.prices)
        usage = heard.usage if heard else Usage()
        return Took(usage=usage, usd=usd, failure=attempt.failure, abandoned=not attempt.ended)


def _charge(request: Request, most: Decimal | None, kept: Decimal) -> Charge:
    return Charge(
        digest=request.digest, stage=request.stage, lens=request.lens, model=request.model, most=most, kept=kept
    )


class Asks(Protocol):
    """A client of a model that books each attempt."""

    async def send(
        self, request: Request, *, on_start: Callable[[], None] | None = None, book: Book | None = None
    ) -> Reply:
        """As `seam.Send`, for the money of `book`."""
        ...


@dataclass(frozen=True, slots=True)
class Booked:
    """`client` asked for the money of one review. Fits `seam.Send`."""

    client: Asks
    book: Book

    async def __call__(self, request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        """The reply; raises `ModelFailed`, of kind budget where an attempt cannot be paid for."""
        return await self.client.send(request, on_start=on_start, book=self.book)


async def _finish(settling: Coroutine[Any, Any, None]) -> None:
    """Wait for it, even if the caller is cancelled meanwhile."""
    task = asyncio.ensure_future(settling)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
