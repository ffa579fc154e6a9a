"""What becomes of one job: done, stopped for a newer one, tried again, failed for good."""

import asyncio
import logging
import time

import pytest

from app.core.job import CommandJob, ReviewJob
from app.core.model import Failure, FailureKind, ModelFailed
from app.jobs.handlers import Context, Schedule
from tests.jobs.bench import Bench, Hold, build_handlers, hasty, until
from tests.store.rows import command_job, review_job

A, B, C = "a" * 40, "b" * 40, "c" * 40


async def test_a_job_is_run_and_its_delivery_is_finished(bench: Bench) -> None:
    review = Hold(is_open=True)
    async with bench.working(build_handlers(review)):
        await bench.deliver("g1", review_job(head=A))
        await bench.finished("g1")
        await until(lambda: has(bench, ["succeeded"]))
    assert review.ended == [review_job(head=A)]
    assert review.contexts[0].attempt == 0


async def test_while_one_review_runs_all_newer_deliveries_wait_as_one(bench: Bench) -> None:
    review = Hold()
    async with bench.working(build_handlers(review)):
        await bench.deliver("g0", review_job(head=None))
        await until(lambda: len(review.started) == 1)
        for n in range(1, 6):
            await bench.deliver(f"g{n}", review_job(head=None))
        assert await bench.statuses() == ["doing", "todo"]
        review.gate.set()
        await bench.finished(*(f"g{n}" for n in range(6)))
    assert len(review.ended) == 2


async def test_a_newer_head_stops_the_running_review_within_a_second(bench: Bench) -> None:
    review = Hold()
    async with bench.working(build_handlers(review)):
        await bench.deliver("old", review_job(head=A))
        await until(lambda: len(review.started) == 1)
        began = time.monotonic()
        await bench.deliver("new", review_job(head=B))
        await until(lambda: len(review.started) == 2)
        assert time.monotonic() - began < 1
        review.gate.set()
        await bench.finished("old", "new")
        await until(lambda: has(bench, ["aborted", "succeeded"]))
    assert review.heads == [B]


async def test_a_job_that_is_asked_to_stop_is_told_that_it_is_no_longer_its_own(bench: Bench) -> None:
    answers: list[bool] = []

    async def stubborn(job: ReviewJob, context: Context) -> None:
        if job.head_sha == B:
            return
        answers.append(await context.still_mine())
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            answers.append(await context.still_mine())
            raise

    async with bench.working(build_handlers(stubborn)):
        await bench.deliver("old", review_job(head=A))
        await until(lambda: len(answers) == 1)
        await bench.deliver("new", review_job(head=B))
        await bench.finished("old", "new")
    assert answers == [True, False]


async def test_a_handler_that_swallows_its_cancellation_has_not_succeeded(bench: Bench) -> None:
    started: list[str | None] = []

    async def swallowing(job: ReviewJob, _: Context) -> None:
        started.append(job.head_sha)
        if job.head_sha == A:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return

    async with bench.working(build_handlers(swallowing)):
        await bench.deliver("old", review_job(head=A))
        await until(lambda: started == [A])
        await bench.deliver("new", review_job(head=B))
        await bench.finished("old", "new")
        await until(lambda: has(bench, ["aborted", "succeeded"]))


async def test_a_full_review_that_was_stopped_by_a_push_is_made_of_the_new_head(bench: Bench) -> None:
    review = Hold()
    async with bench.working(build_handlers(review)):
        await bench.deliver("asked", review_job(head=A, full=True))
        await until(lambda: len(review.started) == 1)
        await bench.deliver("push", review_job(head=B, delay_s=0.3))
        await until(lambda: has(bench, ["aborted", "todo"]))
        review.gate.set()
        await bench.finished("asked", "push")
    assert review.ended == [review_job(head=B, full=True, delay_s=0.3)]


async def test_a_request_to_stop_that_comes_at_the_very_end_loses_nothing(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    review = Hold()
    caplog.set_level(logging.DEBUG, "procrastinate.worker")
    async with bench.working(build_handlers(review)):
        await bench.deliver("old", review_job(head=A))
        await until(lambda: len(review.started) == 1)
        async with bench.database.transaction() as slow:
            await slow.execute("SELECT 1 FROM lintel.delivery WHERE guid = 'old' FOR UPDATE")
            review.gate.set()
            await until(lambda: review.heads == [A])
            await bench.deliver("new", review_job(head=B))
            await until(lambda: "Cancelling asyncio task" in caplog.text)
        await bench.finished("old", "new")
        await until(lambda: has(bench, ["succeeded", "succeeded"]))
    assert review.heads == [A, B]


class Failing:
    """A handler that fails so many times before it does its work."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error = error
        self.left = times
        self.attempts: list[int] = []

    async def __call__(self, _: ReviewJob, context: Context) -> None:
        self.attempts.append(context.attempt)
        if self.left:
            self.left -= 1
            raise self.error


OVERLOADED = ModelFailed(Failure(FailureKind.OVERLOADED, "busy", passing=True))


@pytest.mark.parametrize("error", [OVERLOADED, ConnectionResetError("cut"), TimeoutError()], ids=repr)
async def test_what_passes_is_tried_again_as_a_new_row_and_ends_well(bench: Bench, error: Exception) -> None:
    review = Failing(error, times=2)
    async with bench.working(build_handlers(review), hasty(back_off_s=(0.05, 0.1))):
        await bench.deliver("g", review_job())
        await bench.finished("g")
        await until(lambda: has(bench, ["succeeded", "succeeded", "succeeded"]))
    assert review.attempts == [0, 1, 2]


async def test_what_does_not_pass_in_time_fails_for_good_and_a_redelivery_runs_again(bench: Bench) -> None:
    review = Failing(OVERLOADED, times=2)
    async with bench.working(build_handlers(review), hasty(back_off_s=(0.05,))):
        await bench.deliver("g", review_job())
        await bench.failed("g")
        assert await bench.error("g") == "ModelFailed: overloaded: busy"
        await bench.deliver("g", review_job())
        await bench.finished("g")
    assert review.attempts == [0, 1, 0]


async def test_a_limits_own_waiting_time_is_kept(bench: Bench) -> None:
    limited = ModelFailed(Failure(FailureKind.RATE_LIMITED, "slow down", passing=True, retry_after_s=300.0))
    async with bench.working(build_handlers(Failing(limited, times=1)), hasty(back_off_s=(0.05,))):
        await bench.deliver("g", review_job())
        await until(lambda: has(bench, ["succeeded", "todo"]))
    async with bench.database.connection() as connection:
        cursor = await connection.execute(
            "SELECT scheduled_at - now() BETWEEN '290 s' AND '300 s' FROM procrastinate_jobs WHERE status = 'todo'"
        )
        assert await cursor.fetchone() == (True,)
    assert await bench.status("g") == "accepted"


async def test_a_permanent_failure_is_recorded_and_logged_with_its_traceback(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        async with bench.working(build_handlers(Failing(ZeroDivisionError("a bug"), times=1))):
            await bench.deliver("g", review_job())
            await bench.failed("g")
            await until(lambda: has(bench, ["failed"]))
    assert await bench.error("g") == "ZeroDivisionError: a bug"
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ZeroDivisionError)


async def test_arguments_that_cannot_be_read_fail_for_good(bench: Bench) -> None:
    async with bench.working(build_handlers()):
        await bench.deliver("g", review_job(delay_s=0.5))
        await bench.execute("UPDATE procrastinate_jobs SET args = args - 'number'")
        await bench.failed("g")
    assert "JobUnreadable" in str(await bench.error("g"))


async def test_a_failure_with_a_newer_job_waiting_leaves_nothing_doing_and_the_newer_arguments(bench: Bench) -> None:
    review = Hold()

    async def fail_once(job: ReviewJob, context: Context) -> None:
        await review(job, context)
        if len(review.ended) == 1:
            raise OVERLOADED

    async with bench.working(build_handlers(fail_once), hasty(back_off_s=(60.0,))):
        await bench.deliver("old", review_job(head=None))
        await until(lambda: len(review.started) == 1)
        await bench.deliver("new", review_job(head=None, again=True))
        review.gate.set()
        await bench.finished("old", "new")
        await until(lambda: has(bench, ["succeeded", "succeeded"]))
    assert [job.again for job in review.ended if isinstance(job, ReviewJob)] == [False, True]


async def test_a_review_that_waits_to_be_tried_again_does_not_hold_up_a_newer_one(bench: Bench) -> None:
    review = Failing(OVERLOADED, times=1)
    async with bench.working(build_handlers(review), hasty(back_off_s=(600.0,))):
        await bench.deliver("g1", review_job(head=A))
        await until(lambda: has(bench, ["succeeded", "todo"]))
        await bench.deliver("g2", review_job(head=B))
        await bench.finished("g1", "g2")
    assert review.attempts == [0, 0]


async def test_a_command_that_waits_to_be_tried_again_does_not_hold_up_the_next_one(bench: Bench) -> None:
    done: list[int] = []

    async def command(job: CommandJob) -> None:
        if job.comment_id == 1 and not done:
            raise ConnectionResetError
        done.append(job.comment_id)

    async with bench.working(build_handlers(command=command), hasty(back_off_s=(1.0,))):
        await bench.deliver("g1", command_job(1))
        await until(lambda: has(bench, ["succeeded", "todo"]))
        await bench.deliver("g2", command_job(2))
        await bench.finished("g1", "g2")
    assert done == [2, 1]


async def test_a_command_does_not_wait_behind_a_review(bench: Bench) -> None:
    review, command = Hold(), Hold(is_open=True)
    async with bench.working(build_handlers(review, command), concurrency=1):
        await bench.deliver("g1", review_job())
        await until(lambda: len(review.started) == 1)
        await bench.deliver("g2", command_job(1))
        await bench.finished("g2")
        assert await bench.status("g1") == "accepted"
        review.gate.set()


async def test_a_job_that_waited_for_a_lock_starts_soon_after_it_is_free(bench: Bench) -> None:
    command = Hold()
    async with bench.working(build_handlers(command=command), hasty(poll_s=0.5)):
        await bench.deliver("g1", command_job(1))
        await bench.deliver("g2", command_job(2))
        await until(lambda: len(command.started) == 1)
        began = time.monotonic()
        command.gate.set()
        await until(lambda: len(command.started) == 2)
    assert time.monotonic() - began < 1.5


async def test_an_unknown_task_fails_its_delivery_instead_of_losing_it(bench: Bench) -> None:
    async with bench.working(build_handlers()):
        await bench.deliver("g", review_job(delay_s=0.3))
        await bench.execute("UPDATE procrastinate_jobs SET task_name = 'of_the_future'")
        await bench.failed("g")
    assert "is failed without having been run" in str(await bench.error("g"))


async def test_what_a_newer_program_added_to_the_arguments_is_ignored(bench: Bench) -> None:
    review = Hold(is_open=True)
    async with bench.working(build_handlers(review)):
        await bench.deliver("g", review_job(delay_s=0.3))
        await bench.execute("""UPDATE procrastinate_jobs SET args = args || '{"colour": "red"}'""")
        await bench.finished("g")


async def test_a_schedule_ticks_once_for_all_workers_and_outlives_a_tick_that_fails(bench: Bench) -> None:
    ticks: list[float] = []

    async def tick() -> None:
        ticks.append(time.monotonic())
        if len(ticks) == 1:
            raise ZeroDivisionError

    every_second = [Schedule(name="tick", cron="* * * * * */1", run=tick)]
    async with (
        bench.working(build_handlers(), schedules=every_second),
        bench.working(build_handlers(), schedules=every_second),
    ):
        await until(lambda: len(ticks) >= 3)
    assert len(ticks) <= ticks[-1] - ticks[0] + 2


async def has(bench: Bench, statuses: list[str]) -> bool:
    return await bench.statuses() == statuses
