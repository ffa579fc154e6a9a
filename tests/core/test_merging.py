from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import Side
from app.core.findings.finding import Anchor, Claim, Finding, Placed, Placement, Severity, Source
from app.core.findings.merging import PlacedClaim, merge, say_the_same
from app.core.gate.policy import BlockOn, Policy
from app.core.gate.verdict import blocks
from tests.core.changes import claim


def on_line(said: Claim) -> PlacedClaim:
    line = said.line or 1
    return said, Placement(Placed.LINE, Anchor(said.side, None, line), "")


def shuts(items: list[PlacedClaim], block_on: BlockOn) -> bool:
    findings = [Finding(claim=said, placement=placement, fingerprint="") for said, placement in items]
    return any(blocks(finding.claim, Policy(block_on=block_on)) for finding in findings)


def test_a_sure_claim_and_a_severe_guess_of_one_fault_block_together() -> None:
    sure = on_line(claim(quote="x", severity=Severity.HIGH, confidence=95))
    guess = on_line(claim(quote="x", severity=Severity.CRITICAL, confidence=30))
    [(kept, _)] = merge([sure, guess]).kept
    assert (kept.severity, kept.confidence) == (Severity.CRITICAL, 95)
    assert merge([guess, sure]) == merge([sure, guess])


def test_what_different_sources_say_stays_apart() -> None:
    hit = on_line(claim(quote="x", source=Source.ANALYZER))
    assert not say_the_same(on_line(claim(quote="x")), hit)
    assert len(merge([on_line(claim(quote="x")), hit]).kept) == 2


def seen(lens: str, line: int, quote: str, **more: Any) -> PlacedClaim:
    return on_line(claim(line=line, quote=quote, lenses=(lens,), **more))


def test_what_two_lenses_say_of_neighbouring_lines_and_the_same_things_is_one_finding() -> None:
    first = seen("security", 4, "total = order.price * rate", severity=Severity.HIGH, title="The price is wrong")
    second = seen("contracts", 6, "return order.price", title="Its caller wants cents")
    (kept,) = merge([second, first]).kept
    assert kept[0].lenses == ("contracts", "security")
    assert kept[0].body.endswith("Also, of line 6: Its caller wants cents")
    assert (kept[0].title, kept[0].severity) == ("The price is wrong", Severity.HIGH)


@pytest.mark.parametrize(
    "other",
    [
        seen("security", 6, "return order.price"),
        seen("contracts", 9, "return order.price"),
        seen("contracts", 6, "return order.price", category="state"),
        seen("contracts", 6, "return customer"),
        on_line(claim(line=6, quote="return order.price")),
    ],
    ids=["the same lens", "further away", "another kind", "other things", "no lens"],
)
def test_two_lines_are_two_faults_otherwise(other: PlacedClaim) -> None:
    assert len(merge([seen("security", 4, "total = order.price * rate"), other]).kept) == 2


claims = st.builds(
    claim,
    st.just("a.py"),
    st.integers(1, 9),
    st.sampled_from(["x = 1", "y = 2", "total = price", "price - total"]),
    side=st.sampled_from(list(Side)),
    severity=st.sampled_from(list(Severity)),
    category=st.sampled_from(["logic", "state"]),
    source=st.sampled_from([Source.MODEL, Source.MODEL, Source.ANALYZER, Source.SECRETS]),
    title=st.sampled_from(["one", "two"]),
    confidence=st.integers(0, 100),
)
lens_claims = st.builds(
    lambda said, lens: replace(said, lenses=(lens,)), claims, st.sampled_from(["one", "two", "three"])
)
off_line = st.tuples(claims, st.sampled_from([Placed.FILE, Placed.SUMMARY]).map(lambda at: Placement(at, None, "")))
seen_claims = st.lists(lens_claims.map(on_line), max_size=12)
placed_claims = st.lists(st.one_of(claims.map(on_line), claims.map(on_line), off_line), max_size=12)


def lines_told(items: Iterable[PlacedClaim]) -> set[tuple[Source, str]]:
    return {(said.source, said.quote) for said, placement in items if placement.placed is Placed.LINE}


@given(placed_claims)
def test_merging_never_opens_the_gate_and_loses_no_line(items: list[PlacedClaim]) -> None:
    merged = merge(items)
    for block_on in BlockOn:
        assert shuts(list(merged.kept), block_on) or not shuts(items, block_on)
    assert len(merged.kept) + len(merged.duplicates) == len(items)
    assert lines_told(merged.kept) == lines_told(items)


@given(seen_claims)
def test_merging_what_lenses_saw_never_opens_the_gate(items: list[PlacedClaim]) -> None:
    merged = merge(items)
    for block_on in BlockOn:
        assert shuts(list(merged.kept), block_on) or not shuts(items, block_on)
    assert len(merged.kept) + len(merged.duplicates) == len(items)


@given(placed_claims | seen_claims)
def test_what_was_merged_needs_no_merging(items: list[PlacedClaim]) -> None:
    once = merge(items).kept
    again = merge(once)
    assert (set(again.kept), again.duplicates) == (set(once), ())
