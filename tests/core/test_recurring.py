"""What is known of a line in another pull request is known of it here, for as long as the change makes that line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given

from app.core.change.diff import Patch, Side
from app.core.findings.finding import Claim, Severity, Source
from app.core.findings.known import FindingState, KnownFinding
from app.core.findings.recurring import Recurring, is_known, pick_recurring, place_recurring
from app.core.gate.policy import BlockOn, Policy
from app.core.gate.verdict import blocks
from tests.core.changes import change, change_file, claim, patient
from tests.core.test_identity import numbers, remember, review, worlds

CODE = ["def run():", "    total = price * everything", "    return total"]
BUG = claim(quote=CODE[1], line=2, severity=Severity.HIGH)
MADE = change(change_file("a.py", [], CODE))


def known_in(patch: Patch = MADE, bug: Claim = BUG, state: FindingState = FindingState.OPEN) -> KnownFinding:
    (item,) = remember(review(patch, [bug]))
    return replace(item, state=state)


def pick(
    patch: Patch,
    *found: KnownFinding,
    known: Sequence[KnownFinding] = (),
    base_ref: str = "main",
    block_on: BlockOn = BlockOn.HIGH,
) -> list[int]:
    policy = Policy(block_on=block_on)
    items = [Recurring(7 + at, item) for at, item in enumerate(found)]
    picked = pick_recurring(items, patch, known, base_ref=base_ref, blocks=lambda claim: blocks(claim, policy))
    return [item.pull for item in picked]


@pytest.mark.parametrize("state", [FindingState.OPEN, FindingState.FIXED])
@pytest.mark.parametrize(
    ("patch", "recurs"),
    [
        pytest.param(MADE, True, id="the same lines"),
        pytest.param(change(change_file("a.py", [], ["import os", *CODE])), True, id="with another line"),
        pytest.param(change(change_file("b.py", ["x"], ["x", *CODE])), True, id="in another file"),
        pytest.param(change(change_file("a.py", [], [CODE[0], "    total = price"])), False, id="mended"),
        pytest.param(change(change_file("a.py", CODE, ["import os", *CODE])), False, id="it was there before"),
        pytest.param(change(change_file("b.py", [], [*CODE, *CODE])), False, id="twice in another file"),
    ],
)
def test_a_line_that_the_change_makes_brings_along_what_is_known_of_it(
    patch: Patch, state: FindingState, *, recurs: bool
) -> None:
    assert pick(patch, known_in(state=state)) == ([7] if recurs else [])


def test_a_short_line_is_known_in_its_own_file_alone() -> None:
    item = known_in(change(change_file("a.py", [], ["    x = y / 0"])), replace(BUG, quote="x = y / 0", line=1))
    assert pick(change(change_file("a.py", [], ["", "    x = y / 0"])), item) == [7]
    assert pick(change(change_file("b.py", [], ["    x = y / 0"])), item) == []


def test_a_removed_line_is_known_as_one() -> None:
    patch = change(change_file("a.py", ["start", "check(everything, twice)"], ["start"]))
    item = known_in(patch, replace(BUG, quote="check(everything, twice)", side=Side.LEFT))
    assert pick(patch, item) == [7]
    assert pick(change(change_file("a.py", [], ["check(everything, twice)"])), item) == []


@pytest.mark.parametrize(("block_on", "recurs"), [(BlockOn.CRITICAL, False), (BlockOn.HIGH, True), (BlockOn.LOW, True)])
def test_only_what_blocks_by_the_policy_of_today_recurs(block_on: BlockOn, *, recurs: bool) -> None:
    item = replace(known_in(), blocking=not recurs)
    assert pick(MADE, item, block_on=block_on) == ([7] if recurs else [])


def test_programs_look_for_themselves() -> None:
    assert pick(MADE, known_in(bug=replace(BUG, source=Source.ANALYZER))) == []


@pytest.mark.parametrize(("base_ref", "recurs"), [("", False), ("main", False), ("side", True)])
def test_a_dismissal_of_that_line_holds_for_its_base_whichever_of_them_it_is_in(base_ref: str, *, recurs: bool) -> None:
    dismissed = replace(known_in(state=FindingState.DISMISSED), base_ref=base_ref)
    assert pick(MADE, known_in(), dismissed) == ([7] if recurs else [])
    assert pick(MADE, dismissed) == []
    assert pick(MADE, known_in(), replace(dismissed, blocking=False)) == [7]


@pytest.mark.parametrize("state", list(FindingState))
def test_what_the_pull_request_knows_itself_is_left_to_it(state: FindingState) -> None:
    assert pick(MADE, known_in(), known=[known_in(state=state)]) == []


def test_what_it_dismissed_in_another_definition_covers_no_line_of_this_one() -> None:
    twin = change(change_file("a.py", [], ["def free():", CODE[1]]))
    assert pick(MADE, known_in(), known=[known_in(twin, state=FindingState.DISMISSED)]) == [7]


def test_it_says_where_it_is_known_from_and_stands_where_the_change_makes_it() -> None:
    patch = change(change_file("b.py", ["x"], ["x", "y", *CODE]))
    ((said, placement),) = place_recurring([Recurring(7, replace(known_in(), number=3))], patch)
    assert said.body.endswith("Known from #7 (F3).")
    assert (said.path, placement.anchor and placement.anchor.line) == ("b.py", 4)


@pytest.mark.parametrize(
    ("severity", "known"), [(Severity.LOW, True), (Severity.HIGH, True), (Severity.CRITICAL, False)]
)
def test_who_says_it_again_no_graver_says_nothing_new(severity: Severity, *, known: bool) -> None:
    recurring = place_recurring([Recurring(7, known_in())], MADE)
    said = replace(recurring[0][0], severity=severity, title="other words")
    assert is_known((said, recurring[0][1]), recurring) is known


@patient
@given(worlds())
def test_whatever_was_found_in_a_change_is_known_when_it_is_offered_anew(world: tuple[Patch, list[Claim]]) -> None:
    patch, claims = world
    models = [replace(item, severity=Severity.HIGH, confidence=90) for item in claims if item.source is Source.MODEL]
    first = review(patch, models)
    found = [Recurring(7, item) for item in remember(first)]
    picked = pick_recurring(found, patch, [], base_ref="main", blocks=lambda _: True)
    again = review(patch, [item for item, _ in place_recurring(picked, patch)])
    made = {
        (file.path, line.side, " ".join(line.text.split()))
        for file in patch.files
        for hunk in file.hunks
        for line in hunk.lines
        if line.changed
    }
    for item in first.findings:
        quote = " ".join(item.claim.quote.split())
        if quote and (item.claim.path, item.claim.side, quote) in made:
            assert quote in {" ".join(one.claim.quote.split()) for one in again.findings}
    assert len(numbers(again)) <= len(numbers(first))
