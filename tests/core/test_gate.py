from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.plan import LeftOut
from app.core.findings.finding import Severity
from app.core.gate.policy import BlockOn, Mode, ModelUse, Policy, PolicyFault
from app.core.gate.verdict import NO_MODEL_REASON, Conclusion, GateFacts, Situation, blocks, decide
from tests.build import a_coverage, a_finding

GATE = Policy()
ADVISORY = Policy(mode=Mode.ADVISORY)
OPTIONAL = Policy(model=ModelUse.OPTIONAL)
BLOCKING = a_finding(1, blocking=True)
UNREAD = LeftOut("app/pay.py", 4, "the model was overloaded", excused=False)
EXCUSED = LeftOut("vendor/x.py", 4, "excluded by `vendor/**`", excused=True)
NO_MODEL = LeftOut("app/pay.py", 10, NO_MODEL_REASON, excused=False)
BINARY = LeftOut("logo.png", 0, "binary", excused=False)
FAULT = PolicyFault(".github/lintel.yml", 3, 7, "unknown key `mod`")


@pytest.mark.parametrize(
    ("facts", "conclusion", "situation"),
    [
        pytest.param(
            GateFacts(policy=GATE, coverage=a_coverage()), "success", "clean", id="all read, nothing blocking"
        ),
        pytest.param(
            GateFacts(policy=GATE, coverage=a_coverage(), findings=[a_finding()]),
            "success",
            "clean",
            id="mild findings",
        ),
        pytest.param(
            GateFacts(policy=GATE, coverage=a_coverage(), findings=[BLOCKING]), "failure", "blocking", id="blocking"
        ),
        pytest.param(
            GateFacts(policy=ADVISORY, coverage=a_coverage(), findings=[BLOCKING]),
            "neutral",
            "blocking",
            id="blocking, advisory",
        ),
        pytest.param(
            GateFacts(policy=GATE, coverage=a_coverage(10, 6, UNREAD), passing=True),
            "action_required",
            "unread",
            id="a chunk was not read",
        ),
        pytest.param(
            GateFacts(policy=ADVISORY, coverage=a_coverage(10, 6, UNREAD)), "neutral", "unread", id="unread, advisory"
        ),
        pytest.param(
            GateFacts(policy=GATE, coverage=a_coverage(10, 6, EXCUSED)), "success", "clean", id="the base excuses it"
        ),
        pytest.param(
            GateFacts(policy=GATE, coverage=a_coverage(10, 10, BINARY)), "action_required", "unread", id="binary"
        ),
        pytest.param(
            GateFacts(policy=GATE, coverage=a_coverage(10, 0, NO_MODEL), model_configured=False),
            "action_required",
            "unread",
            id="no model, required",
        ),
        pytest.param(
            GateFacts(policy=OPTIONAL, coverage=a_coverage(10, 0, NO_MODEL), model_configured=False),
            "success",
            "no_model",
            id="no model, optional",
        ),
        pytest.param(
            GateFacts(policy=OPTIONAL, coverage=a_coverage(10, 0, NO_MODEL, BINARY), model_configured=False),
            "action_required",
            "unread",
            id="optional excuses only the missing model",
        ),
        pytest.param(
            GateFacts(policy=OPTIONAL, coverage=a_coverage(10, 6, UNREAD)),
            "action_required",
            "unread",
            id="optional does not excuse a model that failed",
        ),
        pytest.param(
            GateFacts(policy=GATE, obstacle="The change could not be fetched."),
            "action_required",
            "not_done",
            id="could not be made",
        ),
        pytest.param(GateFacts(policy=FAULT), "failure", "policy_fault", id="policy invalid"),
        pytest.param(
            GateFacts(policy=FAULT, ended=Situation.SUPERSEDED), "cancelled", "superseded", id="superseded comes first"
        ),
        pytest.param(GateFacts(policy=GATE, ended=Situation.CLOSED), "cancelled", "closed", id="closed"),
    ],
)
def test_each_situation_has_its_conclusion(facts: GateFacts, conclusion: str, situation: str) -> None:
    verdict = decide(facts)

    assert (verdict.conclusion, verdict.situation) == (conclusion, situation)
    assert verdict.reasons


def test_a_blocking_finding_and_unread_lines_are_both_told() -> None:
    verdict = decide(GateFacts(policy=GATE, findings=[BLOCKING], coverage=a_coverage(10, 6, UNREAD)))

    assert verdict.reasons == (
        "1 finding must be dealt with: F1.",
        "4 changed lines in 1 file not reviewed: the model was overloaded.",
    )


def test_the_invalid_policy_is_told_with_its_place() -> None:
    assert decide(GateFacts(policy=FAULT)).reasons == (
        "The policy cannot be used: .github/lintel.yml:3:7: unknown key `mod`.",
    )


@given(
    left_out=st.lists(
        st.builds(
            LeftOut,
            path=st.sampled_from(["a", "b"]),
            lines=st.integers(0, 9),
            reason=st.sampled_from(["the model was overloaded", "binary", NO_MODEL_REASON]),
            excused=st.booleans(),
        ),
        max_size=4,
    ),
    blocking=st.booleans(),
    obstacle=st.one_of(st.none(), st.just("It broke.")),
    model=st.sampled_from(list(ModelUse)),
)
def test_promise_1_no_false_green(
    left_out: list[LeftOut], blocking: bool, obstacle: str | None, model: ModelUse
) -> None:
    facts = GateFacts(
        policy=Policy(model=model),
        coverage=a_coverage(10, 5, *left_out),
        findings=[a_finding(blocking=blocking)],
        obstacle=obstacle,
    )
    verdict = decide(facts)

    tolerated = {NO_MODEL_REASON} if model is ModelUse.OPTIONAL else set()
    unaccounted = [item for item in left_out if not item.excused and item.reason not in tolerated]
    # Neither `neutral` nor `skipped`: GitHub counts both as a pass.
    if blocking or obstacle or unaccounted:
        assert verdict.conclusion in {Conclusion.FAILURE, Conclusion.ACTION_REQUIRED}
    else:
        assert verdict.conclusion is Conclusion.SUCCESS


@pytest.mark.parametrize(
    ("block_on", "severities"),
    [
        (BlockOn.CRITICAL, {"critical"}),
        (BlockOn.HIGH, {"critical", "high"}),
        (BlockOn.LOW, {"critical", "high", "medium", "low"}),
        (BlockOn.NEVER, set()),
    ],
)
def test_the_policy_says_which_severities_block(block_on: BlockOn, severities: set[str]) -> None:
    policy = Policy(block_on=block_on)

    assert {severity for severity in Severity if blocks(a_finding(severity=severity).claim, policy)} == severities


def test_a_claim_its_finder_doubts_does_not_block() -> None:
    assert blocks(a_finding(confidence=60).claim, GATE)
    assert not blocks(a_finding(confidence=59).claim, GATE)
