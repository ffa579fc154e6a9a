from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.gate.policy import Mode, ModelUse, Policy
from app.core.gate.verdict import Conclusion, GateFacts, Situation, decide
from app.core.people.approvals import (
    Discount,
    Provenance,
    ReviewFacts,
    discount,
    find_approvals,
)
from app.core.people.entitlement import Ownership
from app.core.people.markers import Asked, ChangeFacts, CommitFacts, Mark, MarkKind, Signature
from app.core.people.pushers import NOBODY_TOLD, Pushers
from app.core.people.role import Role
from app.core.people.writers import knows_writers
from app.core.report.words import title
from tests.build import a_coverage, a_finding

HEAD = "a" * 40
ANN = Signature(name="Ann", email="ann@example.org", login="ann", user_id=7)
CLAUDE = "Co-authored-by: Claude <noreply@anthropic.com>"
MARK = Mark("Claude", MarkKind.TRAILER, HEAD, CLAUDE)


def a_review(**changes: Any) -> ReviewFacts:
    values: dict[str, Any] = {"login": "rita", "user_id": 20, "is_person": True, "state": "APPROVED"}
    return ReviewFacts(**(values | {"commit_id": HEAD, "submitted_at": NOON} | changes))


def a_change(message: str = CLAUDE, **changes: Any) -> ChangeFacts:
    commit = CommitFacts(sha=HEAD, message=f"x\n\n{message}", author=ANN, committer=ANN)
    values: dict[str, Any] = {"opener": "ann", "opener_id": 7, "opener_is_bot": False, "commits": (commit,)}
    return ChangeFacts(**(values | {"pushers": Pushers(frozenset({7}), complete=True)} | changes))


def signed(**changes: Any) -> ChangeFacts:
    given = {"author": ANN, "committer": ANN} | changes
    return a_change(commits=(CommitFacts(sha=HEAD, message=f"x\n\n{CLAUDE}", **given),))


RITA = Signature(name="Rita", email="rita@example.org", login="Rita", user_id=20)
NOBODY = Signature(name="Who", email="who@example.org")
WEB = Signature(name="GitHub", email="noreply@github.com")
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AGENT: dict[str, Any] = {"opener": "Copilot", "opener_id": 1, "opener_is_bot": True}
OWNER = (Role.ADMIN, Ownership.OWNER)
BY_RITA = "Co-authored-by: R <20+rita@users.noreply.github.com>"


@pytest.mark.parametrize(
    ("review", "change", "role", "ownership", "why"),
    [
        (a_review(), a_change(), Role.WRITE, Ownership.NOT_ASKED, None),
        (a_review(), a_change(), Role.ADMIN, Ownership.OWNER, None),
        (a_review(), a_change(), Role.TRIAGE, Ownership.NOT_ASKED, Discount.ROLE),
        (a_review(), a_change(), Role.READ, Ownership.NOT_ASKED, Discount.ROLE),
        (a_review(), a_change(), Role.NONE, Ownership.NOT_ASKED, Discount.ROLE),
        (a_review(), a_change(), Role.ADMIN, Ownership.OTHER, Discount.NOT_OWNER),
        (a_review(), a_change(), Role.ADMIN, Ownership.UNKNOWN, Discount.NOT_OWNER),
        (a_review(is_person=False), a_change(), Role.ADMIN, Ownership.OWNER, Discount.NO_PERSON),
        (a_review(login="claude"), a_change(), Role.ADMIN, Ownership.OWNER, Discount.NO_PERSON),
        (a_review(login="cursoragent"), a_change(), Role.ADMIN, Ownership.OWNER, Discount.NO_PERSON),
        (a_review(user_id=7), a_change(), Role.ADMIN, Ownership.OWNER, Discount.OPENED),
        (a_review(login="ANN"), a_change(), Role.ADMIN, Ownership.OWNER, Discount.OPENED),
        (a_review(), signed(author=RITA), Role.ADMIN, Ownership.OWNER, Discount.WROTE),
        (a_review(), signed(committer=RITA), Role.ADMIN, Ownership.OWNER, Discount.WROTE),
        (a_review(), a_change(BY_RITA), Role.ADMIN, Ownership.OWNER, Discount.WROTE),
        (a_review(), a_change("Co-authored-by: R <20+old@users.noreply.github.com>"), *OWNER, Discount.WROTE),
        (a_review(), a_change(pushers=Pushers(frozenset({20}), complete=True)), *OWNER, Discount.PUSHED),
        (a_review(), a_change(pushers=NOBODY_TOLD), Role.WRITE, Ownership.NOT_ASKED, Discount.PUSHERS_UNKNOWN),
        (a_review(), a_change(pushers=NOBODY_TOLD), Role.MAINTAIN, Ownership.NOT_ASKED, None),
        (a_review(), a_change(**AGENT, assignees=(Asked("Rita", 20),)), *OWNER, Discount.ASKED),
        (a_review(), a_change(**AGENT, assignees=(Asked("formerly", 20),)), *OWNER, Discount.ASKED),
        (a_review(), a_change(assignees=(Asked("Rita", 20),)), Role.WRITE, Ownership.NOT_ASKED, None),
        (a_review(), a_change(asked_before=(Asked("Rita"),)), *OWNER, Discount.ASKED),
        (a_review(), a_change(asked_before=(Asked("formerly", 20),)), *OWNER, Discount.ASKED),
        (a_review(), a_change(turned_at=NOON), *OWNER, Discount.TURNED),
        (a_review(), a_change(turned_at=NOON - timedelta(seconds=1)), *OWNER, None),
        (a_review(submitted_at=None), a_change(turned_at=NOON), *OWNER, Discount.TURNED),
        (a_review(), a_change(turns_told=False), *OWNER, Discount.TURNS_UNKNOWN),
        (a_review(), a_change(body="Requested by: Rita (@rita)"), Role.ADMIN, Ownership.OWNER, Discount.ASKED),
        (a_review(), a_change(body="started by @Rita*"), Role.ADMIN, Ownership.OWNER, Discount.ASKED),
        (a_review(), a_change(body="started by @ritam"), Role.WRITE, Ownership.NOT_ASKED, None),
        (a_review(commit_id="b" * 40), a_change(), Role.ADMIN, Ownership.OWNER, Discount.STALE),
        (a_review(commit_id=""), a_change(), Role.ADMIN, Ownership.OWNER, Discount.STALE),
        (a_review(), signed(author=NOBODY), Role.WRITE, Ownership.NOT_ASKED, Discount.WRITERS_UNKNOWN),
        (a_review(), signed(author=NOBODY), Role.MAINTAIN, Ownership.NOT_ASKED, None),
        (a_review(), a_change(complete=False), Role.WRITE, Ownership.NOT_ASKED, Discount.WRITERS_UNKNOWN),
        (a_review(), signed(committer=WEB), Role.WRITE, Ownership.NOT_ASKED, None),
    ],
)
def test_an_approval_counts_or_has_a_reason_why_not(
    review: ReviewFacts, change: ChangeFacts, role: Role, ownership: Ownership, why: Discount | None
) -> None:
    assert discount(review, change, HEAD, role=role, ownership=ownership) is why


def test_a_co_author_who_signs_as_author_as_well_is_known() -> None:
    assert knows_writers(a_change("Co-authored-by: Ann <ann@example.org>"))
    assert not knows_writers(a_change("Co-authored-by: Zed <zed@example.org>"))


@pytest.mark.parametrize(
    ("states", "approves"),
    [
        (["APPROVED"], True),
        (["COMMENTED"], False),
        (["APPROVED", "COMMENTED"], True),
        (["APPROVED", "CHANGES_REQUESTED"], False),
        (["CHANGES_REQUESTED", "APPROVED"], True),
        (["DISMISSED"], False),
        (["APPROVED", "DISMISSED"], False),
        (["PENDING"], False),
    ],
)
def test_the_last_review_that_decides_counts(states: list[str], approves: bool) -> None:
    assert bool(find_approvals([a_review(state=state) for state in states])) is approves


def test_approvals_of_one_person_are_one() -> None:
    assert len(find_approvals([a_review(), a_review(login="renamed"), a_review(user_id=21)])) == 2


ASKED = Provenance(marks=(MARK,), asked=2, approved_by=("rita",))


def test_missing_approvals_come_after_what_is_unread_and_before_no_model() -> None:
    policy = Policy(model=ModelUse.OPTIONAL)
    verdict = decide(GateFacts(policy=policy, coverage=a_coverage(), model_configured=False, provenance=ASKED))
    assert (verdict.conclusion, verdict.situation) == (Conclusion.ACTION_REQUIRED, Situation.APPROVALS)
    assert title(verdict, 0) == "Waiting for 1 human approval"
    blocked = GateFacts(policy=policy, coverage=a_coverage(), findings=[a_finding(blocking=True)], provenance=ASKED)
    assert decide(blocked).situation is Situation.BLOCKING
    obstacle = GateFacts(policy=policy, obstacle="It could not be fetched.", provenance=ASKED)
    assert decide(obstacle).situation is Situation.NOT_DONE
    advisory = decide(GateFacts(policy=Policy(mode=Mode.ADVISORY), coverage=a_coverage(), provenance=ASKED))
    assert advisory.conclusion is Conclusion.NEUTRAL


@pytest.mark.parametrize(
    "provenance",
    [
        Provenance(asked=2),
        Provenance(marks=(MARK,)),
        Provenance(marks=(MARK,), asked=1, approved_by=("rita",)),
        Provenance(marks=(MARK,), asked=1, approved_by=("rita", "rob")),
    ],
    ids=["no mark", "nothing asked", "enough", "more than enough"],
)
def test_nothing_is_waited_for(provenance: Provenance) -> None:
    assert decide(GateFacts(policy=Policy(), coverage=a_coverage(), provenance=provenance)).situation is Situation.CLEAN
