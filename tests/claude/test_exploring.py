from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from app.claude.exploring import USED, Explored
from app.claude.fan_out import ask_all
from app.core.model import FailureKind, Reply, Stage, Usage
from app.core.prices import SONNET
from tests.claude.shelves import ANSWER, Dial, Shelves, bodies, failed, read, whole
from tests.claude.world import ask_for
from tests.claude_answers import (
    Answer,
)
from tests.claude_server import ScriptedClaude
from tests.claude_tools import asks, by_turn, call, results_of, said_whole

K = FailureKind


async def test_a_model_looks_something_up_and_answers_with_what_it_saw(dial: Dial) -> None:
    def script(body: dict[str, Any]) -> Answer:
        seen = json.dumps(results_of(body))
        return ANSWER if "A = 41" in seen else asks(read(), thinking="Who sets it?", text="I look it up.")

    toolbox = Shelves({"a.py": "A = 41"})
    reply, server = await whole(dial, script, toolbox)
    assert reply.text == ANSWER.text
    assert not reply.said
    assert [(one.name, one.arguments) for one in toolbox.asked] == [("read_file", {"path": "a.py"})]
    first, second = bodies(server)
    assert [tool["name"] for tool in first["tools"]] == ["grep", "read_file"]
    assert first["tools"][1]["strict"] is True
    assert second["messages"][0] == first["messages"][0]
    assert second["messages"][1] == {
        "role": "assistant",
        "content": said_whole(script(first)),
    }


async def test_all_calls_of_a_turn_are_answered_in_one_message_and_in_order(dial: Dial) -> None:
    calls = [read("a.py"), read("b.py"), read("c.py")]
    toolbox = Shelves({"a.py": "AAA", "b.py": "BBB"})
    _, server = await whole(dial, by_turn(asks(*calls), ANSWER), toolbox)
    [given] = bodies(server)[1]["messages"][2:]
    texts = [block["content"].partition("\n")[0] for block in given["content"]]
    assert texts == ["AAA", "BBB", "no tool or no file: read_file"]
    assert [block.get("is_error", False) for block in given["content"]] == [False, False, True]
    assert [block["content"].rpartition("\n")[2] for block in given["content"]] == [
        f"Tool calls left: {left}." for left in (7, 6, 5)
    ]


async def test_a_tool_that_nobody_knows_is_an_error_that_the_model_is_told(dial: Dial) -> None:
    _, server = await whole(dial, by_turn(asks(call("rm_rf", path="/")), ANSWER))
    [given] = results_of(bodies(server)[1])
    assert given["is_error"]
    assert "rm_rf" in given["content"]


async def test_past_its_calls_a_model_is_told_to_answer_and_does(dial: Dial) -> None:
    turns = [asks(read(), read()) for _ in range(5)]
    toolbox = Shelves({"a.py": "A"})
    reply, server = await whole(dial, by_turn(*turns, ANSWER), toolbox)
    assert reply.text == ANSWER.text
    assert len(toolbox.asked) == 8
    given = results_of(bodies(server)[-1])
    assert [block["content"] for block in given[8:]] == [USED, USED]
    assert all(block["is_error"] for block in given[8:])


async def test_past_its_turns_a_model_is_told_to_answer(dial: Dial) -> None:
    toolbox = Shelves({"a.py": "A"})
    _, server = await whole(dial, by_turn(*[asks(read())] * 7, ANSWER), toolbox)
    assert len(toolbox.asked) == 6
    given = [block["content"] for block in results_of(bodies(server)[-1])]
    assert given[5].endswith("Tool calls left: 0.")
    assert given[6] == USED


async def test_what_would_be_more_than_a_question_may_read_is_not_given(dial: Dial) -> None:
    toolbox = Shelves({"a.py": "x" * 24_000, "b.py": "short"})
    turns = [asks(read()), asks(read()), asks(read()), asks(read(), read("b.py")), ANSWER]
    _, server = await whole(dial, by_turn(*turns), toolbox)
    given = [block["content"] for block in results_of(bodies(server)[-1])]
    assert [len(text) > 20_000 for text in given] == [True, True, True, False, False]
    assert given[3:] == [USED, USED]
    assert sum(map(len, given)) < 30_000 * 2.7 + 500


async def test_a_verifier_has_half_the_calls(dial: Dial) -> None:
    toolbox = Shelves({"a.py": "A"})
    request = replace(ask_for(), stage=Stage.VERIFY)
    _, server = await whole(dial, by_turn(asks(*[read()] * 6), ANSWER), toolbox, request)
    assert len(toolbox.asked) == 4
    given = [block["content"] for block in results_of(bodies(server)[-1])]
    assert [text == USED for text in given] == [False] * 4 + [True] * 2


async def test_a_model_that_never_stops_asking_ends_named_and_no_call_is_made_for_it_again(dial: Dial) -> None:
    error, server = await failed(dial, lambda _: asks(read(), thinking="more"))
    assert error.failure.kind is K.ENDLESS
    assert not error.failure.passing
    assert len(server.requests) == 8
    [paid] = [*{one.model for one in error.failure.paid}]
    assert sum(one.usage.calls for one in error.failure.paid) == 8
    assert paid == SONNET


@pytest.mark.parametrize("stage", [Stage.BRIEF, Stage.FIX, Stage.JUDGE])
async def test_other_stages_are_given_no_tools(dial: Dial, stage: Stage) -> None:
    _, server = await whole(dial, lambda _: ANSWER, request=replace(ask_for(), stage=stage))
    assert "tools" not in bodies(server)[0]


async def test_usage_is_that_of_all_turns_and_the_digest_that_of_the_last_question(dial: Dial) -> None:
    reply, server = await whole(dial, by_turn(asks(read(), thinking="hm"), asks(read()), ANSWER))
    assert reply.usage.calls == 3
    assert reply.usage.output_tokens > 0
    assert reply.also_paid == ()
    assert reply.digest != ask_for().digest
    assert len(server.requests) == 3


async def test_the_answer_is_told_to_begin_once_when_the_first_turn_does(dial: Dial) -> None:
    begun: list[int] = []
    with ScriptedClaude(by_turn(asks(read()), asks(read()), ANSWER)) as server:
        async with dial(server) as claude:
            ask = Explored(claude.send, Shelves())
            await ask(ask_for(), on_start=lambda: begun.append(len(server.requests)))
    assert begun == [1]


async def test_only_the_newest_result_is_marked_and_each_turn_reads_all_that_was_before_it(dial: Dial) -> None:
    toolbox = Shelves({"a.py": "line of code\n" * 400})
    turns = [asks(read(), read(), thinking="t" * 600) for _ in range(3)]
    request = ask_for("line of a diff\n" * 2_000, system="word " * 2_000)
    with ScriptedClaude(by_turn(*turns, ANSWER)) as server:
        async with dial(server) as claude:
            ask = Explored(claude.send, toolbox)
            lenses = [
                replace(request, blocks=(*request.blocks[:1], replace(request.blocks[1], text=f"Lens {i}.")))
                for i in range(3)
            ]
            replies = await ask_all(ask, lenses)
    for body in bodies(server):
        marked = [index for index, message in enumerate(body["messages"]) if "cache_control" in json.dumps(message)]
        assert marked == sorted({0, len(body["messages"]) - 1})
    paid = [reply.usage for reply in replies if isinstance(reply, Reply)]
    total = sum(paid, Usage())
    fresh = total.input_tokens + total.cache_write_tokens
    assert total.cache_read_tokens / (total.cache_read_tokens + fresh) >= 0.6
    assert total.input_tokens < 0.02 * total.cache_read_tokens


async def test_a_question_without_a_mark_of_its_own_is_marked_at_its_end(dial: Dial) -> None:
    request = ask_for()
    bare = replace(request, blocks=tuple(replace(block, cache=False) for block in request.blocks))
    _, server = await whole(dial, by_turn(asks(read()), ANSWER), request=bare)
    blocks = bodies(server)[0]["messages"][0]["content"]
    assert ["cache_control" in block for block in blocks] == [False, True]
