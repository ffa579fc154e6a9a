"""The end of a job cannot be reached for now: it is tried until it is, since nobody else looks at that head again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from app.core.job import ReviewJob
from app.flows.review.forge import Superseded
from app.github.errors import Context as Wire
from app.github.errors import GitHubDown, GitHubError, TokenNotGranted
from app.jobs.frame import PASSING, Ends, frame
from app.jobs.handlers import Context
from app.jobs.run import BACK_OFF_S
from app.jobs.work import judge
from app.store.faults import StoreUnavailable
from tests.jobs.bench import Bench, build_handlers, hasty, until
from tests.store.rows import review_job

AWAY = StoreUnavailable("restarting")
DOWN = GitHubDown("no answer", Wire("POST", "/repos/mona/shop/check-runs", 502))
QUICKLY = hasty(back_off_s=(0.01,) * len(BACK_OFF_S))


class Ending:
    """A handler whose work never gets done, and whose end is kept from being reached so many times."""

    def __init__(self, breaks: Exception, ends_with: Exception, times: int) -> None:
        self.breaks = breaks
        self.ends_with = ends_with
        self.left = times
        self.attempts: list[int] = []
        self.reached: list[str] = []

    async def __call__(self, job: ReviewJob, context: Context) -> None:
        async def work() -> None:
            raise self.breaks

        async def outlasted(_: Exception) -> None:
            await self._end("outlasted", context)

        ends = Ends(
            overtaken=self._named("overtaken", context),
            over=self._named("over", context),
            outlasted=outlasted,
            withheld=self._named("withheld", context),
        )
        await frame(job.key, context, judge, work, ends)

    def _named(self, name: str, context: Context) -> Callable[[], Awaitable[None]]:
        async def end() -> None:
            await self._end(name, context)

        return end

    async def _end(self, name: str, context: Context) -> None:
        self.attempts.append(context.attempt)
        if self.left:
            self.left -= 1
            raise self.ends_with
        self.reached.append(name)


@pytest.mark.parametrize(
    ("breaks", "end"),
    [
        (TimeoutError(), "outlasted"),
        (Superseded("pushed to"), "overtaken"),
        (TokenNotGranted("not granted", Wire("POST", "/app/installations/1/access_tokens", 403)), "withheld"),
    ],
)
@pytest.mark.parametrize("ends_with", [AWAY, DOWN], ids=["store", "github"])
async def test_an_end_that_something_passing_is_in_the_way_of_is_tried_until_it_is_reached(
    bench: Bench, breaks: Exception, end: str, ends_with: Exception
) -> None:
    review = Ending(breaks, ends_with, times=2 * len(BACK_OFF_S))
    async with bench.working(build_handlers(review), QUICKLY, judge=judge):
        await bench.deliver("g", review_job())
        await bench.finished("g")
        await until(lambda: ended(bench))
    assert review.reached == [end]
    assert review.attempts[-1] == max(review.attempts) == len(BACK_OFF_S)
    assert "failed" not in await bench.statuses()


async def test_what_broke_for_good_fails_once_that_was_told(bench: Bench) -> None:
    review = Ending(ZeroDivisionError("a bug"), DOWN, times=2 * len(BACK_OFF_S))
    async with bench.working(build_handlers(review), QUICKLY, judge=judge):
        await bench.deliver("g", review_job())
        await bench.failed("g")
    assert review.reached == ["over"]
    assert await bench.error("g") == "ZeroDivisionError: a bug"


async def test_an_end_that_breaks_for_good_is_not_tried_again(bench: Bench) -> None:
    review = Ending(Superseded("pushed to"), ZeroDivisionError("a bug"), times=1)
    async with bench.working(build_handlers(review), QUICKLY, judge=judge):
        await bench.deliver("g", review_job())
        await bench.failed("g")
    assert review.attempts == [0]


async def test_what_is_not_told_at_the_last_attempt_waits_as_long_as_before_that_one(bench: Bench) -> None:
    review = Ending(TimeoutError(), AWAY, times=1)
    async with bench.working(build_handlers(review), hasty(back_off_s=(0.01, 0.01, 0.01, 300.0)), judge=judge):
        await bench.deliver("g", review_job())
        await until(lambda: waiting(bench, 4))
        await bench.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
        await until(lambda: bool(review.attempts))
        await until(lambda: waiting(bench, 4))
    async with bench.database.connection() as connection:
        cursor = await connection.execute(
            "SELECT args ->> 'attempts', scheduled_at - now() BETWEEN '290 s' AND '300 s'"
            " FROM procrastinate_jobs WHERE status = 'todo'"
        )
        assert await cursor.fetchone() == (str(len(BACK_OFF_S)), True)
    assert await bench.status("g") == "accepted"


async def ended(bench: Bench) -> bool:
    return not {"todo", "doing"} & set(await bench.statuses())


async def waiting(bench: Bench, attempts: int) -> bool:
    return any(row["args"]["attempts"] == attempts for row in await bench.rows("todo"))


async def test_what_we_may_not_say_any_more_is_withheld_until_we_may(bench: Bench) -> None:
    gone = TokenNotGranted("not granted", Wire("POST", "/app/installations/1/access_tokens", 422))
    review = Ending(ZeroDivisionError("a bug"), gone, times=1)
    async with bench.working(build_handlers(review), QUICKLY, judge=judge):
        await bench.deliver("g", review_job())
        await bench.finished("g")
        await until(lambda: ended(bench))
    assert review.reached == ["withheld"]
    assert "failed" not in await bench.statuses()


def _all_below(kind: type[Exception]) -> list[type[Exception]]:
    return [kind, *(one for below in kind.__subclasses__() for one in _all_below(below))]


@pytest.mark.parametrize(
    "kind", [StoreUnavailable, ConnectionError, TimeoutError, ValueError, *_all_below(GitHubError)], ids=str
)
def test_an_end_waits_for_what_the_queue_takes_for_passing(kind: type[Exception]) -> None:
    error = kind.__new__(kind)
    vars(error)["seconds"] = 1.0
    assert isinstance(error, PASSING) is judge(error).passing
