"""The accounts of a recorded review: they hold what they held, and nothing is taken from them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.claude.money.purse import Charge, Payer, Purse, Took
from app.claude.seam import Send
from app.core.budget.limits import Limits
from app.core.budget.reserving import Standing
from app.core.budget.sharing import Shares


class NothingToPay(Exception):
    """A replay was about to pay for a call: it makes none."""


@dataclass(frozen=True, slots=True)
class ShownPurse:
    """A purse to be looked into. Fits `purse.Purse`."""

    standings: tuple[Standing, ...]

    async def reserve(self, charge: Charge) -> UUID:
        """Raises NothingToPay."""
        raise NothingToPay(charge.digest)

    async def settle(self, booking: UUID, took: Took) -> None:
        """Raises NothingToPay."""
        del took
        raise NothingToPay(str(booking))

    async def opening(self) -> tuple[Standing, ...]:
        """What the accounts held when the review began."""
        return self.standings


@dataclass(frozen=True, slots=True)
class Vault:
    """Fits `flows.review.bank.Bank`; `send` is asked whatever it costs."""

    standings: tuple[Standing, ...]
    send: Send

    async def open(self, payer: Payer | None, limits: Limits) -> Purse:
        """The purse as it was."""
        del payer, limits
        return ShownPurse(self.standings)

    def book(self, purse: Purse, shares: Shares, *, asks: bool = True) -> Send:
        """The same `send`: what is remembered is free, and what was not asked is remembered too."""
        del purse, shares, asks
        return self.send
