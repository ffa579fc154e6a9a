"""What may be spent at most: by one review, by one pull request, by one calendar month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from app.core.model import Stage
from app.core.prices import PriceTable, find_stand_in


class Account(StrEnum):
    """What a call of a model is booked on."""

    REVIEW = "review"
    PULL_REQUEST = "pull_request"
    MONTH = "month"


OVER: Mapping[Account, str] = {
    Account.REVIEW: "over the review budget of",
    Account.PULL_REQUEST: "over this pull request's budget of",
    Account.MONTH: "over this month's budget of",
}
"""How the reason begins of what an account could not afford."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Dollars at most. `chosen`: somebody set it, so what cannot keep it is refused."""

    usd: Decimal = Decimal(5)
    chosen: bool = False


DEFAULT_LIMIT = Limit()
"""For one review."""

DEFAULT_PULL_REQUEST_LIMIT = Limit(Decimal(20))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """By account; None: there is no limit, or no such account (a local range is no pull request)."""

    review: Limit
    pull_request: Limit | None = None
    month: Limit | None = None

    def __iter__(self) -> Iterator[tuple[Account, Limit]]:
        """Each account that has a limit, with it."""
        for account in Account:
            limit = self.find(account)
            if limit is not None:
                yield account, limit

    def find(self, account: Account) -> Limit | None:
        """The limit of one account."""
        match account:
            case Account.REVIEW:
                return self.review
            case Account.PULL_REQUEST:
                return self.pull_request
            case Account.MONTH:
                return self.month


def limit_in_force(operator: Limit, review_usd: float) -> Limit:
    """The tighter of the operator's limit for a review and the policy's `budget.review_usd`.

    What differs from the default was chosen; a policy's value, not its spelling, is what a verdict is bound to.
    """
    own = Decimal(str(review_usd))
    policy = Limit(own, chosen=own != DEFAULT_LIMIT.usd)
    tighter = min(operator, policy, key=lambda limit: limit.usd)
    return replace(tighter, chosen=operator.chosen or policy.chosen)


def limit_pull_request(pull_request_usd: float) -> Limit:
    """The policy's `budget.pull_request_usd`; chosen if it differs from the default."""
    own = Decimal(str(pull_request_usd))
    return Limit(own, chosen=own != DEFAULT_PULL_REQUEST_LIMIT.usd)


def find_contradiction(models: Mapping[Stage, str], limits: Limits, prices: PriceTable) -> str | None:
    """Why no review can be made under these limits, as a sentence for people; None if they can be kept."""
    model = find_unlisted(models, prices)
    if model is None:
        return None
    # A limit that is not chosen is not enforced either: without a price there is nothing to measure it with.
    chosen = next(((account, limit) for account, limit in limits if limit.chosen), None)
    if chosen is None:
        return None
    account, limit = chosen
    return (
        f"{_SPENDERS[account]} may cost {show_usd(limit.usd)}, but the model {model} has no listed price to hold it "
        "to: choose a listed model, name its price in LINTEL_PRICES_FILE, or leave the limit out."
    )


_SPENDERS: Mapping[Account, str] = {
    Account.REVIEW: "A review",
    Account.PULL_REQUEST: "A pull request",
    Account.MONTH: "A month",
}


def find_unlisted(models: Mapping[Stage, str], prices: PriceTable) -> str | None:
    """The first model without a listed price, if a review asks one, or one in its stead."""
    asked = (models[stage] for stage in (Stage.LENS, Stage.BRIEF, Stage.VERIFY, Stage.FIX, Stage.ARCHITECTURE))
    candidates = (model for name in asked for model in (name, find_stand_in(name)) if model is not None)
    return next((model for model in candidates if prices.find(model) is None), None)


def name_overdraft(account: Account, limit: Decimal) -> str:
    """The end of a sentence about what is missing: which account is spent, and what it was allowed."""
    return f"{OVER[account]} {show_usd(limit)}"


def find_overdrawn(reason: str) -> Account | None:
    """The account that a reason for something unread names, wherever in it; None if it was not for money."""
    return next((account for account, words in OVER.items() if words in reason), None)


def show_usd(amount: Decimal) -> str:
    """Dollars for people: cents, and up to six digits where the amount has them."""
    exponent = amount.normalize().as_tuple().exponent
    places = min(max(2, -exponent), 6) if isinstance(exponent, int) else 2
    return f"${amount:.{places}f}"
