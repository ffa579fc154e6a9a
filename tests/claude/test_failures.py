from __future__ import annotations

import json
import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace

import httpx2
import pytest

from app.claude import failures
from app.claude.client import Claude, connect
from app.claude.failures import miss
from app.claude.retries import Retries
from app.core.model import FailureKind, ModelFailed
from tests.claude.world import CANARY, Clock, ask_for
from tests.claude_answers import (
    Answer,
    End,
    Script,
    ends,
    error_event,
    findings,
    in_turn,
    overloaded,
    rate_limited,
    refusal,
    rejected,
    server_error,
    slow,
    spend_limit,
    text,
    truncated,
    unauthorized,
)
from tests.claude_server import ScriptedClaude

Dial = Callable[..., Claude]
K = FailureKind
CASES: list[tuple[str, Answer, FailureKind, int, bool]] = [
    ("429", rate_limited(), K.RATE_LIMITED, 4, True),
    ("429 with a short wait", rate_limited(3), K.RATE_LIMITED, 4, True),
    ("429 with a long wait", rate_limited(121), K.RATE_LIMITED, 1, True),
    ("429 not to be retried", replace(rate_limited(), headers={"x-should-retry": "false"}), K.RATE_LIMITED, 1, True),
    ("spend limit", spend_limit(), K.SPEND_LIMIT, 1, True),
    ("contract's limit", spend_limit("contract_spend_limit_reached"), K.SPEND_LIMIT, 1, True),
    ("unpaid", rejected(402, "billing_error"), K.SPEND_LIMIT, 1, True),
    ("529", overloaded(), K.OVERLOADED, 4, True),
    ("500", server_error(), K.SERVER_ERROR, 4, True),
    ("503", server_error(503), K.SERVER_ERROR, 4, True),
    ("408", rejected(408, "timeout_error"), K.TIMEOUT, 4, True),
    ("409", rejected(409, "conflict_error"), K.SERVER_ERROR, 4, True),
    ("400", rejected(), K.REJECTED, 1, False),
    ("401", unauthorized(), K.UNAUTHORIZED, 1, True),
    ("403", rejected(403, "permission_error"), K.UNAUTHORIZED, 1, True),
    ("404", rejected(404, "not_found_error"), K.REJECTED, 1, False),
    ("413", rejected(413, "request_too_large"), K.TOO_LONG, 1, False),
    ("llama.cpp's 400", rejected(400, "exceed_context_size_error"), K.TOO_LONG, 1, False),
    ("a type nobody knows", rejected(418, "teapot_error"), K.REJECTED, 1, False),
    ("overloaded within", error_event(), K.OVERLOADED, 4, True),
    ("broken within", error_event("api_error"), K.SERVER_ERROR, 4, True),
    ("limited within", error_event("rate_limit_error"), K.RATE_LIMITED, 4, True),
    ("a proxy's page", Answer(status=502, end=End.GARBAGE, garbage="<html>Bad Gateway"), K.SERVER_ERROR, 4, True),
    ("a page of nobody", Answer(status=404, end=End.GARBAGE, garbage=""), K.REJECTED, 1, False),
    ("socket reset before", ends(End.HANG_UP), K.CONNECTION, 4, True),
    ("late within", error_event("timeout_error"), K.TIMEOUT, 4, True),
    ("rejected within", error_event("invalid_request_error"), K.REJECTED, 1, False),
    ("socket reset within", ends(End.ABORT), K.INCOMPLETE, 4, True),
    ("clean end within", ends(End.CLEAN_EOF), K.INCOMPLETE, 4, True),
    ("all text, no message_stop", ends(End.CLEAN_EOF, cut_at=None), K.INCOMPLETE, 4, True),
    ("garbage within", ends(End.GARBAGE), K.MALFORMED, 1, False),
    ("max_tokens", truncated(), K.TRUNCATED, 1, False),
    ("refusal", refusal(), K.REFUSED, 1, False),
    ("window", Answer(stop_reason="model_context_window_exceeded"), K.TOO_LONG, 1, False),
    ("tool_use", Answer(stop_reason="tool_use"), K.UNEXPECTED, 1, False),
    ("pause_turn", Answer(stop_reason="pause_turn"), K.UNEXPECTED, 1, False),
    ("stop_sequence", Answer(stop_reason="stop_sequence"), K.UNEXPECTED, 1, False),
    ("a reason nobody knows", Answer(stop_reason="boredom"), K.UNEXPECTED, 1, False),
    ("no text", text(""), K.MALFORMED, 1, False),
    ("blank text", text(" \n"), K.MALFORMED, 1, False),
]


@pytest.mark.parametrize(
    ("answer", "kind", "asked", "passing"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
async def test_every_failure_has_its_name_and_is_asked_again_only_where_that_helps(
    dial: Dial,
    answer: Answer,
    kind: FailureKind,
    asked: int,
    passing: bool,
) -> None:
    with ScriptedClaude(lambda _: answer) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as failed:
                await claude.send(ask_for())
    assert failed.value.failure.kind is kind, failed.value
    assert failed.value.failure.passing is passing
    assert len(server.requests) == asked


@pytest.mark.parametrize(
    "answer", [rate_limited(), overloaded(), server_error(), error_event(), ends(End.ABORT), ends(End.CLEAN_EOF)]
)
async def test_what_passes_ends_in_a_whole_reply(dial: Dial, answer: Answer) -> None:
    with ScriptedClaude(in_turn(answer, answer, findings())) as server:
        async with dial(server) as claude:
            assert (await claude.send(ask_for())).text == findings().text


def test_the_table_of_failures_names_every_kind_as_the_program_takes_it() -> None:
    rows = [line.strip("| ").split(" | ") for line in (failures.__doc__ or "").splitlines() if line.startswith("| ")]
    told = {(kind, again.partition(";")[0].partition(",")[0], passing) for _, kind, again, passing in rows[2:]}
    # The last is no model's doing: it is a review that left a question open.
    missed = {kind: miss(kind, "") for kind in FailureKind if kind is not FailureKind.UNANSWERED}
    word = {True: "yes", False: "no"}
    assert told == {(kind, word[one.again], word[one.failure.passing]) for kind, one in missed.items()}
    # No server tells what the program itself finds: loops without end, money that is spent, what it is not to ask.
    own = {FailureKind.ENDLESS, FailureKind.BUDGET, FailureKind.UNASKED}
    assert {kind for _, _, kind, *_ in CASES} == set(missed) - own


def _event(kind: str, **fields: object) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n"


STRANGE = [
    "event: content_block_delta\ndata: {broken\n\n",
    "event: content_block_delta\ndata: [1]\n\n",
    "event: message_delta\ndata: null\n\n",
    "event: message_delta\ndata: 7\n\n",
    _event("content_block_delta", index=7, delta={"type": "text_delta", "text": "x"}),
    _event("content_block_delta", index=0, delta=None),
    _event("content_block_delta", index=0, delta={"type": "text_delta", "text": None}),
    _event("content_block_start", index=0, content_block=None),
    _event("content_block_start", index=1, content_block={"type": "text", "text": 7}) + _event("message_stop"),
    _event("message_delta", delta={"stop_reason": ["end_turn"]}, usage={"output_tokens": 1}) + _event("message_stop"),
    _event("message_delta", delta={"stop_reason": "end_turn"}) + _event("message_stop"),
    _event("message_delta", delta={"stop_reason": 7}, usage={"output_tokens": "many"}) + _event("message_stop"),
    _event("message_start", message=None),
    _event("message_stop"),
    _event("error"),
    _event("error", error=["overloaded_error"]),
    _event("error", error={"type": {}, "message": [], "details": 3}),
    "event: error\ndata: no JSON\n\n",
    "\x00\x00\n\n",
]


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # the SDK's own, on what it does not check
@pytest.mark.parametrize("garbage", STRANGE)
async def test_whatever_a_stream_holds_it_ends_in_a_named_failure(dial: Dial, garbage: str) -> None:
    with ScriptedClaude(lambda _: Answer(end=End.GARBAGE, garbage=garbage)) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed):
                await claude.send(ask_for())


async def test_an_interrupted_answer_s_tokens_are_counted_with_those_of_the_next(dial: Dial) -> None:
    with ScriptedClaude(in_turn(ends(End.ABORT), findings())) as server:
        async with dial(server) as claude:
            usage = (await claude.send(ask_for())).usage
        alone = server.cache.look_up(server.requests[0].body)[0]["input_tokens"]
    assert usage.calls == 2
    assert usage.input_tokens == 2 * alone


async def test_silence_within_the_answer_is_a_timeout(dial: Dial) -> None:
    with ScriptedClaude(lambda _: ends(End.SILENCE)) as server:
        async with dial(server, read_s=0.1) as claude:
            with pytest.raises(ModelFailed) as failed:
                await claude.send(ask_for())
        await server.until(lambda: all(seen.closed_by_client for seen in server.requests))
    assert failed.value.failure.kind is FailureKind.TIMEOUT


@pytest.mark.parametrize(("limit", "before_headers"), [("read_s", True), ("answer_s", True), ("answer_s", False)])
async def test_an_answer_that_does_not_come_in_time_is_a_timeout(
    dial: Dial,
    limit: str,
    before_headers: bool,
) -> None:
    with ScriptedClaude(lambda _: slow(threading.Event(), before_headers=before_headers)) as server:
        async with dial(server, **{limit: 0.5}) as claude:
            with pytest.raises(ModelFailed) as failed:
                await claude.send(ask_for())
        assert len(server.requests) == 4
    assert failed.value.failure.kind is FailureKind.TIMEOUT


async def test_nobody_listening_is_a_failed_connection(clock: Clock) -> None:
    with ScriptedClaude(lambda _: findings()) as server:
        gone = server.base_url
    async with connect(CANARY, gone, retries=Retries(jitter=lambda: 0.0, sleep=clock.sleep, clock=clock)) as claude:
        with pytest.raises(ModelFailed) as failed:
            await claude.send(ask_for())
    assert failed.value.failure.kind is FailureKind.CONNECTION
    assert failed.value.failure.passing
    assert len(clock.pauses) == 3


async def test_an_endless_answer_is_cut_off(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.claude.arrival.REPLY_CHARACTERS", 1_000)
    with ScriptedClaude(lambda _: Answer(text="x" * 100_000, piece=100)) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as failed:
                await claude.send(ask_for())
    assert failed.value.failure.kind is FailureKind.MALFORMED


@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.999])
async def test_pauses_grow_and_stay_between_one_and_thirty_seconds(dial: Dial, clock: Clock, jitter: float) -> None:
    with ScriptedClaude(lambda _: overloaded()) as server:
        async with dial(server, jitter=jitter) as claude:
            with pytest.raises(ModelFailed):
                await claude.send(ask_for())
    assert clock.pauses == [1 + jitter * (longest - 1) for longest in (2, 4, 8)]
    assert all(1 <= pause <= 30 for pause in clock.pauses)


async def test_the_server_s_wait_is_kept_and_told_when_it_is_too_long(dial: Dial, clock: Clock) -> None:
    with ScriptedClaude(in_turn(rate_limited(17.5), rate_limited(600))) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as failed:
                await claude.send(ask_for())
    assert clock.pauses == [17.5]
    assert failed.value.failure.retry_after_s == 600


@pytest.mark.parametrize("nonsense", ["soon", "-5", "nan", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT", ""])
async def test_a_wait_that_is_no_number_of_seconds_counts_as_none(dial: Dial, clock: Clock, nonsense: str) -> None:
    with ScriptedClaude(in_turn(rate_limited(nonsense), findings())) as server:
        async with dial(server) as claude:
            await claude.send(ask_for())
    assert clock.pauses == [1.0]


async def test_patience_ends_before_a_pause_that_would_exceed_it(dial: Dial, clock: Clock) -> None:
    with ScriptedClaude(lambda _: rate_limited(100)) as server:
        async with dial(server, patience_s=150) as claude:
            with pytest.raises(ModelFailed):
                await claude.send(ask_for())
    assert clock.pauses == [100]
    assert len(server.requests) == 2


def _echoes() -> list[Script]:
    echo = f"{CANARY}\n\x1b[31m Authorization: Bearer {CANARY}"
    return [
        lambda _: unauthorized(echo),
        lambda _: rejected(400, f"bad_{CANARY}", echo),
        lambda _: replace(error_event(f"bad_{CANARY}"), message=echo),
        lambda _: Answer(stop_reason=CANARY),
        lambda _: replace(overloaded(), message=echo),
    ]


@pytest.mark.parametrize("script", _echoes())
async def test_the_key_stands_in_no_error_log_or_repr_even_if_the_server_echoes_it(
    dial: Dial, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedClaude(script) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as failed:
                await claude.send(ask_for())
            error = failed.value
            shown = [repr(claude), str(error), repr(error), repr(error.failure), *traceback.format_exception(error)]
    assert error.__context__ is None
    assert "\n" not in error.failure.detail
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("app.")]
    assert ours
    assert not [line for line in (*shown, *ours) if CANARY in line]


async def test_not_even_the_libraries_log_the_key(dial: Dial, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            await claude.send(ask_for())
    assert server.requests[0].headers["authorization"] == f"Bearer {CANARY}"
    assert {record.name.partition(".")[0] for record in caplog.records} >= {"anthropic", "httpcore2"}
    assert CANARY not in caplog.text


@pytest.mark.parametrize("field", [{"temperature": 1}, {"messages": [{"role": "assistant", "content": "{"}]}])
async def test_the_scripted_claude_answers_400_to_what_the_real_one_refuses(field: dict[str, object]) -> None:
    good = {"model": "m", "max_tokens": 1, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    headers = {"authorization": "Bearer x", "anthropic-version": "2026-10-21"}
    with ScriptedClaude(lambda _: findings()) as server:
        async with httpx2.AsyncClient(base_url=server.base_url, headers=headers) as raw:
            assert (await raw.post("/v1/messages", json=good)).status_code == 200
            refused = await raw.post("/v1/messages", json=good | field)
            assert (await raw.post("/v1/messages", json=good, headers={"authorization": ""})).status_code == 401
    assert refused.status_code == 400
    assert refused.json()["error"]["type"] == "invalid_request_error"
