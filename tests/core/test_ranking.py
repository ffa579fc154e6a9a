from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import Side
from app.core.findings.finding import Anchor, Finding, Placed, Placement, Severity
from app.core.findings.ranking import rank
from tests.core.changes import change, change_file, claim

PATCH = change(change_file("a.py", ["one", "two", "three"], ["one", "TWO", "three"]))


def finding(
    number: int, severity: Severity, confidence: int, line: int | None = 2, *, blocking: bool = False
) -> Finding:
    anchor = None if line is None else Anchor(Side.RIGHT, None, line)
    placement = Placement(Placed.FILE if anchor is None else Placed.LINE, anchor, "")
    said = claim("a.py", line, severity=severity, confidence=confidence)
    return Finding(claim=said, placement=placement, fingerprint=str(number), number=number, blocking=blocking)


def numbers(*findings: Finding) -> list[int]:
    return [item.number for item in rank(findings, PATCH)]


def test_graver_surer_and_nearer_to_the_change_comes_first() -> None:
    assert numbers(finding(1, Severity.LOW, 90), finding(2, Severity.HIGH, 90)) == [2, 1]
    assert numbers(finding(1, Severity.HIGH, 60), finding(2, Severity.HIGH, 90)) == [2, 1]
    assert numbers(finding(1, Severity.HIGH, 90, 1), finding(2, Severity.HIGH, 90, 2)) == [2, 1]
    assert numbers(finding(1, Severity.HIGH, 90, None), finding(2, Severity.HIGH, 90, 1)) == [2, 1]


def test_equal_ones_stand_in_the_order_of_their_numbers() -> None:
    assert numbers(finding(7, Severity.HIGH, 90), finding(3, Severity.HIGH, 90)) == [3, 7]


ranked = st.builds(
    finding,
    st.integers(1, 99),
    st.sampled_from(list(Severity)),
    st.integers(0, 100),
    st.sampled_from([None, 1, 2]),
    blocking=st.booleans(),
)


@given(st.lists(ranked, unique_by=lambda item: item.number))
def test_what_blocks_is_never_behind_what_does_not(findings: list[Finding]) -> None:
    order = rank(findings, PATCH)
    assert sorted(item.number for item in order) == sorted(item.number for item in findings)
    assert [item.blocking for item in order] == sorted((item.blocking for item in order), reverse=True)
