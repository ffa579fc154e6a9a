import asyncio
import dataclasses
import traceback
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from pydantic import JsonValue

from app.core.job import InstallationJob, Job, RerunJob, ReviewJob
from app.store.database import Database
from app.store.faults import DeliveryRefused, StoreUnavailable
from app.store.work import settlement
from app.store.work.codec import JobUnreadable, decode, encode
from app.store.work.deliveries import Acceptance, Deliveries
from app.store.work.queue import enqueue
from app.store.work.settlement import fail, known_guids, read_delivery, settle
from tests.store.rows import command_job, delivery, later, review_job

ACCEPTED, DUPLICATE = Acceptance.ACCEPTED, Acceptance.DUPLICATE


async def test_a_delivery_and_its_job_stand_in_the_database_when_it_is_accepted(database: Database) -> None:
    async with Deliveries(database.dsn) as deliveries:
        assert await deliveries.accept(delivery("g1"), [review_job()]) is ACCEPTED
    async with database.connection() as connection:
        row = await read_delivery(connection, "g1")
    assert row is not None
    assert (row.event, row.action, row.status, row.subject) == ("pull_request", "synchronize", "accepted", "7/70#1")
    (job,) = await jobs(database)
    assert decode("review", job["args"]) == review_job()
    assert (job["queue_name"], job["lock"], job["queueing_lock"]) == ("reviews", "7/70#1", "7/70#1")


async def test_a_guid_is_accepted_once_however_often_and_fast_it_comes(database: Database) -> None:
    async with Deliveries(database.dsn) as deliveries:
        answers = await asyncio.gather(*(deliveries.accept(delivery("g1"), [review_job()]) for _ in range(50)))
        assert answers.count(ACCEPTED) == 1
        assert await deliveries.accept(delivery("g1"), [review_job(head="d" * 40)]) is DUPLICATE
    assert len(await jobs(database)) == 1


async def test_a_finished_delivery_is_a_duplicate_and_a_failed_one_runs_again(database: Database) -> None:
    async with Deliveries(database.dsn) as deliveries:
        await deliveries.accept(delivery("g1"), [review_job(1)])
        await deliveries.accept(delivery("g2"), [review_job(2)])
        first, second = [job["id"] for job in await jobs(database)]
        async with database.transaction() as connection:
            assert await settle(connection, first) == ("g1",)
            assert await fail(connection, second, "GitHub said\x00 no") == ("g2",)
            await connection.execute("UPDATE procrastinate_jobs SET status = 'failed'")
            assert await known_guids(connection, ["g1", "g2", "g3"]) == {"g1"}
            row = await read_delivery(connection, "g2")
        assert row is not None
        assert (row.status, row.error) == ("failed", "GitHub said no")
        assert await deliveries.accept(delivery("g1"), [review_job(1)]) is DUPLICATE
        assert await deliveries.accept(delivery("g2"), [review_job(2)]) is ACCEPTED
    assert [job["args"]["number"] for job in await jobs(database, "todo")] == [2]


async def test_a_delivery_is_finished_with_its_last_job_even_if_two_end_at_once(database: Database) -> None:
    async with Deliveries(database.dsn) as deliveries:
        for n in range(20):
            await deliveries.accept(delivery(f"g{n}"), [review_job(2 * n), review_job(2 * n + 1)])
    rows = await jobs(database)

    async def end(job_id: int) -> None:
        async with database.transaction() as connection:
            await settle(connection, job_id)

    async with database.transaction() as connection:
        assert await settle(connection, rows[0]["id"]) == ()
    await asyncio.gather(*(end(row["id"]) for row in rows))
    async with database.connection() as connection:
        assert len(await known_guids(connection, [f"g{n}" for n in range(20)])) == 20
        cursor = await connection.execute("SELECT count(*) FROM lintel.delivery WHERE status = 'finished'")
        assert await cursor.fetchone() == (20,)


async def test_deliveries_for_one_pull_request_wait_as_one_job_and_the_newest_wins(database: Database) -> None:
    async with Deliveries(database.dsn) as deliveries:
        await asyncio.gather(*(deliveries.accept(delivery(f"g{n}"), [review_job(head=f"{n:040x}")]) for n in range(40)))
    (job,) = await jobs(database)
    assert job["args"]["head_sha"] == f"{39:040x}"
    async with database.transaction() as connection:
        assert len(await settle(connection, job["id"])) == 40


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after the other"])
@pytest.mark.parametrize("flag", ["full", "again", "asked", "owed"])
async def test_what_a_person_asked_for_is_not_lost_to_a_push(database: Database, flag: str, together: bool) -> None:
    asked = dataclasses.replace(review_job(), **{flag: True})  # type: ignore[arg-type]  # any flag
    batches: list[list[Job]] = [[asked], [review_job(head="d" * 40)]]
    if together:
        batches = [[*batches[0], *batches[1]]]
    for batch in batches:
        async with database.transaction() as connection:
            await enqueue(connection, batch)
    (job,) = await jobs(database)
    assert (job["args"][flag], job["args"]["head_sha"]) == (True, "d" * 40)


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after the other"])
async def test_a_push_that_waits_with_a_review_of_one_head_is_not_the_head_that_was_asked_for(
    database: Database, *, together: bool
) -> None:
    asked, push = review_job(head=None, asked=True, asked_of="a" * 40), review_job(head="d" * 40)
    batches: list[list[Job]] = [[asked, push]] if together else [[asked], [push]]
    for batch in batches:
        async with database.transaction() as connection:
            await enqueue(connection, batch)
    (job,) = await jobs(database)
    found = decode("review", job["args"])
    assert isinstance(found, ReviewJob)
    assert found.asks_for("a" * 40)
    assert not found.asks_for("d" * 40)


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after the other"])
@pytest.mark.parametrize("first", [True, False], ids=["the push first", "the policy first"])
async def test_a_push_that_waits_with_one_of_the_policy_is_read(
    database: Database, *, first: bool, together: bool
) -> None:
    decides = review_job(head=None, reads=False)
    batches: list[list[Job]] = [[review_job()], [decides]] if first else [[decides], [review_job()]]
    if together:
        batches = [[*batches[0], *batches[1]]]
    for batch in batches:
        async with database.transaction() as connection:
            await enqueue(connection, batch)
    (job,) = await jobs(database)
    assert job["args"]["reads"] is True


async def test_pushes_are_waited_for_but_never_longer_than_a_minute(database: Database) -> None:
    async def push(delay_s: float) -> float:
        async with database.transaction() as connection:
            await enqueue(connection, [review_job(delay_s=delay_s)])
        (job,) = await jobs(database)
        return float(job["wait_s"])

    assert 4 < await push(5) < 6
    assert 8 < await push(9) < 10
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE procrastinate_jobs SET args = args || jsonb_build_object('first_seen',"
            " (args ->> 'first_seen')::float8 - 57)"
        )
    assert 2 < await push(9) < 4
    async with database.transaction() as connection:
        await enqueue(connection, [review_job()])
    assert (await jobs(database))[0]["scheduled_at"] is None


async def test_a_newer_head_asks_the_running_review_to_stop_and_the_same_head_does_not(database: Database) -> None:
    async with Deliveries(database.dsn) as deliveries:
        await deliveries.accept(delivery(), [review_job(1, "a" * 40)])
        await deliveries.accept(delivery(), [review_job(2, "a" * 40)])
        await fetch_all(database)
        await deliveries.accept(delivery(), [review_job(1, "a" * 40), review_job(2, None)])
        assert await stopping(database) == []
        await deliveries.accept(delivery(), [review_job(1, "d" * 40)])
        assert await stopping(database) == [1]


async def test_commands_of_a_pull_request_keep_their_order_and_their_own_lock(database: Database) -> None:
    async with database.transaction() as connection:
        await enqueue(connection, [review_job(), *(review_job(n) for n in range(2, 30))])
        await enqueue(connection, [command_job(1)])
    async with database.connection() as connection:
        await connection.execute("UPDATE procrastinate_jobs SET status = 'cancelled' WHERE task_name = 'review'")
        await enqueue(connection, [command_job(2), command_job(2)])
    first, second = await jobs(database, "todo")
    assert (first["lock"], second["lock"]) == ("7/70#1:commands", "7/70#1:commands")
    assert first["queueing_lock"] != second["queueing_lock"]
    assert first["priority"] >= second["priority"]


async def test_one_noisy_tenant_starves_nobody(database: Database) -> None:
    async with Deliveries(database.dsn) as deliveries:
        await asyncio.gather(*(deliveries.accept(delivery(), [review_job(n, tenant=1)]) for n in range(300)))
        await deliveries.accept(delivery(), [review_job(1, tenant=2)])
        await deliveries.accept(delivery(), [review_job(2, tenant=2)])
    order = [job["args"]["installation_id"] for job in await fetch_all(database)]
    assert [place for place, tenant in enumerate(order) if tenant == 2] in ([0, 2], [1, 2], [1, 3], [0, 3])


async def test_a_poison_row_fails_alone(database: Database) -> None:
    async with Deliveries(database.dsn) as deliveries:
        good = [deliveries.accept(delivery(f"g{n}"), [review_job(n)]) for n in range(9)]
        poison = deliveries.accept(dataclasses.replace(delivery("p"), installation_id=2**70), [review_job(1)])
        huge = deliveries.accept(delivery("x" * 10_000), [review_job(1)])
        answers = await asyncio.gather(*good[:4], poison, huge, *good[4:], return_exceptions=True)
    assert [answers.count(ACCEPTED), [type(answer) for answer in answers].count(DeliveryRefused)] == [10, 1]
    assert isinstance(answers[4], DeliveryRefused)
    assert len(await jobs(database)) == 9


async def test_what_postgresql_cannot_hold_is_stripped(database: Database) -> None:
    async with Deliveries(database.dsn) as deliveries:
        odd = delivery("g\x001\ud800", name="pull\x00_request", action="a\udfffb")
        assert await deliveries.accept(odd, [review_job(head="\x00" + "e" * 40)]) is ACCEPTED
    (job,) = await jobs(database)
    assert job["args"]["head_sha"] == "e" * 40
    async with database.connection() as connection:
        assert await known_guids(connection, ["g1"]) == {"g1"}


async def test_many_deliveries_share_one_commit(database: Database) -> None:
    async with Deliveries(database.dsn) as deliveries:
        await deliveries.accept(delivery(), [review_job(0)])
        before = await commits(database)
        await asyncio.gather(*(deliveries.accept(delivery(), [review_job(n)]) for n in range(1000)))
        spent = await commits(database) - before
    assert spent < 40


async def test_a_database_that_is_away_is_named_at_once(database: Database) -> None:
    async with Deliveries(make_conninfo(database.dsn, port="1")) as deliveries:
        with pytest.raises(StoreUnavailable):
            await deliveries.accept(delivery(), [review_job()])


async def test_the_writer_connects_again_when_its_connection_was_cut(database: Database) -> None:
    async with Deliveries(database.dsn) as deliveries:
        await deliveries.accept(delivery(), [review_job(1)])
        async with database.connection() as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
            )
        answers = await asyncio.gather(
            *(deliveries.accept(delivery(), [review_job(n)]) for n in (2, 3)), return_exceptions=True
        )
        assert all(answer is ACCEPTED or isinstance(answer, StoreUnavailable) for answer in answers)
        assert await deliveries.accept(delivery(), [review_job(4)]) is ACCEPTED


async def test_a_store_that_hangs_ends_in_unavailable_and_the_next_delivery_is_stored(database: Database) -> None:
    async with Deliveries(database.dsn, timeout_s=0.3) as deliveries:
        async with database.transaction() as blocker:
            await blocker.execute("LOCK TABLE lintel.delivery IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(StoreUnavailable):
                await deliveries.accept(delivery("g1"), [review_job(1)])
        assert await deliveries.accept(delivery("g2"), [review_job(2)]) is ACCEPTED


async def test_more_than_the_queue_holds_is_refused_at_once(database: Database) -> None:
    async with Deliveries(database.dsn, most_waiting=10) as deliveries:
        answers = await asyncio.gather(
            *(deliveries.accept(delivery(), [review_job(n)]) for n in range(12)), return_exceptions=True
        )
    assert answers[:10] == [ACCEPTED] * 10
    assert [str(answer) for answer in answers[10:]] == ["10 deliveries are waiting to be stored"] * 2


async def test_whoever_waits_when_the_server_stops_is_told(database: Database) -> None:
    deliveries = Deliveries(database.dsn)
    await deliveries.open()
    async with database.transaction() as blocker:
        await blocker.execute("LOCK TABLE lintel.delivery IN ACCESS EXCLUSIVE MODE")
        stuck = asyncio.create_task(deliveries.accept(delivery(), [review_job(0)]))
        await asyncio.sleep(0)
        await deliveries.close()
        with pytest.raises(StoreUnavailable):
            await stuck
    with pytest.raises(StoreUnavailable):
        await deliveries.accept(delivery(), [review_job(0)])


async def test_a_job_that_ended_without_a_word_fails_its_deliveries(database: Database) -> None:
    async with Deliveries(database.dsn) as deliveries:
        await deliveries.accept(delivery("g1"), [review_job(1)])
        await deliveries.accept(delivery("g2"), [review_job(2)])
        await deliveries.accept(delivery("g3"), [review_job(3)])
    async with database.transaction() as connection:
        await connection.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = 1")
        await connection.execute("DELETE FROM procrastinate_jobs WHERE id = 2")
        assert sorted(await settlement.fail_orphans(connection)) == ["g1", "g2"]
        row = await read_delivery(connection, "g1")
        assert row is not None
        assert row.error == "job 1 is failed without having been run to its end"
        assert await settlement.fail_orphans(connection) == ()


async def test_old_deliveries_are_forgotten_but_never_one_that_waits(database: Database) -> None:
    async with Deliveries(database.dsn) as deliveries:
        await deliveries.accept(delivery("g1"), [review_job(1)])
        await deliveries.accept(delivery("g2"), [review_job(2)])
    async with database.transaction() as connection:
        await settle(connection, 1)
        await connection.execute("UPDATE lintel.delivery SET received_at = %s", [later(-10)])
        assert await settlement.forget_deliveries(connection, later(0)) == 1
        assert await known_guids(connection, ["g1", "g2"]) == {"g2"}


RERUN = RerunJob(
    installation_id=7,
    repository_id=70,
    repository="octo/app",
    head_sha="a" * 40,
    check_run_id=5,
    external_id="lintel1:x",
    numbers=(1, 2),
)
EVERY = [
    review_job(full=True, delay_s=1.5),
    command_job(9),
    RERUN,
    InstallationJob(installation_id=7, action="created", account="octo"),
]


@pytest.mark.parametrize("job", EVERY, ids=lambda job: type(job).__name__)
async def test_every_kind_of_job_comes_back_out_of_the_queue_as_it_went_in(database: Database, job: Job) -> None:
    async with database.transaction() as connection:
        await enqueue(connection, [job])
    (row,) = await jobs(database)
    assert decode(row["task_name"], {**row["args"], "from_a_newer_program": [1]}) == job


@pytest.mark.parametrize(
    ("task", "args"), [("review", {"number": 1}), ("unheard_of", {}), ("command", {"comment_id": "x"})]
)
def test_a_row_that_is_no_job_of_ours_is_named(task: str, args: dict[str, Any]) -> None:
    with pytest.raises(JobUnreadable):
        decode(task, args)


def test_the_error_of_a_row_names_its_fields_and_shows_nothing_of_what_stands_in_them() -> None:
    wrong: dict[str, JsonValue] = {"numbers": ["CANARY"], "check_run_id": "CANARY", "external_id": ["CANARY"]}
    with pytest.raises(JobUnreadable) as caught:
        decode("rerun", {**encode(RERUN).args, **wrong})
    told = str(caught.value) + "".join(traceback.format_exception(caught.value))
    assert "CANARY" not in told
    assert all(name in str(caught.value) for name in ("check_run_id", "external_id", "numbers.0"))


def test_an_older_programs_row_without_newer_fields_is_read() -> None:
    args = dict(encode(review_job()).args)
    del args["again"], args["full"], args["delay_s"]
    assert decode("review", args) == review_job()


async def jobs(database: Database, status: str | None = None) -> list[dict[str, Any]]:
    async with database.connection() as connection, connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        await cursor.execute(
            "SELECT *, extract(epoch FROM scheduled_at - now()) AS wait_s FROM procrastinate_jobs"
            " WHERE %s::text IS NULL OR status::text = %s ORDER BY id",
            [status, status],
        )
        return await cursor.fetchall()


async def fetch_all(database: Database) -> list[dict[str, Any]]:
    """Let a worker take one job after the other, as procrastinate does."""
    found: list[dict[str, Any]] = []
    async with database.connection() as connection, connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        await cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        row = await cursor.fetchone()
        assert row is not None
        while True:
            await cursor.execute("SELECT * FROM procrastinate_fetch_job_v2(NULL, %s)", [row["id"]])
            job = await cursor.fetchone()
            if job is None or job["id"] is None:
                return found
            found.append(job)


async def stopping(database: Database) -> list[int]:
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT args -> 'number' FROM procrastinate_jobs WHERE abort_requested")
        return [row[0] for row in await cursor.fetchall()]


async def commits(database: Database) -> int:
    """How many deliveries' transactions there were: each row carries the id of the one that wrote it."""
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT count(DISTINCT xmin::text) FROM lintel.delivery")
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])
