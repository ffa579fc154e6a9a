"""Each review's way to a model, paid from a purse of its own; what all share stays one for each process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.claude.money.booking import Asks, Book, Booked
from app.claude.money.pocket import Pocket
from app.claude.money.purse import Payer, Purse
from app.claude.money.unasked import Unasked
from app.claude.seam import Send
from app.claude.stand_in import StandIn
from app.core.budget.limits import Limits
from app.core.budget.sharing import Shares
from app.core.prices import PriceTable

Open = Callable[[Payer, Limits], Awaitable[Purse]]
Wrap = Callable[[Send], Send]


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Fits `flows.review.bank.Bank`. `wrap` puts the memory, and all else that is shared, around what is booked.

    `accounts` opens the purse of a review that has a payer; without it, and for reviews without one, money is counted
    in memory.
    """

    client: Asks
    prices: PriceTable
    wrap: Wrap
    accounts: Open | None = None

    @property
    def unbooked(self) -> Send:
        """The same for questions that are no review's: nothing is reserved for them."""
        return self.wrap(StandIn(self.client.send))

    async def open(self, payer: Payer | None, limits: Limits) -> Purse:
        """The purse of one review."""
        if payer is None or self.accounts is None:
            return Pocket(limits)
        return await self.accounts(payer, limits)

    def book(self, purse: Purse, shares: Shares, *, asks: bool = True) -> Send:
        """A stand-in is booked as any other model, at its own price; replies from memory are free."""
        client = self.client if asks else Unasked()
        return self.wrap(StandIn(Booked(client, Book(purse, self.prices, shares.kept))))
