"""One process for parsers: it is asked one task after the other, until it is ended or a task has ended it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.analyzers.apart.task import FULL, READY, Allowance, Cause, Task, write_task
from app.analyzers.sandbox import ToolFailed, bound_module, kill_process, open_process

LIFE_SECONDS: Final = 300
"""Of processor time. No process is lent for longer than it has left: what ends one is the timer of a task."""

MOST_MEMORY: Final = 2 << 30
"""Bytes of address space, whatever a task may take: that of the job that takes the most."""

MOST_ANSWER: Final = 16 << 20
"""Bytes of an answer, whatever a task may say."""


class ChildEnded(Exception):
    """The child is gone, or talks nonsense, and did not do its task."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.value)
        self.cause = cause


@dataclass(slots=True, eq=False)
class Child:
    """A process that is ready. `left` are seconds of processor time that it has for certain before its life is over.

    `fresh`: it has done no task. `sound`: it waits for the next one.
    """

    process: asyncio.subprocess.Process
    stack: contextlib.AsyncExitStack
    left: float = LIFE_SECONDS
    fresh: bool = True
    sound: bool = True

    async def ask(self, task: Task, allowance: Allowance, answer_bytes: int) -> object:
        """The answer to one task, as JSON. Raises ChildEnded; then, and when cancelled, the child is of no use."""
        assert self.process.stdin is not None, "stdin is a pipe"  # noqa: S101 - invariant of the one who started it
        assert self.process.stdout is not None, "stdout is a pipe"  # noqa: S101 - invariant of the one who started it
        self.sound = False
        with contextlib.suppress(ConnectionError):  # it died as it read: that shows in what it answers
            self.process.stdin.write(write_task(task, allowance))
            await self.process.stdin.drain()
        try:
            line = await self.process.stdout.readline()
            if len(line) > answer_bytes:
                raise ChildEnded(Cause.CRASH)
            if line.endswith(b"\n"):
                answer: object = json.loads(line)
                self.sound, self.fresh = True, False
                return answer
        except (ValueError, RecursionError) as error:
            raise ChildEnded(Cause.CRASH) from error
        raise ChildEnded(_tell_cause(await self.process.wait()))

    def kill(self) -> None:
        """Without a wait until it is gone."""
        self.sound = False
        kill_process(self.process)

    async def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self.sound = False
        await self.stack.aclose()


async def start_child() -> Child:
    """A child that is ready. Raises ToolFailed if it never is."""
    command = bound_module("app.analyzers.apart.child", (LIFE_SECONDS, MOST_MEMORY, MOST_ANSWER))
    try:
        async with contextlib.AsyncExitStack() as stack:
            process = await stack.enter_async_context(
                open_process(command, Path("/"), stdin=asyncio.subprocess.PIPE, limit=MOST_ANSWER)
            )
            assert process.stdout is not None, "stdout is a pipe"  # noqa: S101 - invariant of the call above
            if await process.stdout.readline() != READY:
                raise ToolFailed("the process for parsers ended before it began")
            return Child(process, stack.pop_all())
    except OSError as error:
        raise ToolFailed(f"no process for parsers could be started: {error.strerror}") from error


def _tell_cause(status: int) -> Cause:
    if status in (-signal.SIGPROF, -signal.SIGXCPU):
        return Cause.TIME
    return Cause.SIZE if status == FULL else Cause.CRASH
