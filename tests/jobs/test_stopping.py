"""A worker stops whenever it is asked: while it starts, and where a cancellation is lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from procrastinate.manager import JobManager

from tests.jobs.bench import FAST, Bench, build_handlers


@pytest.mark.parametrize("milliseconds", range(0, 60, 6))
async def test_a_worker_that_is_stopped_while_it_starts_ends(bench: Bench, milliseconds: int) -> None:
    async with asyncio.timeout(5):
        async with bench.working(build_handlers(), FAST) as stop:
            await asyncio.sleep(milliseconds / 1000)
            stop.set()

    assert bench.exits == []


@pytest.mark.parametrize("step", ["prune_stalled_workers", "register_worker", "fetch_job"])
async def test_a_cancellation_that_is_lost_in_a_pool_of_connections_is_asked_for_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """As `asyncio.wait_for` of Python 3.11 loses it: https://github.com/python/cpython/issues/86296."""
    known: Callable[..., Awaitable[Any]] = getattr(JobManager, step)
    reached = asyncio.Event()
    lost: list[str] = []

    async def lose_one(*args: Any, **options: Any) -> Any:
        reached.set()
        if not lost:
            try:
                await asyncio.sleep(2)
            except asyncio.CancelledError:
                lost.append(step)
        return await known(*args, **options)

    monkeypatch.setattr(JobManager, step, lose_one)
    async with asyncio.timeout(8):
        async with bench.working(build_handlers(), FAST) as stop:
            await reached.wait()
            stop.set()

    assert bench.exits == []
