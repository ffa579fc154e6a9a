import pytest

from app.core.event import RepositoryRef
from app.store.database import Database
from app.store.records import installations
from app.store.records.installations import InstallationState
from app.store.work.queue import count_waiting, enqueue
from tests.store.rows import NOW, command_job, later, review_job

SHOP, TOOLS = RepositoryRef(id=1, full_name="octo/shop"), RepositoryRef(id=2, full_name="octo/tools")


@pytest.mark.parametrize("state", InstallationState)
async def test_an_installation_is_active_until_github_says_otherwise(
    database: Database, state: InstallationState
) -> None:
    async with database.connection() as connection:
        await installations.save(connection, 7, "octo", InstallationState.ACTIVE, now=NOW)
        await installations.save(connection, 7, "octo\x00-new", state, now=later(1))
        row = await installations.read(connection, 7)
        assert row is not None
        assert (row.account, row.state, row.changed_at) == ("octo-new", state, later(1))
        assert (row in await installations.active(connection)) is (state is InstallationState.ACTIVE)
        assert await installations.read(connection, 8) is None


async def test_the_list_of_repositories_is_what_github_last_told(database: Database) -> None:
    renamed = RepositoryRef(id=1, full_name="octo/store")
    async with database.transaction() as connection:
        await installations.set_repositories(connection, 7, [SHOP, TOOLS], now=NOW)
        assert await installations.repositories(connection, 7) == (SHOP, TOOLS)
        await installations.set_repositories(connection, 7, [renamed], now=NOW)
        assert await installations.repositories(connection, 7) == (renamed,)
        await installations.set_repositories(connection, 7, [renamed, TOOLS], now=NOW)
        assert await installations.repositories(connection, 7) == (renamed, TOOLS)
        await installations.set_repositories(connection, 7, [], now=NOW)
        assert await installations.repositories(connection, 7) == ()


async def test_a_repository_that_was_transferred_belongs_to_its_new_installation_alone(database: Database) -> None:
    async with database.transaction() as connection:
        await installations.set_repositories(connection, 7, [SHOP, TOOLS], now=NOW)
        await installations.set_repositories(connection, 8, [SHOP], now=NOW)
        assert await installations.repositories(connection, 7) == (TOOLS,)
        assert await installations.repositories(connection, 8) == (SHOP,)


async def test_one_that_is_gone_is_new_when_it_comes_back(database: Database) -> None:
    async with database.transaction() as connection:
        assert await installations.set_repositories(connection, 7, [SHOP, TOOLS], now=NOW) == (SHOP, TOOLS)
        assert await installations.set_repositories(connection, 7, [SHOP, TOOLS], now=NOW) == ()
        await installations.mark_removed(connection, SHOP.id, now=later(1))
        assert await installations.repositories(connection, 7) == (TOOLS,)
        assert await installations.set_repositories(connection, 7, [SHOP, TOOLS], now=later(2)) == (SHOP,)


async def test_what_waits_is_counted_by_queue(database: Database) -> None:
    async with database.transaction() as connection:
        assert await count_waiting(connection) == {}
        await enqueue(connection, [review_job(1), review_job(2), review_job(2), command_job(1)])
        assert await count_waiting(connection) == {"reviews": 2, "commands": 1}
