"""Pull requests as rows: their identity, whether they are paused, and the lock under which the gate is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from app.store.database import Connection
from app.store.faults import NotStored


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestRow:
    """One pull request. `generation` counts the reviews that were begun; the newest one has this number.

    `paused_by` is the login of who paused it, while it is.
    """

    id: int
    installation_id: int
    repository_id: int
    number: int
    paused: bool
    paused_by: str
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who said something in which comment, and when they wrote it. `by` is a login."""

    by: str
    comment_id: int
    at: datetime


async def locate(connection: Connection, *, installation_id: int, repository_id: int, number: int) -> PullRequestRow:
    """The row of a pull request, made if need be. A repository under a new installation keeps its rows."""
    async with connection.cursor(row_factory=class_row(PullRequestRow)) as cursor:
        await cursor.execute(
            "INSERT INTO lintel.pull_request AS p (installation_id, repository_id, number) VALUES (%s, %s, %s)"
            " ON CONFLICT (repository_id, number) DO UPDATE SET installation_id = excluded.installation_id"
            " RETURNING p.id, p.installation_id, p.repository_id, p.number, p.paused, p.paused_by, p.generation",
            [installation_id, repository_id, number],
        )
        return _one(await cursor.fetchone(), f"{repository_id}#{number}")


async def lock(connection: Connection, pull_request_id: int) -> PullRequestRow:
    """The row, locked until the end of the caller's transaction: who writes the gate holds it.

    Raises NotStored.
    """
    async with connection.cursor(row_factory=class_row(PullRequestRow)) as cursor:
        await cursor.execute(
            "SELECT id, installation_id, repository_id, number, paused, paused_by, generation"
            " FROM lintel.pull_request WHERE id = %s FOR UPDATE",
            [pull_request_id],
        )
        return _one(await cursor.fetchone(), pull_request_id)


async def number_of(connection: Connection, pull_request_id: int, *, repository_id: int) -> int:
    """The number of a pull request of this repository. Raises NotStored."""
    cursor = await connection.execute(
        "SELECT number FROM lintel.pull_request WHERE id = %s AND repository_id = %s AND number > 0",
        [pull_request_id, repository_id],
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotStored(f"pull request {pull_request_id}")
    return int(row[0])


async def set_paused(connection: Connection, pull_request_id: int, said: Said, *, paused: bool) -> bool | None:
    """Stop or start automatic reviews; whether that changed anything, or None where somebody has spoken later.

    Raises NotStored.
    """
    row = await lock(connection, pull_request_id)
    cursor = await connection.execute(
        "UPDATE lintel.pull_request SET pause_said_at = %s, pause_comment_id = %s"
        " WHERE id = %s AND (pause_said_at IS NULL OR (pause_said_at, pause_comment_id) <= (%s, %s))",
        [said.at, said.comment_id, pull_request_id, said.at, said.comment_id],
    )
    if cursor.rowcount == 0:
        return None
    if row.paused == paused:
        return False
    await connection.execute(
        "UPDATE lintel.pull_request SET paused = %s, paused_by = %s WHERE id = %s",
        [paused, said.by if paused else "", pull_request_id],
    )
    return True


async def mark_bypassed(connection: Connection, pull_request_id: int, *, now: datetime) -> bool:
    """It was merged past the gate; False if that was known."""
    cursor = await connection.execute(
        "UPDATE lintel.pull_request SET bypassed_at = %s WHERE id = %s AND bypassed_at IS NULL", [now, pull_request_id]
    )
    return cursor.rowcount > 0


async def is_dismissed_since(connection: Connection, pull_request_id: int, at: datetime) -> bool:
    """Whether any finding of it was dismissed after that time."""
    cursor = await connection.execute(
        "SELECT EXISTS (SELECT FROM lintel.finding WHERE pull_request_id = %s AND dismissed_at > %s)",
        [pull_request_id, at],
    )
    row = await cursor.fetchone()
    return row is not None and bool(row[0])


async def under_review(connection: Connection, repository_ids: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Repository id and number of each pull request there with a review whose end GitHub is not known to show.

    A group's own review, which is kept under a negative number, is none of them: the job about its group looks again.
    """
    cursor = await connection.execute(
        "SELECT DISTINCT p.repository_id, p.number FROM lintel.pull_request p"
        " JOIN lintel.review r ON r.pull_request_id = p.id"
        " WHERE p.repository_id = ANY(%s) AND p.number > 0"
        " AND r.published_at IS NULL AND r.state IN ('running', 'finished')"
        " ORDER BY p.repository_id, p.number",
        [list(repository_ids)],
    )
    return tuple((row[0], row[1]) for row in await cursor.fetchall())


def _one(row: PullRequestRow | None, name: object) -> PullRequestRow:
    if row is None:
        raise NotStored(f"pull request {name}")
    return row
