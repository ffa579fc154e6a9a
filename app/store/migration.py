"""Bringing a database up to date: procrastinate's schema, then ours. Safe to run by many processes at once.

Procrastinate keeps no version in the database (its docs leave that to whoever deploys), so we record each of its
migration files as applied, beside our own. A fresh database gets its whole schema at once.
https://procrastinate.readthedocs.io/en/stable/howto/production/migrations.html
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from procrastinate.schema import SchemaManager

from app.store.database import Connection, connect, named_faults
from app.store.faults import ForeignQueue, QueueContractBroken, SchemaDiffers

_log = logging.getLogger(__name__)
_LOCK = 0x4C494E54  # "LINT"; any number that no other program in this database takes


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of statements, applied once, whole or not at all."""

    name: str
    sql: str

    @property
    def digest(self) -> str:
        """SHA-256 of the statements in hex."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


async def migrate(dsn: str) -> tuple[str, ...]:
    """Apply what is missing, in order; the names of what was applied.

    Raises ForeignQueue, SchemaDiffers, QueueContractBroken, and StoreUnavailable when PostgreSQL does not answer.
    """
    with named_faults():
        async with _locked(dsn) as connection:
            await connection.execute("CREATE SCHEMA IF NOT EXISTS lintel")
            await connection.execute(
                "CREATE TABLE IF NOT EXISTS lintel.migration"
                " (name text PRIMARY KEY, digest text NOT NULL, at timestamptz NOT NULL DEFAULT now())"
            )
            applied = [*await _migrate_queue(connection), *await _apply(connection, own_migrations())]
            await check_queue_contract(connection)
    for name in applied:
        _log.info("applied migration %s", name)
    return tuple(applied)


def own_migrations() -> tuple[Migration, ...]:
    """Our files in order."""
    return tuple(_read("lintel", resources.files("app.store") / "migrations"))


def queue_migrations() -> tuple[Migration, ...]:
    """The installed procrastinate's files in order."""
    return tuple(_read("procrastinate", resources.files("procrastinate.sql") / "migrations"))


async def check_queue_contract(connection: Connection) -> None:
    """Raise QueueContractBroken unless the index that coalescing names in `ON CONFLICT` exists."""
    cursor = await connection.execute(
        "SELECT indexdef FROM pg_indexes WHERE tablename = 'procrastinate_jobs' AND indexdef LIKE 'CREATE UNIQUE%'"
    )
    definitions = [str(row[0]) for row in await cursor.fetchall()]
    if not any("(queueing_lock) WHERE (status = 'todo'" in definition for definition in definitions):
        raise QueueContractBroken("procrastinate_jobs has no unique index on (queueing_lock) where it is todo")


@asynccontextmanager
async def _locked(dsn: str) -> AsyncIterator[Connection]:
    # The connection commits by itself, so that the lock lasts as long as it and not as one transaction.
    async with await connect(dsn) as connection:
        await connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        yield connection


async def _migrate_queue(connection: Connection) -> list[str]:
    files = queue_migrations()
    if any(name.startswith("procrastinate/") for name in await _recorded(connection)):
        return await _apply(connection, files)
    cursor = await connection.execute("SELECT to_regclass('public.procrastinate_jobs') IS NOT NULL")
    row = await cursor.fetchone()
    if row is not None and row[0]:
        raise ForeignQueue("this database already holds another program's procrastinate tables; give Lintel its own")
    async with connection.transaction():
        await connection.execute("SET LOCAL search_path = public")
        await connection.execute(SchemaManager.get_schema())
        for file in files:
            await _record(connection, file)
    return ["procrastinate/schema"]


async def _apply(connection: Connection, files: tuple[Migration, ...]) -> list[str]:
    recorded = await _recorded(connection)
    applied = []
    for file in files:
        if file.name in recorded:
            _check_same(file, recorded[file.name])
            continue
        async with connection.transaction():
            await connection.execute("SET LOCAL search_path = public")
            await connection.execute(file.sql)
            await _record(connection, file)
        applied.append(file.name)
    return applied


def _check_same(file: Migration, digest: str) -> None:
    if file.name.startswith("lintel/") and file.digest != digest:
        raise SchemaDiffers(f"{file.name} was applied with other contents than this program's; use its own version")


async def _recorded(connection: Connection) -> dict[str, str]:
    cursor = await connection.execute("SELECT name, digest FROM lintel.migration")
    return dict(await cursor.fetchall())


async def _record(connection: Connection, file: Migration) -> None:
    await connection.execute("INSERT INTO lintel.migration (name, digest) VALUES (%s, %s)", [file.name, file.digest])


def _read(owner: str, folder: Traversable) -> Iterator[Migration]:
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith(".sql"):
            yield Migration(f"{owner}/{file.name}", file.read_text(encoding="utf-8"))
