"""Whose reactions count, when they are enough to propose that a kind is left out, and what is then left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.feedback.kind import Kind, tell_kind
from app.core.feedback.opinion import Opinion, Reception, Thumb, settle, tell_share
from app.core.feedback.proposing import REST, Past, Proposal, Vote, find_proposals
from app.core.feedback.suppression import (
    Decision,
    Suppression,
    SuppressionState,
    decide_proposal,
    leave_out,
)
from app.core.findings.finding import Severity, Source
from app.core.people.role import Role
from app.core.report.feedback import (
    Told,
    marked_suppression,
    tell_not_shown,
    tell_proposal,
    tell_reception,
    tell_suppressed,
)
from app.core.report.words import Links
from app.lenses.findings import CATEGORIES
from tests.build import a_claim, a_finding

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LOGIC = Kind(Source.MODEL, "logic")
LINKS = Links("https://github.com")


def thumb(user: int, *, up: bool, minutes: int = 0, number: int = 0) -> Thumb:
    return Thumb(id=number or minutes, user_id=user, login=f"u{user}", up=up, at=NOW + timedelta(minutes=minutes))


def opinion(user: int = 1, *, up: bool = False, role: Role = Role.WRITE, minutes: int = 0) -> Opinion:
    return Opinion(user_id=user, login=f"u{user}", role=role, up=up, at=NOW + timedelta(minutes=minutes))


def vote(pull: int, finding: int, given: Opinion, *, kind: Kind = LOGIC, blocking: bool = False) -> Vote:
    return Vote(
        kind=kind, pull=pull, finding=finding, comment_id=pull * 100 + finding, blocking=blocking, opinion=given
    )


def votes(*rows: tuple[int, int, int], role: Role = Role.WRITE, **more: Any) -> list[Vote]:
    """A 👎 for each (pull request, finding, person)."""
    return [vote(pull, finding, opinion(user, role=role), **more) for pull, finding, user in rows]


ENOUGH = votes((1, 1, 1), (1, 2, 1), (2, 1, 2))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"source": Source.MODEL, "category": "logic"}, LOGIC),
        (
            {"source": Source.MODEL, "category": "security", "severity": Severity.CRITICAL},
            Kind(Source.MODEL, "security"),
        ),
        (
            {"source": Source.ANALYZER, "category": "style", "rule": "ruff:F401", "severity": Severity.MEDIUM},
            Kind(Source.ANALYZER, "style", "ruff:F401"),
        ),
        ({"source": Source.ANALYZER, "category": "security", "rule": "zizmor:x", "severity": Severity.HIGH}, None),
        ({"source": Source.ANALYZER, "category": "invisible-text", "severity": Severity.MEDIUM}, None),
        ({"source": Source.SECRETS, "category": "secret", "severity": Severity.LOW}, None),
        ({"source": Source.ARCHITECTURE, "category": "cycle", "severity": Severity.LOW}, None),
        ({"source": Source.MODEL, "category": "steering"}, None),
        ({"source": Source.MODEL, "category": "rule", "rule": "R-014"}, None),
        ({"source": Source.MODEL, "category": "logic", "rule": "R-014"}, None),
    ],
)
def test_some_kinds_are_always_told(changes: dict[str, Any], kind: Kind | None) -> None:
    assert tell_kind(a_claim(**changes)) == kind


def test_a_model_s_kind_is_one_of_the_lenses_categories() -> None:
    assert {"steering", "rule"} < set(CATEGORIES)
    assert {tell_kind(a_claim(category=name)) for name in CATEGORIES} >= {LOGIC, None}


def test_of_a_person_the_newest_thumb_counts_and_of_strangers_none() -> None:
    thumbs = [
        thumb(1, up=False),
        thumb(1, up=True, minutes=5),
        thumb(2, up=False),
        thumb(3, up=False),
        thumb(4, up=True),
    ]
    roles = {1: Role.WRITE, 2: Role.TRIAGE, 3: Role.ADMIN}

    assert [(one.user_id, one.up) for one in settle(thumbs, roles)] == [(3, False), (1, True)]


def test_of_two_thumbs_of_one_moment_the_later_made_counts() -> None:
    given = [thumb(1, up=True, number=9), thumb(1, up=False, number=8)]

    assert [one.up for one in settle(given, {1: Role.WRITE})] == [True]


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans(), st.integers(0, 9)), max_size=12), st.randoms())
def test_opinions_do_not_depend_on_the_order_of_reactions(rows: list[tuple[int, bool, int]], chance: Any) -> None:
    thumbs = [thumb(user, up=up, minutes=at, number=index) for index, (user, up, at) in enumerate(rows, start=1)]
    roles = dict.fromkeys(range(1, 4), Role.WRITE)
    told = settle(thumbs, roles)
    chance.shuffle(thumbs)

    assert settle(thumbs, roles) == told
    assert len({one.user_id for one in told}) == len(told)
    assert all(one.user_id < 4 for one in told)


@pytest.mark.parametrize(
    ("given_votes", "proposed"),
    [
        pytest.param(ENOUGH, True, id="three findings, two pull requests, two people"),
        pytest.param(votes((1, 1, 1), (1, 2, 2), (1, 3, 2)), False, id="one pull request"),
        pytest.param(votes((1, 1, 1), (2, 1, 2)), False, id="two findings"),
        pytest.param(votes((1, 1, 1), (1, 1, 2), (2, 1, 2)), False, id="the same finding twice"),
        pytest.param(votes((1, 1, 1), (2, 1, 1), (3, 1, 1)), False, id="one person with write"),
        pytest.param(votes((1, 1, 1), (2, 1, 1), (2, 2, 1), role=Role.MAINTAIN), True, id="one who maintains"),
        pytest.param(votes((1, 1, 1), (1, 2, 1), (2, 1, 2), role=Role.TRIAGE), False, id="nobody with write"),
        pytest.param(votes((1, 1, 1), (1, 2, 1), (2, 1, 2), blocking=True), False, id="of what blocks"),
        pytest.param([*ENOUGH, *(vote(9, n, opinion(3, up=True)) for n in (1, 2))], True, id="fewer like it"),
        pytest.param([*ENOUGH, *(vote(9, n, opinion(3, up=True)) for n in (1, 2, 3))], False, id="as many like it"),
        pytest.param(
            [*ENOUGH[:2], *votes((2, 1, 2), kind=Kind(Source.MODEL, "style"))], False, id="of different kinds"
        ),
    ],
)
def test_what_is_enough_to_propose(given_votes: list[Vote], proposed: bool) -> None:
    assert [one.kind for one in find_proposals(given_votes, (), NOW)] == ([LOGIC] if proposed else [])


@pytest.mark.parametrize(
    ("past", "late", "proposed"),
    [
        pytest.param(None, timedelta(), False, id="proposed or in force now"),
        pytest.param(NOW - timedelta(days=1), timedelta(days=400), True, id="refused before these thumbs were given"),
        pytest.param(NOW - timedelta(days=1), REST - timedelta(days=1, seconds=1), False, id="refused lately"),
        pytest.param(NOW + timedelta(days=1), timedelta(days=400), False, id="decided, and nobody complained since"),
    ],
)
def test_what_was_decided_is_left_alone(past: datetime | None, late: timedelta, proposed: bool) -> None:
    assert bool(find_proposals(ENOUGH, [Past(LOGIC, past)], NOW + late)) is proposed


def test_the_most_disliked_kind_comes_first() -> None:
    style = Kind(Source.ANALYZER, "style", "ruff:F401")
    more = votes((1, 8, 1), (1, 9, 1), (2, 8, 2), (3, 8, 2), kind=style)

    assert [one.kind for one in find_proposals([*ENOUGH, *more], (), NOW)] == [style, LOGIC]


@pytest.mark.parametrize(
    ("state", "opinions", "becomes"),
    [
        ("proposed", [], None),
        ("proposed", [opinion(1, up=True)], ("accepted", 1)),
        ("proposed", [opinion(1, up=True), opinion(2, minutes=5)], ("refused", 2)),
        ("proposed", None, ("refused", None)),
        ("accepted", [opinion(1, up=True)], None),
        ("accepted", [opinion(1, up=True), opinion(2, minutes=-5)], None),
        ("accepted", [opinion(1, up=True), opinion(2)], ("ended", 2)),
        ("accepted", [opinion(2, minutes=5)], ("ended", 2)),
        ("accepted", [], None),
        ("accepted", None, ("ended", None)),
        ("refused", [opinion(1, up=True)], None),
        ("ended", [opinion(1, up=True)], None),
    ],
)
def test_what_reactions_make_of_a_proposal(
    state: str, opinions: Sequence[Opinion] | None, becomes: tuple[str, int | None] | None
) -> None:
    since = None if state == "proposed" else NOW
    decision = decide_proposal(SuppressionState(state), since, opinions)
    told = None if decision is None else (decision.state, decision.opinion.user_id if decision.opinion else None)

    assert told == becomes


def suppression(kind: Kind = LOGIC) -> Suppression:
    return Suppression(kind=kind, login="keeper", since=date(2026, 5, 4), number=4, comment_id=77)


SEVERITIES = st.sampled_from(list(Severity))


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(list(Source)), SEVERITIES), max_size=8))
def test_what_blocks_is_told_and_nothing_is_lost(rows: list[tuple[bool, Source, Severity]]) -> None:
    findings = [
        a_finding(number, blocking=blocking, source=source, category="logic", severity=severity)
        for number, (blocking, source, severity) in enumerate(rows, start=1)
    ]
    told, left = leave_out(findings, [suppression(Kind(source, "logic")) for source in Source])

    assert sorted([*told, *(one.finding for one in left)], key=lambda one: one.number) == findings
    assert not any(one.finding.blocking for one in left)
    assert all(one.finding.claim.source in (Source.MODEL, Source.ANALYZER) for one in left)
    assert all(not one.blocking or one in told for one in findings)


def test_only_the_accepted_kind_is_left_out() -> None:
    findings = [a_finding(1, category="logic"), a_finding(2, category="test"), a_finding(3, category="logic")]
    told, left = leave_out(findings, [suppression()])

    assert ([one.number for one in told], [one.finding.number for one in left]) == ([2], [1, 3])


@pytest.mark.parametrize(("up", "down", "share"), [(0, 0, ""), (1, 0, "0 %"), (1, 2, "67 %"), (0, 3, "100 %")])
def test_a_share_is_told_with_the_counts_that_it_is_made_of(up: int, down: int, share: str) -> None:
    told = tell_reception(Reception(comments=9, up=up, down=down)).text

    assert tell_share(up, down) == share
    assert (
        told == f"Reactions of people with write: 👍 {up}, 👎 {down}{f' ({share} 👎)' if share else ''}, of 9 comments."
    )


def test_what_was_not_read_is_said() -> None:
    told = tell_reception(Reception(comments=9, up=1, down=0, unread=3, unasked=7, fault="@all go #1 <b>")).text

    assert "3 comments with reactions" in told
    assert "7 more people" in told
    assert "could not be read the last time" in told
    assert "@all" not in told
    assert "#1" not in told
    assert "<b>" not in told.replace("\\<", "")


@pytest.mark.parametrize("state", list(SuppressionState))
def test_a_proposal_is_found_by_its_last_line_alone(state: SuppressionState) -> None:
    kind = Kind(Source.ANALYZER, "style", "` <!-- lintel:suppression id=9 -->\n@all")
    proposal = Proposal(kind, tuple(ENOUGH), likes=1)
    told = tell_proposal(Told(id=5, proposal=proposal, state=state, login="ann`", on=NOW.date()), "octo/shop", LINKS)

    assert marked_suppression(told.text) == 5
    assert marked_suppression(f"{told.text}\nmore") is None
    assert "(<https://github.com/octo/shop/pull/2#discussion_r201>)" in told.text
    assert "3 findings in 2 pull requests got 3 👎 from people with write, and 1 👍" in told.text


def test_what_is_not_shown_is_counted_with_who_chose_that() -> None:
    _, left = leave_out([a_finding(1, category="logic"), a_finding(2, category="logic")], [suppression()])
    told = tell_suppressed(left, "octo/shop", LINKS).lengths

    line = "2 findings not shown: the kind `logic` (read by a model) is suppressed by `keeper` on 2026-05-04, see"
    assert all(one.text.startswith(line) for one in told)
    assert "/pull/4#issuecomment-77" in told[-1].text
    assert "F1: The tax is left out" in told[0].text
    assert "since 2026-05-04" in tell_not_shown(left[0].by).text
    assert not tell_suppressed((), "octo/shop", LINKS).lengths[0]


def test_a_decision_of_nobody_s_is_told_so() -> None:
    decision = decide_proposal(SuppressionState.ACCEPTED, NOW, None)

    assert decision == Decision(SuppressionState.ENDED)
    told = tell_proposal(
        Told(id=1, proposal=Proposal(LOGIC, tuple(ENOUGH), 0), state=SuppressionState.ENDED), "octo/shop", LINKS
    )
    assert "**Ended** by nobody" in told.text
