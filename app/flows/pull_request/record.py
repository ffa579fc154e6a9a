"""What a review of a pull request leaves in the store: its row, its findings, its ledger entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue

from app.claude.money.purse import Payer
from app.core.change.memory.hunks import Memory
from app.core.gate.again import Again
from app.core.gate.reverts import Reverted
from app.core.gate.snapshot import Snapshot
from app.core.job import ReviewJob, feedback_of, look_again
from app.core.people.approvals import NO_PROVENANCE, Provenance
from app.core.report.report import Report
from app.flows.pull_request.acting import read_acts
from app.flows.pull_request.asking import is_to_ask
from app.flows.pull_request.costs import account_for
from app.flows.pull_request.gate_entry import GATE_CANCELLED, GATE_SET, gate_body
from app.flows.pull_request.looking import enqueue_look
from app.flows.pull_request.outcome import outcome_of
from app.flows.pull_request.recalling import recall_finding
from app.flows.pull_request.register import Register, enter_obstacle
from app.flows.pull_request.sharing import Offered, is_alone, shared_body, tell_move, tell_worth, weigh_others
from app.flows.pull_request.standing import may_stand
from app.flows.review.forge import ChangeUnreadable, History, Superseded
from app.store.database import Connection, Database
from app.store.records import (
    findings,
    ledger,
    pull_requests,
    read_hunks,
    reviews,
    suppressions,
    token_rates,
)
from app.store.records.ledger import Entry
from app.store.records.pull_requests import PullRequestRow
from app.store.records.review_rows import ReviewKey, ReviewRow, ReviewState, is_newest, latest
from app.store.work.queue import enqueue


@dataclass(frozen=True, slots=True)
class Recorded:
    """A review that runs now, what earlier ones left, and those it overtook whose checks are not completed yet.

    `alone`: no other pull request is known to have a say in its check.
    """

    review: ReviewRow
    history: History
    stale: tuple[ReviewRow, ...]
    alone: bool


class Recorder:
    """The store as one review uses it. Each method is one transaction under the pull request's row lock."""

    def __init__(
        self,
        database: Database,
        job: ReviewJob,
        now: Callable[[], datetime],
        new_id: Callable[[], UUID],
        model: str,
        register: Register,
    ) -> None:
        """`model` is the one that will read: new reviews are planned with its token rate."""
        self._register = register
        self._database = database
        self._job = job
        self._model = model
        self._now = now
        self._new_id = new_id
        self._elsewhere: dict[int, tuple[int, ...]] = {}
        self._asked = job.again or job.full
        self._asks = job.owed
        self._salt = ""

    async def begin(
        self, snapshot: Snapshot, reverted: Reverted | None = None, provenance: Provenance = NO_PROVENANCE
    ) -> Recorded | None:
        """Begin the review of this head, or resume it; None if its verdict is the one that stands on GitHub.

        A verdict is bound to head, base and policy: unless a person asks, the same three are not reviewed again.
        """
        key = ReviewKey(
            head_sha=snapshot.head_sha,
            base_ref=snapshot.base_ref,
            base_sha=snapshot.base_sha,
            merge_base=snapshot.merge_base,
            policy_digest=snapshot.policy.digest,
        )
        async with self._database.transaction() as connection:
            row = await self._locate(connection)
            pull_request = row.id
            newest = await latest(connection, pull_request)
            stands = newest is not None and newest.key == key and _stands(newest) and not self._asked
            if (
                newest is not None
                and stands
                and await may_stand(connection, self._job, row, newest, snapshot, provenance, self._now())
            ):
                return None
            await tell_move(connection, self._job, key.head_sha, key.base_ref)
            # Asked again about the same lines, chunks keep their borders: their replies are paid for.
            kept = not self._job.full and newest is not None and newest.key.same_lines(key)
            again = newest if kept else None
            rate = again.rate if again is not None else await token_rates.in_force(connection, self._model)
            begun = await reviews.begin(
                connection, pull_request, key, new_id=self._new_id(), now=self._now(), rate=rate
            )
            stale = await reviews.supersede_others(connection, pull_request, begun.review.id, now=self._now())
            await self._note_cancelled(connection, stale)
            known = await findings.known(connection, pull_request)
            next_number = await findings.next_number(connection, pull_request)
            # Asked for in full, a change is read as if nobody had ever read it.
            self._salt = (self._job.salt or str(begun.review.id)) if self._job.full else ""
            memory = Memory() if self._job.full else await read_hunks.before(connection, begun.review)
            self._elsewhere = await self._blocking_elsewhere(connection, snapshot)
            acts = await read_acts(connection, self._job, row, snapshot, self._now())
            self._asks = await is_to_ask(connection, self._job, begun.review)
            history = History(
                known=tuple(map(recall_finding, known)),
                next_number=next_number,
                elsewhere=self._elsewhere,
                salt=self._salt,
                repair=f"repair {begun.review.id}",
                rate=begun.review.rate,
                memory=memory,
                acts=acts,
                provenance=provenance,
                asks=self._asks,
                reverted=None if any(map(_counts, known)) else reverted,
                suppressions=await suppressions.in_force(connection, self._job.repository_id),
                payer=Payer(
                    review_id=begun.review.id,
                    pull_request_id=begun.review.pull_request_id,
                    installation_id=self._job.installation_id,
                ),
            )
            await self._ask_for_feedback(connection, known)
            await self._register.enter(connection, begun.review.id, snapshot, history, at=self._now())
            alone = await is_alone(connection, self._job, key.head_sha, key.base_ref)
        return Recorded(begun.review, history, stale, alone)

    async def note_obstacle(self, review: ReviewRow, error: ChangeUnreadable) -> None:
        """The change of this review cannot be read: that is one more thing that it is made from."""
        async with self._database.transaction() as connection:
            await enter_obstacle(connection, review.id, error)

    async def note_history(self, review: ReviewRow, snapshot: Snapshot, history: History) -> None:
        """More than at its beginning is known of what this review is made from."""
        async with self._database.transaction() as connection:
            await self._register.amend(connection, review.id, snapshot, history)

    async def check_elsewhere(self, snapshot: Snapshot) -> None:
        """Raise Superseded if what other pull requests say of the same head and base has changed since `begin`."""
        async with self._database.transaction() as connection:
            if await self._blocking_elsewhere(connection, snapshot) != self._elsewhere:
                raise Superseded("another pull request with the same head was judged meanwhile")

    async def _blocking_elsewhere(self, connection: Connection, snapshot: Snapshot) -> dict[int, tuple[int, ...]]:
        return await findings.blocking_elsewhere(
            connection,
            repository_id=self._job.repository_id,
            head_sha=snapshot.head_sha,
            base_ref=snapshot.base_ref,
            besides=self._job.number,
        )

    async def supersede_all(self) -> tuple[ReviewRow, ...]:
        """Overtake every running review of the pull request; those whose checks are still to be completed."""
        async with self._database.transaction() as connection:
            pull_request = (await self._locate(connection)).id
            stale = await reviews.supersede_others(connection, pull_request, self._new_id(), now=self._now())
            await self._note_cancelled(connection, stale)
            return stale

    async def account_for(self, review: ReviewRow, report: Report) -> Report:
        """The report with all that its review has cost, whatever process paid it."""
        async with self._database.transaction() as connection:
            return await account_for(connection, self._job, review, report, self._now().date())

    async def record(
        self, review: ReviewRow, report: Report, offered: Offered | None = None
    ) -> tuple[Entry, Offered | None]:
        """Findings, verdict and ledger entry together, before GitHub hears of them. Raises Superseded.

        Recording the same verdict of the same review again changes nothing and gives the same entry. `offered` are the
        pull requests that may share the check, which are told if it changes for them; those that have a say come back
        weighed. None: nothing is shared.
        """
        body = gate_body(review.id, report)
        async with self._database.transaction() as connection:
            await pull_requests.lock(connection, review.pull_request_id)
            if not await is_newest(connection, review):
                raise Superseded(f"review {review.id} was overtaken")
            await _save(connection, review, report)
            if report.memory is not None:
                await read_hunks.save(connection, review, report.memory)
            fixed = [finding.number for finding in report.fixed]
            await findings.mark_fixed(connection, review.pull_request_id, fixed)
            await findings.lapse(connection, review.pull_request_id, report.lapsed)
            weighed = await weigh_others(connection, self._job, report, offered) if offered is not None else None
            body |= shared_body(report, weighed) if weighed is not None else {}
            chain = str(self._job.installation_id)
            standing = await ledger.last_of_review(connection, chain, GATE_SET, str(review.id))
            if standing is not None and standing.body == body:
                return standing, weighed
            await reviews.finish(connection, review.id, outcome_of(report), now=self._now())
            if weighed is not None:
                await tell_worth(connection, self._job, review, report, weighed)
            return await ledger.append(connection, chain, GATE_SET, body, at=self._now()), weighed

    async def published(self, review_id: UUID, again: Again | None = None) -> None:
        """GitHub shows how this review ended, and `again` when, if at all, the head is looked at unasked.

        Both or none of it happens: whatever dies in between, a head that something passing held up is not forgotten.
        """
        async with self._database.transaction() as connection:
            await reviews.mark_published(connection, review_id, now=self._now())
            if again is not None:
                look = look_again(self._job, again=True, delay_s=again.in_s, looks=self._job.looks + 1)
                waiting = replace(look, waits_for=again.waits_for, salt=self._salt, owed=self._asks)
                await enqueue_look(connection, waiting, self._now().date())

    async def _note_cancelled(self, connection: Connection, stale: tuple[ReviewRow, ...]) -> None:
        """One ledger entry for each gate that is about to be cancelled."""
        chain = str(self._job.installation_id)
        for review in stale:
            if await ledger.last_of_review(connection, chain, GATE_CANCELLED, str(review.id)) is None:
                body: dict[str, JsonValue] = {
                    "review": str(review.id),
                    "repository": self._job.repository_id,
                    "pull_request": self._job.number,
                    "head_sha": review.key.head_sha,
                }
                await ledger.append(connection, chain, GATE_CANCELLED, body, at=self._now())

    async def _ask_for_feedback(self, connection: Connection, known: tuple[findings.KnownFinding, ...]) -> None:
        """What people think is read beside the review, which never waits for that. Groups have no comments."""
        job = self._job
        if job.number > 0 and (known or await suppressions.alive(connection, job.repository_id)):
            await enqueue(connection, [feedback_of(job)])

    async def _locate(self, connection: Connection) -> PullRequestRow:
        return await pull_requests.locate(
            connection,
            installation_id=self._job.installation_id,
            repository_id=self._job.repository_id,
            number=self._job.number,
        )


async def _save(connection: Connection, review: ReviewRow, report: Report) -> None:
    """Store the findings under the numbers that the report tells people."""
    given_up = [one.finding for one in report.withdrawn]
    again = [one.finding.number for one in report.reinstated]
    await findings.reinstate(connection, review.pull_request_id, again, base_ref=review.key.base_ref)
    unsaid = [one.finding for one in report.suppressed]
    told = sorted([*report.findings, *given_up, *unsaid], key=lambda finding: finding.number)
    stored = await findings.save(connection, review.pull_request_id, review.id, told)
    if [finding.number for finding in stored] != [finding.number for finding in told]:
        raise Superseded("another review has numbered findings meanwhile")


def _stands(review: ReviewRow) -> bool:
    return review.state is ReviewState.FINISHED and review.published_at is not None


def _counts(item: findings.KnownFinding) -> bool:
    """Whether it still has to be dealt with: what was found in a change is not talked away by calling it a revert."""
    return item.state is findings.FindingState.OPEN
