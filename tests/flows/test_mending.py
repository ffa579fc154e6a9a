"""Which findings no fix is looked for, by what the store knows of them."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from app.core.change.diff import Side
from app.core.findings.finding import Anchor, Finding, Placed, Placement, Standing, Verification
from app.flows.commands.mending import refuse, tell_why_not
from app.flows.commands.subject import Subject
from app.store.records.findings import FindingState, KnownFinding
from tests.core.changes import claim


def finding(placed: Placed = Placed.LINE, side: Side = Side.RIGHT) -> Finding:
    anchor = Anchor(side, None, 1) if placed is Placed.LINE else None
    return Finding(claim=claim(), placement=Placement(placed, anchor, ""), fingerprint="f", number=1)


def subject(state: FindingState, placed: Placed = Placed.LINE, side: Side = Side.RIGHT) -> Subject:
    review = uuid4()
    known = KnownFinding(
        finding=finding(placed, side),
        state=state,
        comment_id=None,
        dismissed_by=None,
        dismissed_reason=None,
        first_review=review,
        last_review=review,
    )
    return Subject(1, known, 1)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (subject(FindingState.OPEN), None),
        (subject(FindingState.FIXED), "gone from the change"),
        (subject(FindingState.DISMISSED), "dismissed"),
        (subject(FindingState.OPEN, side=Side.LEFT), "a removed line"),
        (subject(FindingState.OPEN, Placed.FILE), "no line of the change"),
        (subject(FindingState.OPEN, Placed.SUMMARY), "no line of the change"),
    ],
    ids=["open", "fixed", "dismissed", "removed line", "file", "summary"],
)
def test_what_is_not_mended_is_told_why(asked: Subject, words: str | None) -> None:
    why = refuse(asked)
    assert (why is None) if words is None else (why is not None and words in why)


def test_what_was_not_confirmed_is_told_apart_from_what_cannot_be_parsed() -> None:
    doubted = finding()
    verified = Verification(standing=Standing.CONFIRMED)
    confirmed = replace(doubted, claim=replace(doubted.claim, verification=verified))
    assert "a second reading has confirmed" in tell_why_not(doubted)
    assert "a language whose grammar I have" in tell_why_not(confirmed)
