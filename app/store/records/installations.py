"""Installations and their repositories, as GitHub last told. Only ids identify; names change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from psycopg.rows import class_row

from app.core.event import RepositoryRef
from app.store.database import Connection
from app.store.text import strip_text


class InstallationState(StrEnum):
    """Whether the App may act there."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationRow:
    """One installation of the App on an account."""

    id: int
    account: str
    state: InstallationState
    changed_at: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", InstallationState(self.state))


async def save(
    connection: Connection, installation_id: int, account: str, state: InstallationState, *, now: datetime
) -> None:
    """Record an installation as it is now."""
    await connection.execute(
        "INSERT INTO lintel.installation (id, account, state, changed_at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (id) DO UPDATE SET account = excluded.account, state = excluded.state,"
        " changed_at = excluded.changed_at",
        [installation_id, strip_text(account), state, now],
    )


async def read(connection: Connection, installation_id: int) -> InstallationRow | None:
    """One installation, if we know it."""
    async with connection.cursor(row_factory=class_row(InstallationRow)) as cursor:
        await cursor.execute("SELECT * FROM lintel.installation WHERE id = %s", [installation_id])
        return await cursor.fetchone()


async def active(connection: Connection) -> tuple[InstallationRow, ...]:
    """All installations where the App may act, by id."""
    async with connection.cursor(row_factory=class_row(InstallationRow)) as cursor:
        await cursor.execute("SELECT * FROM lintel.installation WHERE state = 'active' ORDER BY id")
        return tuple(await cursor.fetchall())


async def set_repositories(
    connection: Connection, installation_id: int, repositories: Sequence[RepositoryRef], *, now: datetime
) -> tuple[RepositoryRef, ...]:
    """Record the whole list of an installation's repositories; those not in it are marked removed.

    Returned are those that it did not have before. In the caller's transaction.
    """
    had = await _ids(connection, installation_id)
    ids = [repository.id for repository in repositories]
    names = [strip_text(repository.full_name) for repository in repositories]
    await connection.execute(
        "UPDATE lintel.repository SET removed = true, changed_at = %s"
        " WHERE installation_id = %s AND NOT removed AND id <> ALL(%s)",
        [now, installation_id, ids],
    )
    await connection.execute(
        "INSERT INTO lintel.repository (id, installation_id, full_name, changed_at)"
        " SELECT id, %s, name, %s FROM unnest(%s::bigint[], %s::text[]) AS u(id, name) ORDER BY id"
        " ON CONFLICT (id) DO UPDATE SET installation_id = excluded.installation_id,"
        " full_name = excluded.full_name, removed = false, changed_at = excluded.changed_at",
        [installation_id, now, ids, names],
    )
    return tuple(repository for repository in repositories if repository.id not in had)


async def mark_removed(connection: Connection, repository_id: int, *, now: datetime) -> None:
    """Record that a repository is no longer ours to see; the next list that holds it counts it as new."""
    await connection.execute(
        "UPDATE lintel.repository SET removed = true, changed_at = %s WHERE id = %s AND NOT removed",
        [now, repository_id],
    )


async def _ids(connection: Connection, installation_id: int) -> frozenset[int]:
    return frozenset(repository.id for repository in await repositories(connection, installation_id))


async def repositories(connection: Connection, installation_id: int) -> tuple[RepositoryRef, ...]:
    """The repositories that an installation gives us access to, by id."""
    cursor = await connection.execute(
        "SELECT id, full_name FROM lintel.repository WHERE installation_id = %s AND NOT removed ORDER BY id",
        [installation_id],
    )
    return tuple(RepositoryRef(id=row[0], full_name=row[1]) for row in await cursor.fetchall())
