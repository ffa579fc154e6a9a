"""Overrides as rows: who let which head pass, and why. All that changes of one is that it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from app.store.database import Connection
from app.store.text import strip_text


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRow:
    """One override. `comment_id` is the comment that asked for it, `role` what its author's live role was then."""

    comment_id: int
    head_sha: str
    base_ref: str
    merge_base: str
    login: str
    user_id: int
    role: str
    reason: str
    at: datetime


async def save(connection: Connection, pull_request_id: int, row: OverrideRow) -> bool:
    """Store it; False if this comment has done so before."""
    cursor = await connection.execute(
        "INSERT INTO lintel.override"
        " (pull_request_id, comment_id, head_sha, base_ref, merge_base, login, user_id, role, reason, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [
            pull_request_id,
            row.comment_id,
            row.head_sha,
            row.base_ref,
            row.merge_base,
            row.login,
            row.user_id,
            row.role,
            strip_text(row.reason),
            row.at,
        ],
    )
    return cursor.rowcount > 0


async def in_force(
    connection: Connection, pull_request_id: int, *, head_sha: str, base_ref: str, merge_base: str, now: datetime
) -> OverrideRow | None:
    """The newest override of this change for this base branch, if there is one; those of any other end now.

    So do those of a head that was left since they were taken, though it be back. In the caller's transaction, which
    has the pull request's row.
    """
    await connection.execute(
        "UPDATE lintel.override o SET ended_at = %s FROM lintel.pull_request p"
        " WHERE p.id = %s AND o.pull_request_id = p.id AND o.ended_at IS NULL"
        " AND ((o.head_sha, o.base_ref, o.merge_base) <> (%s, %s, %s) OR EXISTS (SELECT FROM lintel.pushed s"
        " WHERE (s.repository_id, s.number, s.before) = (p.repository_id, p.number, o.head_sha) AND s.at > o.at))",
        [now, pull_request_id, head_sha, base_ref, merge_base],
    )
    async with connection.cursor(row_factory=class_row(OverrideRow)) as cursor:
        await cursor.execute(
            "SELECT comment_id, head_sha, base_ref, merge_base, login, user_id, role, reason, at FROM lintel.override"
            " WHERE pull_request_id = %s AND ended_at IS NULL ORDER BY at DESC, comment_id DESC LIMIT 1",
            [pull_request_id],
        )
        return await cursor.fetchone()
