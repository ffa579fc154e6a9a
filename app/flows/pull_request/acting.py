"""What people decided about a pull request, as it counts for the change that is offered now."""

from __future__ import annotations

from datetime import datetime

from app.core.gate.acts import Acts, Overridden, suffices
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import Situation
from app.core.job import ReviewJob
from app.store.database import Connection
from app.store.records import overrides, pull_requests
from app.store.records.ledger import Entry
from app.store.records.pull_requests import PullRequestRow
from app.store.records.review_rows import ReviewRow


async def read_acts(
    connection: Connection, job: ReviewJob, row: PullRequestRow, snapshot: Snapshot, now: datetime
) -> Acts:
    """What counts now. Overrides of any other change end here. In the caller's transaction."""
    return Acts(
        overridden=await _find_overridden(connection, row.id, snapshot, now),
        paused_by=row.paused_by if row.paused else "",
        asked=job.asks_for(snapshot.head_sha),
    )


async def still_overridden(
    connection: Connection, pull_request_id: int, snapshot: Snapshot, entry: Entry | None, now: datetime
) -> bool:
    """Whether the verdict of this ledger entry rests on an override exactly where there is one now."""
    rests = entry is not None and entry.body.get("situation") == Situation.OVERRIDDEN
    return rests == (await _find_overridden(connection, pull_request_id, snapshot, now) is not None)


async def is_decided_since(connection: Connection, row: PullRequestRow, review: ReviewRow, entry: Entry | None) -> bool:
    """Whether somebody dismissed or resumed what this review did not know: on a closed one nothing is shown."""
    resumed = entry is not None and entry.body.get("situation") == Situation.PAUSED and not row.paused
    return resumed or await pull_requests.is_dismissed_since(connection, row.id, review.started_at)


async def _find_overridden(
    connection: Connection, pull_request_id: int, snapshot: Snapshot, now: datetime
) -> Overridden | None:
    found = await overrides.in_force(
        connection,
        pull_request_id,
        head_sha=snapshot.head_sha,
        base_ref=snapshot.base_ref,
        merge_base=snapshot.merge_base,
        now=now,
    )
    if found is None or not suffices(found.role, snapshot.policy):
        return None
    return Overridden(login=found.login, role=found.role, reason=found.reason)
