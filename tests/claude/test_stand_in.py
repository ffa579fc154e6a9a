from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from app.claude.calibration import Calibrated, Sample
from app.claude.client import Claude
from app.claude.memory.memo import Remembered
from app.claude.memory.recorded import Recorded
from app.claude.stand_in import StandIn
from app.core.model import FailureKind, ModelFailed, Usage
from app.core.prices import DEFAULT_MODELS, LISTED, STAND_INS, find_stand_in
from tests.claude.world import Shelf, ask_for
from tests.claude_answers import (
    Answer,
    End,
    Script,
    ends,
    findings,
    in_turn,
    overloaded,
    refusal,
    rejected,
    truncated,
    unauthorized,
)
from tests.claude_server import ScriptedClaude

Dial = Callable[..., Claude]
ASKED, STAND_IN = "claude-sonnet-5-5", "claude-opus-5-5"


def by_model(**answers: Answer) -> Script:
    """What `asked` answers, and what `stand_in` does."""
    named = {ASKED: answers["asked"], STAND_IN: answers["stand_in"]}
    return lambda body: named[body["model"]]


def asked_of(server: ScriptedClaude) -> list[str]:
    return [seen.body["model"] for seen in server.requests]


async def test_what_one_model_refuses_another_answers_and_both_are_paid(dial: Dial) -> None:
    request = ask_for()
    with ScriptedClaude(by_model(asked=refusal(), stand_in=findings())) as server:
        async with dial(server) as claude:
            reply = await StandIn(claude.send)(request)
    assert asked_of(server) == [ASKED, STAND_IN]
    assert (reply.digest, reply.model, reply.text) == (request.digest, STAND_IN, findings().text)
    (refused,) = reply.also_paid
    assert (refused.model, refused.usage.calls, reply.usage.calls) == (ASKED, 1, 1)
    assert refused.usage.input_tokens == reply.usage.input_tokens > 0
    first, second = server.requests
    assert {**first.body, "model": STAND_IN} == second.body


async def test_what_both_refuse_stays_refused_and_nobody_else_is_asked(dial: Dial) -> None:
    with ScriptedClaude(lambda _: refusal()) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as failed:
                await StandIn(claude.send)(ask_for())
    assert asked_of(server) == [ASKED, STAND_IN]
    assert failed.value.failure.kind is FailureKind.REFUSED
    assert [paid.model for paid in failed.value.failure.paid] == [ASKED, STAND_IN]


@pytest.mark.parametrize(
    ("stand_in", "kind", "passing"),
    [
        (overloaded(), FailureKind.OVERLOADED, True),
        (truncated(), FailureKind.TRUNCATED, False),
        (unauthorized(), FailureKind.REFUSED, False),
        (rejected(404, "not_found_error"), FailureKind.REFUSED, False),
    ],
)
async def test_a_stand_in_that_fails_tells_why_unless_it_was_never_to_be_had(
    dial: Dial, stand_in: Answer, kind: FailureKind, passing: bool
) -> None:
    with ScriptedClaude(by_model(asked=refusal(), stand_in=stand_in)) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as failed:
                await StandIn(claude.send)(ask_for())
    assert (failed.value.failure.kind, failed.value.failure.passing) == (kind, passing)
    assert failed.value.failure.paid[0].model == ASKED


@pytest.mark.parametrize("answer", [truncated(), overloaded(), rejected()])
async def test_only_a_refusal_goes_to_another_model(dial: Dial, answer: Answer) -> None:
    with ScriptedClaude(lambda _: answer) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed):
                await StandIn(claude.send)(ask_for())
    assert set(asked_of(server)) == {ASKED}


async def test_a_model_that_nobody_listed_has_no_stand_in(dial: Dial) -> None:
    with ScriptedClaude(lambda _: refusal()) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as failed:
                await StandIn(claude.send)(ask_for(model="qwen3-coder"))
    assert asked_of(server) == ["qwen3-coder"]
    assert failed.value.failure.kind is FailureKind.REFUSED


def test_every_listed_model_has_a_priced_stand_in_that_is_another() -> None:
    assert set(STAND_INS) == set(LISTED.prices) >= set(DEFAULT_MODELS.values())
    for model, other in STAND_INS.items():
        assert other in LISTED.prices
        assert other != model
        assert find_stand_in(f"{model}-20261001") == other


async def test_the_beginning_is_announced_once_though_two_models_begin(dial: Dial) -> None:
    started: list[str] = []
    with ScriptedClaude(by_model(asked=refusal(), stand_in=findings())) as server:
        async with dial(server) as claude:
            await StandIn(claude.send)(ask_for(), on_start=lambda: started.append("started"))
    assert started == ["started"]


async def test_a_stand_in_s_reply_is_kept_as_the_answer_to_what_was_asked(dial: Dial) -> None:
    shelf, request = Shelf(), ask_for()
    with ScriptedClaude(by_model(asked=refusal(), stand_in=findings())) as server:
        async with dial(server) as claude:
            ask = Remembered(StandIn(claude.send), shelf)
            await ask(request)
            again = await ask(request)
    assert len(server.requests) == 2
    assert (again.stored, again.model, again.usage, again.also_paid) == (True, STAND_IN, Usage(), ())


async def test_a_recorded_reply_tells_again_what_both_were_paid(dial: Dial, tmp_path: Path) -> None:
    with ScriptedClaude(by_model(asked=refusal(), stand_in=findings())) as server:
        async with dial(server) as claude:
            reply = await Recorded(tmp_path, StandIn(claude.send))(ask_for())
    assert await Recorded(tmp_path, None)(ask_for()) == reply
    assert reply.also_paid


async def test_a_stand_in_s_tokens_are_no_sample_of_the_model_that_was_asked(dial: Dial) -> None:
    samples: list[Sample] = []

    async def record(sample: Sample) -> None:
        samples.append(sample)

    with ScriptedClaude(by_model(asked=refusal(), stand_in=findings())) as server:
        async with dial(server) as claude:
            await Calibrated(StandIn(claude.send), record)(ask_for())
    assert samples == []


@pytest.mark.parametrize("answer", [truncated(), refusal(), Answer(stop_reason="tool_use")])
async def test_a_failed_call_tells_what_it_cost(dial: Dial, answer: Answer) -> None:
    with ScriptedClaude(lambda _: answer) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as failed:
                await claude.send(ask_for())
        counted, _ = server.cache.look_up(server.requests[0].body)
    (paid,) = failed.value.failure.paid
    assert (paid.model, paid.usage.calls, paid.usage.input_tokens) == (ASKED, 1, counted["input_tokens"])
    assert (LISTED.price(paid.model, paid.usage) or Decimal(0)) > 0


async def test_every_attempt_that_began_is_paid(dial: Dial) -> None:
    with ScriptedClaude(in_turn(overloaded(), ends(End.ABORT), overloaded(), ends(End.CLEAN_EOF))) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as failed:
                await claude.send(ask_for())
    assert [paid.usage.calls for paid in failed.value.failure.paid] == [2]


async def test_a_call_that_never_began_cost_nothing(dial: Dial) -> None:
    with ScriptedClaude(lambda _: overloaded()) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as failed:
                await claude.send(ask_for())
    assert failed.value.failure.paid == ()


async def test_callers_who_share_a_failure_pay_for_it_once(dial: Dial) -> None:
    gate = threading.Event()
    with ScriptedClaude(lambda _: replace(truncated(), after_start=gate)) as server:
        async with dial(server) as claude:
            ask = Remembered(claude.send, Shelf())
            asking = [asyncio.create_task(ask(ask_for())) for _ in range(3)]
            await server.until(lambda: bool(server.requests))
            gate.set()
            outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert len(server.requests) == 1
    assert [isinstance(outcome, ModelFailed) for outcome in outcomes] == [True] * 3
    paid = [paid for outcome in outcomes if isinstance(outcome, ModelFailed) for paid in outcome.failure.paid]
    assert [one.usage.calls for one in paid] == [1]
