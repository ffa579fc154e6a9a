"""Pull requests as rows: their identity, whether they are paused, and the lock under which the gate is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


async def set_paused(connection: Connection, pull_request_id: int, *, paused: bool, by: str) -> bool:
    """Stop or start automatic reviews; whether that changed anything. `by` is a login. Raises NotStored."""
    cursor = await connection.execute(
        "UPDATE lintel.pull_request SET paused = %s, paused_by = %s WHERE id = %s AND paused IS DISTINCT FROM %s",
        [paused, by if paused else "", pull_request_id, paused],
    )
    if cursor.rowcount == 0:
        await lock(connection, pull_request_id)
        return False
    return True


async def under_review(connection: Connection, repository_ids: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Repository id and number of each pull request there with a review whose end GitHub is not known to show."""
    cursor = await connection.execute(
        "SELECT DISTINCT p.repository_id, p.number FROM lintel.pull_request p"
        " JOIN lintel.review r ON r.pull_request_id = p.id"
        " WHERE p.repository_id = ANY(%s) AND r.published_at IS NULL AND r.state IN ('running', 'finished')"
        " ORDER BY p.repository_id, p.number",
        [list(repository_ids)],
    )
    return tuple((row[0], row[1]) for row in await cursor.fetchall())


def _one(row: PullRequestRow | None, name: object) -> PullRequestRow:
    if row is None:
        raise NotStored(f"pull request {name}")
    return row
