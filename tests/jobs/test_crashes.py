"""Workers that die, sleep, hang or lose their database: nothing that was accepted is lost."""

import asyncio
import logging
import os
import random
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from app.core.job import ReviewJob
from app.jobs.handlers import Context
from app.postgres import start
from app.store.migration import migrate
from app.store.work import settlement
from app.store.work.queue import count_live_workers
from tests.jobs.bench import Bench, Hold, build_handlers, hasty, open_bench, until
from tests.jobs.worker_process import TABLES
from tests.store.rows import review_job

A, B = "a" * 40, "b" * 40


@asynccontextmanager
async def process(bench: Bench, *flags: str) -> AsyncIterator[Process]:
    """A worker process; killed at the end of the block if it still lives."""
    command = [sys.executable, "-m", "tests.jobs.worker_process", bench.database.dsn, *flags]
    started = await asyncio.create_subprocess_exec(*command, stderr=DEVNULL)
    try:
        yield started
    finally:
        if started.returncode is None:
            os.kill(started.pid, signal.SIGKILL)
        await started.wait()


@pytest.fixture
async def world(own_bench: Bench) -> Bench:
    await own_bench.execute(TABLES)
    return own_bench


async def notes(bench: Bench, key: str | None = None) -> list[tuple[str, str, int]]:
    async with bench.database.connection() as connection:
        cursor = await connection.execute(
            "SELECT head, phase, pid FROM note WHERE %s::text IS NULL OR key = %s ORDER BY id", [key, key]
        )
        return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def phases(bench: Bench) -> list[str]:
    return [phase for _, phase, _ in await notes(bench)]


def noted(bench: Bench, *expected: str) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return await phases(bench) == list(expected)

    return holds


async def test_the_job_of_a_killed_worker_is_run_by_another(world: Bench) -> None:
    await world.execute("INSERT INTO held VALUES ('7/70#1')")
    async with process(world) as first:
        await world.deliver("g", review_job(head=A))
        await until(noted(world, "start"))
        first.kill()
        await first.wait()
        await world.execute("DELETE FROM held")
        async with process(world) as second:
            await world.finished("g")
            assert await notes(world) == [(A, "start", first.pid), (A, "start", second.pid), (A, "end", second.pid)]
            await until(lambda: ended(world, "failed", "succeeded"))


async def ended(bench: Bench, *statuses: str) -> bool:
    return await bench.statuses() == list(statuses)


async def test_nothing_is_lost_while_workers_are_killed_at_random(world: Bench) -> None:
    guids = [f"g{n}" for n in range(60)]
    chance = random.Random(7)
    async with process(world) as first, process(world) as second:
        await world.execute("INSERT INTO held SELECT '7/70#' || n FROM generate_series(0, 59, 7) n")
        for n, guid in enumerate(guids):
            await world.deliver(guid, review_job(n, head=A))
        await until(lambda: enough(world, 8 + chance.randrange(20)))
        first.kill()
        second.kill()
    async with process(world):
        await world.execute("DELETE FROM held")
        await until(lambda: enough(world, 50))
    async with process(world):
        await world.finished(*guids)
    for n in range(60):
        assert (await notes(world, f"7/70#{n}"))[-1][1] == "end"


async def enough(bench: Bench, count: int) -> bool:
    return len(await notes(bench)) >= count


async def test_a_zombie_neither_frees_the_lock_nor_thinks_that_it_owns_its_job(world: Bench) -> None:
    await world.execute("INSERT INTO held VALUES ('7/70#1')")
    async with process(world) as zombie:
        await world.deliver("g1", review_job(head=A))
        await until(noted(world, "start"))
        os.kill(zombie.pid, signal.SIGSTOP)
        review = Hold()
        async with world.working(build_handlers(review)):
            await until(lambda: len(review.started) == 1)
            await world.deliver("g2", review_job(head=A))
            await world.execute("DELETE FROM held")
            os.kill(zombie.pid, signal.SIGCONT)
            await until(noted(world, "start", "lost"))
            # The zombie has ended its run and beats again; the run that took over still holds the lock.
            await until(lambda: live(world, 4))
            assert len(review.started) == 1
            assert await world.statuses() == ["failed", "doing", "todo"]
            review.gate.set()
            await world.finished("g1", "g2")


async def test_a_worker_that_is_told_to_stop_puts_its_jobs_back(world: Bench) -> None:
    await world.execute("INSERT INTO held VALUES ('7/70#1')")
    async with process(world) as first:
        await world.deliver("g", review_job(head=A))
        await until(noted(world, "start"))
        began = time.monotonic()
        first.terminate()
        assert await first.wait() == 0
        assert time.monotonic() - began < 5
    assert await world.statuses() == ["succeeded", "todo"]
    assert await world.status("g") == "accepted"
    await world.execute("DELETE FROM held")
    async with world.working(build_handlers(Hold(is_open=True))):
        await world.finished("g")


async def test_a_worker_that_cannot_stop_is_ended_hard_and_its_job_is_rescued(world: Bench) -> None:
    await world.execute("INSERT INTO held VALUES ('7/70#1')")
    async with process(world, "stuck") as stuck:
        await world.deliver("g", review_job(head=A))
        await until(noted(world, "start"))
        stuck.terminate()
        assert await stuck.wait() == 3
    async with world.working(build_handlers(Hold(is_open=True))):
        await world.finished("g")


async def test_a_running_job_has_its_grace_when_the_worker_stops(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    review = Hold()
    caplog.set_level(logging.INFO, "procrastinate.worker")
    async with bench.working(build_handlers(review), hasty(grace_s=5.0)) as stop:
        await bench.deliver("g1", review_job(1))
        await until(lambda: len(review.started) == 1)
        stop.set()
        await until(lambda: "Waiting for job to finish" in caplog.text)
        await bench.deliver("g2", review_job(2))
        review.gate.set()
    assert await bench.statuses() == ["succeeded", "todo"]
    assert (await bench.status("g1"), await bench.status("g2")) == ("finished", "accepted")


async def test_a_handler_that_swallows_its_cancellation_at_the_stop_is_run_again(bench: Bench) -> None:
    started = asyncio.Event()

    async def swallowing(_: ReviewJob, __: Context) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    async with bench.working(build_handlers(swallowing)):
        await bench.deliver("g", review_job())
        await started.wait()
    assert await bench.statuses() == ["succeeded", "todo"]
    assert await bench.status("g") == "accepted"


async def test_a_job_whose_workers_keep_dying_is_given_up_by_name(bench: Bench) -> None:
    await bench.deliver("g", review_job())
    for attempt in range(5):
        async with bench.database.transaction() as connection:
            await connection.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE status = 'todo'")
            (rescued,) = await settlement.rescue(connection, stalled_s=1.0, most=5)
        assert (rescued.tried, rescued.again) == (attempt + 1, attempt < 4)
    assert await bench.statuses() == [*["failed"] * 5, "todo"]
    assert await bench.status("g") == "failed"
    assert await bench.error("g") == "review: its worker died in each of 5 attempts"


async def test_what_killed_its_workers_is_only_told_of_and_not_for_ever(bench: Bench) -> None:
    await bench.deliver("g", review_job())
    review = Hold(is_open=True)
    for _ in range(10):
        async with bench.database.transaction() as connection:
            await connection.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE status = 'todo'")
            await settlement.rescue(connection, stalled_s=1.0, most=5)
    assert await bench.statuses() == ["failed"] * 10

    await bench.deliver("h", review_job(2, abandoned=True))
    async with bench.working(build_handlers(review)):
        await bench.finished("h")
    assert review.ended == [review_job(2, abandoned=True)]


async def test_a_rescued_job_joins_the_one_that_waits_and_the_newer_arguments_stay(bench: Bench) -> None:
    await bench.deliver("old", review_job(head=A, full=True))
    await bench.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    await bench.deliver("new", review_job(head=B))
    review = Hold(is_open=True)
    async with bench.working(build_handlers(review)):
        await bench.finished("old", "new")
    assert review.ended == [review_job(head=B, full=True)]


async def test_two_rescuers_at_once_put_each_job_back_once(bench: Bench) -> None:
    for n in range(20):
        await bench.deliver(f"g{n}", review_job(n))
    await bench.execute("UPDATE procrastinate_jobs SET status = 'doing'")

    async def rescue() -> int:
        async with bench.database.transaction() as connection:
            return len(await settlement.rescue(connection, stalled_s=1.0, most=5))

    assert sum(await asyncio.gather(*(rescue() for _ in range(5)))) == 20
    assert sorted(await bench.statuses()) == ["failed"] * 20 + ["todo"] * 20


async def test_a_living_workers_jobs_are_left_alone(bench: Bench) -> None:
    review = Hold()
    async with bench.working(build_handlers(review)), bench.working(build_handlers(review)):
        await bench.deliver("g", review_job())
        await until(lambda: len(review.started) == 1)
        await asyncio.sleep(2.0)  # twice the time after which a silent worker counts as dead
        assert len(review.started) == 1
        review.gate.set()
        await bench.finished("g")


ONCE = """
CREATE SEQUENCE turn;
CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('turn') = 1 THEN RAISE 'the connection broke just then'; END IF;
    RETURN NEW;
END $$;
"""


async def test_a_row_that_could_not_be_ended_does_not_stay_doing_under_a_healthy_worker(own_bench: Bench) -> None:
    await own_bench.execute(
        ONCE + "CREATE TRIGGER once BEFORE UPDATE OF status ON procrastinate_jobs FOR EACH ROW"
        " WHEN (NEW.status = 'succeeded') EXECUTE FUNCTION fail_once()"
    )
    review = Hold(is_open=True)
    async with own_bench.working(build_handlers(review)):
        await own_bench.deliver("g1", review_job())
        await own_bench.finished("g1")
        await own_bench.deliver("g2", review_job())
        await own_bench.finished("g2")
        await until(lambda: none_doing(own_bench))


async def none_doing(bench: Bench) -> bool:
    return "doing" not in await bench.statuses()


async def test_a_worker_whose_heartbeat_failed_starts_anew_instead_of_working_on_unseen(own_bench: Bench) -> None:
    await own_bench.execute(
        ONCE + "CREATE TRIGGER once BEFORE UPDATE ON procrastinate_workers FOR EACH ROW EXECUTE FUNCTION fail_once()"
    )
    async with own_bench.working(build_handlers(Hold(is_open=True))):
        await until(lambda: beating(own_bench))
        await own_bench.deliver("g", review_job())
        await own_bench.finished("g")


async def beating(bench: Bench) -> bool:
    async with bench.database.connection() as connection:
        cursor = await connection.execute("SELECT last_value > 4, is_called FROM turn")
        row = await cursor.fetchone()
        return row == (True, True) and await count_live_workers(connection, 1.0) == 2


async def test_a_worker_whose_row_was_pruned_registers_again(bench: Bench) -> None:
    async with bench.working(build_handlers(Hold(is_open=True))):
        await until(lambda: live(bench, 2))
        await bench.execute("DELETE FROM procrastinate_workers")
        await bench.deliver("g", review_job())
        await bench.finished("g")


async def live(bench: Bench, count: int) -> bool:
    async with bench.database.connection() as connection:
        return await count_live_workers(connection, 1.0) == count


async def test_a_job_whose_workers_row_was_pruned_is_still_put_back_when_it_is_stopped(bench: Bench) -> None:
    review = Hold()
    async with bench.working(build_handlers(review), hasty(stalled_s=60.0, rescue_s=60.0)):
        await bench.deliver("g", review_job())
        await until(lambda: len(review.started) == 1)
        await bench.execute("DELETE FROM procrastinate_workers")
    assert await bench.statuses() == ["succeeded", "todo"]
    assert await bench.status("g") == "accepted"


async def test_cut_connections_are_made_anew(bench: Bench) -> None:
    async with bench.working(build_handlers(Hold(is_open=True))):
        await until(lambda: live(bench, 2))
        await bench.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'lintel queue'"
        )
        await bench.deliver("g", review_job())
        await bench.finished("g")


async def test_a_restart_of_the_database_under_running_jobs_loses_nothing(tmp_path: Path) -> None:
    with start(tmp_path / "data") as cluster:
        await migrate(cluster.dsn)
        review = Hold()
        async with open_bench(cluster.dsn) as bench, bench.working(build_handlers(review)):
            await bench.deliver("running", review_job(1))
            await bench.deliver("waiting", review_job(2, delay_s=0.5))
            await until(lambda: len(review.started) >= 1)
            with psycopg.connect(cluster.owner_dsn, autocommit=True) as owner:
                row = owner.execute("SELECT pg_postmaster_start_time(), current_setting('data_directory')").fetchone()
            assert row is not None
            pid = int((Path(row[1]) / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, signal.SIGKILL)
            await until(lambda: not cluster.is_alive())
            await asyncio.to_thread(cluster.revive)
            review.gate.set()
            await bench.finished("running", "waiting")
            await until(lambda: none_doing(bench))


async def test_the_hammer_no_generation_is_lost_none_runs_after_a_newer_one_never_two_at_once(bench: Bench) -> None:
    running: set[int] = set()
    seen: dict[int, list[int]] = {}
    chance = random.Random(3)

    async def review(job: ReviewJob, _: Context) -> None:
        assert job.number not in running
        running.add(job.number)
        try:
            seen.setdefault(job.number, []).append(int(str(job.head_sha), 16))
            await asyncio.sleep(chance.random() / 50)
        finally:
            running.discard(job.number)

    async with bench.working(build_handlers(review), concurrency=3), bench.working(build_handlers(review)):
        for burst in range(30):
            await asyncio.gather(
                *(bench.deliver(f"{burst}-{n}", review_job(n % 4, head=f"{burst * 20 + n:040x}")) for n in range(20))
            )
            await asyncio.sleep(chance.random() / 30)
        await bench.finished(*(f"{burst}-{n}" for burst in range(30) for n in range(0, 20, 7)))
        await bench.finished(*(f"29-{n}" for n in range(20)))
    assert [generations == sorted(generations) for generations in seen.values()] == [True] * 4
    assert [seen[number][-1] for number in range(4)] == [29 * 20 + 16 + number for number in range(4)]
    assert set(await bench.statuses()) <= {"succeeded", "aborted"}
