from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.claude.client import Claude
from app.core.model import FailureKind, ModelFailed, Request, ToolResult, Turn
from app.core.prices import FABLE, HAIKU, OPUS, SONNET
from tests.claude.shelves import GREP, read
from tests.claude.world import CANARY, ask_for
from tests.claude_answers import Answer, Script, counted, findings, rate_limited, rejected, server_error, slow, text
from tests.claude_server import ScriptedClaude
from tests.claude_tools import asks, by_turn

Dial = Callable[..., Claude]
WINDOW, STEP = 1_000_000, 100_000


def of_bytes(size: int, model: str = SONNET, *, max_tokens: int = 8_000) -> Request:
    return replace(ask_for("x" * size, model=model), max_tokens=max_tokens)


async def send(dial: Dial, request: Request, count: Script | None = None) -> tuple[FailureKind | None, int, int]:
    """How it failed if it did, how often the server was asked to count, and how often to answer."""
    failed: FailureKind | None = None
    with ScriptedClaude(lambda _: findings(), count=count) as server:
        async with dial(server) as claude:
            try:
                await claude.send(request)
            except ModelFailed as error:
                failed = error.failure.kind
        return failed, len(server.counted), len(server.requests)


@pytest.mark.parametrize("model", [SONNET, OPUS, FABLE, f"{SONNET}-20261001"])
async def test_an_ordinary_request_is_not_counted(dial: Dial, model: str) -> None:
    assert await send(dial, of_bytes(150_000, model)) == (None, 0, 1)


@pytest.mark.parametrize(("size", "counts"), [(1_350_000, 0), (1_400_000, 1)])
async def test_from_seven_tenths_of_the_window_on_it_is_counted_before_it_is_sent(
    dial: Dial, size: int, counts: int
) -> None:
    assert await send(dial, of_bytes(size)) == (None, counts, 1)


@pytest.mark.parametrize(("tokens", "sent"), [(WINDOW - 8_000, True), (WINDOW - 8_000 + 1, False)])
async def test_what_exceeds_the_window_with_its_answer_is_too_long_and_costs_nothing(
    dial: Dial, tokens: int, sent: bool
) -> None:
    outcome = await send(dial, of_bytes(2_000_000), lambda _: counted(tokens))
    assert outcome == (None if sent else FailureKind.TOO_LONG, 1, int(sent))


async def test_the_room_of_the_answer_counts_too(dial: Dial) -> None:
    assert await send(dial, of_bytes(1_300_000, max_tokens=100_000)) == (None, 1, 1)


@pytest.mark.parametrize(
    ("size", "counts"),
    [(150_000, 0), (210_000, 1), (265_000, 1), (280_000, 0)],
    ids=["surely below", "perhaps above", "barely below by estimate", "above by estimate"],
)
async def test_near_the_price_step_it_is_counted_because_an_estimate_could_be_on_the_wrong_side(
    dial: Dial, size: int, counts: int
) -> None:
    assert await send(dial, of_bytes(size, HAIKU)) == (None, counts, 1)


async def test_a_request_that_passes_the_price_step_is_sent_and_logged(
    dial: Dial, caplog: pytest.LogCaptureFixture
) -> None:
    assert await send(dial, of_bytes(250_000, HAIKU), lambda _: counted(STEP + 1)) == (None, 1, 1)
    assert "has 100001 tokens: above 100000 each costs 5 times as much" in caplog.text


async def test_of_a_model_that_is_not_listed_nothing_is_asked(dial: Dial) -> None:
    assert await send(dial, of_bytes(2_500_000, "some-local-model")) == (None, 0, 1)


@pytest.mark.parametrize(
    "answer",
    [
        rejected(404, "not_found_error"),
        rejected(405),
        rejected(413, "request_too_large"),
        server_error(501),
        server_error(),
        rate_limited(3_600),
        text("no JSON"),
        text("[1]"),
        text("null"),
        text("{}"),
        text('{"input_tokens": "many"}'),
        text('{"input_tokens": -5}'),
    ],
    ids=lambda answer: f"{answer.status} {answer.text[:24]}",
)
async def test_a_server_that_does_not_count_is_asked_all_the_same(dial: Dial, answer: Answer) -> None:
    assert await send(dial, of_bytes(2_000_000), lambda _: answer) == (None, 1, 1)


async def test_a_server_that_counts_for_ever_does_not_outlast_the_one_who_asks(dial: Dial) -> None:
    with ScriptedClaude(lambda _: findings(), count=lambda _: slow(threading.Event(), before_headers=True)) as server:
        async with dial(server) as claude:
            asking = asyncio.create_task(claude.send(of_bytes(2_000_000)))
            await server.until(lambda: bool(server.counted))
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            await server.until(lambda: server.counted[0].closed_by_client)
        assert not server.requests


async def test_the_same_prompt_is_counted_that_would_be_sent(dial: Dial) -> None:
    with ScriptedClaude(lambda _: findings(), api_key=CANARY) as server:
        async with dial(server) as claude:
            await claude.send(of_bytes(2_000_000))
        counting, sending = server.counted[0].body, server.requests[0].body
    assert counting == {name: value for name, value in sending.items() if name not in {"max_tokens", "stream"}}


async def test_tools_and_what_they_gave_are_counted_with_the_rest(dial: Dial) -> None:
    request = replace(ask_for(), tools=(GREP,))
    with ScriptedClaude(by_turn(asks({**read(), "id": "toolu_1"}), findings())) as server:
        async with dial(server) as claude:
            said = (await claude.send(request)).said
            for size in (1_300_000, 1_400_000):
                given = ToolResult("toolu_1", "x" * size)
                await claude.send(replace(request, turns=(Turn(said, (given,)),)))
    [counted_body] = [seen.body for seen in server.counted]
    assert len(server.requests) == 3
    sent = server.requests[-1].body
    assert counted_body == {name: value for name, value in sent.items() if name not in {"max_tokens", "stream"}}
