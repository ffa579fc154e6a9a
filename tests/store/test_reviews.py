import asyncio
from datetime import datetime
from decimal import Decimal
from itertools import permutations
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from app.core.change.coverage import Coverage, FileCoverage, Span
from app.core.change.diff import Side
from app.core.change.plan import LeftOut
from app.store.database import Connection, Database
from app.store.faults import NotStored
from app.store.records import pull_requests, reviews
from app.store.records.pull_requests import Said
from app.store.records.review_rows import (
    ReviewKey,
    ReviewRow,
    ReviewState,
    is_newest,
    latest,
    read,
    unpublished,
)
from app.store.records.reviews import Outcome
from tests.store.rows import NOW, begin, begun, later, pull_request, review_key

COVERAGE = Coverage(
    files=(FileCoverage("app/x.py", 3, 2, 1, (Span(Side.LEFT, 4, 4),)), FileCoverage("vendor/y.py", 1, 0)),
    left_out=(
        LeftOut("app/x.py", 1, "too large", excused=False),
        LeftOut("vendor/y.py", 1, "excluded", excused=True, rule="vendor/**"),
    ),
)


async def test_an_unfinished_review_of_the_same_key_is_resumed(database: Database) -> None:
    pr = await pull_request(database)
    first = await begin(database, pr.id)
    again = await begin(database, pr.id)
    assert not first.resumed
    assert again.resumed
    assert again.review == first.review


@pytest.mark.parametrize("key", [review_key(head="d" * 40), review_key(policy="p2")], ids=["head", "policy"])
async def test_another_key_is_another_review_of_a_newer_generation(database: Database, key: ReviewKey) -> None:
    pr = await pull_request(database)
    first = await begun(database, pr.id)
    second = await begun(database, pr.id, key)
    assert second.id != first.id
    assert second.generation == first.generation + 1


async def test_a_review_that_ended_is_resumed_until_github_shows_it(database: Database) -> None:
    pr = await pull_request(database)
    first = await begun(database, pr.id)
    await finish(database, first)
    assert (await begin(database, pr.id)).review.id == first.id
    async with database.connection() as connection:
        await reviews.mark_published(connection, first.id, now=NOW)
    assert not (await begin(database, pr.id)).resumed


async def test_ten_workers_that_begin_at_once_share_one_review(database: Database) -> None:
    pr = await pull_request(database)
    all_begun = await asyncio.gather(*(begin(database, pr.id) for _ in range(10)))
    assert len({one.review.id for one in all_begun}) == 1
    assert sum(not one.resumed for one in all_begun) == 1


async def test_a_head_that_comes_back_is_reviewed_as_the_newest_generation(database: Database) -> None:
    pr = await pull_request(database)
    first = await begun(database, pr.id, review_key(head="a" * 40))
    await begun(database, pr.id, review_key(head="d" * 40))
    back = await begun(database, pr.id, review_key(head="a" * 40))
    assert back.id != first.id
    async with database.connection() as connection:
        assert await is_newest(connection, back)
        assert (await read(connection, first.id)).state is ReviewState.SUPERSEDED


async def test_superseded_reviews_are_returned_until_their_checks_are_known_to_be_completed(
    database: Database,
) -> None:
    pr = await pull_request(database)
    old = await begun(database, pr.id, review_key(head="a" * 40))
    new = await begun(database, pr.id, review_key(head="d" * 40))
    async with database.transaction() as connection:
        await reviews.set_check_run(connection, old.id, 99)
        (stale,) = await reviews.supersede_others(connection, pr.id, new.id, now=later(5))
    assert (stale.id, stale.state, stale.check_run_id) == (old.id, ReviewState.SUPERSEDED, 99)
    async with database.transaction() as connection:
        # Whoever was told of it died before GitHub was: it is told again.
        assert [row.id for row in await reviews.supersede_others(connection, pr.id, new.id, now=later(6))] == [old.id]
        await reviews.mark_published(connection, old.id, now=later(7))
        assert await reviews.supersede_others(connection, pr.id, new.id, now=later(8)) == ()


async def test_an_overtaken_review_is_no_longer_the_newest_and_cannot_be_finished(database: Database) -> None:
    pr = await pull_request(database)
    old = await begun(database, pr.id)
    async with database.connection() as connection:
        assert await is_newest(connection, old)
    new = await begun(database, pr.id, review_key(head="d" * 40))
    async with database.transaction() as connection:
        assert not await is_newest(connection, old)
        await reviews.supersede_others(connection, pr.id, new.id, now=NOW)
    with pytest.raises(NotStored):
        await finish(database, old)


async def test_what_a_review_ended_with_is_read_back_as_it_was(database: Database) -> None:
    pr = await pull_request(database)
    row = await finish(database, await begun(database, pr.id))
    assert row.state is ReviewState.FINISHED
    assert row.conclusion == "failure"
    assert row.reasons == ("F1 blocks", "ab")
    assert row.coverage == COVERAGE
    assert row.usage == {"calls": 2}
    async with database.connection() as connection:
        assert await latest(connection, pr.id) == row
        assert await latest(connection, pr.id, state=ReviewState.RUNNING) is None


async def test_a_coverage_of_an_older_version_is_read(database: Database) -> None:
    pr = await pull_request(database)
    row = await finish(database, await begun(database, pr.id))
    old = {
        "files": [{"path": "app/x.py", "changed_lines": 3, "reviewed_lines": 2}],
        "left_out": [{"path": "app/x.py", "lines": 1, "reason": "too large", "excused": False}],
    }
    async with database.transaction() as connection:
        await connection.execute("UPDATE lintel.review SET coverage = %s WHERE id = %s", [Jsonb(old), row.id])
        assert (await read(connection, row.id)).coverage == Coverage(
            (FileCoverage("app/x.py", 3, 2),), (LeftOut("app/x.py", 1, "too large", excused=False),)
        )


async def test_the_coverage_of_the_largest_pull_request_is_kept_whole(database: Database) -> None:
    paths = [f"src/module_{number % 40}/file_{number}.py" for number in range(3_000)]
    large = Coverage(
        files=tuple(FileCoverage(path, 100, 97) for path in paths),
        left_out=tuple(LeftOut(path, 1, f"reason {kind}", excused=False) for path in paths for kind in range(3)),
    )
    pr = await pull_request(database)
    row = await finish(database, await begun(database, pr.id), large)
    assert row.coverage == large


async def test_what_github_does_not_show_yet_is_found_again(database: Database) -> None:
    pr = await pull_request(database)
    row = await finish(database, await begun(database, pr.id))
    async with database.connection() as connection:
        assert [one.id for one in await unpublished(connection, later(1))] == [row.id]
        assert await unpublished(connection, NOW) == ()
        await reviews.mark_published(connection, row.id, now=later(2))
        assert await unpublished(connection, later(9)) == ()


async def test_what_does_not_exist_is_named(database: Database) -> None:
    async with database.transaction() as connection:
        for asking in (
            reviews.set_check_run(connection, uuid4(), 1),
            reviews.fail(connection, uuid4(), "x", now=NOW),
            reviews.begin(connection, 12345, review_key(), new_id=uuid4(), now=NOW),
            pull_requests.set_paused(connection, 12345, said(1), paused=True),
            pull_requests.lock(connection, 12345),
        ):
            with pytest.raises(NotStored):
                await asking


async def test_the_gate_is_written_by_one_at_a_time(database: Database) -> None:
    pr = await pull_request(database)
    order: list[str] = []
    held = asyncio.Event()

    async def first() -> None:
        async with database.transaction() as connection:
            await pull_requests.lock(connection, pr.id)
            held.set()
            while not await blocked(connection):
                pass
            order.append("first")

    async def second() -> None:
        await held.wait()
        async with database.transaction() as connection:
            await pull_requests.lock(connection, pr.id)
            order.append("second")

    await asyncio.gather(first(), second())
    assert order == ["first", "second"]


async def blocked(connection: Connection) -> bool:
    """Whether somebody waits for what this connection holds."""
    cursor = await connection.execute(
        "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )
    return await cursor.fetchone() is not None


async def test_pausing_is_remembered_and_told_once(database: Database) -> None:
    pr = await pull_request(database)
    async with database.transaction() as connection:
        assert await pull_requests.set_paused(connection, pr.id, said(1), paused=True)
        assert await pull_requests.set_paused(connection, pr.id, said(2, by="another"), paused=True) is False
    row = await pull_request(database)
    assert (row.paused, row.paused_by) == (True, "octocat")


@pytest.mark.parametrize("second", [NOW, later(1)], ids=["in one second", "a second later"])
@pytest.mark.parametrize("heard", list(permutations(range(3))))
async def test_whatever_is_heard_last_what_was_said_last_about_pausing_holds(
    database: Database, heard: tuple[int, ...], second: datetime
) -> None:
    pr = await pull_request(database)
    acts = [(said(5), True), (said(6, at=second), False), (said(7, at=second), True)]
    async with database.transaction() as connection:
        told = [await pull_requests.set_paused(connection, pr.id, acts[n][0], paused=acts[n][1]) for n in heard]

    assert (await pull_request(database)).paused
    late = [any(before > n for before in heard[:place]) for place, n in enumerate(heard)]
    assert [one is None for one in told] == late


def said(comment: int, *, by: str = "octocat", at: datetime = NOW) -> Said:
    return Said(by=by, comment_id=comment, at=at)


async def test_a_new_installation_of_the_app_finds_the_same_pull_request(database: Database) -> None:
    old = await pull_request(database)
    async with database.connection() as connection:
        new = await pull_requests.locate(connection, installation_id=8, repository_id=70, number=1)
    assert (new.id, new.installation_id) == (old.id, 8)


async def finish(database: Database, review: ReviewRow, coverage: Coverage = COVERAGE) -> ReviewRow:
    outcome = Outcome(
        conclusion="failure",
        reasons=["F1 blocks", "a\x00b"],
        coverage=coverage,
        usage={"calls": 2},
        cost_usd=Decimal("1.5"),
    )
    async with database.transaction() as connection:
        return await reviews.finish(connection, review.id, outcome, now=later(3))
