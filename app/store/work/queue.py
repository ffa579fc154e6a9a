"""Putting jobs into procrastinate's table, at most one waiting for each queueing lock, and asking after one's own row.

Its `defer` raises AlreadyEnqueued, which fails the surrounding transaction; `ON CONFLICT` on the same index merges
instead: the newest arguments win, what a person asked for (`full`, `again`, `asked`, of the head `asked_of`) and what
is to be read (`reads`, `owed`) stays, and pushes are waited for up to `LONGEST_WAIT_S`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg.types.json import Jsonb
from pydantic import JsonValue

from app.core.job import Job
from app.core.people.pushers import Push
from app.store.database import Connection
from app.store.work.codec import MERGE_GROUP, REVIEW, QueuedJob, encode

LONGEST_WAIT_S: Final = 60
KEPT: Final = ("full", "again", "asked", "reads", "owed")
"""What is asked of a job that another one takes the place of is asked of that one too."""

# Fairness counts this far; a job that waits to be tried again stands behind all of them.
_COUNTED: Final = 1000
_TRY_AGAIN_PRIORITY: Final = -10_000

_ENQUEUE = """
WITH arrived AS (
    SELECT * FROM jsonb_to_recordset(%(deliveries)s)
        AS d(guid text, event text, action text, installation_id bigint, subject text)
), fresh AS (
    INSERT INTO lintel.delivery AS d (guid, event, action, installation_id, subject)
    SELECT guid, event, action, installation_id, subject FROM arrived
    ON CONFLICT (guid) DO UPDATE SET status = 'accepted', error = NULL, received_at = now()
        WHERE d.status = 'failed'
    RETURNING guid
), wanted AS (
    SELECT * FROM jsonb_to_recordset(%(jobs)s)
        AS w(n int, guid text, task text, queue text, lock text, queueing_lock text, args jsonb, delay_s float8)
    WHERE guid IS NULL OR guid IN (SELECT guid FROM fresh)
), newest AS (
    SELECT DISTINCT ON (queueing_lock) n, task, queue, lock, queueing_lock, delay_s, args
        || CASE WHEN bool_or((args ->> 'full')::boolean) OVER same THEN '{"full": true}'::jsonb ELSE '{}' END
        || CASE WHEN bool_or((args ->> 'again')::boolean) OVER same THEN '{"again": true}'::jsonb ELSE '{}' END
        || CASE WHEN bool_or((args ->> 'asked')::boolean) OVER same THEN '{"asked": true}'::jsonb ELSE '{}' END
        || CASE WHEN bool_or((args ->> 'reads')::boolean) OVER same THEN '{"reads": true}'::jsonb ELSE '{}' END
        || CASE WHEN bool_or((args ->> 'owed')::boolean) OVER same THEN '{"owed": true}'::jsonb ELSE '{}' END
        || CASE WHEN args ->> 'asked_of' = '' AND max(args ->> 'asked_of') OVER same <> ''
            THEN jsonb_build_object('asked_of', max(args ->> 'asked_of') OVER same) ELSE '{}' END AS args
    FROM wanted WINDOW same AS (PARTITION BY queueing_lock) ORDER BY queueing_lock, n DESC
), tenants AS MATERIALIZED (
    SELECT t.id, (SELECT count(*) FROM (
        SELECT 1 FROM procrastinate_jobs j
        WHERE j.status = 'todo' AND j.args ->> 'installation_id' = t.id LIMIT %(counted)s) c) AS waiting
    FROM (SELECT DISTINCT args ->> 'installation_id' AS id FROM newest) t
), placed AS (
    SELECT n.*, -least(%(counted)s::bigint, t.waiting + row_number() OVER (PARTITION BY t.id ORDER BY n.n) - 1) AS place
    FROM newest n JOIN tenants t ON t.id = n.args ->> 'installation_id'
), queued AS (
    INSERT INTO procrastinate_jobs AS j (queue_name, task_name, lock, queueing_lock, priority, args, scheduled_at)
    SELECT queue, task, lock, queueing_lock, least(place, (
            -- commands of one pull request keep their order
            SELECT min(o.priority) FROM procrastinate_jobs o
            WHERE o.lock = p.lock AND o.status = 'todo' AND o.priority > %(try_again)s::int
                AND p.lock <> p.queueing_lock)),
        args || jsonb_build_object('attempts', 0, 'first_seen', extract(epoch FROM now())),
        CASE WHEN delay_s > 0 THEN now() + delay_s * interval '1 second' END
    FROM placed p ORDER BY n
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO UPDATE SET
        args = excluded.args
            || jsonb_build_object('first_seen', coalesce(j.args -> 'first_seen', excluded.args -> 'first_seen'))
            || (SELECT coalesce(jsonb_object_agg(f.key, f.value), '{}') FROM jsonb_each(j.args) f
                WHERE f.key = ANY(%(kept)s) AND f.value = 'true'
                    OR f.key = 'asked_of' AND f.value <> '""' AND excluded.args ->> 'asked_of' = '')
            -- what waits already for nothing but its turn is not held because a look joins it
            || CASE WHEN excluded.args ->> 'waits_for' <> '' AND coalesce(j.args ->> 'waits_for', '') = ''
                THEN '{"waits_for": ""}'::jsonb ELSE '{}' END,
        priority = greatest(j.priority, excluded.priority),
        scheduled_at = CASE WHEN excluded.scheduled_at IS NOT NULL THEN least(excluded.scheduled_at,
            to_timestamp(coalesce((j.args ->> 'first_seen')::float8, extract(epoch FROM now())))
            + %(longest_wait_s)s::float8 * interval '1 second') END
    RETURNING id, queueing_lock
), linked AS (
    INSERT INTO lintel.delivery_job (guid, job_id)
    SELECT DISTINCT w.guid, q.id FROM wanted w JOIN queued q USING (queueing_lock) WHERE w.guid IS NOT NULL
    ON CONFLICT DO NOTHING
)
SELECT guid FROM fresh
"""

# A row that is locked is just ending by itself. A separate statement, for a job that was fetched meanwhile.
_STOP = """
UPDATE procrastinate_jobs SET abort_requested = true WHERE id IN (
    SELECT r.id FROM procrastinate_jobs r JOIN unnest(%(locks)s::text[], %(heads)s::text[]) AS w(lock, head)
        ON r.lock = w.lock
    WHERE r.status = 'doing' AND NOT r.abort_requested AND r.args ->> 'head_sha' IS DISTINCT FROM w.head
    FOR UPDATE OF r SKIP LOCKED)
"""

# What waits already is newer than what is put back, so it keeps its arguments.
_PUT_BACK = """
WITH old AS (
    SELECT * FROM procrastinate_jobs
    WHERE id = %(job_id)s AND status = 'doing' AND (worker_id = %(worker_id)s OR worker_id IS NULL) FOR UPDATE
), new AS (
    INSERT INTO procrastinate_jobs AS j (queue_name, task_name, lock, queueing_lock, priority, args, scheduled_at)
    SELECT queue_name, task_name, lock, queueing_lock,
        CASE WHEN lock = queueing_lock THEN priority ELSE %(try_again)s::int END,
        args || jsonb_build_object('attempts', %(attempts)s::int, 'first_seen', extract(epoch FROM now())),
        CASE WHEN %(delay_s)s::float8 > 0 THEN now() + %(delay_s)s::float8 * interval '1 second' END
    FROM old
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO UPDATE SET args = j.args
        || (SELECT coalesce(jsonb_object_agg(f.key, f.value), '{}') FROM jsonb_each(excluded.args) f
            WHERE f.key = ANY(%(kept)s) AND f.value = 'true'
                OR f.key = 'asked_of' AND f.value <> '""' AND coalesce(j.args ->> 'asked_of', '') = '')
    RETURNING id
), gone AS (
    DELETE FROM lintel.delivery_job WHERE job_id = %(job_id)s AND EXISTS (SELECT 1 FROM new) RETURNING guid
), moved AS (
    INSERT INTO lintel.delivery_job (guid, job_id) SELECT gone.guid, new.id FROM gone, new ON CONFLICT DO NOTHING
)
SELECT id FROM new
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One delivery as it is stored, with the jobs it asks for and the pushes that it tells of."""

    guid: str
    event: str
    action: str | None
    installation_id: int | None
    jobs: tuple[QueuedJob, ...]
    pushes: tuple[Push, ...] = ()


async def enqueue(connection: Connection, jobs: Iterable[Job]) -> None:
    """Let jobs wait, merged with those of their keys that wait already; running reviews of other heads are stopped.

    In the caller's transaction.
    """
    await store_arrivals(connection, [], [(None, encode(job)) for job in jobs])


async def store_arrivals(
    connection: Connection, arrivals: Sequence[Arrival], more: Sequence[tuple[None, QueuedJob]] = ()
) -> frozenset[str]:
    """Store deliveries and their jobs; the GUIDs that were new, or that had failed and run again.

    No GUID may stand twice in `arrivals`. In the caller's transaction.
    """
    jobs = [*((arrival.guid, job) for arrival in arrivals for job in arrival.jobs), *more]
    params = {
        "deliveries": Jsonb([_delivery(arrival) for arrival in arrivals]),
        "jobs": Jsonb([_wanted(n, guid, job) for n, (guid, job) in enumerate(jobs)]),
        "counted": _COUNTED,
        "try_again": _TRY_AGAIN_PRIORITY,
        "longest_wait_s": LONGEST_WAIT_S,
        "kept": list(KEPT),
    }
    cursor = await connection.execute(_ENQUEUE, params)
    fresh = frozenset(row[0] for row in await cursor.fetchall())
    heads = _heads(job for guid, job in jobs if guid is None or guid in fresh)
    if heads:
        await connection.execute(_STOP, {"locks": list(heads), "heads": list(heads.values())})
    return fresh


async def put_back(
    connection: Connection, *, job_id: int, worker_id: int | None, attempts: int, delay_s: float
) -> bool:
    """Let a running job wait again as a new row, with the deliveries that wait for it.

    False, and nothing is done, if the job was given to another worker. One whose worker was pruned, so that it is
    nobody's, is put back: it would end without a successor.
    """
    params = {
        "job_id": job_id,
        "worker_id": worker_id,
        "attempts": attempts,
        "delay_s": delay_s,
        "try_again": _TRY_AGAIN_PRIORITY,
        "kept": list(KEPT),
    }
    cursor = await connection.execute(_PUT_BACK, params)
    return await cursor.fetchone() is not None


async def is_mine(connection: Connection, *, job_id: int, worker_id: int | None) -> bool:
    """Whether the job still runs for this worker and nobody asked it to stop."""
    cursor = await connection.execute(
        "SELECT 1 FROM procrastinate_jobs WHERE id = %s AND worker_id = %s AND status = 'doing'"
        " AND NOT abort_requested",
        [job_id, worker_id],
    )
    return await cursor.fetchone() is not None


async def count_live_workers(connection: Connection, within_s: float) -> int:
    """How many workers gave a sign of life within that time."""
    cursor = await connection.execute(
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - %s * interval '1 second'",
        [within_s],
    )
    row = await cursor.fetchone()
    return 0 if row is None else int(row[0])


async def count_waiting(connection: Connection) -> Mapping[str, int]:
    """How many jobs wait, by queue; queues without any are left out."""
    cursor = await connection.execute(
        "SELECT queue_name, count(*) FROM procrastinate_jobs WHERE status = 'todo' GROUP BY queue_name"
    )
    return dict(await cursor.fetchall())


def _delivery(arrival: Arrival) -> dict[str, JsonValue]:
    return {
        "guid": arrival.guid,
        "event": arrival.event,
        "action": arrival.action,
        "installation_id": arrival.installation_id,
        "subject": arrival.jobs[0].queueing_lock if arrival.jobs else "",
    }


def _wanted(n: int, guid: str | None, job: QueuedJob) -> dict[str, Any]:
    return {
        "n": n,
        "guid": guid,
        "task": job.task,
        "queue": job.queue,
        "lock": job.lock,
        "queueing_lock": job.queueing_lock,
        "args": dict(job.args),
        "delay_s": job.delay_s,
    }


def _heads(jobs: Iterable[QueuedJob]) -> dict[str, str]:
    """By lock the head that may go on being reviewed; none may (the empty text) where the job says so."""
    return {
        job.lock: "" if job.args.get("stops") else str(job.args["head_sha"])
        for job in jobs
        if job.task in {REVIEW, MERGE_GROUP} and (job.args.get("stops") or job.args.get("head_sha"))
    }
