"""Money is reserved before each attempt at a question, and settled with what the attempt took."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from app.core.budget.limits import Account, name_overdraft
from app.core.budget.reserving import NOTHING, Standing
from app.core.model import Failure, Stage, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One attempt that is about to be made. `most` is what it can cost in dollars; None: its model has no price.

    `kept` is what has to be left on each account beside it: it was promised to a later stage.
    """

    digest: str
    stage: Stage
    lens: str
    model: str
    most: Decimal | None
    kept: Decimal = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What an attempt took. `usd` may be more than the price of `usage`, where nobody saw the attempt's end.

    `usd` is None where the model has no price. `failure` is None for an answer. `abandoned`: nobody waited for the
    end; then there is no failure either.
    """

    usage: Usage = field(default_factory=Usage)
    usd: Decimal | None = None
    failure: Failure | None = None
    abandoned: bool = False


class OverBudget(Exception):
    """An attempt is not made, because an account cannot pay for it. The message ends a sentence for people."""

    def __init__(self, account: Account, limit: Decimal) -> None:
        super().__init__(name_overdraft(account, limit))
        self.account, self.limit = account, limit


class Purse(Protocol):
    """The accounts of one review: its own, its pull request's, its month's. All that is asked for it is booked here.

    `app.core.budget.reserving.decide` says what is granted; a purse keeps it true while many ask at once.
    """

    async def reserve(self, charge: Charge) -> UUID:
        """Set aside the most that an attempt can cost, waiting for others to end where that may help.

        Returns the name of the booking, which is settled once. Raises OverBudget. Cancelled, it has set aside nothing.
        """
        ...

    async def settle(self, booking: UUID, took: Took) -> None:
        """Book what an attempt took in place of what was set aside. Twice is as good as once."""
        ...

    async def opening(self) -> tuple[Standing, ...]:
        """What each account holds without what this very review took or has set aside.

        By this a review is planned: resumed after a crash, it is planned as it was at first.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Who pays for a review, by the keys of the store. The month is that of each call, in UTC."""

    review_id: UUID
    pull_request_id: int
    installation_id: int
