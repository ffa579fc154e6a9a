"""`/lintel dismiss`: a finding no longer counts, and is not raised again."""

from __future__ import annotations

import logging
from dataclasses import replace

from pydantic import JsonValue

from app.commands.action import Dismiss
from app.core.findings.finding import Claim
from app.core.gate.policy import Policy
from app.core.job import review_of
from app.core.people.entitlement import Asker, Ownership, refuse_dismissal
from app.core.report.decisions import (
    tell_altered,
    tell_base_unknown,
    tell_dismissed,
    tell_dismissed_before,
    tell_no_finding,
    tell_other_base_since,
    tell_refusal,
)
from app.core.text.markdown import Markdown
from app.flows.commands.asking import tell_author, tell_ownership
from app.flows.commands.hearing import Occasion
from app.flows.commands.subject import find_subject
from app.flows.pull_request.declared_owners import list_renamed
from app.flows.pull_request.snapshot import take_snapshot
from app.github.client import GitHubClient
from app.github.errors import Forbidden, Refused, UnreadableAnswer
from app.store.records import findings, ledger, pull_requests
from app.store.records.findings import FindingState, KnownFinding
from app.store.work.queue import enqueue

_log = logging.getLogger(__name__)

DISMISSED = "dismiss"
"""The kind of the ledger entry for each dismissal."""


async def dismiss(occasion: Occasion, action: Dismiss) -> Markdown:
    """Dismiss the finding that is named, or that of the thread, if the asker may. What to answer.

    Where the finding became another one while that was judged, it is judged again.
    """
    words = None
    while words is None:
        words = await _dismiss(occasion, action)
    return words


async def _dismiss(occasion: Occasion, action: Dismiss) -> Markdown | None:
    number = action.finding if action.finding is not None else occasion.heard.finding
    if number is None and occasion.heard.altered:
        return tell_altered()
    subject = await find_subject(occasion, number)
    if subject.found is None:
        return tell_no_finding(number, known=subject.last)
    found, login = subject.found, occasion.asker.login
    if found.state is FindingState.DISMISSED:
        # After a crash the same comment is heard again.
        mine = (found.dismissed_by, found.dismissed_reason) == (login, action.reason)
        return tell_dismissed(found.finding.id) if mine else tell_dismissed_before(found.finding.id, found.dismissed_by)
    asker, base_ref = await _know(occasion, found)
    if base_ref and (outdated := await _tell_base_change(occasion, found, base_ref, action.reason)) is not None:
        return outdated
    refused = refuse_dismissal(asker, blocking=found.finding.blocking)
    if refused is not None:
        return tell_refusal("dismiss", refused)
    recorded = await _record(occasion, subject.pull_request_id, found, action.reason, base_ref)
    return tell_dismissed(found.finding.id) if recorded else None


async def _know(occasion: Occasion, found: KnownFinding) -> tuple[Asker, str]:
    """The asker with what matters for this finding, and the base branch that it was read for.

    For one that does not block nothing matters, whatever the base.
    """
    client, job, asker = occasion.client, occasion.job, occasion.asker
    if not found.finding.blocking:
        return asker, ""
    snapshot = await take_snapshot(occasion.services.app, client, review_of(job, job.number))
    if not isinstance(snapshot.policy, Policy):
        # A dismissal outlives the fault: taken now, it would stand when the policy says again who may.
        return replace(asker, ownership=Ownership.NO_POLICY), snapshot.base_ref
    paths = await _name_paths(client, job.number, found.finding.claim) if snapshot.policy.people.sensitive else ()
    asker = await tell_ownership(client, snapshot.base_sha, snapshot.policy, paths, asker)
    return await tell_author(client, occasion.services.database, occasion.pull, asker), snapshot.base_ref


async def _tell_base_change(occasion: Occasion, found: KnownFinding, base_ref: str, reason: str) -> Markdown | None:
    """What to answer where the comment was written for another base; None where the base is the one that it was.

    Asked after `base_ref` was read. What happened in the same second counts as later.
    """
    number = occasion.job.number
    try:
        changed_at = await occasion.client.get_last_base_change(number)
    except (Forbidden, Refused, UnreadableAnswer) as error:
        _log.warning("nobody knows when the base of #%d was last changed: %s", number, error)
        return tell_base_unknown()
    if changed_at is None or occasion.heard.at > changed_at:
        return None
    return tell_other_base_since(found.finding.id, base_ref, reason)


async def _name_paths(client: GitHubClient, number: int, claim: Claim) -> frozenset[str] | None:
    """Where a finding stands and where it shows, with the old names; None where GitHub does not list them all."""
    renamed = await list_renamed(client, number)
    if renamed is None:
        return None
    paths = {claim.path} if claim.shows_at is None else {claim.path, claim.shows_at.path}
    return frozenset(paths.union(renamed[path] for path in paths if path in renamed))


async def _record(occasion: Occasion, pull_request_id: int, found: KnownFinding, reason: str, base_ref: str) -> bool:
    """The dismissal, its ledger entry and the job that shows it, all or none: none if it is not `found` any more."""
    services, job, asker = occasion.services, occasion.job, occasion.asker
    now = services.now()
    body: dict[str, JsonValue] = {
        "repository": job.repository_id,
        "pull_request": job.number,
        "finding": found.finding.id,
        "fingerprint": found.finding.fingerprint,
        "blocking": found.finding.blocking,
        "base_ref": base_ref,
        "login": asker.login,
        "user": asker.user_id,
        "role": asker.role.value,
        "reason": reason,
        "comment": occasion.heard.comment_id,
    }
    async with services.database.transaction() as connection:
        await pull_requests.lock(connection, pull_request_id)
        if not _is_judged_alike(found, await findings.by_number(connection, pull_request_id, found.finding.number)):
            return False
        await findings.dismiss(
            connection,
            pull_request_id,
            found.finding.number,
            by=asker.login,
            reason=reason,
            at=now,
            base_ref=base_ref,
        )
        await ledger.append(connection, str(job.installation_id), DISMISSED, body, at=now)
        await enqueue(connection, [replace(review_of(job, job.number), again=True)])
        return True


def _is_judged_alike(before: KnownFinding, now: KnownFinding | None) -> bool:
    """Whether nothing changed of what decides who may dismiss a finding."""
    if now is None:
        return False
    one, other = before.finding, now.finding
    return (before.state, one.blocking, one.claim) == (now.state, other.blocking, other.claim)
