"""A pull request was merged though its check was not green: that is recorded, once.

Nobody goes past what held nothing up: advice, and what the policy leaves out without a check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from app.core.gate.attendance import Attendance, attend
from app.core.gate.policy import Mode
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import is_green
from app.core.job import ReviewJob
from app.flows.pull_request.gate_entry import GATE_SET
from app.flows.pull_request.sharing import read_shared
from app.github.client import GitHubClient
from app.store.database import Connection, Database
from app.store.records import ledger, merge_groups, pull_requests
from app.store.records.review_rows import last_verdict

GATE_BYPASSED: Final = "gate.bypassed"
"""The kind of the ledger entry for a merge past the gate."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the check of a head said last; all empty where there was no verdict."""

    conclusion: str = ""
    situation: str = ""
    review: str = ""


async def note_bypass(
    database: Database, client: GitHubClient, job: ReviewJob, snapshot: Snapshot, now: Callable[[], datetime]
) -> None:
    """Record the merge of a pull request, if it was one past the gate. Again, it changes nothing."""
    if not snapshot.merged:
        return
    pull = await client.get_pull(job.number)
    async with database.transaction() as connection:
        row = await pull_requests.locate(
            connection, installation_id=job.installation_id, repository_id=job.repository_id, number=job.number
        )
        shown = await _read_shown(connection, snapshot)
        if not _was_held(snapshot, shown) or await _passed_in_queue(connection, job, pull.merge_commit_sha):
            return
        if not await pull_requests.mark_bypassed(connection, row.id, now=now()):
            return
        merger = pull.merged_by
        body: dict[str, JsonValue] = {
            "repository": job.repository_id,
            "pull_request": job.number,
            "head_sha": snapshot.head_sha,
            "base_ref": snapshot.base_ref,
            "merge_commit": pull.merge_commit_sha,
            "merged_by": merger.login if merger else None,
            "user": merger.id if merger else None,
            "conclusion": shown.conclusion or None,
            "situation": shown.situation or None,
            "review": shown.review or None,
        }
        await ledger.append(connection, str(job.installation_id), GATE_BYPASSED, body, at=now())


async def _read_shown(connection: Connection, snapshot: Snapshot) -> _Shown:
    """Where other pull requests had a say in the check, what it said with theirs."""
    review = await last_verdict(
        connection,
        repository_id=snapshot.repository_id,
        number=snapshot.number,
        head_sha=snapshot.head_sha,
        base_ref=snapshot.base_ref,
    )
    entry = await ledger.last_of_review(connection, None, GATE_SET, str(review.id)) if review else None
    if review is None or entry is None:
        return _Shown()
    shared = read_shared(entry.body)
    conclusion = shared.conclusion if shared is not None else str(entry.body["conclusion"])
    return _Shown(conclusion, str(entry.body["situation"]), str(review.id))


def _was_held(snapshot: Snapshot, shown: _Shown) -> bool:
    if shown.conclusion:
        return not is_green(shown.conclusion)
    offered = replace(snapshot, open=True, draft=False)
    return attend(offered) is Attendance.REVIEW and snapshot.policy.mode is Mode.GATE


async def _passed_in_queue(connection: Connection, job: ReviewJob, merged: str | None) -> bool:
    """Whether the merge queue merged it in a group that passed: then that check was the gate."""
    group = await merge_groups.find_id(connection, job.repository_id, merged) if merged else None
    entry = await ledger.last_of_review(connection, None, GATE_SET, str(group)) if group else None
    return entry is not None and is_green(str(entry.body["conclusion"]))
