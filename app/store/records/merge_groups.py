"""Groups of merge queues as rows, and what a group asks about its members. A group's verdict is its ledger entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from app.store.database import Connection
from app.store.faults import NotStored
from app.store.records.review_rows import ReviewRow, select


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGroupKey:
    """What a group is: a head that was made for it alone, on what it stands on, for a branch."""

    installation_id: int
    repository_id: int
    head_sha: str
    base_ref: str
    base_sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGroupRow:
    """One group. `own`: its own change is reviewed; `published`: GitHub shows how it ended."""

    id: UUID
    serial: int
    own: bool
    published: bool

    @property
    def number(self) -> int:
        """Under which its own change is kept among the pull requests; no pull request has a negative number."""
        return -self.serial


async def locate(connection: Connection, key: MergeGroupKey, *, new_id: UUID, now: datetime) -> MergeGroupRow:
    """The row of a group, made if need be, and locked to the end of the caller's transaction."""
    await connection.execute(
        "INSERT INTO lintel.merge_group (id, installation_id, repository_id, head_sha, base_ref, base_sha, begun_at)"
        " SELECT %s, %s, %s, %s, %s, %s, %s WHERE NOT EXISTS (SELECT 1 FROM lintel.merge_group"
        " WHERE repository_id = %s AND head_sha = %s) ON CONFLICT DO NOTHING",
        [
            new_id,
            key.installation_id,
            key.repository_id,
            key.head_sha,
            key.base_ref,
            key.base_sha,
            now,
            key.repository_id,
            key.head_sha,
        ],
    )
    async with connection.cursor(row_factory=class_row(MergeGroupRow)) as cursor:
        await cursor.execute(
            "SELECT id, serial, own, published_at IS NOT NULL AS published FROM lintel.merge_group"
            " WHERE repository_id = %s AND head_sha = %s FOR UPDATE",
            [key.repository_id, key.head_sha],
        )
        row = await cursor.fetchone()
    if row is None:
        raise NotStored(f"merge group {key.head_sha}")
    return row


async def find_id(connection: Connection, repository_id: int, head_sha: str) -> UUID | None:
    """The id of the group with this head, if there was one."""
    cursor = await connection.execute(
        "SELECT id FROM lintel.merge_group WHERE repository_id = %s AND head_sha = %s", [repository_id, head_sha]
    )
    row = await cursor.fetchone()
    return None if row is None else UUID(str(row[0]))


async def review_own(connection: Connection, group_id: UUID) -> None:
    """From now on the group's own change is reviewed, whatever becomes known of its members."""
    await connection.execute("UPDATE lintel.merge_group SET own = true WHERE id = %s", [group_id])


async def mark_published(connection: Connection, group_id: UUID, *, now: datetime) -> None:
    """GitHub shows how the group ended, or has forgotten it."""
    await connection.execute(
        "UPDATE lintel.merge_group SET published_at = coalesce(published_at, %s) WHERE id = %s", [now, group_id]
    )


async def find_newest_review(connection: Connection, repository_id: int, number: int) -> ReviewRow | None:
    """The newest review of a pull request, whatever its state, if it ever had one."""
    found = await select(
        connection,
        "JOIN lintel.pull_request p ON p.id = r.pull_request_id WHERE p.repository_id = %s AND p.number = %s"
        " ORDER BY r.generation DESC LIMIT 1",
        [repository_id, number],
    )
    return found[0] if found else None


async def find_overrider(connection: Connection, review: ReviewRow) -> str | None:
    """The login of whoever let the head of this review pass, while that is in force."""
    cursor = await connection.execute(
        "SELECT login FROM lintel.override WHERE pull_request_id = %s AND head_sha = %s AND base_ref = %s"
        " AND ended_at IS NULL ORDER BY at DESC, comment_id DESC LIMIT 1",
        [review.pull_request_id, review.key.head_sha, review.key.base_ref],
    )
    row = await cursor.fetchone()
    return None if row is None else str(row[0])
