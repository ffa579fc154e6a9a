"""Which approvals of a change count as a person's own look at it. Pure; the facts are live ones.

Stricter than GitHub's own count: whoever had a hand in the change, or had an agent make it, does not approve it. What
nobody can tell counts for nobody. https://docs.github.com/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from app.core.people.entitlement import Ownership
from app.core.people.markers import Asked, ChangeFacts, Mark, Signature, name_agent
from app.core.people.role import Role
from app.core.people.writers import had_a_hand, knows_writers

APPROVED: Final = "APPROVED"
_DECIDING: Final = frozenset({APPROVED, "CHANGES_REQUESTED", "DISMISSED"})

# Devin and Jules write such lines into what they open.
_ASKED = re.compile(
    r"\b(?:requested|started|triggered|initiated|created) by\b[^\n@]{0,200}@([a-z0-9](?:[a-z0-9-]{0,38}))",
    re.IGNORECASE | re.ASCII,
)
_MOST_BODY: Final = 70_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFacts:
    """A review as GitHub lists it. `state` is in capitals.

    `commit_id` is the head that it was made of, until that is force-pushed: then GitHub names the new one.
    """

    login: str
    user_id: int
    is_person: bool
    state: str
    commit_id: str
    submitted_at: datetime | None = None


class Discount(Enum):
    """Why an approval does not count, for people."""

    NO_PERSON = "no person"
    OPENED = "opened the pull request"
    WROTE = "had a part in a commit"
    PUSHED = "pushed to it"
    ASKED = "asked the agent for it"
    STALE = "approved an earlier head"
    TURNED = "approved before it was force-pushed, or its base branch was changed"
    TURNS_UNKNOWN = "GitHub does not tell whether it was force-pushed, or its base branch changed, since"
    ROLE = "has no write access"
    WRITERS_UNKNOWN = "a commit has no account behind it, and only somebody with the role maintain approves then"
    PUSHERS_UNKNOWN = "nobody knows who pushed all of it, and only somebody with the role maintain approves then"
    NOT_OWNER = "does not own all sensitive paths of the change, or nobody can tell"


@dataclass(frozen=True, slots=True)
class Discounted:
    """An approval that does not count."""

    login: str
    why: Discount


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a change comes from, as far as it says so itself, and who has approved that.

    No marks mean that nobody knows. `approved_by` are the logins whose approvals count; nobody looks for them unless
    `asked`, the approvals that the policy asks for, is above 0 and there is a mark.
    """

    marks: tuple[Mark, ...] = ()
    asked: int = 0
    approved_by: tuple[str, ...] = ()
    discounted: tuple[Discounted, ...] = ()

    @property
    def missing(self) -> int:
        """How many approvals are still to come."""
        return max(self.asked - len(self.approved_by), 0) if self.marks else 0


NO_PROVENANCE: Final = Provenance()


def find_approvals(reviews: Iterable[ReviewFacts]) -> tuple[ReviewFacts, ...]:
    """Of everybody's reviews, oldest first, the last that decides, where it approves.

    As on GitHub, a comment takes nothing back; a request for changes and a dismissal do.
    """
    last = {review.user_id: review for review in reviews if review.state in _DECIDING}
    return tuple(review for review in last.values() if review.state == APPROVED)


def discount(
    approval: ReviewFacts, facts: ChangeFacts, head_sha: str, *, role: Role, ownership: Ownership
) -> Discount | None:
    """Why an approval does not count; None if it does. `role` and `ownership` are the approver's, now."""
    if (found := discount_unseen(approval, facts, head_sha)) is not None:
        return found
    if not role.reaches(Role.WRITE):
        return Discount.ROLE
    if not knows_writers(facts) and not role.reaches(Role.MAINTAIN):
        return Discount.WRITERS_UNKNOWN
    if not facts.pushers.complete and not role.reaches(Role.MAINTAIN):
        return Discount.PUSHERS_UNKNOWN
    return Discount.NOT_OWNER if ownership in {Ownership.OTHER, Ownership.UNKNOWN} else None


def discount_unseen(approval: ReviewFacts, facts: ChangeFacts, head_sha: str) -> Discount | None:
    """The same as far as the approver's rights do not matter: nobody need ask for them then."""
    login = approval.login.lower()
    if not approval.is_person or name_agent(Signature(login=login)):
        return Discount.NO_PERSON
    if approval.user_id == facts.opener_id or login == facts.opener.lower():
        return Discount.OPENED
    if had_a_hand(approval.user_id, login, facts.commits):
        return Discount.WROTE
    if approval.user_id in facts.pushers.ids:
        return Discount.PUSHED
    if _has_asked(approval, facts):
        return Discount.ASKED
    return _find_change_since(approval, facts, head_sha)


def _find_change_since(approval: ReviewFacts, facts: ChangeFacts, head_sha: str) -> Discount | None:
    """Whether something else was approved. GitHub's times are whole seconds: what happened in one counts as before."""
    if approval.commit_id != head_sha:
        return Discount.STALE
    if not facts.turns_told:
        return Discount.TURNS_UNKNOWN
    if facts.turned_at is None:
        return None
    seen = approval.submitted_at is not None and approval.submitted_at > facts.turned_at
    return None if seen else Discount.TURNED


def list_askers(facts: ChangeFacts) -> tuple[Asked, ...]:
    """Who had an agent make the change: named in its description, or, where it opened it itself, its assignees."""
    named = (Asked(login.lower().rstrip("-")) for login in _ASKED.findall(facts.body[:_MOST_BODY]))
    opened_by_agent = name_agent(Signature(login=facts.opener, is_bot=facts.opener_is_bot)) is not None
    return (*dict.fromkeys(named), *(facts.assignees if opened_by_agent else ()))


def _has_asked(approval: ReviewFacts, facts: ChangeFacts) -> bool:
    login = approval.login.lower()
    askers = (*list_askers(facts), *facts.asked_before)
    return any(one.user_id == approval.user_id or one.login.lower() == login for one in askers)
