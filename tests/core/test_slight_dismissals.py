"""A dismissal of what did not block takes no more than write: it holds as long as the finding does not block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.core.findings.finding import Claim, Severity, Source
from app.core.findings.identity import Identified
from app.core.findings.known import FindingState, KnownFinding
from app.core.gate.policy import BlockOn
from tests.core.test_identity import BUG, numbers, patch_of, remember, review

PATCH = patch_of("total = price * 2")
SMALL = replace(BUG, severity=Severity.LOW)
HITS = [SMALL, replace(SMALL, source=Source.ANALYZER, rule="B001")]


def dismissed(claim: Claim = SMALL, *, blocking: bool = False) -> list[KnownFinding]:
    kept = remember(review(PATCH, [claim]), F1=FindingState.DISMISSED)
    return [replace(item, blocking=blocking, decided_by="hubert", reason="a matter of taste") for item in kept]


def again(claims: Sequence[Claim], kept: Sequence[KnownFinding], block_on: BlockOn = BlockOn.HIGH) -> Identified:
    return review(PATCH, claims, kept, next_number=2, block_on=block_on)


@pytest.mark.parametrize("hit", HITS)
@pytest.mark.parametrize("severity", [Severity.NIT, Severity.LOW, Severity.MEDIUM])
def test_it_holds_as_long_as_the_finding_does_not_block(hit: Claim, severity: Severity) -> None:
    found = again([replace(hit, severity=severity)], dismissed(hit))
    assert (found.findings, found.reinstated) == ((), ())
    assert [item.number for item in found.dismissed] == [1]


@pytest.mark.parametrize("hit", HITS)
def test_a_finding_that_is_claimed_to_block_counts_again_under_its_number(hit: Claim) -> None:
    kept = dismissed(hit)
    found = again([replace(hit, severity=Severity.HIGH)], kept)
    assert [(one.id, one.severity, one.fingerprint) for one in found.findings] == [
        ("F1", Severity.HIGH, kept[0].fingerprint)
    ]
    assert [item.number for item in found.reinstated] == [1]
    assert found.raised == found.reopened == frozenset()


def test_one_that_a_stricter_policy_makes_block_counts_again_though_nobody_repeats_it() -> None:
    found = again([], dismissed(), BlockOn.LOW)
    assert numbers(found) == [1]
    assert [item.number for item in found.reinstated] == [1]


def test_one_that_is_gone_does_not_count_again_under_any_policy() -> None:
    gone = review(patch_of("total = price"), [], dismissed(), next_number=2, block_on=BlockOn.LOW)
    assert (gone.findings, gone.fixed, gone.reinstated) == ((), (), ())


def test_a_claim_that_is_too_unsure_to_block_does_not_end_it() -> None:
    unsure = replace(SMALL, confidence=10)
    found = again([replace(unsure, severity=Severity.CRITICAL)], dismissed(unsure))
    assert found.findings == ()


@pytest.mark.parametrize("block_on", list(BlockOn))
def test_a_dismissal_of_what_blocked_holds_whatever_is_claimed(block_on: BlockOn) -> None:
    found = again([replace(BUG, severity=Severity.CRITICAL)], dismissed(BUG, blocking=True), block_on)
    assert (found.findings, found.reinstated) == ((), ())
