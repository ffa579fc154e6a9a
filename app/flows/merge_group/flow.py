"""The check on a merge queue's group: its members' own verdicts where they hold for it, else a review of its change.

Whatever dies in between, the next run goes on: the group's row says what was begun, its ledger entry what was decided.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.core.gate.group import MOST_LOOKS, Member, is_gated, is_left_to_own, is_settled, tells_wait
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import Conclusion, GateFacts, Situation, decide, is_green
from app.core.job import MergeGroupJob, ReviewJob
from app.core.report.external_id import reviewed_by
from app.core.report.group import group_queued, group_title, group_waiting, show_group
from app.flows.merge_group.live import is_standing, take_group_snapshot
from app.flows.merge_group.members import LOOKS_FOR_MEMBERS, Traced, find_members
from app.flows.merge_group.own import GroupForge, own_review
from app.flows.merge_group.record import GroupRecorder
from app.flows.merge_group.weighing import weigh_found
from app.flows.pull_request.check import Check
from app.flows.pull_request.forge import GitHubServices
from app.flows.review.desk.desk import Desk
from app.flows.review.flow import review
from app.flows.review.forge import Superseded
from app.github.client import GitHubClient
from app.github.errors import NotFound, Unprocessable
from app.store.records.ledger import Entry
from app.store.records.merge_groups import MergeGroupRow

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGroup:
    """One run of a job about one group. `still_mine` tells whether the job was taken from us."""

    services: GitHubServices
    client: GitHubClient
    job: MergeGroupJob
    still_mine: Callable[[], Awaitable[bool]]
    desk_for: Callable[[ReviewJob], Desk]

    @property
    def recorder(self) -> GroupRecorder:
        """The store as this group uses it."""
        return GroupRecorder(self.services, self.job)


async def judge_group(group: MergeGroup) -> None:
    """Bring the check on the group's head up to date. Doing it again changes nothing.

    Raises Superseded when the group is over or the job is no longer ours, and what the wires raise when they are away.
    """
    row = await group.recorder.locate()
    if row.published:
        return
    if group.job.stops or not await is_standing(group.client, group.job):
        await _end(group, row)
        return
    snapshot = await take_group_snapshot(group.services.app, group.client, group.job)
    if not is_gated(snapshot.policy, snapshot.base_ref):
        return
    if row.own:
        await _review_own(group, row, snapshot)
        return
    recorded = await group.recorder.read_verdict(row)
    if recorded is None or is_green(str(recorded.body["conclusion"])):
        # A green one that GitHub does not show yet is as old as its members' verdicts: those may have turned since.
        await _decide(group, row, snapshot)
        return
    await _show(group, row, snapshot, recorded)


async def give_up(group: MergeGroup, reason: str) -> None:
    """Show that nothing can be said of the group, after something broke for good."""
    row = await group.recorder.locate()
    if row.published or group.job.stops:
        return
    snapshot = await take_group_snapshot(group.services.app, group.client, group.job)
    if not is_gated(snapshot.policy, snapshot.base_ref):
        return
    if row.own:
        await _open_forge(group, row, snapshot).give_up(reason)
        await group.recorder.published(row)
        return
    verdict = decide(GateFacts(policy=snapshot.policy, obstacle=reason))
    await _show(group, row, snapshot, await group.recorder.record(snapshot, verdict, ()))


async def _decide(group: MergeGroup, row: MergeGroupRow, snapshot: Snapshot) -> None:
    services, job = group.services, group.job
    check = Check(group.client, services.identity)
    await check.queue(snapshot, row.id, group_queued())
    found = await find_members(services.app, group.client, job)
    if isinstance(found, Traced) and job.looks < LOOKS_FOR_MEMBERS:
        await _wait(group, check)
        return
    members = await weigh_found(services, group.client, job, snapshot, found)
    if not is_settled(members) and job.looks < MOST_LOOKS:
        await _wait(group, check, members)
        return
    if is_left_to_own(members, told=not isinstance(found, Traced)):
        await _review_own(group, row, snapshot)
        return
    verdict = decide(GateFacts(policy=snapshot.policy, group=members))
    await _guard(group)
    await _show(group, row, snapshot, await group.recorder.record(snapshot, verdict, members))


async def _wait(group: MergeGroup, check: Check, members: Sequence[Member] = ()) -> None:
    """Look again in a while, and say meanwhile what is waited for."""
    if tells_wait(group.job.looks):
        await _guard(group)
        await check.wait(*group_waiting(members))
    await group.recorder.wait(members)


async def _review_own(group: MergeGroup, row: MergeGroupRow, snapshot: Snapshot) -> None:
    """Review the group's own change as any other one."""
    await group.recorder.review_own(row)
    desk = group.desk_for(own_review(group.job, row))
    await review(desk, _open_forge(group, row, snapshot))
    await group.recorder.published(row)


def _open_forge(group: MergeGroup, row: MergeGroupRow, snapshot: Snapshot) -> GroupForge:
    watch = group.desk_for(own_review(group.job, row)).watch
    return GroupForge(group.services, group.client, group.job, row, snapshot, still_mine=group.still_mine, watch=watch)


async def _show(group: MergeGroup, row: MergeGroupRow, snapshot: Snapshot, entry: Entry) -> None:
    """Complete the check with what was recorded."""
    check = Check(group.client, group.services.identity)
    await check.queue(snapshot, row.id)
    conclusion, reasons = Conclusion(str(entry.body["conclusion"])), _texts(entry.body["reasons"])
    states = [show_group(name, conclusion, str(entry.body["title"]), reasons) for name in check.names]
    await check.complete(states, row.id, entry, [])
    await group.recorder.published(row)


async def _end(group: MergeGroup, row: MergeGroupRow) -> None:
    """The group is over: the check, if there is one that is not completed, says so."""
    try:
        await _cancel(group, row)
    except (NotFound, Unprocessable) as error:
        # GitHub has forgotten the group's head: nothing is left to be completed.
        _log.info("%s: its check cannot be cancelled: %s", group.job.key, error)
    await group.recorder.published(row)


async def _cancel(group: MergeGroup, row: MergeGroupRow) -> None:
    runs = await group.client.list_check_runs(group.job.head_sha, app_id=group.services.identity.app_id)
    open_runs = [run for run in runs if reviewed_by(run.external_id) == row.id and run.status != "completed"]
    if not open_runs:
        return
    snapshot = await take_group_snapshot(group.services.app, group.client, group.job)
    if row.own:
        await _open_forge(group, row, snapshot).end()
        return
    recorded = await group.recorder.read_verdict(row)
    if recorded is not None:
        await _show(group, row, snapshot, recorded)
        return
    verdict = decide(GateFacts(policy=snapshot.policy, ended=Situation.CLOSED))
    check = Check(group.client, group.services.identity)
    await check.queue(snapshot, row.id)
    reasons = ["The merge queue no longer wants this group."]
    states = [show_group(name, verdict.conclusion, group_title(verdict, ()), reasons) for name in check.names]
    await check.complete(states, row.id, await group.recorder.record_end(row), [])


async def _guard(group: MergeGroup) -> None:
    if not await group.still_mine() or not await is_standing(group.client, group.job):
        raise Superseded(f"the group at {group.job.head_sha[:12]} is over, or somebody else's")


def _texts(value: object) -> Sequence[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
