"""`/lintel override`: somebody entitled lets one head pass, whatever was found in it."""

from __future__ import annotations

import logging
from dataclasses import replace

from pydantic import JsonValue

from app.commands.action import Override
from app.core.gate.acts import find_lowest
from app.core.gate.policy import Policy
from app.core.gate.snapshot import Snapshot
from app.core.job import review_of
from app.core.people.entitlement import Asker, refuse_override
from app.core.report.decisions import (
    LEAST_DIGITS,
    tell_base_unknown,
    tell_nothing_to_override,
    tell_other_base,
    tell_other_head,
    tell_overridden,
    tell_refusal,
    tell_which_head,
)
from app.core.text.markdown import Markdown
from app.flows.commands.asking import tell_ownership
from app.flows.commands.hearing import Occasion
from app.flows.pull_request.declared_owners import list_paths
from app.flows.pull_request.snapshot import take_snapshot
from app.github.errors import Forbidden, Refused, UnreadableAnswer
from app.store.records import ledger, overrides, pull_requests
from app.store.records.overrides import OverrideRow
from app.store.work.queue import enqueue

_log = logging.getLogger(__name__)

OVERRIDE = "override"
"""The kind of the ledger entry for each override."""


async def override(occasion: Occasion, action: Override) -> Markdown:
    """Let the head pass that the asker names, if it is the one that is offered now and they may. What to answer."""
    client, job, asker = occasion.client, occasion.job, occasion.asker
    snapshot = await take_snapshot(occasion.services.app, client, review_of(job, job.number))
    if not snapshot.open:
        return tell_nothing_to_override()
    if len(action.sha) < LEAST_DIGITS:
        return tell_which_head(snapshot.head_sha, action.reason)
    if not snapshot.head_sha.startswith(action.sha):
        return tell_other_head(action.sha, snapshot.head_sha, action.reason)
    if (outdated := await _tell_turn(occasion, snapshot, action)) is not None:
        return outdated
    policy = snapshot.policy
    if isinstance(policy, Policy) and policy.people.sensitive:
        asker = await tell_ownership(client, snapshot.base_sha, policy, await list_paths(client, job.number), asker)
    refused = refuse_override(asker, find_lowest(policy))
    if refused is not None:
        return tell_refusal(OVERRIDE, refused)
    await _record(occasion, asker, snapshot, action.reason)
    return tell_overridden(snapshot.head_sha, snapshot.base_ref)


async def _tell_turn(occasion: Occasion, snapshot: Snapshot, action: Override) -> Markdown | None:
    """What to answer where the comment was written for what is not offered any more; None where nothing turned since.

    Read after the base that the override would count for. What happened in the same second counts as later.
    """
    try:
        turned_at = await occasion.client.get_last_turn(snapshot.number)
    except (Forbidden, Refused, UnreadableAnswer) as error:
        _log.warning("nobody knows when the base of #%d was last changed: %s", snapshot.number, error)
        return tell_base_unknown()
    if turned_at is None or occasion.heard.at > turned_at:
        return None
    return tell_other_base(snapshot.head_sha, snapshot.base_ref, action.reason)


async def _record(occasion: Occasion, asker: Asker, snapshot: Snapshot, reason: str) -> None:
    """The override, its ledger entry and the job that shows it, all or none. Again, it changes nothing."""
    services, job, comment_id = occasion.services, occasion.job, occasion.heard.comment_id
    now = services.now()
    row = OverrideRow(
        comment_id=comment_id,
        head_sha=snapshot.head_sha,
        base_ref=snapshot.base_ref,
        merge_base=snapshot.merge_base,
        login=asker.login,
        user_id=asker.user_id,
        role=asker.role.value,
        reason=reason,
        at=now,
    )
    async with services.database.transaction() as connection:
        pull_request = await pull_requests.locate(
            connection, installation_id=job.installation_id, repository_id=job.repository_id, number=job.number
        )
        if not await overrides.save(connection, pull_request.id, row):
            return
        body: dict[str, JsonValue] = {
            "repository": job.repository_id,
            "pull_request": job.number,
            "head_sha": snapshot.head_sha,
            "base_ref": snapshot.base_ref,
            "merge_base": snapshot.merge_base,
            "policy": snapshot.policy.digest,
            "login": asker.login,
            "user": asker.user_id,
            "role": asker.role.value,
            "reason": reason,
            "comment": comment_id,
        }
        await ledger.append(connection, str(job.installation_id), OVERRIDE, body, at=now)
        await enqueue(connection, [replace(review_of(job, job.number), again=True, stops=True)])
