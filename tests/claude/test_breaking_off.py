from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.claude.exploring import Explored
from app.claude.memory.memo import Remembered
from app.claude.seam import Send
from app.claude.stand_in import StandIn
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request, Usage
from app.core.prices import OPUS, SONNET
from tests.claude.shelves import ANSWER, Dial, Shelves, bodies, failed, read, whole
from tests.claude.world import Shelf, ask_for
from tests.claude_answers import (
    Answer,
    End,
    ends,
    error_event,
    overloaded,
    rate_limited,
    refusal,
    rejected,
    spend_limit,
    truncated,
    unauthorized,
)
from tests.claude_server import ScriptedClaude
from tests.claude_tools import asks, by_turn, turns_of

K = FailureKind


MIDWAY = [
    (rate_limited(600), K.RATE_LIMITED),
    (spend_limit(), K.SPEND_LIMIT),
    (overloaded(), K.OVERLOADED),
    (unauthorized(), K.UNAUTHORIZED),
    (rejected(), K.REJECTED),
    (rejected(413, "request_too_large"), K.TOO_LONG),
    (error_event("api_error"), K.SERVER_ERROR),
    (error_event("timeout_error"), K.TIMEOUT),
    (ends(End.HANG_UP), K.CONNECTION),
    (ends(End.ABORT), K.INCOMPLETE),
    (ends(End.GARBAGE), K.MALFORMED),
    (truncated(), K.TRUNCATED),
    (Answer(stop_reason="model_context_window_exceeded"), K.TOO_LONG),
    (Answer(stop_reason="pause_turn"), K.UNEXPECTED),
    (Answer(text=""), K.MALFORMED),
]


@pytest.mark.parametrize(("answer", "kind"), MIDWAY, ids=[str(kind) for _, kind in MIDWAY])
async def test_each_failure_in_the_middle_is_the_question_s_and_tells_what_was_paid_before(
    dial: Dial, answer: Answer, kind: FailureKind
) -> None:
    error, _ = await failed(dial, by_turn(asks(read()), asks(read()), answer))
    assert error.failure.kind is kind
    assert sum(one.usage.calls for one in error.failure.paid) >= 2


async def test_each_turn_is_kept_before_it_is_used_so_a_resumed_question_pays_nothing_twice(dial: Dial) -> None:
    shelf = Shelf()
    gate = threading.Event()
    held = replace(ANSWER, after_start=gate)
    toolbox = Shelves({"a.py": "A"})
    with ScriptedClaude(by_turn(asks(read(), thinking="one"), asks(read()), held)) as server:
        async with dial(server) as claude:
            asking = asyncio.create_task(Explored(Remembered(claude.send, shelf), toolbox)(ask_for()))
            await server.until(lambda: len(server.requests) == 3)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert len(shelf.kept) == 2
            gate.set()
            resumed = Explored(Remembered(claude.send, shelf), toolbox)
            begun: list[None] = []
            reply = await resumed(ask_for(), on_start=lambda: begun.append(None))
            again = await resumed(ask_for(), on_start=lambda: begun.append(None))
    assert len(server.requests) == 4
    assert (reply.usage.calls, reply.stored) == (1, False)
    assert again == replace(reply, usage=Usage(), stored=True, seconds=again.seconds)
    assert len(begun) == 1, "only where a model was really asked"


async def test_who_refuses_in_the_middle_is_replaced_by_its_stand_in_that_begins_anew(dial: Dial) -> None:
    def script(body: dict[str, Any]) -> Answer:
        if body["model"] == SONNET:
            return refusal() if turns_of(body) else asks(read(), thinking="sonnet thinks")
        return ANSWER if turns_of(body) else asks(read(), thinking="opus thinks")

    reply, server = await whole(dial, script, wrap=StandIn)
    assert [(body["model"], turns_of(body)) for body in bodies(server)] == [
        (SONNET, 0),
        (SONNET, 1),
        (OPUS, 0),
        (OPUS, 1),
    ]
    assert "sonnet thinks" not in json.dumps(bodies(server)[2:])
    assert (reply.model, reply.usage.calls) == (OPUS, 2)
    assert [(one.model, one.usage.calls) for one in reply.also_paid] == [(SONNET, 2)]


async def test_a_stand_in_that_answers_the_first_turn_goes_on_after_a_resumption_too(dial: Dial) -> None:
    def script(body: dict[str, Any]) -> Answer:
        if body["model"] == SONNET:
            return refusal()
        return ANSWER if turns_of(body) else asks(read(), thinking="opus thinks")

    shelf = Shelf()
    with ScriptedClaude(script) as server:
        async with dial(server) as claude:
            first = await Explored(Remembered(StandIn(claude.send), shelf), Shelves())(ask_for())
            again = await Explored(Remembered(StandIn(claude.send), shelf), Shelves())(ask_for())
    assert [body["model"] for body in bodies(server)] == [SONNET, OPUS, OPUS]
    assert first.text == again.text
    assert again.stored


async def test_a_stand_in_that_refuses_in_the_middle_too_ends_it_refused(dial: Dial) -> None:
    error, server = await failed(dial, by_turn(asks(read()), refusal()), wrap=StandIn)
    assert error.failure.kind is K.REFUSED
    assert [body["model"] for body in bodies(server)] == [SONNET, SONNET, OPUS, OPUS]
    paid = {one.model: 0 for one in error.failure.paid}
    for one in error.failure.paid:
        paid[one.model] += one.usage.calls
    assert paid == {SONNET: 2, OPUS: 2}


async def test_a_stand_in_that_may_not_be_asked_leaves_it_refused(dial: Dial) -> None:
    def script(body: dict[str, Any]) -> Answer:
        if body["model"] == OPUS:
            return unauthorized()
        return refusal() if turns_of(body) else asks(read())

    error, _ = await failed(dial, script, wrap=StandIn)
    assert error.failure.kind is K.REFUSED
    assert [one.model for one in error.failure.paid] == [SONNET, SONNET]


async def test_cancelling_ends_the_work_of_a_tool_and_holds_no_place_among_the_streams(dial: Dial) -> None:
    toolbox = Shelves(gate=asyncio.Event())
    with ScriptedClaude(lambda body: asks(read()) if body.get("tools") else ANSWER) as server:
        async with dial(server, at_once=1) as claude:
            asking = asyncio.create_task(Explored(claude.send, toolbox)(ask_for()))
            async with asyncio.timeout(5):
                await toolbox.busy.wait()
                await claude.send(ask_for("ANOTHER"))
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
    assert toolbox.left
    assert len(server.requests) == 2


async def test_cancelling_ends_the_stream_of_a_later_turn(dial: Dial) -> None:
    with ScriptedClaude(by_turn(asks(read()), ends(End.SILENCE))) as server:
        async with dial(server) as claude:
            asking = asyncio.create_task(Explored(claude.send, Shelves())(ask_for()))
            await server.until(lambda: len(server.requests) == 2 and server.requests[1].began is not None)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            await server.until(lambda: server.idle)
    assert server.requests[1].closed_by_client


async def test_a_stand_in_that_refuses_at_once_is_not_stood_in_for(dial: Dial) -> None:
    def script(body: dict[str, Any]) -> Answer:
        return asks(read()) if body["model"] == SONNET and not turns_of(body) else refusal()

    error, server = await failed(dial, script, wrap=StandIn)
    assert error.failure.kind is K.REFUSED
    assert [body["model"] for body in bodies(server)] == [SONNET, SONNET, OPUS]


async def test_a_budget_that_is_spent_between_two_turns_ends_it_with_what_was_paid(dial: Dial) -> None:
    def spent_after_one(send: Send) -> Send:
        async def ask(request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
            if request.turns:
                raise ModelFailed(Failure(K.BUDGET, "nothing is left", passing=False))
            return await send(request, on_start=on_start)

        return ask

    error, server = await failed(dial, lambda _: asks(read()), wrap=spent_after_one)
    assert error.failure.kind is K.BUDGET
    assert [one.usage.calls for one in error.failure.paid] == [1]
    assert len(server.requests) == 1
