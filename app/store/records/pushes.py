"""Who pushed what, as rows: written with the deliveries that tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from app.core.people.pushers import Push
from app.store.database import Connection


async def save(connection: Connection, pushes: Sequence[Push]) -> None:
    """Keep them, each once. In the caller's transaction."""
    if pushes:
        await connection.execute(
            "INSERT INTO lintel.pushed (repository_id, number, sha, before, user_id)"
            " SELECT repository_id, number, sha, before, user_id FROM jsonb_to_recordset(%s)"
            " AS p(repository_id bigint, number bigint, sha text, before text, user_id bigint) ON CONFLICT DO NOTHING",
            [Jsonb([asdict(push) for push in pushes])],
        )


async def led_to(
    connection: Connection, commits: Sequence[str], *, repository_id: int, number: int
) -> tuple[Push, ...]:
    """All that moved the head of a pull request, or any branch of its repository to one of these commits."""
    async with connection.cursor(row_factory=class_row(Push)) as cursor:
        await cursor.execute(
            "SELECT repository_id, number, sha, before, user_id FROM lintel.pushed"
            " WHERE repository_id = %s AND (sha = ANY(%s) OR number = %s)",
            [repository_id, list(commits), number],
        )
        return tuple(await cursor.fetchall())
