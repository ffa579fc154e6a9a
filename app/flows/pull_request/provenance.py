"""Where a change comes from, read live: marks of AI in it, and whose approvals of it count."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
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
    list_askers,
)
from app.core.people.entitlement import Ownership, judge_ownership
from app.core.people.markers import Asked, ChangeFacts, Mark, find_gone, find_marks
from app.core.people.role import Role
from app.core.people.sensitivity import Sensitive
from app.core.report.fitting import clip
from app.core.secrecy.redaction import redact
from app.flows.pull_request.authorship import read_pushers, tell_commit
from app.flows.pull_request.declared_owners import find_declared, list_paths
from app.github.client import MOST_PULL_COMMITS, GitHubClient
from app.github.errors import Forbidden, NotFound, Refused, UnreadableAnswer
from app.github.payloads import Review
from app.store.database import Database
from app.store.records.marks import keep_askers, keep_marks

_log = logging.getLogger(__name__)

LONGEST: Final = 120
"""Characters of a mark that are kept."""

MOST_APPROVALS: Final = 50
"""Approvals whose authors' roles are asked for, the newest first."""


async def read_provenance(client: GitHubClient, database: Database, snapshot: Snapshot) -> Provenance:
    """The marks; and where there are any and the policy asks for approvals, who has given them.

    A mark that is seen is kept: whoever edits it away takes back nothing.
    """
    commits = tuple(tell_commit(one) for one in await client.list_pull_commits(snapshot.number))
    facts = ChangeFacts(
        opener=snapshot.author,
        opener_id=None,
        opener_is_bot=snapshot.author_is_bot,
        body=snapshot.body,
        commits=commits,
        complete=len(commits) < MOST_PULL_COMMITS,
    )
    marks = await _keep_marks(database, snapshot, find_marks(facts))
    policy = snapshot.policy
    asked = policy.people.ai_authored.human_approvals if isinstance(policy, Policy) else 0
    if not marks or not asked or not isinstance(policy, Policy):
        return Provenance(marks=marks, asked=asked)
    return await _read_approvals(client, database, snapshot, policy, facts, Provenance(marks=marks, asked=asked))


async def _keep_marks(database: Database, snapshot: Snapshot, marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """The marks of now, and after them those that were seen and are gone."""
    told = [replace(one, agent=clip(one.agent, LONGEST), text=clip(redact(one.text).text, LONGEST)) for one in marks]
    async with database.transaction() as connection:
        seen = await keep_marks(connection, told, repository_id=snapshot.repository_id, number=snapshot.number)
    return (*marks, *find_gone(told, seen))


async def _read_approvals(
    client: GitHubClient,
    database: Database,
    snapshot: Snapshot,
    policy: Policy,
    facts: ChangeFacts,
    found: Provenance,
) -> Provenance:
    whole = await _complete(client, database, snapshot, facts)
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


async def _complete(client: GitHubClient, database: Database, snapshot: Snapshot, facts: ChangeFacts) -> ChangeFacts:
    """With what matters for approvals alone. Who is seen to have asked an agent for it is kept as well."""
    number, here = snapshot.number, snapshot.repository_id
    pull = await client.get_pull(number)
    assignees = tuple(Asked(account.login, account.id) for account in pull.assignees or ())
    facts = replace(facts, opener_id=pull.user.id if pull.user else None, assignees=assignees)
    async with database.transaction() as connection:
        asked_before = await keep_askers(connection, list_askers(facts), repository_id=here, number=number)
    turned_at, turns_told = await _read_last_turn(client, number)
    return replace(
        facts,
        asked_before=asked_before,
        pushers=await read_pushers(database, facts.commits, snapshot.head_sha, repository_id=here, number=number),
        turned_at=turned_at,
        turns_told=turns_told,
    )


async def _read_last_turn(client: GitHubClient, number: int) -> tuple[datetime | None, bool]:
    try:
        return await client.get_last_turn(number), True
    except (Forbidden, Refused, UnreadableAnswer) as error:
        _log.warning("nobody knows when the base branch of #%d was last changed: %s", number, error)
        return None, False


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
        submitted_at=review.submitted_at,
    )
