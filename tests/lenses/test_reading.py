from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import Side
from app.core.findings.finding import Claim, Pointer, Severity, Source
from app.core.model import FailureKind, ModelFailed, Reply, Usage
from app.lenses.correctness import read
from app.lenses.findings import FINDINGS, OLD_CONFIDENCE, REPLY_BYTES, TEXT_CHARACTERS, TITLE_CHARACTERS
from tests.claude_answers import claiming_success, evil, finding, findings, huge, malformed, schema_breaking


def a_reply(text: str) -> Reply:
    return Reply(
        digest="d",
        text=text,
        model="claude-sonnet-5-5",
        stop_reason="end_turn",
        usage=Usage(),
        request_id="",
        seconds=0.0,
    )


def read_text(text: str) -> list[Claim]:
    return read(a_reply(text))


def read_one(**fields: Any) -> Claim:
    (claim,) = read_text(findings(finding(**fields)).text)
    return claim


def refused(text: str) -> str:
    with pytest.raises(ModelFailed) as failed:
        read_text(text)
    assert failed.value.failure.kind is FailureKind.MALFORMED
    return failed.value.failure.detail


def test_a_finding_becomes_a_claim_whose_body_is_trigger_and_consequence() -> None:
    assert read_one(start_line=3, end_line=5, side="L") == Claim(
        path="src/pay.py",
        side=Side.LEFT,
        start_line=3,
        line=5,
        quote="x = 1",
        severity=Severity.HIGH,
        category="logic",
        confidence=90,
        title="Wrong sum",
        body="An order of two items.\n\nThe customer pays for one.",
        source=Source.MODEL,
    )


def test_the_changed_line_that_enables_a_fault_is_read_with_its_number_and_quote_in_order() -> None:
    place = {"path": " src/tax.py ", "side": "L", "line": 7.0, "quote": "\n  def tax(price):\r\n    return 0"}
    assert read_one(enabled_by=place).enabled_by == Pointer("src/tax.py", Side.LEFT, 7, "  def tax(price):")
    assert read_one(enabled_by={**place, "line": -3}).enabled_by == Pointer(
        "src/tax.py", Side.LEFT, None, "  def tax(price):"
    )


def test_that_no_line_enables_it_may_be_said_or_left_out() -> None:
    left_out = {name: value for name, value in finding().items() if name != "enabled_by"}
    assert read_one(enabled_by=None).enabled_by is None
    assert [claim.enabled_by for claim in read_text(findings(left_out).text)] == [None]


@pytest.mark.parametrize("place", ["src/tax.py", {"path": "a"}, {"path": "a", "side": "R", "line": 1, "quote": None}])
def test_an_enabling_line_in_another_form_makes_the_reply_malformed(place: object) -> None:
    refused(findings(finding(enabled_by=place)).text)


def test_no_findings_are_no_claims() -> None:
    assert read_text('{"findings": []}') == []


@pytest.mark.parametrize(
    ("numbers", "lines"),
    [
        ((7, 7), (None, 7)),
        ((9, 7), (7, 9)),
        ((0, 7), (None, 7)),
        ((7, -1), (None, 7)),
        ((-3, 0), (None, None)),
        ((7.0, 10**300), (None, 7)),
    ],
)
def test_odd_line_numbers_cost_only_themselves(
    numbers: tuple[float, float], lines: tuple[int | None, int | None]
) -> None:
    claim = read_one(start_line=numbers[0], end_line=numbers[1])
    assert (claim.start_line, claim.line) == lines


@pytest.mark.parametrize(("said", "taken"), [(101, 100), (-1, 0), (87.6, 87), (10**30, 100), (0, 0)])
def test_confidence_is_put_between_0_and_100(said: float, taken: int) -> None:
    assert read_one(confidence=said).confidence == taken


def test_a_number_beyond_all_bounds_is_clamped_too() -> None:
    text = findings(finding(confidence=4711)).text.replace("4711", "1e999")
    assert read_text(text)[0].confidence == 100


def test_one_odd_number_does_not_cost_the_other_findings() -> None:
    many = [finding(title=f"Fault {number}") for number in range(20)]
    many[7]["confidence"], many[8]["start_line"] = 1e6, -4
    assert len(read_text(findings(*many).text)) == 20


def test_what_was_there_before_is_kept_with_little_confidence_and_says_so() -> None:
    claim = read_one(introduced_by_pr=False)
    assert claim.confidence == OLD_CONFIDENCE
    assert "before the change" in claim.body
    assert read_one(introduced_by_pr=False, confidence=5).confidence == 5


@pytest.mark.parametrize(
    ("quote", "first_line"),
    [
        ("    return x\r\n    y", "    return x"),
        ("\n\n\tif a:", "\tif a:"),
        ("a\x00b\x1b", "a\ufffdb\ufffd"),
        ("  \n", ""),
        ("x\r", "x"),
    ],
)
def test_the_quote_is_the_first_line_that_says_something_with_its_indentation(quote: str, first_line: str) -> None:
    assert read_one(quote=quote).quote == first_line


def test_long_texts_are_cut_and_a_missing_title_is_replaced() -> None:
    claim = read_one(title="t" * 10_000, trigger="x" * 10_000, consequence="")
    assert len(claim.title) == TITLE_CHARACTERS
    assert len(claim.body) == TEXT_CHARACTERS
    assert read_one(title=" \n ").title == "Unnamed logic finding"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I found nothing.",
        "null",
        "[]",
        "{}",
        '{"findings": null}',
        '{"findings": [[]]}',
        malformed().text,
        schema_breaking().text,
        claiming_success().text,
        findings(finding(extra=1)).text,
        findings({"path": "a"}).text,
        findings(finding(confidence="high")).text,
        findings(finding(confidence=True)).text,
        findings(finding(suggestion="rm -rf /")).text,
        findings(finding(category="unheard-of")).text,
        "[" * 200_000,
        '{"findings": ' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"findings": [], "n": ' + "9" * 5_000 + "}",
    ],
)
def test_a_reply_of_the_wrong_form_is_malformed_never_empty(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_malformed(constant: str) -> None:
    assert constant in refused(findings(finding(confidence=4711)).text.replace("4711", constant))


@pytest.mark.parametrize("escaped", ["\\ud800", "\\udc00x", "\\ud83d \\ude00"])
def test_a_lone_surrogate_is_malformed_and_a_pair_is_not(escaped: str) -> None:
    assert "surrogate" in refused(findings(finding(title="MARK")).text.replace("MARK", escaped))
    paired = findings(finding(title="MARK")).text.replace("MARK", "\\ud83d\\ude00")
    assert read_text(paired)[0].title == "😀"


def test_more_than_5_mb_are_malformed_and_less_is_not() -> None:
    assert "bytes" in refused(huge(REPLY_BYTES).text)
    assert "bytes" in refused(json.dumps({"findings": [finding(title="é" * (REPLY_BYTES // 2))]}, ensure_ascii=False))
    assert len(read_text(huge(REPLY_BYTES - 10_000).text)[0].title) == TITLE_CHARACTERS


def test_more_than_500_findings_are_malformed_and_that_is_found_out_fast() -> None:
    assert len(read_text(findings(*[finding()] * FINDINGS).text)) == FINDINGS
    many = findings(*[finding()] * 15_000).text
    started = time.monotonic()
    assert str(FINDINGS) in refused(many)
    assert time.monotonic() - started < 2


def test_nothing_the_model_wrote_stands_in_the_failure_s_detail() -> None:
    assert "canary" not in refused(findings(finding(category="canary", canary="canary")).text)


def test_an_evil_reply_gives_claims_that_can_be_stored_and_shown_by_those_who_escape() -> None:
    claims = read_text(evil().text)
    assert len(claims) == 7
    for claim in claims:
        assert 0 <= claim.confidence <= 100
        assert claim.suggestion is None
        assert claim.rule is None
        assert claim.source is Source.MODEL
        shown = claim.path + claim.quote + claim.title + claim.body
        assert "\x00" not in shown
        assert "\x1b" not in shown
        shown.encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*finding(), "other"]), json_values, max_size=4))
def test_whatever_comes_there_are_sound_claims_or_a_named_failure(changes: dict[str, Any]) -> None:
    text = findings(finding(**changes)).text
    try:
        (claim,) = read_text(text)
    except ModelFailed:
        assert refused(text)
        return
    assert 0 <= claim.confidence <= 100
    assert claim.title
    assert claim.start_line is None or (claim.line is not None and claim.start_line < claim.line)
