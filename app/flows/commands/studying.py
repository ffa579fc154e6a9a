"""What every command that asks a model needs first: a head that was reviewed, a person who may, money, and the change.

What it costs is booked on the newest review, and so on its pull request and the installation's month.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, TypeVar

from app.claude.money.purse import Payer
from app.claude.seam import Send
from app.core.budget.limits import find_contradiction
from app.core.budget.sharing import Shares
from app.core.change.chunking import plan_review
from app.core.gate.policy import Policy, PolicyFault
from app.core.gate.snapshot import Snapshot
from app.core.job import review_of
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request
from app.core.report.asked import tell_no_model, tell_nothing_open, tell_too_early, tell_too_often
from app.core.secrecy.redaction import redact_patch
from app.core.text.markdown import Markdown
from app.flows.commands.hearing import Occasion
from app.flows.pull_request.forge import PullRequestForge
from app.flows.review.change.change import Change, exclude_rules, fetch_change
from app.flows.review.desk.desk import Desk
from app.flows.review.desk.funds import find_limits
from app.flows.review.forge import ChangeUnreadable
from app.store.records import pull_requests, questions
from app.store.records.findings import KnownFinding, known
from app.store.records.questions import QuestionRow
from app.store.records.review_rows import ReviewRow, ReviewState, latest

MOST_QUESTIONS: Final = 10
WITHIN: Final = timedelta(hours=1)
"""So often a person may have a model asked in one installation, in so much time."""

_T = TypeVar("_T")


class Unstudied(Exception):
    """No model is asked. `words` say why."""

    def __init__(self, words: Markdown) -> None:
        super().__init__(words.text)
        self.words = words


@dataclass(frozen=True, slots=True)
class Study:
    """A change to be asked about at a desk that books what it costs, and the review it was last read in.

    `salt` is that of the comment: the same command asks the same question, a new one asks anew.
    """

    desk: Desk
    send: Send
    change: Change
    review: ReviewRow
    known: tuple[KnownFinding, ...]
    salt: str


async def open_study(desk: Desk, occasion: Occasion, asked: str) -> Study:
    """All that is needed to ask a model about the change. `asked` tells the commands of one comment apart.

    Raises Unstudied where none may be asked, or the change cannot be read.
    """
    if not occasion.pull.open:
        raise Unstudied(tell_nothing_open())
    if desk.send is None or desk.bank is None:
        raise Unstudied(tell_no_model())
    review, standing = await _admit(occasion, asked)
    job, heard = occasion.job, occasion.heard
    forge = PullRequestForge(occasion.services, review_of(job, job.number), still_mine=_always, watch=desk.watch)
    snapshot = await forge.snapshot()
    policy = snapshot.policy
    if isinstance(policy, PolicyFault):
        raise Unstudied(Markdown("The configuration of the base branch cannot be read, so no model is asked."))
    payer = Payer(review_id=review.id, pull_request_id=review.pull_request_id, installation_id=job.installation_id)
    limits = find_limits(desk, policy, payer)
    if (why := find_contradiction(desk.models, limits, desk.prices)) is not None:
        raise Unstudied(Markdown(why))
    try:
        change = await _read_change(forge, snapshot, policy, review)
    except ChangeUnreadable as error:
        raise Unstudied(Markdown(str(error))) from error
    send = desk.bank.book(await desk.bank.open(payer, limits), Shares())
    place = "thread" if job.thread else "conversation"
    return Study(replace(desk, send=send), send, change, review, standing, f"{place} {heard.comment_id}")


async def _admit(occasion: Occasion, asked: str) -> tuple[ReviewRow, tuple[KnownFinding, ...]]:
    """The review to book on, and all findings, if the person may have a model asked now. Raises Unstudied."""
    job, heard, now = occasion.job, occasion.heard, occasion.services.now()
    async with occasion.services.database.transaction() as connection:
        row = await pull_requests.locate(
            connection, installation_id=job.installation_id, repository_id=job.repository_id, number=job.number
        )
        review = await latest(connection, row.id)
        # One that runs plans with what its account holds: nobody else may spend from that meanwhile.
        if review is None or review.state is ReviewState.RUNNING:
            raise Unstudied(tell_too_early())
        question = QuestionRow(
            pull_request_id=row.id,
            comment_id=heard.comment_id,
            in_thread=job.thread,
            asked=hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest(),
            user_id=heard.author.id,
            at=now,
        )
        if not await questions.admit(connection, question, most=MOST_QUESTIONS, within=WITHIN):
            raise Unstudied(tell_too_often(MOST_QUESTIONS))
        return review, await known(connection, row.id)


async def _read_change(forge: PullRequestForge, snapshot: Snapshot, policy: Policy, review: ReviewRow) -> Change:
    fetched = await fetch_change(forge, snapshot)
    # All of it walks every line of the change: in the loop it would stop heartbeats.
    redacted = await asyncio.to_thread(redact_patch, fetched.patch)
    plan = await asyncio.to_thread(
        lambda: plan_review(
            redacted.patch,
            exclude=exclude_rules(policy),
            attributes=fetched.attributes,
            plain=fetched.plain,
            rate=review.rate,
        )
    )
    return Change(snapshot=snapshot, store=fetched.store, patch=fetched.patch, redacted=redacted, plan=plan)


async def _always() -> bool:
    return True


async def ask_twice(
    send: Send, make: Callable[[str], Request], read: Callable[[Reply], _T], salt: str
) -> tuple[Reply, _T] | Failure:
    """A reply and what is read of it; what was not in the agreed form is asked for once more, under another salt."""
    outcome = await _ask(send, make(salt), read)
    if isinstance(outcome, Failure) and outcome.kind is FailureKind.MALFORMED and not outcome.repeated:
        return await _ask(send, make(f"{salt} again"), read)
    return outcome


async def _ask(send: Send, request: Request, read: Callable[[Reply], _T]) -> tuple[Reply, _T] | Failure:
    try:
        reply = await send(request)
        return reply, read(reply)
    except ModelFailed as error:
        return error.failure
