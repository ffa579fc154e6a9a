from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.claude.client import Claude
from app.claude.message import TooManyBreakpoints
from app.core.model import Block
from tests.claude.world import CANARY, SCHEMA, Clock, ask_for
from tests.claude_answers import Answer, findings, in_turn, overloaded, slow, text
from tests.claude_server import ScriptedClaude

Dial = Callable[..., Claude]


async def test_a_whole_answer_becomes_a_reply_with_its_request_s_digest_and_usage(dial: Dial) -> None:
    with ScriptedClaude(lambda _: text('{"findings": ["x"]}')) as server:
        async with dial(server) as claude:
            reply = await claude.send(ask_for())
    assert json.loads(reply.text) == {"findings": ["x"]}
    assert (reply.digest, reply.stop_reason, reply.model) == (ask_for().digest, "end_turn", "claude-sonnet-5-5")
    assert reply.usage.calls == 1
    assert reply.usage.output_tokens == 8
    assert reply.request_id == "req_1"
    assert not reply.stored


async def test_the_wire_carries_breakpoints_effort_and_schema_and_the_key_as_bearer(dial: Dial) -> None:
    with ScriptedClaude(lambda _: findings(), api_key=CANARY) as server:
        async with dial(server) as claude:
            await claude.send(ask_for("lone \ud800 surrogate"))
        body = server.requests[0].body
    assert body["system"] == [{"type": "text", "text": "Review.", "cache_control": {"type": "ephemeral"}}]
    assert body["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "lone \ufffd surrogate", "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": "Find faults."},
            ],
        }
    ]
    assert body["output_config"] == {"effort": "high", "format": {"type": "json_schema", "schema": SCHEMA}}
    assert body["stream"] is True
    assert not {"temperature", "tools", "thinking", "tool_choice"} & set(body)


async def test_more_than_four_breakpoints_are_the_asker_s_mistake(dial: Dial) -> None:
    greedy = replace(ask_for(), blocks=tuple(Block(str(number), cache=True) for number in range(4)))
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            with pytest.raises(TooManyBreakpoints):
                await claude.send(greedy)
    assert not server.requests


async def test_thinking_is_no_part_of_the_text(dial: Dial) -> None:
    with ScriptedClaude(lambda _: Answer(thinking="hm", text="{}", piece=1)) as server:
        async with dial(server) as claude:
            assert (await claude.send(ask_for())).text == "{}"


async def test_a_second_request_reads_the_prefix_that_the_first_one_wrote(dial: Dial) -> None:
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            first = await claude.send(ask_for("one", system="Review. " * 500))
            second = await claude.send(ask_for("two", system="Review. " * 500))
    assert first.usage.cache_write_tokens > 1_000
    assert first.usage.cache_read_tokens == 0
    assert second.usage.cache_read_tokens > 1_000
    assert second.usage.cache_write_tokens < 10


async def test_the_first_event_is_announced_once_even_over_several_attempts(dial: Dial) -> None:
    started: list[str] = []
    with ScriptedClaude(in_turn(overloaded(), findings())) as server:
        async with dial(server) as claude:
            await claude.send(ask_for(), on_start=lambda: started.append("started"))
    assert started == ["started"]


async def test_the_announcement_comes_before_the_end_of_the_answer(dial: Dial) -> None:
    gate, started = threading.Event(), asyncio.Event()
    with ScriptedClaude(lambda _: slow(gate)) as server:
        async with dial(server) as claude:
            asking = asyncio.create_task(claude.send(ask_for(), on_start=started.set))
            async with asyncio.timeout(5):
                await started.wait()
            assert not asking.done()
            gate.set()
            await asking


@pytest.mark.parametrize("before_headers", [True, False])
async def test_cancelling_closes_the_stream(dial: Dial, before_headers: bool) -> None:
    with ScriptedClaude(lambda _: slow(threading.Event(), before_headers=before_headers)) as server:
        async with dial(server) as claude:
            asking = asyncio.create_task(claude.send(ask_for()))
            await server.until(
                lambda: bool(server.requests) and (before_headers or server.requests[0].began is not None)
            )
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            await server.until(lambda: server.requests[0].closed_by_client)


async def test_no_more_streams_run_at_once_than_allowed(dial: Dial) -> None:
    gate = threading.Event()
    with ScriptedClaude(lambda _: slow(gate)) as server:
        async with dial(server, at_once=2) as claude:
            asking = [asyncio.create_task(claude.send(ask_for(str(number)))) for number in range(5)]
            await server.until(lambda: len(server.requests) == 2)
            gate.set()
            await asyncio.gather(*asking)
        assert len(server.requests) == 5
        assert server.most_at_once == 2


async def test_a_question_that_waits_for_its_next_attempt_leaves_its_place_to_another(dial: Dial, clock: Clock) -> None:
    with ScriptedClaude(in_turn(overloaded(), text('"other"'), text('"first"'))) as server:
        async with dial(server, at_once=1) as claude:

            async def let_another_ask() -> None:
                async with asyncio.timeout(5):
                    assert (await claude.send(ask_for("other"))).text == '"other"'

            clock.on_sleep = let_another_ask
            assert (await claude.send(ask_for())).text == '"first"'
