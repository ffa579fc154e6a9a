"""Where a change comes from, read live: marks of AI in it, and whose approvals of it count."""

from __future__ import annotations

from typing import Final

from app.core.gate.policy import Policy
from app.core.gate.snapshot import Snapshot
from app.core.people.approvals import (
    Discount,
    Discounted,
    Provenance,
    ReviewFacts,
    discount,
    discount_unseen,
    find_approvals,
)
from app.core.people.entitlement import Ownership, judge_ownership
from app.core.people.markers import ChangeFacts, CommitFacts, Signature, find_marks
from app.core.people.role import Role
from app.core.people.sensitivity import Sensitive
from app.flows.pull_request.declared_owners import find_declared, list_paths
from app.github.client import MOST_PULL_COMMITS, GitHubClient
from app.github.errors import NotFound
from app.github.payloads import Account, GitIdentity, PullCommit, Review

MOST_APPROVALS: Final = 50
"""Approvals whose authors' roles are asked for, the newest first."""


async def read_provenance(client: GitHubClient, snapshot: Snapshot) -> Provenance:
    """The marks; and where there are any and the policy asks for approvals, who has given them."""
    commits = tuple(_tell_commit(one) for one in await client.list_pull_commits(snapshot.number))
    facts = ChangeFacts(
        opener=snapshot.author,
        opener_id=None,
        opener_is_bot=snapshot.author_is_bot,
        body=snapshot.body,
        commits=commits,
        complete=len(commits) < MOST_PULL_COMMITS,
    )
    marks = find_marks(facts)
    policy = snapshot.policy
    asked = policy.people.ai_authored.human_approvals if isinstance(policy, Policy) else 0
    if not marks or not asked or not isinstance(policy, Policy):
        return Provenance(marks=marks, asked=asked)
    return await _read_approvals(client, snapshot, policy, facts, Provenance(marks=marks, asked=asked))


async def _read_approvals(
    client: GitHubClient, snapshot: Snapshot, policy: Policy, facts: ChangeFacts, found: Provenance
) -> Provenance:
    pull = await client.get_pull(snapshot.number)
    whole = ChangeFacts(
        opener=facts.opener,
        opener_id=pull.user.id if pull.user else None,
        opener_is_bot=facts.opener_is_bot,
        body=facts.body,
        assignees=tuple(account.login for account in pull.assignees or ()),
        commits=facts.commits,
        complete=facts.complete,
    )
    approvals = find_approvals(_tell_review(one) for one in await client.list_reviews(snapshot.number) if one.user)
    if not approvals:
        return found
    declared = await _find_declared(client, snapshot, policy)
    counted: list[str] = []
    discounted: list[Discounted] = []
    for approval in approvals[-MOST_APPROVALS:]:
        why = await _judge(client, approval, whole, snapshot.head_sha, declared)
        if why is None:
            counted.append(approval.login)
        else:
            discounted.append(Discounted(approval.login, why))
    return Provenance(
        marks=found.marks, asked=found.asked, approved_by=tuple(sorted(counted)), discounted=tuple(discounted)
    )


async def _judge(
    client: GitHubClient,
    approval: ReviewFacts,
    facts: ChangeFacts,
    head_sha: str,
    declared: tuple[Sensitive, ...] | None,
) -> Discount | None:
    if (found := discount_unseen(approval, facts, head_sha)) is not None:
        return found
    ownership = Ownership.UNKNOWN if declared is None else judge_ownership(approval.login, declared)
    return discount(approval, facts, head_sha, role=await _read_role(client, approval.login), ownership=ownership)


async def _find_declared(client: GitHubClient, snapshot: Snapshot, policy: Policy) -> tuple[Sensitive, ...] | None:
    if not policy.people.sensitive:
        return ()
    return await find_declared(client, snapshot.base_sha, policy, await list_paths(client, snapshot.number))


async def _read_role(client: GitHubClient, login: str) -> Role:
    try:
        return Role.of((await client.get_collaborator_permission(login)).role)
    except NotFound:
        return Role.NONE


def _tell_review(review: Review) -> ReviewFacts:
    account = review.user
    return ReviewFacts(
        login=account.login if account else "",
        user_id=account.id if account else 0,
        is_person=account is not None and account.type == "User",
        state=review.state.upper(),
        commit_id=review.commit_id or "",
    )


def _tell_commit(commit: PullCommit) -> CommitFacts:
    return CommitFacts(
        sha=commit.sha,
        message=commit.commit.message,
        author=_sign(commit.author, commit.commit.author),
        committer=_sign(commit.committer, commit.commit.committer),
    )


def _sign(account: Account | dict[str, None] | None, identity: GitIdentity | None) -> Signature:
    known = account if isinstance(account, Account) else None
    return Signature(
        name=(identity.name if identity else None) or "",
        email=(identity.email if identity else None) or "",
        login=known.login if known else "",
        user_id=known.id if known else None,
        is_bot=known is not None and known.type == "Bot",
    )
