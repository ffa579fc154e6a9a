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

from app.analyzers.apart import process
from app.analyzers.apart.parsers import BOUNDS, Bounds, Parsers, open_parsers
from app.analyzers.apart.task import Cause, Done, Failed, Job, Task
from app.analyzers.sandbox import ToolFailed
from tests.analyzers.poison import CRASHES, HOLDS

SHORT = replace(BOUNDS, task_seconds=0.2)
LONG = replace(BOUNDS, task_seconds=60, memory_bytes=4 << 30)
SMALL = replace(BOUNDS, memory_bytes=256 << 20)
GOOD = b"def f():\n    return 1\n"


@pytest.fixture(autouse=True)
def _room_for_what_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes half a gigabyte in each second, and is to be ended by the time."""
    monkeypatch.setattr(process, "MOST_MEMORY", LONG.memory_bytes)


def stand(path: str, text: bytes) -> Task:
    return Task(Job.STAND, path, (text, text))


def children() -> set[int]:
    """The processes that this one has started, and that are still there."""
    tasks = Path(f"/proc/{os.getpid()}/task")
    return {int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()}


async def test_a_task_that_ends_its_process_costs_no_other_one(parsers: Parsers) -> None:
    tasks = [stand("a.py", GOOD), stand("b.cpp", CRASHES), stand("c.py", GOOD)]

    assert await parsers.run(tasks, SMALL) == [Done([[1, 2]]), Failed(Cause.CRASH), Done([[1, 2]])]


async def test_a_task_that_holds_its_process_is_ended_and_costs_no_other_one(parsers: Parsers) -> None:
    tasks = [stand("A.java", HOLDS), stand("c.py", GOOD), stand("B.java", HOLDS), stand("d.py", GOOD)]

    assert await parsers.run(tasks, SHORT) == [Failed(Cause.TIME), Done([[1, 2]])] * 2


async def test_a_file_that_ended_a_process_is_given_to_no_second_one(parsers: Parsers) -> None:
    tasks = [stand("a.cpp", CRASHES), stand("a.cpp", GOOD), stand("b.py", GOOD)]

    assert await parsers.run(tasks, SMALL) == [Failed(Cause.CRASH), Failed(Cause.CRASH), Done([[1, 2]])]


async def test_when_time_is_over_what_was_done_remains(parsers: Parsers) -> None:
    tasks = [stand("a.py", GOOD), stand("A.java", HOLDS), stand("b.py", GOOD)]
    started = children()
    outcomes = await parsers.run(tasks, replace(LONG, seconds=2.0))

    assert outcomes == [Done([[1, 2]]), Failed(Cause.TIME), Failed(Cause.TIME)]
    await parsers.dismiss()  # what holds may have ended its first one, so that a second one was on its way
    assert children() == started


async def test_memory_is_bounded(parsers: Parsers) -> None:
    text = b"x = [" + b"1, " * 150_000 + b"]\n"
    plenty, few = (
        await parsers.run([stand("a.py", text)]),
        await parsers.run([stand("a.py", text)], _with_memory(56 << 20)),
    )

    assert isinstance(plenty[0], Done)
    assert few in ([Failed(Cause.SIZE)], [Failed(Cause.CRASH)])


def _with_memory(size: int) -> Bounds:
    return replace(BOUNDS, memory_bytes=size)


async def test_an_answer_is_bounded(parsers: Parsers) -> None:
    many = b"".join(b"def f%d():\n    pass\n\n" % number for number in range(2_000))
    outcomes = await parsers.run([stand("a.py", many), stand("b.py", GOOD)], replace(BOUNDS, answer_bytes=4_096))

    assert outcomes == [Failed(Cause.CRASH), Done([[1, 2]])]


async def test_a_path_and_a_text_come_over_as_they_are(parsers: Parsers) -> None:
    text = GOOD + b'\n\ndef g():\n    return "\xff\x00\r\n"\n'
    (outcome,) = await parsers.run([Task(Job.STAND, "caf\udce9 \n.py", (text, text + b"# more\n"))])

    assert isinstance(outcome, Done)


async def test_nobody_is_started_for_nothing(monkeypatch: pytest.MonkeyPatch, parsers: Parsers) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere")
    assert await parsers.run([]) == []


async def test_where_no_process_can_be_started_all_of_it_has_failed(
    monkeypatch: pytest.MonkeyPatch, parsers: Parsers
) -> None:
    monkeypatch.setattr(process, "MOST_MEMORY", 1 << 20)
    with pytest.raises(ToolFailed, match="before it began"):
        await parsers.run([stand("a.py", GOOD)])
    monkeypatch.setattr(sys, "executable", "/nowhere")
    with pytest.raises(ToolFailed, match="No such file"):
        await parsers.run([stand("a.py", GOOD)])


async def test_the_child_ends_when_nobody_listens(parsers: Parsers) -> None:
    started = children()
    running = asyncio.create_task(parsers.run([stand("A.java", HOLDS)], LONG))
    await _find_busy(started)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

    assert children() == started


async def test_one_process_does_one_round_after_the_other_and_ends_with_the_review() -> None:
    started = children()
    async with open_parsers() as parsers:
        parsers.expect()
        assert await parsers.run([stand("a.py", GOOD), stand("b.py", GOOD)]) == [Done([[1, 2]])] * 2
        first = children() - started
        assert await parsers.run([Task(Job.FACTS, "c.py", (GOOD,), {"languages": "python"})]) == [
            Done([["python", False, [], [], []]])
        ]
        assert (len(first), children() - started) == (1, first)

    assert children() == started


async def test_tasks_in_two_lanes_come_back_in_their_order(parsers: Parsers) -> None:
    texts = [b"\n" * number + GOOD for number in range(200)]
    tasks = [stand(f"{number}.py", text) for number, text in enumerate(texts)]
    tasks[7] = stand("7.cpp", CRASHES)
    outcomes = await parsers.run(tasks, SMALL, lanes=2)

    assert outcomes.pop(7) == Failed(Cause.CRASH)
    assert outcomes == [Done([[number + 1, number + 2]]) for number in range(200) if number != 7]


async def test_those_that_nobody_uses_can_be_dismissed_and_others_are_started(parsers: Parsers) -> None:
    started = children()
    await parsers.run([stand("a.py", GOOD)])
    parsers.expect()
    await parsers.dismiss()
    assert children() == started
    parsers.expect()
    await parsers.dismiss()
    assert children() == started
    assert await parsers.run([stand("a.py", GOOD)]) == [Done([[1, 2]])]


async def test_what_was_expected_and_never_asked_ends_too() -> None:
    started = children()
    async with open_parsers() as parsers:
        parsers.expect()
        while not children() - started:
            await asyncio.sleep(0.01)

    assert children() == started


async def test_a_text_that_no_parser_survives_is_given_to_none_for_another_job(parsers: Parsers) -> None:
    started = children()
    facts = Task(Job.FACTS, "a.cpp", (CRASHES,), {"languages": "cpp"})
    outline = Task(Job.OUTLINE, "other name", (CRASHES,), {"languages": "cpp", "calls": False})
    assert await parsers.run([facts], SMALL) == [Failed(Cause.CRASH)]
    assert children() == started
    assert await parsers.run([outline, Task(Job.STAND, "a.cpp", (GOOD, CRASHES))], SMALL) == [Failed(Cause.CRASH)] * 2
    assert children() == started
    assert await parsers.run([stand("a.cpp", b"int f() { return 1; }\n")], SMALL) == [Done([[1, 1]])]


async def test_how_much_a_task_may_take_is_its_own(parsers: Parsers) -> None:
    text = b"x = [" + b"1, " * 150_000 + b"]\n"
    few = await parsers.run([stand("a.py", text)], _with_memory(56 << 20))
    plenty = await parsers.run([stand("b.py", text)])
    short = await parsers.run([stand("A.java", HOLDS)], SHORT)

    assert few in ([Failed(Cause.SIZE)], [Failed(Cause.CRASH)])
    assert isinstance(plenty[0], Done)
    assert short == [Failed(Cause.TIME)]


async def test_a_process_is_not_lent_for_longer_than_it_has_to_live(parsers: Parsers) -> None:
    started = children()
    await parsers.run([stand("a.py", GOOD)])
    first = children() - started
    await parsers.run([stand("a.py", GOOD)], replace(BOUNDS, seconds=process.LIFE_SECONDS + 1.0))

    assert first < children() - started


async def test_a_child_that_is_killed_from_outside_is_a_crash(parsers: Parsers) -> None:
    started = children()
    running = asyncio.create_task(parsers.run([stand("A.java", HOLDS)], LONG))
    busy = await _find_busy(started)
    os.kill(busy, signal.SIGKILL)

    assert await running == [Failed(Cause.CRASH)]


async def test_what_dies_behind_others_gets_a_child_of_its_own(parsers: Parsers) -> None:
    slow = b"<<A," * 60_000
    started = children()
    running = asyncio.create_task(parsers.run([stand("a.py", GOOD), stand("a.rb", slow), stand("b.py", GOOD)]))
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


async def test_the_child_sees_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch, parsers: Parsers) -> None:
    monkeypatch.setenv("LINTEL_WEBHOOK_SECRET", "canary")
    started = children()
    running = asyncio.create_task(parsers.run([stand("A.java", HOLDS)], LONG))
    busy = await _find_busy(started)
    seen = await asyncio.to_thread(Path(f"/proc/{busy}/environ").read_bytes)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

    assert b"canary" not in seen
