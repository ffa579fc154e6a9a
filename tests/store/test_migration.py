import asyncio
import re

import psycopg
import pytest

from app.store import migration
from app.store.database import Database
from app.store.faults import ForeignQueue, QueueContractBroken, SchemaDiffers, StoreUnavailable
from app.store.migration import Migration, check_queue_contract, migrate, own_migrations, queue_migrations


async def test_a_fresh_database_gets_the_whole_schema_and_a_second_run_finds_nothing_to_do(blank_dsn: str) -> None:
    assert await migrate(blank_dsn) == ("procrastinate/schema", *(file.name for file in own_migrations()))
    assert await migrate(blank_dsn) == ()


async def test_many_processes_migrate_at_once_and_each_file_is_applied_once(blank_dsn: str) -> None:
    applied = await asyncio.gather(*(migrate(blank_dsn) for _ in range(6)))
    assert sorted(name for names in applied for name in names) == sorted(
        ["procrastinate/schema", *(file.name for file in own_migrations())]
    )


async def test_a_newer_procrastinate_brings_its_migrations(spoilable_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = Migration("procrastinate/99.00.00_01_pre_new.sql", "ALTER TABLE procrastinate_jobs ADD COLUMN colour text")
    monkeypatch.setattr(migration, "queue_migrations", lambda: (*queue_migrations(), newer))
    assert await migrate(spoilable_dsn) == (newer.name,)
    async with Database(spoilable_dsn) as database, database.connection() as connection:
        await connection.execute("SELECT colour FROM procrastinate_jobs")


async def test_another_programs_queue_is_not_touched(blank_dsn: str) -> None:
    with psycopg.connect(blank_dsn) as stranger:
        stranger.execute("CREATE TABLE procrastinate_jobs (id bigint)")
    with pytest.raises(ForeignQueue, match="give Lintel its own"):
        await migrate(blank_dsn)


async def test_a_file_that_was_changed_after_it_was_applied_is_refused(spoilable_dsn: str) -> None:
    with psycopg.connect(spoilable_dsn) as past:
        past.execute("UPDATE lintel.migration SET digest = 'x' WHERE name = 'lintel/0001_words.sql'")
    with pytest.raises(SchemaDiffers, match="0001_words"):
        await migrate(spoilable_dsn)


async def test_a_file_that_fails_leaves_nothing_behind(spoilable_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Migration("lintel/9999_broken.sql", "CREATE TABLE lintel.half (id int); SELECT 1/0")
    monkeypatch.setattr(migration, "own_migrations", lambda: (*own_migrations(), broken))
    with pytest.raises(psycopg.errors.DivisionByZero):
        await migrate(spoilable_dsn)
    with psycopg.connect(spoilable_dsn) as after:
        row = after.execute("SELECT to_regclass('lintel.half')").fetchone()
    assert row == (None,)


async def test_the_index_that_coalescing_rests_upon_is_missed_at_once(spoilable_dsn: str) -> None:
    async with Database(spoilable_dsn) as database, database.connection() as connection:
        await check_queue_contract(connection)
        await connection.execute("DROP INDEX procrastinate_jobs_queueing_lock_idx_v1")
        with pytest.raises(QueueContractBroken):
            await check_queue_contract(connection)


async def test_a_database_that_is_away_is_named(postgres_dsn: str) -> None:
    with pytest.raises(StoreUnavailable):
        await migrate(psycopg.conninfo.make_conninfo(postgres_dsn, port="1"))


# What shipped first may do as it likes; from here on an old version works on a newer schema.
_FIRST = {"lintel/0001_words.sql", "lintel/0002_deliveries.sql", "lintel/0003_ledger.sql"}


def breaks_the_old_version(sql: str) -> bool:
    bare = re.sub(r"--[^\n]*", "", sql)
    altering = re.findall(r"ADD\s+COLUMN[^,;]*", bare, re.IGNORECASE)
    demanding = any(
        re.search(r"NOT\s+NULL", column, re.IGNORECASE) and not re.search(r"\bDEFAULT\b", column, re.IGNORECASE)
        for column in altering
    )
    taking = r"\bDROP\s+(TABLE|COLUMN|SCHEMA|TYPE)|\bRENAME\b|\bALTER\s+COLUMN\b.*\b(TYPE|SET\s+NOT\s+NULL)\b"
    return demanding or re.search(taking, bare, re.IGNORECASE) is not None


@pytest.mark.parametrize("file", own_migrations(), ids=lambda file: file.name)
def test_later_migrations_only_add(file: Migration) -> None:
    assert file.name in _FIRST or not breaks_the_old_version(file.sql)


@pytest.mark.parametrize(
    ("sql", "breaks"),
    [
        ("ALTER TABLE lintel.review ADD COLUMN a text NOT NULL", True),
        ("ALTER TABLE lintel.review ADD COLUMN a text NOT NULL DEFAULT ''", False),
        ("ALTER TABLE lintel.review ADD COLUMN a text DEFAULT '', ADD COLUMN b text NOT NULL", True),
        ("ALTER TABLE lintel.review DROP COLUMN a", True),
        ("ALTER TABLE lintel.review RENAME a TO b", True),
        ("ALTER TABLE lintel.review ALTER COLUMN a SET NOT NULL", True),
        ("-- DROP TABLE\nCREATE TABLE lintel.new (id bigint PRIMARY KEY, a text NOT NULL)", False),
    ],
)
def test_what_would_break_an_old_version_is_recognised(sql: str, breaks: bool) -> None:
    assert breaks_the_old_version(sql) is breaks
