"""Whether a verdict that was reached before still stands when its pull request is looked at again."""

from __future__ import annotations

from datetime import datetime

from app.core.gate.sharing import Offer
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import is_green
from app.core.job import ReviewJob
from app.core.people.approvals import Provenance
from app.core.report.provenance import record_provenance
from app.flows.pull_request.acting import is_decided_since, still_overridden
from app.flows.pull_request.asking import is_left_to
from app.flows.pull_request.gate_entry import GATE_SET
from app.flows.pull_request.sharing import read_shared
from app.store.database import Connection
from app.store.records import ledger, offers
from app.store.records.ledger import Entry
from app.store.records.pull_requests import PullRequestRow
from app.store.records.review_rows import ReviewRow


async def may_stand(
    connection: Connection,
    job: ReviewJob,
    row: PullRequestRow,
    review: ReviewRow,
    snapshot: Snapshot,
    provenance: Provenance,
    now: datetime,
) -> bool:
    """Whether the verdict of this review was made of the same acts, and of a head that was read if it may be.

    And whether the check still says it: no other pull request has had it say something else since, and the verdict
    waits for none, which may have left the head unheard. In the caller's transaction.
    """
    if await is_left_to(connection, job, review):
        return False
    if await _is_taken_otherwise(connection, job, review):
        return False
    entry = await ledger.last_of_review(connection, None, GATE_SET, str(review.id))
    if not await still_overridden(connection, review.pull_request_id, snapshot, entry, now):
        return False
    if await is_decided_since(connection, row, review, entry) or _waits_for_another(review, entry):
        return False
    told = entry.body.get("provenance") if entry is not None else None
    return told == record_provenance(provenance).get("provenance")


async def _is_taken_otherwise(connection: Connection, job: ReviewJob, review: ReviewRow) -> bool:
    """Whether the check may show another's verdict that does not count this one: it was closed then, or a draft."""
    mine = Offer(number=job.number, base_ref=review.key.base_ref, conclusion=review.conclusion)
    return await offers.is_taken_otherwise(
        connection, mine, repository_id=job.repository_id, head_sha=review.key.head_sha, since=review.started_at
    )


def _waits_for_another(review: ReviewRow, entry: Entry | None) -> bool:
    """Whether the check is shut for another one's sake alone: that one may be closed by now, and told nobody here."""
    shared = read_shared(entry.body) if entry is not None else None
    return shared is not None and is_green(review.conclusion or "") and not is_green(shared.conclusion)
