"""The money of one review: its limits, what is left of them when it begins, and the purse that it pays from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.claude.money.purse import Payer, Purse
from app.core.budget.limits import Limits, limit_in_force, limit_pull_request
from app.core.budget.sharing import Room, Shares, find_room
from app.core.gate.policy import Policy
from app.flows.review.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class Funds:
    """`room` is what the review may spend in all. Without a `purse` nothing is booked."""

    limits: Limits
    room: Room
    purse: Purse | None = None


async def open_funds(desk: Desk, policy: Policy, payer: Payer | None) -> Funds:
    """The funds of a review that begins, or goes on after a crash; then they are those that it began with."""
    limits = find_limits(desk, policy, payer)
    if desk.bank is None:
        return Funds(limits, find_room(limits))
    purse = await desk.bank.open(payer, limits)
    return Funds(limits, find_room(limits, await purse.opening()), purse)


def find_limits(desk: Desk, policy: Policy, payer: Payer | None) -> Limits:
    """The limits in force; a review without a payer is of no pull request, and of no installation."""
    review = limit_in_force(desk.limit, policy.budget.review_usd)
    if payer is None:
        return Limits(review=review)
    return Limits(review=review, pull_request=limit_pull_request(policy.budget.pull_request_usd), month=desk.month)


def book(desk: Desk, funds: Funds, shares: Shares, *, asks: bool = True) -> Desk:
    """The desk with a `send` that pays from the purse, and leaves to verification what was promised to it.

    Unless it `asks`, all that it has is what was answered before.
    """
    if desk.send is None or desk.bank is None or funds.purse is None:
        return desk
    return replace(desk, send=desk.bank.book(funds.purse, shares, asks=asks))
