from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.claude.exploring import Explored
from app.claude.memory.memo import Remembered
from app.core.model import FailureKind, ModelFailed, Reply, Request
from app.core.prices import OPUS
from app.core.tool_calls import read_tool_calls
from tests.claude.shelves import ANSWER, Dial, Shelves, bodies, failed, read, whole
from tests.claude.world import Shelf, ask_for
from tests.claude_answers import (
    Answer,
    End,
)
from tests.claude_server import ScriptedClaude
from tests.claude_tools import asks, by_turn

K = FailureKind


async def test_a_turn_goes_back_exactly_as_it_came_whatever_its_blocks_hold(dial: Dial) -> None:
    odd = (
        {"type": "thinking", "thinking": "", "signature": "c2VhbGVk", "of_tomorrow": {"a": [1, 2.5, None, "\u202e"]}},
        {"type": "redacted_thinking", "data": "b3BhcXVl"},
        {"type": "text", "text": "Caf\u00e9 \u20ac \U0001f600", "citations": None},
        {"type": "block_of_tomorrow", "deep": {"order": [{"z": 1, "a": 2}]}, "text": 7},
        {**read(), "id": "toolu_1", "caller": {"type": "direct"}, "input": {"z": 1.0, "a": 10**20, "path": "a.py"}},
    )
    _, server = await whole(dial, by_turn(asks(*odd), ANSWER))
    assert bodies(server)[1]["messages"][1]["content"] == list(odd)


async def test_a_broken_character_of_a_model_s_own_does_not_break_the_loop(dial: Dial) -> None:
    words = {**read("a.py"), "id": "t", "input": {"path": "\ud800"}}
    said: list[Any] = []

    def script(body: dict[str, Any]) -> Answer:
        said.append(body)
        return replace(asks(words), thinking="")

    with ScriptedClaude(script) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as error:
                await Explored(claude.send, Shelves())(ask_for())
    # JSON in UTF-8 cannot carry it back as it was: the real server never sends one either.
    assert error.value.failure.kind is K.REJECTED


BROKEN = {
    "cut": {**read(), "input": '{"path": "a.p'},
    "named twice": {**read(), "input": '{"path": "a.py", "path": "b.py"}'},
    "no number": {**read(), "input": '{"path": NaN}'},
    "no object": {**read(), "input": '["a.py"]'},
    "two values": {**read(), "input": '{} {"path": "a.py"}'},
    "no name": {"type": "tool_use", "id": "t", "input": {"path": "a.py"}},
    "no id": {**read(), "id": ""},
    "deep": {**read(), "input": "[" * 100_000},
}


@pytest.mark.parametrize("block", BROKEN.values(), ids=BROKEN)
async def test_a_call_that_is_not_in_form_is_a_malformed_answer_and_is_not_kept(
    dial: Dial, block: Mapping[str, Any]
) -> None:
    shelf = Shelf()
    error, server = await failed(dial, lambda _: asks(block), wrap=lambda send: Remembered(send, shelf))
    assert error.failure.kind is K.MALFORMED
    assert len(server.requests) == 1
    assert not shelf.kept


async def test_two_calls_with_one_id_and_a_stop_for_no_call_are_malformed(dial: Dial) -> None:
    twins = {**read(), "id": "one"}
    for answer in (asks(twins, twins), Answer(text="I would like to.", stop_reason="tool_use")):
        error, _ = await failed(dial, lambda _, answer=answer: answer)
        assert error.failure.kind is K.MALFORMED


async def test_a_model_without_tools_that_asks_for_some_is_unexpected(dial: Dial) -> None:
    with ScriptedClaude(lambda _: asks(read())) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as error:
                await claude.send(ask_for())
    assert error.value.failure.kind is K.UNEXPECTED


async def test_the_scripted_claude_refuses_what_the_real_one_does(dial: Dial) -> None:
    with ScriptedClaude(by_turn(asks(read(), thinking="I think."), ANSWER)) as server:
        async with dial(server) as claude:
            tampered: list[str] = []

            async def send(request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
                if not request.turns:
                    return await claude.send(request, on_start=on_start)
                [turn] = request.turns

                def say(said: str) -> Request:
                    return replace(request, turns=(replace(turn, said=said),))

                others = {
                    "thought changed": say(turn.said.replace("I think", "No")),
                    "thought dropped": say(json.dumps(json.loads(turn.said)[1:])),
                    "result missing": replace(request, turns=(replace(turn, results=()),)),
                    "prompt changed": replace(request, blocks=request.blocks[:1]),
                    "tools changed": replace(request, tools=request.tools[:1]),
                    "model changed": replace(request, model=OPUS),
                }
                for name, other in others.items():
                    try:
                        await claude.send(other)
                    except (ModelFailed, IndexError):
                        tampered.append(name)
                return await claude.send(request, on_start=on_start)

            await Explored(send, Shelves())(ask_for())
    assert tampered == [
        "thought changed",
        "thought dropped",
        "result missing",
        "prompt changed",
        "tools changed",
        "model changed",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
BLOCK = st.fixed_dictionaries(
    {"type": st.sampled_from(["tool_use", "text", "thinking"])},
    optional={"id": JSON, "name": JSON, "input": JSON},
)


@settings(max_examples=200)
@given(st.lists(BLOCK) | JSON)
def test_whatever_was_said_is_calls_that_can_each_be_answered_or_malformed(content: Any) -> None:
    try:
        calls = read_tool_calls(json.dumps(content))
    except ModelFailed as error:
        kind = error.failure.kind
    else:
        asked = [block for block in content if block["type"] == "tool_use"]
        assert [(one.id, one.name, one.arguments) for one in calls] == [
            (block["id"], block["name"], block["input"]) for block in asked
        ]
        assert len({one.id for one in calls}) == len(calls) > 0
        return
    assert kind is K.MALFORMED


async def test_a_turn_with_something_that_cannot_be_given_back_is_not_gone_on_from(dial: Dial) -> None:
    events: list[dict[str, Any]] = [
        {"type": "content_block_start", "index": 0, "content_block": {**read(), "id": "t"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "delta_of_tomorrow", "seal": "x"}},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]
    raw = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    error, server = await failed(dial, lambda _: Answer(text="", end=End.GARBAGE, garbage=raw))
    assert error.failure.kind is K.MALFORMED
    assert error.failure.detail == "a call of a tool is not in form"
    assert len(server.requests) == 1
