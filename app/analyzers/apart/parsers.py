"""Tasks done in processes of their own, bounded in time and memory, each with an outcome of its own.

A process does one task after the other, and those of the next round too: to start one takes longer than to parse most
changes. A task that ends it costs the other tasks about its file, and a new one goes on with the rest. What comes of a
task depends on its own texts and processor time alone, as long as there is time left for all of them; the order is the
caller's, so that what is dropped for want of that is the last.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.analyzers.apart.process import Child, ChildEnded, start_child
from app.analyzers.apart.task import Allowance, Cause, Done, Failed, Job, Task

_log = logging.getLogger(__name__)
_Numbered = tuple[int, Task]

_WORTH_KEEPING: Final = 60.0
"""Seconds of life that a process must have left for a next round: as many as any round may take."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What tasks may take: `task_seconds` of processor time each, `seconds` by the clock all together.

    `memory_bytes` is the address space of a child, `answer_bytes` the length of one answer: no more than any child has.
    """

    task_seconds: float = 3.0
    seconds: float = 30.0
    memory_bytes: int = 1 << 30
    answer_bytes: int = 1 << 20


BOUNDS: Final = Bounds()
"""Two versions of a file of the largest size that is parsed take half a second, and half of the memory."""


@dataclass(slots=True)
class _Round:
    """The tasks that wait, by number, what came of the others, and the files that ended a child.

    `unequipped` are the lanes that wait for a child.
    """

    waiting: deque[_Numbered]
    bounds: Bounds
    count: int
    outcomes: dict[int, Done | Failed] = field(default_factory=dict)
    fatal: dict[str, Failed] = field(default_factory=dict)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    unequipped: set[asyncio.Task[Any] | None] = field(default_factory=set)

    def settle(self, number: int, outcome: Done | Failed) -> None:
        """What came of one."""
        self.outcomes[number] = outcome
        if len(self.outcomes) == self.count:
            self.settled.set()

    def release(self) -> None:
        """A lane that still waits for its child has nothing left to do."""
        for lane in self.unequipped:
            if lane is not None:
                lane.cancel()


class Parsers:
    """The processes that parse for one review, or one command: started when they are asked, all gone when it ends."""

    def __init__(self) -> None:
        self._open = True
        self._idle: list[Child] = []
        self._coming: list[asyncio.Task[Child]] = []
        self._fatal: dict[tuple[Job, bytes], Failed] = {}

    def expect(self) -> None:
        """Begin to start one, if none is ready: for who is sure to have tasks, and first has something else to do."""
        if not self._idle and not self._coming:
            self._coming.append(asyncio.create_task(start_child()))

    async def run(self, tasks: Sequence[Task], bounds: Bounds = BOUNDS, *, lanes: int = 1) -> list[Done | Failed]:
        """What came of each task, in their order. Raises ToolFailed where no child can be started.

        In several lanes they are done side by side; what comes of each is the same.
        """
        if not tasks:
            return []
        work = _Round(deque(enumerate(tasks)), bounds, len(tasks))
        try:
            async with asyncio.timeout(bounds.seconds), asyncio.TaskGroup() as group:
                for _ in range(min(lanes, len(tasks))):
                    group.create_task(self._do_all(work))
                await work.settled.wait()
                work.release()
        except TimeoutError:
            left = len(tasks) - len(work.outcomes)
            _log.warning("%d of %d tasks were not done in %g seconds", left, len(tasks), bounds.seconds)
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return [work.outcomes.get(number, Failed(Cause.TIME)) for number in range(len(tasks))]

    async def dismiss(self) -> None:
        """End those that nobody uses: to keep them for minutes of waiting takes more than to start them again."""
        coming, self._coming = self._coming, []
        for start in coming:
            start.cancel()
        if coming:
            await asyncio.wait(coming)
        ready = [start.result() for start in coming if not start.cancelled() and start.exception() is None]
        idle, self._idle = [*self._idle, *ready], []
        for child in idle:
            child.kill()
        await asyncio.gather(*(child.end() for child in idle))

    async def close(self) -> None:
        """End them all; from now on nobody keeps one."""
        self._open = False
        await self.dismiss()

    async def _do_all(self, work: _Round) -> None:
        held: _Numbered | None = None
        while held or self._is_left(work):
            async with self._lend(work, fresh=held is not None) as child:
                held = await self._do(child, work, held)

    async def _do(self, child: Child, work: _Round, held: _Numbered | None) -> _Numbered | None:
        """Tasks, until there are none or one has ended the child; gives back one that is for a fresh child.

        One that crashes a child which has done others before may have died of the memory that those left in pieces.
        """
        allowance = Allowance(work.bounds.task_seconds, work.bounds.memory_bytes)
        while held or self._is_left(work):
            number, task = held or work.waiting.popleft()
            held, fresh = None, child.fresh
            try:
                answer = await child.ask(task, allowance, work.bounds.answer_bytes)
            except ChildEnded as error:
                if error.cause is not Cause.TIME and not fresh:
                    return number, task
                _log.warning("a parser was given up: %s", error)
                self._remember(work, task, Failed(error.cause))
                work.settle(number, Failed(error.cause))
                return None
            work.settle(number, Done(answer))
        return None

    def _is_left(self, work: _Round) -> bool:
        """Whether there is something to do, behind that of which it is known what comes of it."""
        while work.waiting:
            number, task = work.waiting[0]
            known = work.fatal.get(task.path) or self._recall(task)
            if known is None:
                return True
            work.waiting.popleft()
            work.settle(number, known)
        return False

    @contextlib.asynccontextmanager
    async def _lend(self, work: _Round, *, fresh: bool) -> AsyncIterator[Child]:
        lane = asyncio.current_task()
        work.unequipped.add(lane)
        try:
            child = await self._find(work.bounds.seconds, fresh=fresh)
        finally:
            work.unequipped.discard(lane)
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            yield child
        finally:
            child.left -= clock() - began
            if child.sound and self._open and child.left >= _WORTH_KEEPING:
                self._idle.append(child)
            else:
                await child.end()

    async def _find(self, seconds: float, *, fresh: bool) -> Child:
        """A child with so much of its life left, ready."""
        fitting = [child for child in self._idle if child.left >= seconds and (child.fresh or not fresh)]
        if fitting:
            self._idle.remove(fitting[-1])
            return fitting[-1]
        start = self._coming.pop() if self._coming else asyncio.create_task(start_child())
        try:
            return await asyncio.shield(start)
        except asyncio.CancelledError:
            # the next one may have it
            self._coming.append(start)
            if not self._open:
                await self.dismiss()
            raise

    def _remember(self, work: _Round, task: Task, failed: Failed) -> None:
        """That a task has ended a child. Of several texts nobody knows which one it was."""
        work.fatal[task.path] = failed
        if len(task.texts) == 1:
            self._fatal[task.job, _digest(task.texts[0])] = failed

    def _recall(self, task: Task) -> Failed | None:
        """What came of one of its texts before: in the same job, or in the one that asks least of a text.

        What ends another job only need not end this one, and what comes of it is not to depend on which was first.
        """
        if not self._fatal:
            return None
        digests = [_digest(text) for text in task.texts]
        known = (self._fatal.get((job, digest)) for digest in digests for job in (Job.FACTS, task.job))
        return next((failed for failed in known if failed is not None), None)


@contextlib.asynccontextmanager
async def open_parsers() -> AsyncIterator[Parsers]:
    """Parsers for what happens within. None of them is left when it ends."""
    parsers = Parsers()
    try:
        yield parsers
    finally:
        await parsers.close()


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
