"""Who is in a merge queue's group, and what its members' verdicts make of its check."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.gate.group import (
    MOST_LOOKS,
    Member,
    Part,
    Standing,
    agree,
    is_gated,
    is_left_to_own,
    is_settled,
    link_parts,
    merged_head,
    merged_tips,
    name_squashed,
    stand,
    tells_wait,
    wait_s,
)
from app.core.gate.policy import Mode, Policy, PolicyFault, ReviewPolicy
from app.core.gate.verdict import Conclusion, GateFacts, decide
from app.core.report.group import group_title, group_waiting, show_group

PASSED, BLOCKED, AWAITED, CHANGED = (
    Member(number=number, head_sha="a", standing=standing, reason=f"Pull request {number} is {standing}.")
    for number, standing in enumerate(Standing, 1)
)
FAULT = PolicyFault(".github/lintel.yml", 3, 7, "unknown key `mod`")


def chain(*numbers: int) -> list[Part]:
    """Entries that stand one on another, from `c0`."""
    places = range(len(numbers))
    return [
        Part(
            number=number,
            offered_sha=f"offered{number}",
            base_ref="main",
            base_sha=f"c{place}",
            head_sha=f"c{place + 1}",
        )
        for place, number in zip(places, numbers, strict=True)
    ]


def merge_commits(parts: list[Part]) -> dict[str, tuple[str, ...]]:
    return {part.head_sha: (part.base_sha, part.offered_sha) for part in parts} | {
        part.offered_sha: ("c0",) for part in parts
    }


@given(st.lists(st.integers(1, 99), min_size=1, max_size=6, unique=True), st.data())
def test_the_parts_of_a_group_lead_from_its_base_to_its_head_without_a_gap(
    numbers: list[int], data: st.DataObject
) -> None:
    entries = chain(*numbers)
    start = data.draw(st.integers(0, len(numbers) - 1))
    end = data.draw(st.integers(start + 1, len(numbers)))
    shuffled = data.draw(st.permutations(entries))
    parts = link_parts(shuffled, f"c{start}", f"c{end}")
    assert parts == tuple(entries[start:end])
    assert all(before.head_sha == after.base_sha for before, after in pairwise(parts))
    gone = data.draw(st.sampled_from(entries[start:end]))
    assert link_parts([entry for entry in shuffled if entry is not gone], f"c{start}", f"c{end}") is None


def test_entries_that_run_in_a_circle_are_no_chain() -> None:
    first, second = chain(1, 2)
    assert link_parts([replace(first, base_sha="c2"), second], "elsewhere", "c2") is None
    assert link_parts([], "c0", "c0") is None


def test_queue_and_commits_must_say_the_same() -> None:
    parts = chain(1, 2)
    commits = merge_commits(parts)
    assert agree(parts, "main", commits, {"offered1": 1, "offered2": 2})
    assert agree(parts, "main", commits, {})
    assert not agree(parts, "main", commits, {"offered1": 7})
    assert not agree(parts, "release", commits, {})
    assert not agree(parts, "main", {"c1": ("c0",)}, {})
    assert not agree([parts[0], replace(parts[1], number=1)], "main", commits, {})


def test_a_merge_tells_the_head_that_it_merged_and_nothing_else_does() -> None:
    (part,) = chain(1)
    assert merged_head(part, {"c1": ("c0", "offered1")}) == "offered1"
    assert merged_head(part, {"c1": ("c0",)}) is None
    assert merged_head(part, {"c1": ("other", "offered1")}) is None
    assert merged_head(part, {"c1": ("c0", "offered1", "more")}) is None


def test_what_the_queue_merged_is_asked_about_before_all_that_its_members_merged() -> None:
    crowd = {f"twig{n}": ("c0",) for n in range(300)}
    commits = {
        **crowd,
        "tip": ("c0", *crowd, "elsewhere"),
        "c1": ("c0", "tip"),
        "c2": ("c1", "other"),
        "other": ("c0",),
    }
    assert merged_tips(commits, "c2") == ("other", "tip", *crowd)
    assert merged_tips({"c1": ("c0",)}, "c1") == ()
    assert merged_tips({}, "c1") == ()


def test_a_squashed_commit_names_its_pull_request_in_its_title_and_a_merge_or_what_it_merged_does_not() -> None:
    commits = {"c3": ("c2",), "c2": ("c1", "tip"), "c1": ("c0",), "tip": ("c0",)}
    titles = {"c3": "Sum (#1) again (#7) ", "c2": "Merge pull request (#8)", "c1": "Sum (#9)", "tip": "Sum (#10)"}
    assert name_squashed(commits, titles, "c3") == (7, 9)
    assert name_squashed(commits, titles | {"c3": "Sum (#7) again", "c1": "Sum (#0)"}, "c3") == ()
    assert name_squashed(commits, titles | {"c1": "Sum (#7)"}, "c3") == (7,)
    assert name_squashed({}, {}, "c3") == ()


@pytest.mark.parametrize(
    ("members", "told", "left"),
    [
        ([], False, True),
        ([PASSED], False, True),
        ([PASSED], True, False),
        ([PASSED, CHANGED], True, True),
        ([CHANGED, AWAITED], True, False),
        ([CHANGED, BLOCKED], True, False),
        ([PASSED, AWAITED], False, False),
        ([PASSED, BLOCKED], False, False),
    ],
)
def test_its_own_review_decides_only_where_nobody_holds_the_group_up(
    members: list[Member], told: bool, left: bool
) -> None:
    assert is_left_to_own(members, told=told) is left


@pytest.mark.parametrize(
    ("members", "conclusion", "label"),
    [
        ([PASSED], "success", "1 pull request passed"),
        ([PASSED, PASSED], "success", "2 pull requests passed"),
        ([PASSED, BLOCKED], "failure", "Blocked by pull request 2"),
        ([AWAITED, BLOCKED], "failure", "Blocked by pull request 2"),
        ([PASSED, AWAITED], "action_required", "No verdict on pull request 3"),
        ([PASSED, CHANGED], "action_required", "The review could not be made"),
    ],
)
def test_a_group_is_worth_what_its_worst_member_is(members: list[Member], conclusion: str, label: str) -> None:
    verdict = decide(GateFacts(policy=Policy(), group=members))
    assert (verdict.conclusion, group_title(verdict, members)) == (conclusion, label)
    advised = decide(GateFacts(policy=Policy(mode=Mode.ADVISORY), group=members))
    assert advised.conclusion == ("success" if conclusion == "success" else "neutral")
    assert decide(GateFacts(policy=FAULT, group=members)).conclusion == "failure"


@given(st.lists(st.sampled_from([PASSED, BLOCKED, AWAITED, CHANGED]), min_size=1))
def test_only_a_group_whose_members_all_passed_opens_the_gate(members: list[Member]) -> None:
    verdict = decide(GateFacts(policy=Policy(), group=members))
    assert verdict.opens_gate is all(member is PASSED for member in members)
    assert is_settled(members) is (BLOCKED in members or AWAITED not in members)


@pytest.mark.parametrize("conclusion", Conclusion)
def test_a_shared_check_passes_a_member_only_where_it_is_green_itself(conclusion: Conclusion) -> None:
    told = {Conclusion.SUCCESS: Standing.PASSED, Conclusion.ACTION_REQUIRED: Standing.AWAITED}
    assert stand(conclusion) is told.get(conclusion, Standing.BLOCKED)


def test_waiting_ends_within_githubs_hour() -> None:
    waits = [wait_s(looks) for looks in range(MOST_LOOKS)]
    assert waits == sorted(waits)
    assert 20 * 60 < sum(waits) < 30 * 60


def test_a_group_that_waits_says_so_at_most_once_in_15_seconds() -> None:
    at = [sum(wait_s(look) for look in range(looks)) for looks in range(MOST_LOOKS) if tells_wait(looks)]
    assert at[0] == 0
    assert all(later - before >= 15 for before, later in pairwise(at))


def test_a_group_that_waits_names_whom_it_waits_for() -> None:
    label, text = group_waiting([PASSED, replace(AWAITED, reason="@all *")])
    assert label == "Waiting for pull request 3"
    assert "1 of 2 pull requests passed" in text.text
    assert "@all" not in text.text
    many = [replace(AWAITED, number=number) for number in range(9)]
    assert group_waiting(many)[0] == "Waiting for pull requests 0, 1, 2, 3, 4 and 4 more"
    assert group_waiting([])[0] == "Waiting for the merge queue to tell who is in this group"


def test_a_branch_that_is_not_reviewed_is_not_gated() -> None:
    policy = Policy(review=ReviewPolicy(branches=("release/*",)))
    assert is_gated(policy, "release/1")
    assert not is_gated(policy, "main")
    assert is_gated(FAULT, "main")


def test_what_a_check_on_a_group_says_shows_untrusted_words_as_they_are() -> None:
    state = show_group("lintel: main", decide(GateFacts(policy=Policy(), group=[BLOCKED])).conclusion, "x", ["@all *"])
    assert "@all" not in state.summary.text
