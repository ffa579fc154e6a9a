"""What reads a text of a stranger may die of it, and takes nothing with it but that text."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app.analyzers.apart.runner import BOUNDS, Bounds, run_apart
from app.analyzers.apart.task import Cause, Done, Failed, Job, Task
from app.analyzers.sandbox import ToolFailed
from tests.analyzers.poison import CRASHES, HOLDS

SHORT = replace(BOUNDS, task_seconds=0.2)
LONG = replace(BOUNDS, task_seconds=60, memory_bytes=4 << 30)
SMALL = replace(BOUNDS, memory_bytes=256 << 20)
GOOD = b"def f():\n    return 1\n"


def stand(path: str, text: bytes) -> Task:
    return Task(Job.STAND, path, (text, text))


def children() -> set[int]:
    """The processes that this one has started, and that are still there."""
    tasks = Path(f"/proc/{os.getpid()}/task")
    return {int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()}


async def test_a_task_that_ends_its_process_costs_no_other_one() -> None:
    tasks = [stand("a.py", GOOD), stand("b.cpp", CRASHES), stand("c.py", GOOD)]

    assert await run_apart(tasks, SMALL) == [Done([[1, 2]]), Failed(Cause.CRASH), Done([[1, 2]])]


async def test_a_task_that_holds_its_process_is_ended_and_costs_no_other_one() -> None:
    tasks = [stand("A.java", HOLDS), stand("c.py", GOOD), stand("B.java", HOLDS), stand("d.py", GOOD)]

    assert await run_apart(tasks, SHORT) == [Failed(Cause.TIME), Done([[1, 2]])] * 2


async def test_a_file_that_ended_a_process_is_given_to_no_second_one() -> None:
    tasks = [stand("a.cpp", CRASHES), stand("a.cpp", GOOD), stand("b.py", GOOD)]

    assert await run_apart(tasks, SMALL) == [Failed(Cause.CRASH), Failed(Cause.CRASH), Done([[1, 2]])]


async def test_when_time_is_over_what_was_done_remains() -> None:
    tasks = [stand("a.py", GOOD), stand("A.java", HOLDS), stand("b.py", GOOD)]
    started = children()
    outcomes = await run_apart(tasks, replace(LONG, seconds=2.0))

    assert outcomes == [Done([[1, 2]]), Failed(Cause.TIME), Failed(Cause.TIME)]
    assert children() == started


async def test_memory_is_bounded() -> None:
    text = b"x = [" + b"1, " * 150_000 + b"]\n"
    plenty, few = await run_apart([stand("a.py", text)]), await run_apart([stand("a.py", text)], _with_memory(56 << 20))

    assert isinstance(plenty[0], Done)
    assert few in ([Failed(Cause.SIZE)], [Failed(Cause.CRASH)])


def _with_memory(size: int) -> Bounds:
    return replace(BOUNDS, memory_bytes=size)


async def test_an_answer_is_bounded() -> None:
    many = b"".join(b"def f%d():\n    pass\n\n" % number for number in range(2_000))
    outcomes = await run_apart([stand("a.py", many), stand("b.py", GOOD)], replace(BOUNDS, answer_bytes=4_096))

    assert outcomes == [Failed(Cause.CRASH), Done([[1, 2]])]


async def test_a_path_and_a_text_come_over_as_they_are() -> None:
    text = GOOD + b'\n\ndef g():\n    return "\xff\x00\r\n"\n'
    (outcome,) = await run_apart([Task(Job.STAND, "caf\udce9 \n.py", (text, text + b"# more\n"))])

    assert isinstance(outcome, Done)


async def test_nobody_is_started_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere")
    assert await run_apart([]) == []


async def test_where_no_process_can_be_started_all_of_it_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ToolFailed, match="before it began"):
        await run_apart([stand("a.py", GOOD)], _with_memory(1 << 20))
    monkeypatch.setattr(sys, "executable", "/nowhere")
    with pytest.raises(ToolFailed, match="No such file"):
        await run_apart([stand("a.py", GOOD)])


async def test_the_child_ends_when_nobody_listens() -> None:
    started = children()
    running = asyncio.create_task(run_apart([stand("A.java", HOLDS)], LONG))
    while not children() - started:
        await asyncio.sleep(0.01)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

    assert children() == started


async def test_a_child_that_is_killed_from_outside_is_a_crash() -> None:
    started = children()
    running = asyncio.create_task(run_apart([stand("A.java", HOLDS)], LONG))
    busy = await _find_busy(started)
    os.kill(busy, signal.SIGKILL)

    assert await running == [Failed(Cause.CRASH)]


async def test_what_dies_behind_others_gets_a_child_of_its_own() -> None:
    slow = b"<<A," * 60_000
    started = children()
    running = asyncio.create_task(run_apart([stand("a.py", GOOD), stand("a.rb", slow), stand("b.py", GOOD)]))
    busy = await _find_busy(started)
    os.kill(busy, signal.SIGKILL)

    assert await running == [Done([[1, 2]]), Done([]), Done([[1, 2]])]


async def _find_busy(started: set[int]) -> int:
    """A process that was started since, once it is at work."""
    async with asyncio.timeout(20):
        while not (busy := [child for child in children() - started if _spent(child) > 0.3]):
            await asyncio.sleep(0.01)
    return busy[0]


def _spent(process: int) -> float:
    """Seconds of processor time."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def test_the_child_sees_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINTEL_WEBHOOK_SECRET", "canary")
    started = children()
    running = asyncio.create_task(run_apart([stand("A.java", HOLDS)], LONG))
    busy = await _find_busy(started)
    seen = await asyncio.to_thread(Path(f"/proc/{busy}/environ").read_bytes)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

    assert b"canary" not in seen
