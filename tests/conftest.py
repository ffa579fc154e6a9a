"""What tests of several rooms share: a PostgreSQL of this run's own, and a fresh, migrated database for each test."""

from __future__ import annotations

import asyncio
import gc
import itertools
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
import uvicorn.server
from psycopg.conninfo import make_conninfo

from app.analyzers.apart.parsers import Parsers, open_parsers
from app.postgres import Cluster, start
from app.store.migration import migrate

# What is loaded while tests are collected stays.
gc.disable()

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden texts anew")
    parser.addoption("--repositories", action="append", default=[], help="real repositories for the slow tests")
    parser.addoption("--laws", type=int, help="break laws: draw so many examples of each, other ones at each run")


def pytest_configure(config: pytest.Config) -> None:
    """A law is about values: how long an example takes on a shared machine says nothing about it.

    The same examples at every run, so that a change is blamed for what it broke; whoever looks for others asks for it.
    """
    more: int | None = config.getoption("--laws")
    hypothesis.settings.register_profile(
        "laws",
        max_examples=more or 60,
        derandomize=more is None,
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile("laws")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through all of it for garbage, time and again, is a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


class _Brisk:
    """`asyncio` as uvicorn sees it, whose naps are a tenth as long."""

    def __getattr__(self, name: str) -> object:
        return getattr(asyncio, name)

    async def sleep(self, delay: float) -> None:
        await asyncio.sleep(delay / 10)


@pytest.fixture(scope="session", autouse=True)
def _servers_that_end_at_once() -> Iterator[None]:
    """A server looks ten times a second whether it is to end, and then naps: a third of the time of most stories."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn.server, "asyncio", _Brisk())
        yield


@pytest.fixture
def check_golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares text with a file in `golden/`, or writes the file with `--update-golden`."""

    def check(name: str, text: str) -> None:
        file = GOLDEN / name
        if request.config.getoption("--update-golden"):
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8"), f"{name} changed: look at it, then run with --update-golden"

    return check


@pytest.fixture
async def parsers() -> AsyncIterator[Parsers]:
    """Parsers for one test."""
    async with open_parsers() as opened:
        yield opened


_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A cluster for all tests of this process; none of them may stop it."""
    with tempfile.TemporaryDirectory(prefix="lintel-test-") as folder, start(Path(folder) / "data") as cluster:
        with psycopg.connect(cluster.owner_dsn, autocommit=True) as owner:
            # Nobody pulls the plug of this machine between two tests.
            owner.execute("ALTER SYSTEM SET fsync = off")
            owner.execute("ALTER SYSTEM SET full_page_writes = off")
            owner.execute("ALTER SYSTEM SET synchronous_commit = off")
            owner.execute("ALTER SYSTEM SET autovacuum = off")
            # Who asks about jobs ten times a second need not tell the list of processes each time.
            owner.execute("ALTER SYSTEM SET update_process_title = off")
            owner.execute("SELECT pg_reload_conf()")
            owner.execute("CREATE DATABASE blank OWNER lintel")
            owner.execute("CREATE DATABASE migrated OWNER lintel")
        asyncio.run(_migrate(make_conninfo(cluster.dsn, dbname="migrated")))
        with psycopg.connect(cluster.owner_dsn, autocommit=True) as owner:
            # Nobody is connected to this one: a template must be at rest.
            owner.execute("CREATE DATABASE pristine TEMPLATE migrated OWNER lintel")
        yield cluster


@pytest.fixture(scope="session")
def sweeper(postgres: Cluster) -> Iterator[psycopg.Connection]:
    """The owner's connection to the migrated database: a new one each time would learn all tables each time."""
    with psycopg.connect(make_conninfo(postgres.owner_dsn, dbname="migrated"), autocommit=True) as owner:
        # The ledger refuses to be emptied by the application; its trigger sleeps for replicas.
        owner.execute("SET session_replication_role = replica")
        yield owner


@pytest.fixture
def postgres_dsn(postgres: Cluster, sweeper: psycopg.Connection) -> Iterator[str]:
    """The conninfo of a migrated, empty database, as the application's role; its schema is not to be changed."""
    yield make_conninfo(postgres.dsn, dbname="migrated")
    sweeper.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'migrated' AND pid <> pg_backend_pid()"
    )
    sweeper.execute(_EMPTY)


@pytest.fixture
def blank_dsn(postgres: Cluster) -> Iterator[str]:
    """The conninfo of a database with nothing in it, to be migrated or spoiled."""
    yield from _database(postgres, "blank")


@pytest.fixture
def spoilable_dsn(postgres: Cluster) -> Iterator[str]:
    """The conninfo of a migrated database whose schema may be changed."""
    yield from _database(postgres, "pristine")


# To truncate all would make new files for each table and index: sixty milliseconds, a hundred times too much. Nobody
# sweeps what is deleted (it would come back in another order), so a table that has become large is truncated.
_EMPTY = """
DO $$ DECLARE one regclass; filled boolean; BEGIN
    FOR one IN SELECT format('%I.%I', schemaname, tablename)::regclass FROM pg_tables
        WHERE schemaname IN ('lintel', 'public') AND tablename <> 'migration'
    LOOP
        -- a connection that was told to end may still be writing
        EXECUTE format('LOCK TABLE %s IN EXCLUSIVE MODE', one);
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one) INTO filled;
        IF pg_relation_size(one) > 1000000 THEN EXECUTE format('TRUNCATE %s CASCADE', one);
        ELSIF filled THEN EXECUTE format('DELETE FROM %s', one);
        END IF;
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE schemaname IN ('lintel', 'public') AND last_value IS NOT NULL;
END $$
"""


def _database(cluster: Cluster, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(cluster.owner_dsn, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER lintel".encode())
    yield make_conninfo(cluster.dsn, dbname=name)
    with psycopg.connect(cluster.owner_dsn, autocommit=True) as owner:
        owner.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


async def _migrate(dsn: str) -> None:
    await migrate(dsn)
