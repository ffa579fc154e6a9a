"""Tasks done in a process of their own, bounded in time and memory, each with an outcome of its own.

One child does them all, one after the other. A task that ends it costs the other tasks about its file, and a new child
goes on with the rest. What comes of a task depends on its own texts and processor time alone, as long as there is time
left for all of them; the order is the caller's, so that what is dropped for want of that is the last.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Final

from app.analyzers.apart.task import FULL, READY, Cause, Done, Failed, Task, write_task
from app.analyzers.sandbox import ToolFailed, bound_command, open_process

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What tasks may take: `task_seconds` of processor time each, `seconds` by the clock all together.

    `memory_bytes` is the address space of the child, `answer_bytes` the length of one answer.
    """

    task_seconds: float = 3.0
    seconds: float = 30.0
    memory_bytes: int = 1 << 30
    answer_bytes: int = 1 << 20


BOUNDS: Final = Bounds()
"""Two versions of a file of the largest size that is parsed take half a second, and half of the memory."""


class _ChildEnded(Exception):
    """The child is gone, or talks nonsense, and did not do its task."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.value)
        self.cause = cause


@dataclass(slots=True)
class _Round:
    """The tasks that wait, by number, what came of the others, and the files that ended a child."""

    waiting: deque[tuple[int, Task]]
    outcomes: dict[int, Done | Failed] = field(default_factory=dict)
    fatal: dict[str, Failed] = field(default_factory=dict)

    def settle(self, outcome: Done | Failed) -> None:
        """What came of the first one that waits."""
        number, _ = self.waiting.popleft()
        self.outcomes[number] = outcome


async def run_apart(tasks: Sequence[Task], bounds: Bounds = BOUNDS) -> list[Done | Failed]:
    """What came of each task, in their order. Raises ToolFailed where no child can be started at all."""
    work = _Round(deque(enumerate(tasks)))
    try:
        async with asyncio.timeout(bounds.seconds):
            while work.waiting:
                async with _start(bounds) as child:
                    await _do(child, work)
    except TimeoutError:
        _log.warning("%d of %d tasks were not done in %g seconds", len(work.waiting), len(tasks), bounds.seconds)
    except OSError as error:
        raise ToolFailed(f"no process for parsers could be started: {error.strerror}") from error
    return [work.outcomes.get(number, Failed(Cause.TIME)) for number in range(len(tasks))]


async def _do(child: asyncio.subprocess.Process, work: _Round) -> None:
    """Tasks, until there are none or one has ended the child. What waits still has no outcome.

    One that crashes a child which has done others before may have died of the memory that those left in pieces: it
    stays the next one, to be the first of a fresh child.
    """
    fresh = True
    while work.waiting:
        _, task = work.waiting[0]
        outcome: Done | Failed | None = work.fatal.get(task.path)
        if outcome is None:
            try:
                outcome = Done(await _ask(child, task))
            except _ChildEnded as error:
                if error.cause is Cause.TIME or fresh:
                    _log.warning("a parser was given up: %s", error)
                    work.settle(Failed(error.cause))
                    work.fatal[task.path] = Failed(error.cause)
                return
            fresh = False
        work.settle(outcome)


@contextlib.asynccontextmanager
async def _start(bounds: Bounds) -> AsyncIterator[asyncio.subprocess.Process]:
    """A child that is ready. Raises ToolFailed if it never is, OSError if there is none."""
    # More than it can have used when all are told to stop, so that it is the timer of a task that ends one.
    whole = bound_command(
        Path(sys.executable),
        ("-I", "-m", "app.analyzers.apart.child", str(bounds.task_seconds)),
        (ceil(bounds.seconds) + 1, bounds.memory_bytes, bounds.answer_bytes),
    )
    async with open_process(whole, Path("/"), stdin=asyncio.subprocess.PIPE, limit=bounds.answer_bytes) as child:
        assert child.stdout is not None, "stdout is a pipe"  # noqa: S101 - invariant of the call above
        if await child.stdout.readline() != READY:
            raise ToolFailed("the process for parsers ended before it began")
        yield child


async def _ask(child: asyncio.subprocess.Process, task: Task) -> object:
    """The answer to one task, as JSON. Raises _ChildEnded."""
    assert child.stdin is not None, "stdin is a pipe"  # noqa: S101 - invariant of the one who started it
    assert child.stdout is not None, "stdout is a pipe"  # noqa: S101 - invariant of the one who started it
    with contextlib.suppress(ConnectionError):  # it died as it read: that shows in what it answers
        child.stdin.write(write_task(task))
        await child.stdin.drain()
    try:
        line = await child.stdout.readline()
        if line.endswith(b"\n"):
            answer: object = json.loads(line)
            return answer
    except (ValueError, RecursionError) as error:
        raise _ChildEnded(Cause.CRASH) from error
    raise _ChildEnded(_tell_cause(await child.wait()))


def _tell_cause(status: int) -> Cause:
    if status in (-signal.SIGPROF, -signal.SIGXCPU):
        return Cause.TIME
    return Cause.SIZE if status == FULL else Cause.CRASH
