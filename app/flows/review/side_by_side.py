"""Things that run side by side and end together: the first error, or cancellation, leaves nothing running behind."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
U = TypeVar("U")


async def run_all(runs: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """What each of them gives, in order. Raises the first error as it is."""
    tasks = [asyncio.create_task(run) for run in runs]
    try:
        return await asyncio.gather(*tasks)
    finally:
        await _end(tasks)


async def run_both(one: Coroutine[Any, Any, T], other: Coroutine[Any, Any, U]) -> tuple[T, U]:
    """What both give. Raises the first error as it is."""
    first, second = asyncio.create_task(one), asyncio.create_task(other)
    try:
        return await asyncio.gather(first, second)
    finally:
        await _end([first, second])


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    running = {task for task in tasks if not task.done()}
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)
