"""What becomes of deliveries: finished with their last job, failed with the first that fails, rescued from the dead.

Nothing in procrastinate rescues the jobs of a dead worker. A rescued job is a *new* row, and the old one ends as
failed: a zombie that wakes up then ends a row that is over, instead of freeing the lock under the new run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from psycopg.rows import class_row

from app.core.job import MergeGroupJob, ReviewJob
from app.store.database import Connection
from app.store.text import strip_text
from app.store.work.codec import MERGE_GROUP, REVIEW, TASKS, decode
from app.store.work.queue import KEPT, enqueue

_LONGEST_ERROR: Final = 2000
_OURS: Final = list(TASKS)

# A task that runs on a schedule is not put back: its next turn comes by itself.
_RESCUE = """
WITH dead AS MATERIALIZED (
    SELECT j.*, coalesce((j.args ->> 'attempts')::int, 0) + 1 AS tried,
        j.task_name = ANY(%(ours)s) AND coalesce((j.args ->> 'attempts')::int, 0) + 1 < %(most)s AS again
    FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
    WHERE j.status = 'doing'
        AND (w.id IS NULL OR w.last_heartbeat < now() - %(stalled_s)s::float8 * interval '1 second')
    FOR UPDATE OF j SKIP LOCKED
), new AS (
    INSERT INTO procrastinate_jobs AS n (queue_name, task_name, lock, queueing_lock, priority, args)
    SELECT queue_name, task_name, lock, queueing_lock, priority, args || jsonb_build_object('attempts', tried)
    FROM dead WHERE again ORDER BY id
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO UPDATE SET args = n.args
        || (SELECT coalesce(jsonb_object_agg(f.key, f.value), '{}') FROM jsonb_each(excluded.args) f
            WHERE f.key = ANY(%(kept)s) AND f.value = 'true'
                OR f.key = 'asked_of' AND f.value <> '""' AND coalesce(n.args ->> 'asked_of', '') = '')
    RETURNING id, queueing_lock
), ended AS (
    UPDATE procrastinate_jobs j SET status = 'failed', abort_requested = false FROM dead WHERE j.id = dead.id
), gone AS (
    DELETE FROM lintel.delivery_job l USING dead WHERE l.job_id = dead.id AND dead.again
    RETURNING l.guid, dead.queueing_lock
), moved AS (
    INSERT INTO lintel.delivery_job (guid, job_id)
    SELECT gone.guid, new.id FROM gone JOIN new USING (queueing_lock) ON CONFLICT DO NOTHING
)
SELECT id AS job_id, task_name AS task, coalesce(queueing_lock, task_name) AS subject, tried, again FROM dead
ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Rescued:
    """A job whose worker died. `again`: it waits anew; else it has been tried too often, or is not ours to repeat."""

    job_id: int
    task: str
    subject: str
    tried: int
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A stored delivery."""

    guid: str
    event: str
    action: str | None
    installation_id: int | None
    subject: str
    status: str
    received_at: datetime
    error: str | None


async def settle(connection: Connection, job_id: int) -> tuple[str, ...]:
    """A job ended well: the GUIDs of the deliveries that have no other job left, now finished.

    In a transaction of the caller's: two jobs of one delivery that end at once see each other through its lock.
    """
    guids = await _unlink(connection, job_id)
    cursor = await connection.execute(
        "UPDATE lintel.delivery d SET status = 'finished' WHERE guid = ANY(%s) AND status = 'accepted'"
        " AND NOT EXISTS (SELECT 1 FROM lintel.delivery_job l WHERE l.guid = d.guid) RETURNING guid",
        [guids],
    )
    return tuple(sorted(row[0] for row in await cursor.fetchall()))


async def fail(connection: Connection, job_id: int, error: str) -> tuple[str, ...]:
    """A job failed for good: the GUIDs of its deliveries, now failed, so that a redelivery runs again.

    In a transaction of the caller's.
    """
    guids = await _unlink(connection, job_id)
    await connection.execute(
        "UPDATE lintel.delivery SET status = 'failed', error = %s WHERE guid = ANY(%s)",
        [strip_text(error)[:_LONGEST_ERROR], guids],
    )
    return tuple(guids)


async def disown(connection: Connection, job_ids: Sequence[int]) -> None:
    """Let jobs that no longer run, though their rows say so, be rescued whatever their worker's signs of life."""
    await connection.execute(
        "UPDATE procrastinate_jobs SET worker_id = NULL WHERE id = ANY(%s) AND status = 'doing'", [list(job_ids)]
    )


async def rescue(connection: Connection, *, stalled_s: float, most: int) -> tuple[Rescued, ...]:
    """Put back the jobs of workers without a sign of life for `stalled_s`, each at most `most` times in all.

    Deliveries of those tried too often are failed. In a transaction of the caller's.
    """
    async with connection.cursor(row_factory=class_row(Rescued)) as cursor:
        await cursor.execute(_RESCUE, {"ours": _OURS, "most": most, "stalled_s": stalled_s, "kept": list(KEPT)})
        rescued = tuple(await cursor.fetchall())
    for job in rescued:
        if not job.again:
            await _abandon(connection, job)
            await fail(connection, job.job_id, f"{job.task}: its worker died in each of {job.tried} attempts")
    return rescued


async def _abandon(connection: Connection, rescued: Rescued) -> None:
    """Let a review that kills its workers end on its check: a small job that reads nothing of the change says so."""
    cursor = await connection.execute("SELECT args FROM procrastinate_jobs WHERE id = %s", [rescued.job_id])
    row = await cursor.fetchone()
    if row is None or rescued.task not in {REVIEW, MERGE_GROUP}:
        return
    job = decode(rescued.task, row[0])
    if isinstance(job, ReviewJob | MergeGroupJob) and not job.abandoned:
        await enqueue(connection, [replace(job, abandoned=True, delay_s=0.0)])


async def fail_orphans(connection: Connection) -> tuple[str, ...]:
    """Fail deliveries that wait for a job which has ended, or is gone, without a word; their GUIDs.

    A task settles before its row ends, so what is left over then was never run (its name was unknown, say).
    """
    cursor = await connection.execute(
        "SELECT DISTINCT l.job_id, coalesce(j.status::text, 'gone') FROM lintel.delivery_job l"
        " LEFT JOIN procrastinate_jobs j ON j.id = l.job_id"
        " WHERE j.id IS NULL OR j.status NOT IN ('todo', 'doing')"
    )
    guids: list[str] = []
    for job_id, status in await cursor.fetchall():
        guids.extend(await fail(connection, job_id, f"job {job_id} is {status} without having been run to its end"))
    return tuple(guids)


async def read_delivery(connection: Connection, guid: str) -> DeliveryRow | None:
    """One delivery, if it was ever accepted."""
    async with connection.cursor(row_factory=class_row(DeliveryRow)) as cursor:
        await cursor.execute("SELECT * FROM lintel.delivery WHERE guid = %s", [guid])
        return await cursor.fetchone()


async def known_guids(connection: Connection, guids: Sequence[str]) -> frozenset[str]:
    """Those that need no redelivery: finished, or still waiting."""
    cursor = await connection.execute(
        "SELECT guid FROM lintel.delivery WHERE guid = ANY(%s) AND status <> 'failed'", [list(guids)]
    )
    return frozenset(row[0] for row in await cursor.fetchall())


async def forget_deliveries(connection: Connection, before: datetime) -> int:
    """Delete deliveries received before then that wait for nothing; how many."""
    cursor = await connection.execute(
        "DELETE FROM lintel.delivery WHERE received_at < %s AND status <> 'accepted'", [before]
    )
    return cursor.rowcount


async def _unlink(connection: Connection, job_id: int) -> list[str]:
    cursor = await connection.execute("DELETE FROM lintel.delivery_job WHERE job_id = %s RETURNING guid", [job_id])
    guids = sorted(row[0] for row in await cursor.fetchall())
    await connection.execute("SELECT 1 FROM lintel.delivery WHERE guid = ANY(%s) ORDER BY guid FOR UPDATE", [guids])
    return guids
