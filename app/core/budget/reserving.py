"""Whether the money for one more call is there. Pure: what the accounts hold comes in, a decision goes out.

A call is granted if it fits beside all that was spent and all that calls on their way may still take. So, whatever
order calls begin and end in, no account ever passes its limit, as long as no call takes more than its reservation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.core.budget.limits import Account
from app.core.change.tokens import count_request_bytes, reserve_bytes
from app.core.model import Request
from app.core.prices import PriceTable

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account holds. `limit` is None where there is none: then nothing is refused for its sake.

    `spent` is what ended calls took, and what calls may have taken whose end nobody saw. `reserved` is what calls on
    their way may take at most.
    """

    account: Account
    limit: Decimal | None
    spent: Decimal = NOTHING
    reserved: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Granted:
    """The call may be made."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The call may fit once other calls have ended and taken less than they might."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The call does not fit whatever others take: the account and its limit in dollars."""

    account: Account
    limit: Decimal


Decision = Granted | Wait | Refused


def decide(amount: Decimal | None, standings: Iterable[Standing], *, kept: Decimal = NOTHING) -> Decision:
    """Whether a call may be made that can cost `amount` at most; None: nobody knows a price to hold it to.

    `kept` is what it has to leave on each account for others, to whom that was promised.
    """
    if amount is None:
        return Granted()
    wait = False
    for standing in standings:
        if standing.limit is None:
            continue
        needed = standing.spent + kept + amount
        if needed > standing.limit:
            return Refused(standing.account, standing.limit)
        wait = wait or needed + standing.reserved > standing.limit
    return Wait() if wait else Granted()


def price_at_most(request: Request, prices: PriceTable) -> Decimal | None:
    """Dollars that one attempt at `request` can cost at most; None without a listed price.

    Its prompt by a safe estimate of tokens, all of it at the dearest price that input has, and as long an answer as
    was allowed.
    """
    listed = prices.find(request.model)
    if listed is None:
        return None
    return listed.at_most(count_prompt(request), request.max_tokens)


def count_prompt(request: Request) -> int:
    """Tokens that the prompt of a request will hardly exceed."""
    return reserve_bytes(count_request_bytes(request), messages=1 + 2 * len(request.turns))
