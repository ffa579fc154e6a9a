from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from heapq import heapify, heappop, heappush

import pytest

from app.claude.client import Claude, connect
from app.claude.fan_out import ask_all
from app.claude.retries import Retries
from app.core.model import FailureKind, ModelFailed, Reply, Request
from tests.claude.world import CANARY, Clock, ask_for
from tests.claude_answers import Answer, End, ends, error_event, findings, in_turn, overloaded, rate_limited, slow, text
from tests.claude_limits import ScriptedLimits
from tests.claude_rules import count_tokens
from tests.claude_server import ScriptedClaude
from tests.claude_wire import POLL_S

IDLE_POLLS = 5
Dial = Callable[..., Claude]


class Hours:
    """A clock that goes on to when the next sleeper wakes, whenever the server has had nothing to do for a while."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        sleeper = (self.now + seconds, id(asyncio.current_task()), asyncio.Event())
        heappush(self._sleepers, sleeper)
        try:
            await sleeper[2].wait()
        except asyncio.CancelledError:
            self._sleepers.remove(sleeper)
            heapify(self._sleepers)
            raise

    async def go_on(self, server: ScriptedClaude) -> None:
        idle, seen = 0, 0
        while True:
            await asyncio.sleep(POLL_S)
            idle = idle + 1 if server.idle and seen == len(server.requests) else 0
            seen = len(server.requests)
            if idle > IDLE_POLLS and self._sleepers:
                self.now, _, awake = heappop(self._sleepers)
                awake.set()
                idle = 0


@asynccontextmanager
async def passing_hours(server: ScriptedClaude, hours: Hours) -> AsyncIterator[Claude]:
    """A client for which the hours pass."""
    going = asyncio.create_task(hours.go_on(server))
    try:
        async with connect(
            CANARY, server.base_url, retries=Retries(jitter=lambda: 0.5, sleep=hours.sleep, clock=hours)
        ) as claude:
            yield claude
    finally:
        going.cancel()
        await asyncio.wait({going})


def questions(sizes: Sequence[int]) -> list[Request]:
    """One for each size, in bytes."""
    return [ask_for(f"{number}:".ljust(size, "x")) for number, size in enumerate(sizes)]


async def work_off(claude: Claude, reviews: Sequence[Sequence[Request]]) -> list[Reply]:
    """All replies of reviews that run side by side. Raises if one is missing."""
    everything = await asyncio.gather(*(ask_all(claude.send, review) for review in reviews))
    replies = [reply for review in everything for reply in review if isinstance(reply, Reply)]
    assert len(replies) == sum(len(review) for review in reviews), everything
    return replies


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("limits", "bound"),
    [
        ({"requests": 20, "prompt": 10**6, "output": 10**6}, "requests"),
        ({"requests": 1000, "prompt": 30_000, "output": 10**6}, "prompt"),
        ({"requests": 1000, "prompt": 10**6, "output": 6_000}, "output"),
        ({"requests": 40, "prompt": 60_000, "output": 9_000}, "all"),
    ],
    ids=["requests", "prompts", "answers", "all"],
)
async def test_many_reviews_share_a_limit_near_to_the_full_and_are_hardly_ever_refused(
    seed: int, limits: dict[str, int], bound: str
) -> None:
    hours = Hours()
    dice = random.Random(f"{seed} {bound}")
    reviews = [questions([dice.randint(500, 12_000) for _ in range(20)]) for _ in range(4)]
    lengths = [dice.randint(50, 2_000) for _ in range(200)]
    answers = in_turn(*(text("y" * length) for length in lengths))
    with ScriptedClaude(answers, limits=ScriptedLimits(hours, **limits)) as server:
        async with passing_hours(server, hours) as claude:
            replies = await work_off(claude, reviews)
        refused = [seen for seen in server.requests if seen.status == 429]
    used = {
        "requests": len(server.requests),
        "prompt": sum(reply.usage.input_tokens + reply.usage.cache_write_tokens for reply in replies),
        "output": sum(reply.usage.output_tokens for reply in replies),
    }
    # A minute's worth is there at the beginning, the rest has to come back.
    ideal_s = max(60 * (used[name] - limit) / limit for name, limit in limits.items())
    assert len(refused) <= 2
    assert ideal_s * 0.95 <= hours.now <= ideal_s * 1.25 + 45


async def test_a_server_that_tells_no_limits_has_none(dial: Dial, clock: Clock) -> None:
    gate = threading.Event()
    with ScriptedClaude(lambda _: slow(gate)) as server:
        async with dial(server) as claude:
            asking = [asyncio.create_task(claude.send(question)) for question in questions([100] * 8)]
            await server.until(lambda: len(server.requests) == 8)
            gate.set()
            await asyncio.gather(*asking)
    assert server.most_at_once == 8
    assert clock.pauses == []


async def test_one_call_goes_ahead_until_something_is_known_of_a_model(dial: Dial, clock: Clock) -> None:
    gate = threading.Event()
    limits = ScriptedLimits(clock, requests=3, prompt=10**6, output=10**6)
    with ScriptedClaude(lambda _: slow(gate, before_headers=True), limits=limits) as server:
        async with dial(server) as claude:
            asking = [asyncio.create_task(claude.send(question)) for question in questions([100] * 12)]
            await server.until(lambda: len(server.requests) == 1)
            gate.set()
            await asyncio.gather(*asking)
    assert server.requests[0].at_once == 1
    assert limits.refused == 0


async def test_calls_go_in_the_order_they_came_though_a_short_one_would_fit_sooner(dial: Dial, clock: Clock) -> None:
    limits = ScriptedLimits(clock, requests=1000, prompt=5_000, output=10**6)
    asked = questions([6_000, 12_000, 100, 12_000, 100])
    with ScriptedClaude(lambda _: findings(), limits=limits) as server:
        # One at a time: of two that may go at once, the server sees first whose connection is faster.
        async with dial(server, at_once=1) as claude:
            await asyncio.gather(*(claude.send(question) for question in asked))
    seen = [turn.body["messages"][0]["content"][0]["text"][0] for turn in server.requests]
    assert seen == ["0", "1", "2", "3", "4"]


async def test_a_refused_call_keeps_its_place(dial: Dial) -> None:
    with ScriptedClaude(in_turn(findings(), rate_limited(5), findings())) as server:
        async with dial(server, at_once=1) as claude:
            asked = questions([100] * 4)
            await asyncio.gather(*(claude.send(question) for question in asked))
    order = [seen.body["messages"][0]["content"][0]["text"][0] for seen in server.requests]
    assert order[:2] == ["0", "1"]
    assert sorted(order[2:]) == ["1", "2", "3"]


@pytest.mark.parametrize("refusal", [rate_limited(30), rate_limited(), error_event("rate_limit_error")])
async def test_after_refusals_one_call_goes_ahead_alone(dial: Dial, refusal: Answer) -> None:
    gate = threading.Event()
    script = in_turn(findings(), *[refusal] * 4, slow(gate, before_headers=True))
    with ScriptedClaude(script) as server:
        async with dial(server) as claude:
            first, *others = questions([100] * 5)
            await claude.send(first)
            asking = [asyncio.create_task(claude.send(question)) for question in others]
            await server.until(lambda: len(server.requests) == 6)
            opened = time.monotonic()
            gate.set()
            await asyncio.gather(*asking)
    assert len(server.requests) == 9
    assert all(seen.arrived > opened for seen in server.requests[6:])


async def test_a_limit_that_is_far_from_full_ends_the_call_as_passing(dial: Dial, clock: Clock) -> None:
    headers = {
        "date": "Sat, 21 Nov 2026 00:00:00 GMT",
        "anthropic-ratelimit-requests-limit": "1000",
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-ratelimit-requests-reset": "2026-11-21T02:00:00Z",
    }
    with ScriptedClaude(lambda _: Answer(headers=headers)) as server:
        async with dial(server) as claude:
            await claude.send(ask_for("one"))
            with pytest.raises(ModelFailed) as failed:
                await claude.send(ask_for("two"))
            await claude.send(ask_for("three", model="claude-opus-5-5"))
    failure = failed.value.failure
    assert (failure.kind, failure.passing, failure.retry_after_s) == (FailureKind.RATE_LIMITED, True, 7200)
    assert len(server.requests) == 2
    assert clock.pauses == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "0"), ("limit", "many"), ("remaining", "-3"), ("remaining", ""), ("limit", "9" * 400)],
)
async def test_limits_that_make_no_sense_hold_nobody(dial: Dial, clock: Clock, name: str, value: str) -> None:
    headers = {"anthropic-ratelimit-requests-limit": "10", "anthropic-ratelimit-requests-remaining": "0"}
    headers[f"anthropic-ratelimit-requests-{name}"] = value
    with ScriptedClaude(lambda _: Answer(headers=headers)) as server:
        async with dial(server) as claude:
            for question in questions([100] * 3):
                await claude.send(question)
    assert clock.pauses == []


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"date": "now"},
        {"reset": "soon", "date": "Sat, 21 Nov 2026 00:00:00 GMT"},
        {"reset": "2026-11-21T00:01:00", "date": "Sat, 21 Nov 2026 00:00:00 GMT"},
    ],
)
async def test_a_limit_without_a_time_is_full_within_a_minute(dial: Dial, clock: Clock, told: dict[str, str]) -> None:
    headers = {"anthropic-ratelimit-requests-limit": "10", "anthropic-ratelimit-requests-remaining": "0"}
    headers |= {"date" if name == "date" else "anthropic-ratelimit-requests-reset": told[name] for name in told}
    with ScriptedClaude(lambda _: Answer(headers=headers)) as server:
        async with dial(server) as claude:
            for question in questions([100] * 2):
                await claude.send(question)
    assert clock.pauses == [60]


async def test_a_clock_of_the_server_that_is_hours_off_changes_nothing(dial: Dial, clock: Clock) -> None:
    headers = {
        "date": "Mon, 01 Jan 2001 00:00:00 GMT",
        "anthropic-ratelimit-input-tokens-limit": "1000",
        "anthropic-ratelimit-input-tokens-remaining": "10",
        "anthropic-ratelimit-input-tokens-reset": "2001-01-01T00:00:42Z",
    }
    with ScriptedClaude(lambda _: Answer(headers=headers)) as server:
        async with dial(server) as claude:
            for question in questions([1_000] * 2):
                await claude.send(question)
    assert clock.pauses == [42]


async def test_a_call_larger_than_the_limit_goes_when_all_of_it_is_there(dial: Dial, clock: Clock) -> None:
    limits = ScriptedLimits(clock, requests=1000, prompt=1_000, output=10**6)
    big = ask_for("x" * 30_000)
    with ScriptedClaude(lambda _: findings(), limits=limits) as server:
        async with dial(server) as claude:
            await claude.send(ask_for("x" * 1_000))
            with pytest.raises(ModelFailed) as failed:
                await claude.send(big)
    assert failed.value.failure.kind is FailureKind.RATE_LIMITED
    assert clock.pauses[0] == pytest.approx(60 * count_tokens("x" * 1_000) / 1_000, rel=0.2)


@pytest.mark.parametrize("waits_for", ["a limit", "a place"])
async def test_who_is_cancelled_while_waiting_holds_nobody_up(dial: Dial, clock: Clock, waits_for: str) -> None:
    """A superseded review takes its calls back, sent or not."""
    gate = threading.Event()
    stuck = asyncio.Event()

    async def sleep_long() -> None:
        await stuck.wait()

    limits = ScriptedLimits(clock, requests=2, prompt=10**6, output=10**6) if waits_for == "a limit" else None
    with ScriptedClaude(in_turn(slow(gate), slow(gate), findings()), limits=limits) as server:
        async with dial(server, at_once=8 if limits else 2) as claude:
            if limits:
                clock.on_sleep = sleep_long
            superseded = [asyncio.create_task(claude.send(question)) for question in questions([100] * 6)]
            await server.until(lambda: len(server.requests) == 2)
            # Whoever waits for a limit has been told it: nobody is cancelled before an answer began.
            await server.until(lambda: bool(clock.pauses) or limits is None)
            for task in superseded:
                task.cancel()
            await asyncio.wait(superseded)
            await server.until(lambda: all(seen.closed_by_client for seen in server.requests))
            stuck.set()
            assert (await claude.send(ask_for("later"))).text == findings().text
    assert len(server.requests) == 3


async def test_failures_of_other_kinds_close_nothing(dial: Dial) -> None:
    gate = threading.Event()
    with ScriptedClaude(in_turn(overloaded(), ends(End.ABORT), slow(gate))) as server:
        async with dial(server) as claude:
            asking = [asyncio.create_task(claude.send(question)) for question in questions([100] * 8)]
            await server.until(lambda: len(server.requests) == 10)
            gate.set()
            await asyncio.gather(*asking)
    assert server.most_at_once == 8
