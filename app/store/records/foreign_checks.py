"""Checks with a name of ours that another App completed on a head. Names and slugs are untrusted."""

from __future__ import annotations

from datetime import datetime

from app.store.database import Connection
from app.store.text import strip_text


async def note(
    connection: Connection, repository_id: int, head_sha: str, name: str, *, app_id: int, app: str, now: datetime
) -> bool:
    """Keep one; whether it was new. In the caller's transaction."""
    cursor = await connection.execute(
        "INSERT INTO lintel.foreign_check (repository_id, head_sha, name, app_id, app, at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING app_id",
        [repository_id, head_sha, strip_text(name), app_id, strip_text(app), now],
    )
    return await cursor.fetchone() is not None


async def standing(connection: Connection, repository_id: int, head_sha: str, name: str) -> tuple[str, ...]:
    """The slugs of the Apps that completed a check of this name on a head, by the time they did."""
    cursor = await connection.execute(
        "SELECT app FROM lintel.foreign_check WHERE repository_id = %s AND head_sha = %s AND name = %s"
        " ORDER BY at, app_id",
        [repository_id, head_sha, strip_text(name)],
    )
    return tuple(row[0] for row in await cursor.fetchall())
