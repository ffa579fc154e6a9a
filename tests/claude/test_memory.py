from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.claude.client import Claude
from app.claude.memory.memo import Remembered
from app.core.model import FailureKind, ModelFailed, Reply, Usage
from tests.claude.world import Shelf, StoreLost, a_reply, ask_for
from tests.claude_answers import Answer, findings, slow, text, truncated
from tests.claude_server import ScriptedClaude

Dial = Callable[..., Claude]


async def test_a_reply_is_kept_before_it_is_used_so_a_crash_right_after_costs_nothing(dial: Dial) -> None:
    shelf = Shelf()
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            paid = await Remembered(claude.send, shelf)(ask_for())
            assert shelf.kept[paid.digest] == paid
            again = await Remembered(claude.send, shelf)(ask_for())
    assert again == replace(paid, stored=True, usage=Usage())
    assert len(server.requests) == 1


async def test_a_crash_between_arrival_and_use_pays_once(dial: Dial) -> None:
    shelf = Shelf()
    shelf.gate = asyncio.Event()
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            remembered = Remembered(claude.send, shelf)
            asking = asyncio.create_task(remembered(ask_for()))
            async with asyncio.timeout(5):
                await shelf.putting.wait()
            asking.cancel()
            late = asyncio.create_task(remembered(ask_for()))
            _, waiting = await asyncio.wait({asking, late}, timeout=0.05)
            assert waiting == {asking, late}, "neither leaves before the reply is kept"
            shelf.gate.set()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert (await late).stored
            assert (await remembered(ask_for())).stored
    assert len(server.requests) == 1


async def test_a_reply_that_is_lost_while_its_asker_leaves_is_logged(
    dial: Dial, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf()
    shelf.broken, shelf.gate = True, asyncio.Event()
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            asking = asyncio.create_task(Remembered(claude.send, shelf)(ask_for()))
            async with asyncio.timeout(5):
                await shelf.putting.wait()
            asking.cancel()
            asyncio.get_running_loop().call_soon(shelf.gate.set)
            with pytest.raises(asyncio.CancelledError):
                await asking
    assert "StoreLost" in caplog.text


async def test_a_reply_that_cannot_be_kept_is_not_used(dial: Dial) -> None:
    shelf = Shelf()
    shelf.broken = True
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            with pytest.raises(StoreLost):
                await Remembered(claude.send, shelf)(ask_for())


async def test_a_failure_is_not_kept(dial: Dial) -> None:
    shelf = Shelf()
    with ScriptedClaude(lambda _: truncated()) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as failed:
                await Remembered(claude.send, shelf)(ask_for())
    assert failed.value.failure.kind is FailureKind.TRUNCATED
    assert not shelf.kept


async def test_another_salt_asks_anew(dial: Dial) -> None:
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            remembered = Remembered(claude.send, Shelf())
            await remembered(ask_for())
            assert not (await remembered(replace(ask_for(), salt="anew"))).stored
    assert len(server.requests) == 2


async def test_the_same_question_at_the_same_time_is_asked_and_paid_once(dial: Dial) -> None:
    gate = threading.Event()
    started: list[int] = []
    with ScriptedClaude(lambda _: slow(gate)) as server:
        async with dial(server) as claude:
            remembered = Remembered(claude.send, Shelf())

            async def ask(number: int) -> Reply:
                return await remembered(ask_for(), on_start=lambda: started.append(number))

            asking = [asyncio.create_task(ask(number)) for number in range(5)]
            await server.until(lambda: len(started) == 5)
            asking.append(asyncio.create_task(ask(5)))
            gate.set()
            replies = await asyncio.gather(*asking)
    assert len(server.requests) == 1
    assert sorted(started) == [0, 1, 2, 3, 4, 5]
    assert sum((reply.usage for reply in replies), Usage()).calls == 1
    assert [reply.stored for reply in replies].count(False) == 1


async def test_one_of_two_askers_may_leave_the_other_gets_the_answer_and_the_bill(dial: Dial) -> None:
    gate = threading.Event()
    with ScriptedClaude(lambda _: slow(gate)) as server:
        async with dial(server) as claude:
            remembered = Remembered(claude.send, Shelf())
            leaver, stayer = (asyncio.create_task(remembered(ask_for())) for _ in range(2))
            await server.until(lambda: len(server.requests) == 1)
            leaver.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaver
            gate.set()
            reply = await stayer
    assert reply.usage.calls == 1
    assert not reply.stored
    assert not server.requests[0].closed_by_client


async def test_when_the_last_asker_leaves_the_stream_is_closed_and_the_next_asks_anew(dial: Dial) -> None:
    gate = threading.Event()
    with ScriptedClaude(lambda _: slow(gate)) as server:
        async with dial(server) as claude:
            remembered = Remembered(claude.send, Shelf())
            askers = [asyncio.create_task(remembered(ask_for())) for _ in range(2)]
            await server.until(lambda: len(server.requests) == 1)
            for asker in askers:
                asker.cancel()
            assert all(
                isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(*askers, return_exceptions=True)
            )
            await server.until(lambda: server.requests[0].closed_by_client)
            gate.set()
            assert not (await remembered(ask_for())).stored
    assert len(server.requests) == 2


async def test_a_failure_reaches_all_who_asked(dial: Dial) -> None:
    gate = threading.Event()
    with ScriptedClaude(lambda _: Answer(after_start=gate, stop_reason="refusal")) as server:
        async with dial(server) as claude:
            remembered = Remembered(claude.send, Shelf())
            asking = [asyncio.create_task(remembered(ask_for())) for _ in range(3)]
            await server.until(lambda: len(server.requests) == 1)
            gate.set()
            ends = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(end) for end in ends] == [ModelFailed] * 3


async def test_a_kept_reply_announces_no_start(dial: Dial) -> None:
    shelf = Shelf()
    shelf.kept[ask_for().digest] = a_reply(ask_for())
    started: list[str] = []
    with ScriptedClaude(lambda _: text("{}")) as server:
        async with dial(server) as claude:
            reply = await Remembered(claude.send, shelf)(ask_for(), on_start=lambda: started.append("x"))
    assert reply.stored
    assert not started
    assert not server.requests
