from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from app.claude.client import Claude
from app.claude.fan_out import ask_all
from app.claude.memory.memo import Remembered
from app.core.model import Failure, FailureKind, Reply, Request
from tests.claude.world import Shelf, StoreLost, a_reply, ask_for
from tests.claude_answers import Answer, by_prompt, findings, overloaded, rejected, slow, text
from tests.claude_server import ScriptedClaude

Dial = Callable[..., Claude]
SYSTEM = "Review what you are shown. " * 100


def questions(count: int) -> list[Request]:
    return [ask_for(f"chunk {number}.", system=SYSTEM) for number in range(count)]


async def test_the_others_wait_for_the_first_event_of_the_first_and_read_its_cache(dial: Dial) -> None:
    headers, rest = threading.Event(), threading.Event()
    first = Answer(before_headers=headers, after_start=rest)
    with ScriptedClaude(by_prompt({"chunk 0.": first})) as server:
        async with dial(server) as claude:
            asking = asyncio.create_task(ask_all(claude.send, questions(4)))
            await server.until(lambda: len(server.requests) == 1)
            headers.set()
            await server.until(lambda: sum(seen.ended is not None for seen in server.requests) == 3)
            assert not asking.done()
            rest.set()
            replies = await asking
        began = server.requests[0].began
        assert began is not None
        assert all(seen.arrived >= began for seen in server.requests[1:])
    usages = [reply.usage for reply in replies if isinstance(reply, Reply)]
    assert usages[0].cache_write_tokens > 0
    assert [usage.cache_read_tokens > 0 for usage in usages] == [False, True, True, True]


async def test_the_others_run_side_by_side(dial: Dial) -> None:
    gate = threading.Event()
    with ScriptedClaude(lambda _: slow(gate)) as server:
        async with dial(server) as claude:
            asking = asyncio.create_task(ask_all(claude.send, questions(5)))
            await server.until(lambda: server.most_at_once == 5)
            gate.set()
            await asking


async def test_replies_come_in_the_order_of_the_requests_and_a_failure_costs_only_its_own(dial: Dial) -> None:
    heard: list[tuple[Request, Reply | Failure]] = []
    gate = threading.Event()
    script = by_prompt({"chunk 1.": rejected(), "chunk 2.": slow(gate), "chunk 3.": text("3")}, text("other"))
    with ScriptedClaude(script) as server:
        async with dial(server) as claude:
            asking = asyncio.create_task(
                ask_all(claude.send, questions(5), on_reply=lambda request, reply: heard.append((request, reply)))
            )
            await server.until(lambda: len(heard) == 4)
            gate.set()
            outcomes = await asking
    assert [getattr(outcome, "text", None) for outcome in outcomes] == ["other", None, findings().text, "3", "other"]
    failure = outcomes[1]
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.REJECTED
    assert heard[-1] == (questions(5)[2], outcomes[2])
    assert {request.digest for request, _ in heard} == {request.digest for request in questions(5)}


async def test_a_first_request_that_fails_lets_the_others_go(dial: Dial) -> None:
    with ScriptedClaude(by_prompt({"chunk 0.": overloaded()})) as server:
        async with dial(server) as claude:
            outcomes = await ask_all(claude.send, questions(3))
    assert [type(outcome) for outcome in outcomes] == [Failure, Reply, Reply]


async def test_one_answered_from_memory_warms_nothing_so_the_next_goes_ahead(dial: Dial) -> None:
    shelf, gate = Shelf(), threading.Event()
    for known in (questions(4)[0], questions(4)[2]):
        shelf.kept[known.digest] = a_reply(known)
    with ScriptedClaude(by_prompt({"chunk 1.": Answer(before_headers=gate)})) as server:
        async with dial(server) as claude:
            asking = asyncio.create_task(ask_all(Remembered(claude.send, shelf), questions(4)))
            await server.until(lambda: len(server.requests) == 1)
            gate.set()
            outcomes = await asking
        began = server.requests[0].began
        assert began is not None
        assert [seen.arrived >= began for seen in server.requests[1:]] == [True]
    assert [isinstance(outcome, Reply) and outcome.stored for outcome in outcomes] == [True, False, True, False]


@pytest.mark.parametrize("running", [1, 4])
async def test_cancelling_the_whole_closes_every_stream(dial: Dial, running: int) -> None:
    held = slow(threading.Event(), before_headers=running == 1)
    with ScriptedClaude(lambda _: held) as server:
        async with dial(server) as claude:
            asking = asyncio.create_task(ask_all(Remembered(claude.send, Shelf()), questions(4)))
            await server.until(lambda: len(server.requests) == running)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            await server.until(lambda: all(seen.closed_by_client for seen in server.requests))
    assert len(server.requests) == running


async def test_a_lost_store_ends_them_all(dial: Dial) -> None:
    shelf = Shelf()
    shelf.broken = True
    never = threading.Event()
    with ScriptedClaude(by_prompt({"chunk 1.": text("{}")}, slow(never))) as server:
        async with dial(server) as claude:
            with pytest.raises(StoreLost):
                await ask_all(Remembered(claude.send, shelf), questions(3))
            await server.until(lambda: sum(seen.closed_by_client for seen in server.requests) == 2)


async def test_no_requests_are_no_replies(dial: Dial) -> None:
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            assert await ask_all(claude.send, []) == []
