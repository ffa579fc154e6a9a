"""What it takes to answer in a thread: the change as it is now, and a way to a model that books what it costs.

It is booked on the newest review that has ended, and so on its pull request and the installation's month.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from app.claude.money.purse import Payer
from app.claude.seam import Send
from app.core.budget.limits import find_contradiction
from app.core.budget.sharing import Shares
from app.core.change.plan import Plan
from app.core.gate.policy import Policy
from app.core.job import review_of
from app.core.secrecy.redaction import redact_patch
from app.flows.commands.hearing import Occasion
from app.flows.pull_request.forge import PullRequestForge
from app.flows.review.change.change import Change, fetch_change
from app.flows.review.desk.desk import Desk
from app.flows.review.desk.funds import find_limits
from app.flows.review.forge import ChangeUnreadable
from app.flows.review.reading.toolbox import equip
from app.store.records.review_rows import ReviewState, latest

NO_MODEL = "No model is configured, so nobody can answer here."
NO_POLICY = "The configuration of the base branch cannot be read, so no model is asked."
NO_REVIEW = "No review of this change has ended yet: answer here again when one has."
UNREADABLE = "I cannot read the change now, so I cannot answer."


class Unanswerable(Exception):
    """Nobody can be asked now; the message is one sentence of ours for people."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The change, and who is asked about it: over the whole tree at the head, secrets taken out of it."""

    change: Change
    send: Send


async def open_conversation(desk: Desk, occasion: Occasion, pull_request_id: int) -> Opened:
    """Both. Raises Unanswerable."""
    if desk.send is None or desk.bank is None:
        raise Unanswerable(NO_MODEL)
    job = occasion.job
    async with occasion.services.database.transaction() as connection:
        review = await latest(connection, pull_request_id, state=ReviewState.FINISHED)
    if review is None:
        raise Unanswerable(NO_REVIEW)
    forge = PullRequestForge(occasion.services, review_of(job, job.number), still_mine=_always, watch=desk.watch)
    snapshot = await forge.snapshot()
    if not isinstance(snapshot.policy, Policy):
        raise Unanswerable(NO_POLICY)
    payer = Payer(review_id=review.id, pull_request_id=pull_request_id, installation_id=job.installation_id)
    limits = find_limits(desk, snapshot.policy, payer)
    if (why := find_contradiction(desk.models, limits, desk.prices)) is not None:
        raise Unanswerable(why)
    try:
        fetched = await fetch_change(forge, snapshot)
    except ChangeUnreadable as error:
        raise Unanswerable(UNREADABLE) from error
    # It walks every line of the change: in the loop it would stop heartbeats.
    redacted = await asyncio.to_thread(redact_patch, fetched.patch)
    nothing_planned = Plan((), (), ())
    change = Change(
        snapshot=snapshot, store=fetched.store, patch=fetched.patch, redacted=redacted, plan=nothing_planned
    )
    book = desk.bank.book(await desk.bank.open(payer, limits), Shares())
    return Opened(change, equip(replace(desk, send=book), change).send or book)


async def _always() -> bool:
    return True
