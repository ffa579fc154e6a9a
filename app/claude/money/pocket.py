"""A purse in memory: for reviews of local ranges, which have no accounts but their own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID, uuid4

from app.claude.money.purse import Charge, OverBudget, Took
from app.core.budget.limits import Limits
from app.core.budget.reserving import NOTHING, Refused, Standing, Wait, decide


@dataclass(slots=True)
class Pocket:
    """Fits `purse.Purse`. Nothing of it outlives the process."""

    limits: Limits
    _spent: Decimal = NOTHING
    _open: dict[UUID, Decimal] = field(default_factory=dict)
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    async def reserve(self, charge: Charge) -> UUID:
        """Set aside what an attempt can cost. Raises OverBudget."""
        while True:
            decision = decide(charge.most, self.standings(), kept=charge.kept)
            if isinstance(decision, Refused):
                raise OverBudget(decision.account, decision.limit)
            if not isinstance(decision, Wait):
                booking = uuid4()
                self._open[booking] = charge.most or NOTHING
                return booking
            await self._settled.wait()

    async def settle(self, booking: UUID, took: Took) -> None:
        """Book what an attempt took, and let those look again who wait."""
        if self._open.pop(booking, None) is None:
            return
        self._spent += took.usd or NOTHING
        settled, self._settled = self._settled, asyncio.Event()
        settled.set()

    async def opening(self) -> tuple[Standing, ...]:
        """Nobody else pays from it."""
        return tuple(Standing(account, limit.usd) for account, limit in self.limits)

    def standings(self) -> list[Standing]:
        """What each account holds."""
        reserved = sum(self._open.values(), NOTHING)
        return [Standing(account, limit.usd, self._spent, reserved) for account, limit in self.limits]
