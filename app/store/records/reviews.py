"""The life of a review: begun or resumed, superseded by newer heads, finished, known to be shown on GitHub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import JsonValue, TypeAdapter

from app.core.change.coverage import Coverage
from app.core.change.tokens import DEFAULT_RATE, TokenRate
from app.store.database import Connection
from app.store.faults import NotStored
from app.store.records.review_rows import ReviewKey, ReviewRow, ReviewState, read, select
from app.store.text import to_jsonb

_coverage = TypeAdapter(Coverage)


@dataclass(frozen=True, slots=True)
class Begun:
    """A review to work on. `resumed`: it was begun before and had not ended."""

    review: ReviewRow
    resumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a review ended."""

    conclusion: str
    reasons: Sequence[str]
    coverage: Coverage | None
    usage: Mapping[str, JsonValue]
    cost_usd: Decimal = Decimal(0)


async def begin(
    connection: Connection,
    pull_request_id: int,
    key: ReviewKey,
    *,
    new_id: UUID,
    now: datetime,
    rate: TokenRate = DEFAULT_RATE,
) -> Begun:
    """Resume the review of this key that GitHub does not show yet, or begin one as the newest generation.

    Where `new_id` is the newest one's already (a group has one review), that one goes on under the policy of `key`.

    A new one keeps `rate` to its end; a resumed one has its own. In the caller's transaction, which locks the pull
    request's row. Raises NotStored without such a row.
    """
    cursor = await connection.execute(
        "SELECT generation FROM lintel.pull_request WHERE id = %s FOR UPDATE", [pull_request_id]
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotStored(f"pull request {pull_request_id}")
    found = await select(
        connection,
        "WHERE r.pull_request_id = %s AND r.head_sha = %s AND r.base_ref = %s AND r.base_sha = %s"
        " AND r.policy_digest = %s AND r.published_at IS NULL AND r.state IN ('running', 'finished')"
        " ORDER BY r.generation DESC",
        [pull_request_id, key.head_sha, key.base_ref, key.base_sha, key.policy_digest],
    )
    # One that a newer generation has overtaken is left to `supersede_others`: this head came back.
    if found and found[0].generation == row[0]:
        return Begun(found[0], resumed=True)
    if await _rebind(connection, pull_request_id, key, new_id, row[0]):
        return Begun(await read(connection, new_id), resumed=True)
    await _supersede(connection, [review.id for review in found if review.state is ReviewState.RUNNING], now)
    return Begun(await _insert(connection, pull_request_id, key, new_id, now, rate), resumed=False)


async def supersede_others(
    connection: Connection, pull_request_id: int, keep: UUID, *, now: datetime
) -> tuple[ReviewRow, ...]:
    """Mark every other review of the pull request superseded that runs, or ended without GitHub showing how.

    Returns all superseded ones whose check on GitHub is not yet known to be completed, oldest first, also those
    of an earlier call that died between: complete each check on its own head (one without `check_run_id` may have
    been created just before a crash: look for it), then call `mark_published`.
    """
    others = await select(
        connection,
        "WHERE r.pull_request_id = %s AND r.state IN ('running', 'finished') AND r.published_at IS NULL"
        " AND r.id <> %s FOR UPDATE",
        [pull_request_id, keep],
    )
    await _supersede(connection, [review.id for review in others], now)
    return await select(
        connection,
        "WHERE r.pull_request_id = %s AND r.state = 'superseded' AND r.published_at IS NULL ORDER BY r.generation",
        [pull_request_id],
    )


async def finish(connection: Connection, review_id: UUID, outcome: Outcome, *, now: datetime) -> ReviewRow:
    """Record the verdict of a review that GitHub does not show yet. Raises NotStored for any other."""
    coverage = None if outcome.coverage is None else _coverage.dump_python(outcome.coverage, mode="json")
    cursor = await connection.execute(
        "UPDATE lintel.review SET state = 'finished', conclusion = %s, reasons = %s, coverage = %s, usage = %s,"
        " cost_usd = %s, finished_at = %s WHERE id = %s AND published_at IS NULL AND state IN ('running', 'finished')",
        [
            outcome.conclusion,
            to_jsonb(list(outcome.reasons)),
            None if coverage is None else to_jsonb(coverage),
            to_jsonb(dict(outcome.usage)),
            outcome.cost_usd,
            now,
            review_id,
        ],
    )
    _changed(cursor.rowcount, review_id)
    return await read(connection, review_id)


async def fail(connection: Connection, review_id: UUID, reason: str, *, now: datetime) -> None:
    """Record that a running review broke for good. Raises NotStored if it is not running."""
    cursor = await connection.execute(
        "UPDATE lintel.review SET state = 'failed', reasons = %s, finished_at = %s WHERE id = %s AND state = 'running'",
        [to_jsonb([reason]), now, review_id],
    )
    _changed(cursor.rowcount, review_id)


async def set_check_run(connection: Connection, review_id: UUID, check_run_id: int) -> None:
    """Remember which check run shows this review. Raises NotStored."""
    cursor = await connection.execute(
        "UPDATE lintel.review SET check_run_id = %s WHERE id = %s", [check_run_id, review_id]
    )
    _changed(cursor.rowcount, review_id)


async def mark_published(connection: Connection, review_id: UUID, *, now: datetime) -> None:
    """GitHub shows how this review ended. Raises NotStored for a review that still runs."""
    cursor = await connection.execute(
        "UPDATE lintel.review SET published_at = %s WHERE id = %s AND state <> 'running'", [now, review_id]
    )
    _changed(cursor.rowcount, review_id)


async def _insert(
    connection: Connection, pull_request_id: int, key: ReviewKey, new_id: UUID, now: datetime, rate: TokenRate
) -> ReviewRow:
    await connection.execute(
        "WITH counted AS (UPDATE lintel.pull_request SET generation = generation + 1 WHERE id = %s"
        " RETURNING generation)"
        " INSERT INTO lintel.review (id, pull_request_id, head_sha, base_ref, base_sha, merge_base,"
        " policy_digest, started_at, token_centibytes, generation)"
        " SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, generation FROM counted",
        [
            pull_request_id,
            new_id,
            pull_request_id,
            key.head_sha,
            key.base_ref,
            key.base_sha,
            key.merge_base,
            key.policy_digest,
            now,
            rate.centibytes,
        ],
    )
    return await read(connection, new_id)


async def _rebind(
    connection: Connection, pull_request_id: int, key: ReviewKey, review_id: UUID, generation: int
) -> bool:
    """Whether there is a review of this id and generation: it is now one under the policy of `key`, not shown yet."""
    cursor = await connection.execute(
        "UPDATE lintel.review SET policy_digest = %s, merge_base = %s, state = 'running', published_at = NULL"
        " WHERE id = %s AND pull_request_id = %s AND generation = %s AND head_sha = %s AND base_ref = %s"
        " AND base_sha = %s AND state IN ('running', 'finished')",
        [
            key.policy_digest,
            key.merge_base,
            review_id,
            pull_request_id,
            generation,
            key.head_sha,
            key.base_ref,
            key.base_sha,
        ],
    )
    return cursor.rowcount == 1


async def _supersede(connection: Connection, ids: list[UUID], now: datetime) -> None:
    await connection.execute(
        "UPDATE lintel.review SET state = 'superseded', finished_at = %s WHERE id = ANY(%s)", [now, ids]
    )


def _changed(count: int, review_id: UUID) -> None:
    if count == 0:
        raise NotStored(f"review {review_id}")
