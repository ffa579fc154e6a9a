"""Reviews as they are read: their rows, and the questions that others ask about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from pydantic import JsonValue, TypeAdapter

from app.core.change.coverage import Coverage
from app.core.change.tokens import DEFAULT_RATE, TokenRate
from app.store.database import Connection
from app.store.faults import NotStored

_coverage = TypeAdapter(Coverage)
_COLUMNS = (
    "r.id, r.pull_request_id, r.head_sha, r.base_ref, r.base_sha, r.merge_base, r.policy_digest, r.generation,"
    " r.state, r.conclusion, r.reasons, r.coverage, r.usage, r.cost_usd, r.check_run_id, r.started_at,"
    " r.finished_at, r.published_at, r.token_centibytes"
)


class ReviewState(StrEnum):
    """Where a review stands."""

    RUNNING = "running"
    FINISHED = "finished"
    SUPERSEDED = "superseded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewKey:
    """What a review is bound to: another head, base or policy is another review."""

    head_sha: str
    base_ref: str
    base_sha: str
    merge_base: str
    policy_digest: str

    def same_lines(self, other: ReviewKey) -> bool:
        """Whether both are reviews of the same diff."""
        return (self.merge_base, self.head_sha) == (other.merge_base, other.head_sha)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """One review. `published_at` is set once GitHub shows how it ended; `cost_usd` also counts what failed.

    `rate` is what its plan estimates tokens with, from its beginning to its end.
    """

    id: UUID
    pull_request_id: int
    key: ReviewKey
    generation: int
    state: ReviewState
    conclusion: str | None
    reasons: tuple[str, ...]
    coverage: Coverage | None
    usage: Mapping[str, JsonValue]
    cost_usd: Decimal
    check_run_id: int | None
    started_at: datetime
    finished_at: datetime | None
    published_at: datetime | None
    rate: TokenRate = DEFAULT_RATE


async def read(connection: Connection, review_id: UUID) -> ReviewRow:
    """One review. Raises NotStored."""
    rows = await select(connection, "WHERE r.id = %s", [review_id])
    if not rows:
        raise NotStored(f"review {review_id}")
    return rows[0]


async def latest(connection: Connection, pull_request_id: int, *, state: ReviewState | None = None) -> ReviewRow | None:
    """The newest review of a pull request (in that state), if there is any."""
    rows = await select(
        connection,
        "WHERE r.pull_request_id = %s AND (%s::text IS NULL OR r.state = %s) ORDER BY r.generation DESC LIMIT 1",
        [pull_request_id, state, state],
    )
    return rows[0] if rows else None


async def last_verdict(
    connection: Connection, *, repository_id: int, number: int, head_sha: str, base_ref: str
) -> ReviewRow | None:
    """The newest review that came to a verdict on this head of a pull request, offered to this base branch."""
    rows = await select(
        connection,
        "JOIN lintel.pull_request p ON p.id = r.pull_request_id WHERE p.repository_id = %s AND p.number = %s"
        " AND r.head_sha = %s AND r.base_ref = %s AND r.state = 'finished' ORDER BY r.generation DESC LIMIT 1",
        [repository_id, number, head_sha, base_ref],
    )
    return rows[0] if rows else None


async def unpublished(connection: Connection, before: datetime) -> tuple[ReviewRow, ...]:
    """Reviews begun before then whose end GitHub is not known to show, oldest first: work for reconciliation."""
    return await select(
        connection, "WHERE r.published_at IS NULL AND r.started_at < %s ORDER BY r.started_at", [before]
    )


async def is_newest(connection: Connection, review: ReviewRow) -> bool:
    """Whether its end is still to be shown and no newer one was begun: asked before each write to GitHub."""
    cursor = await connection.execute(
        "SELECT 1 FROM lintel.review r JOIN lintel.pull_request p ON p.id = r.pull_request_id"
        " WHERE r.id = %s AND r.state IN ('running', 'finished') AND r.published_at IS NULL"
        " AND p.generation = r.generation",
        [review.id],
    )
    return await cursor.fetchone() is not None


async def select(connection: Connection, where: str, params: list[Any]) -> tuple[ReviewRow, ...]:
    """The reviews that a constant condition on `r` selects."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(f"SELECT {_COLUMNS} FROM lintel.review r {where}", params)  # noqa: S608 - both are constants
        return tuple(_row(row) for row in await cursor.fetchall())


def _row(row: dict[str, Any]) -> ReviewRow:
    key = ReviewKey(**{name: row.pop(name) for name in ReviewKey.__slots__})
    coverage = None if row["coverage"] is None else _coverage.validate_python(row["coverage"])
    centibytes = row.pop("token_centibytes")
    changes = {
        "state": ReviewState(row["state"]),
        "reasons": tuple(row["reasons"]),
        "coverage": coverage,
        "rate": DEFAULT_RATE if centibytes is None else TokenRate(centibytes),
    }
    return ReviewRow(key=key, **{**row, **changes})
