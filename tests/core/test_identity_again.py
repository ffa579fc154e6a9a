"""Verification lets claims go between two rounds of identifying: what it keeps must be what it was."""

from __future__ import annotations

import random
from collections.abc import Container
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import Patch
from app.core.findings.enabling import anchor_claims
from app.core.findings.finding import Claim, Source
from app.core.findings.identity import Identified, identify
from app.core.findings.known import KnownFinding
from app.core.findings.merging import PlacedClaim
from tests.core.changes import SILENT, patient
from tests.core.test_identity import always, remember, review, worlds


def sift(first: Identified, patch: Patch, claims: list[Claim], dropped: Container[int]) -> list[PlacedClaim]:
    """What is left to be judged, as the stage of verification leaves it."""
    placed = anchor_claims(claims, patch).placed
    programs = [item for item in placed if item[0].source is not Source.MODEL]
    said = [one for one in first.findings if one.claim.source is Source.MODEL and one.number not in first.carried]
    return [*programs, *((one.claim, one.placement) for one in said if one.number not in dropped)]


def identify_twice(
    patch: Patch, claims: list[Claim], known: list[KnownFinding], chance: random.Random | None = None
) -> tuple[Identified, Identified, set[int]]:
    first = review(patch, claims, known)
    raised = [one for one in first.findings if one.number in first.raised and one.claim.source is Source.MODEL]
    dropped = {one.number for one in raised if chance is not None and chance.random() < 0.5}
    left = sift(first, patch, claims, dropped)
    again = identify(left, patch, known, next_number=1, now=replace(SILENT, completed=always))
    return first, again, dropped


@patient
@given(worlds(), worlds())
def test_where_everything_is_confirmed_nothing_changes(
    earlier: tuple[Patch, list[Claim]], world: tuple[Patch, list[Claim]]
) -> None:
    for known in ([], remember(review(*earlier)), remember(review(world[0], world[1][::2]))):
        first, again, _ = identify_twice(*world, known)
        assert again.findings == first.findings
        assert (again.raised, again.fixed) == (first.raised, first.fixed)


@patient
@given(worlds(), st.randoms(use_true_random=False))
def test_what_is_refuted_takes_no_other_finding_along_and_leaves_no_gap(
    world: tuple[Patch, list[Claim]], chance: random.Random
) -> None:
    known = remember(review(world[0], world[1][::2]))
    first, again, dropped = identify_twice(*world, known, chance)
    before = {one.fingerprint for one in first.findings if one.number not in first.raised}
    assert before <= {one.fingerprint for one in again.findings}
    assert len(again.findings) == len(first.findings) - len(dropped)
    start = max([0, *(item.number for item in known)])
    assert sorted(again.raised) == list(range(start + 1, start + 1 + len(again.raised)))
    assert {item.number for item in again.fixed} == {item.number for item in first.fixed}
