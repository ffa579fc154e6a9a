"""Which approvals of a change count as a person's own look at it. Pure; the facts are live ones.

Stricter than GitHub's own count: whoever had a hand in the change, or had an agent make it, does not approve it. What
nobody can tell counts for nobody. https://docs.github.com/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from app.core.people.entitlement import Ownership
from app.core.people.markers import (
    ChangeFacts,
    CommitFacts,
    Mark,
    Signature,
    list_co_authors,
    name_agent,
)
from app.core.people.role import Role

APPROVED: Final = "APPROVED"
_DECIDING: Final = frozenset({APPROVED, "CHANGES_REQUESTED", "DISMISSED"})
_GITHUBS_OWN: Final = frozenset({"noreply@github.com"})
"""Under this address GitHub commits what people press buttons for."""

# Devin and Jules write such lines into what they open.
_ASKED = re.compile(
    r"\b(?:requested|started|triggered|initiated|created) by\b[^\n@]{0,200}@([a-z0-9](?:[a-z0-9-]{0,38}))",
    re.IGNORECASE | re.ASCII,
)
_MOST_BODY: Final = 70_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFacts:
    """A review as GitHub lists it. `state` is in capitals; `commit_id` is the head that it was made of."""

    login: str
    user_id: int
    is_person: bool
    state: str
    commit_id: str


class Discount(Enum):
    """Why an approval does not count, for people."""

    NO_PERSON = "no person"
    OPENED = "opened the pull request"
    WROTE = "had a part in a commit"
    ASKED = "asked the agent for it"
    STALE = "approved an earlier head"
    ROLE = "has no write access"
    WRITERS_UNKNOWN = "a commit has no account behind it, and only somebody with the role maintain approves then"
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
    return Discount.NOT_OWNER if ownership in {Ownership.OTHER, Ownership.UNKNOWN} else None


def discount_unseen(approval: ReviewFacts, facts: ChangeFacts, head_sha: str) -> Discount | None:
    """The same as far as the approver's rights do not matter: nobody need ask for them then."""
    login = approval.login.lower()
    if not approval.is_person or name_agent(Signature(login=login)):
        return Discount.NO_PERSON
    if approval.user_id == facts.opener_id or login == facts.opener.lower():
        return Discount.OPENED
    if any(_wrote(approval, commit) for commit in facts.commits):
        return Discount.WROTE
    if login in _list_askers(facts):
        return Discount.ASKED
    return None if approval.commit_id == head_sha else Discount.STALE


def _wrote(approval: ReviewFacts, commit: CommitFacts) -> bool:
    login = approval.login.lower()
    signed = any(
        one.user_id == approval.user_id or one.login.lower() == login for one in (commit.author, commit.committer)
    )
    return signed or any(one.login.lower() == login for one in list_co_authors(commit.message))


def _list_askers(facts: ChangeFacts) -> frozenset[str]:
    """Who had an agent make the change: named in its description, or, where it opened it itself, its assignees."""
    named = {login.lower().rstrip("-") for login in _ASKED.findall(facts.body[:_MOST_BODY])}
    opened_by_agent = name_agent(Signature(login=facts.opener, is_bot=facts.opener_is_bot)) is not None
    return frozenset(named | ({login.lower() for login in facts.assignees} if opened_by_agent else set()))


def knows_writers(facts: ChangeFacts) -> bool:
    """Whether everybody who had a part in a commit has a known account, or is an agent."""
    return facts.complete and all(
        _is_known(commit.author) and _is_known(commit.committer) and all(one.login for one in _co_authors(commit))
        for commit in facts.commits
    )


def _co_authors(commit: CommitFacts) -> Sequence[Signature]:
    """Those besides author and committer, who may stand in a trailer as well."""
    signed = {commit.author.email.lower(), commit.committer.email.lower()}
    return [
        Signature(email=one.email, login=one.login)
        for one in list_co_authors(commit.message)
        if one.email not in signed
    ]


def _is_known(signature: Signature) -> bool:
    return bool(signature.login) or signature.email.lower() in _GITHUBS_OWN or name_agent(signature) is not None
