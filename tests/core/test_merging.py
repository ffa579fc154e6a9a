from __future__ import annotations

from collections.abc import Iterable

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
    return any(blocks(finding, Policy(block_on=block_on)) for finding in findings)


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


claims = st.builds(
    claim,
    st.just("a.py"),
    st.integers(1, 9),
    st.sampled_from(["x = 1", "y = 2"]),
    side=st.sampled_from(list(Side)),
    severity=st.sampled_from(list(Severity)),
    category=st.sampled_from(["logic", "state"]),
    source=st.sampled_from([Source.MODEL, Source.MODEL, Source.ANALYZER, Source.SECRETS]),
    title=st.sampled_from(["one", "two"]),
    confidence=st.integers(0, 100),
)
off_line = st.tuples(claims, st.sampled_from([Placed.FILE, Placed.SUMMARY]).map(lambda at: Placement(at, None, "")))
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


@given(placed_claims)
def test_what_was_merged_needs_no_merging(items: list[PlacedClaim]) -> None:
    once = merge(items).kept
    again = merge(once)
    assert (set(again.kept), again.duplicates) == (set(once), ())
