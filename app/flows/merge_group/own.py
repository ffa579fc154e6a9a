"""A group whose members nobody can tell, as the forge of a review: its own change, from its base to its head.

It is kept among the pull requests under a negative number, so that calls are booked and findings stored as always; it
has no conversation, so all that people get to see is the check.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from uuid import UUID

from app.core.change.diff import Patch
from app.core.change.plan import Plan
from app.core.gate.attendance import Attendance
from app.core.gate.group import Member
from app.core.gate.policy import Policy
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import GateFacts, Situation, decide
from app.core.job import MergeGroupJob, ReviewJob, review_of
from app.core.report.group import OWN_CHANGE, OWN_CHANGE_NOW, group_title, show_group
from app.core.report.progress import Progress
from app.core.report.publication import compose
from app.core.report.report import Report
from app.flows.merge_group.live import is_standing, take_group_snapshot
from app.flows.merge_group.record import GroupRecorder
from app.flows.merge_group.weighing import find_held
from app.flows.pull_request.ancestry import SEVERAL_MERGE_BASES, has_one_merge_base
from app.flows.pull_request.check import Check
from app.flows.pull_request.forge import GitHubServices
from app.flows.pull_request.record import Recorder
from app.flows.pull_request.snapshot import NO_MERGE_BASE
from app.flows.pull_request.source import fetch_objects
from app.flows.review.desk.desk import Step, Watch
from app.flows.review.forge import ChangeUnreadable, History, Superseded
from app.github.client import GitHubClient
from app.repo.mirror import Origin
from app.repo.objects import GitStore
from app.store.records.merge_groups import MergeGroupRow
from app.store.records.review_rows import ReviewRow


def own_review(job: MergeGroupJob, row: MergeGroupRow) -> ReviewJob:
    """The job whose review the group's own one is; it never waits in a queue."""
    return replace(review_of(job, row.number), head_sha=job.head_sha)


class GroupForge:
    """One job's view of one group. `still_mine` tells whether the job was taken from us."""

    def __init__(
        self,
        services: GitHubServices,
        client: GitHubClient,
        job: MergeGroupJob,
        row: MergeGroupRow,
        snapshot: Snapshot,
        *,
        still_mine: Callable[[], Awaitable[bool]],
        watch: Watch,
    ) -> None:
        self._services = services
        self._client = client
        self._job = job
        self._snapshot = snapshot
        self._still_mine = still_mine
        self._watch = watch
        self._row = row
        # The check that waits for members already has the group's id: it goes on to show this review.
        self._recorder = self._open_recorder(lambda: row.id)
        self._check = Check(client, services.identity)
        self._review: ReviewRow | None = None

    async def snapshot(self) -> Snapshot:
        """The group, which never changes; the policy is that of its base."""
        return self._snapshot

    async def stand_down(self, snapshot: Snapshot, why: Attendance) -> None:
        """A group is attended to or not before there is a forge."""

    async def begin(self, snapshot: Snapshot) -> History | None:
        """Begin or resume the review of the group."""
        begun = await self._recorder.begin(snapshot)
        if begun is None:
            return None
        self._review = begun.review
        await self._check.queue(snapshot, begun.review.id)
        return begun.history

    async def fetch(self, snapshot: Snapshot, *, anew: bool = False) -> GitStore:
        """Base and head of the group."""
        try:
            return await self._fetch(snapshot, anew=anew)
        except ChangeUnreadable as error:
            await self._recorder.note_obstacle(self._begun(), error)
            raise

    async def _fetch(self, snapshot: Snapshot, *, anew: bool) -> GitStore:
        if snapshot.merge_base == NO_MERGE_BASE:
            raise ChangeUnreadable("Base and head have no common ancestor.", passing=False)
        if not await has_one_merge_base(self._client, snapshot):
            raise ChangeUnreadable(SEVERAL_MERGE_BASES, passing=False)
        services, job = self._services, self._job
        if anew:
            await services.mirrors.discard(job.repository_id)
        token = await services.app.get_git_token(job.installation_id, job.repository_id)
        origin = Origin(
            repository_id=job.repository_id,
            clone_url=f"{services.links.github_url}/{snapshot.repository}.git",
            token=token.get_secret_value(),
        )
        return await fetch_objects(services.mirrors, self._client, origin, snapshot)

    async def recollect(self, snapshot: Snapshot, policy: Policy, history: History, patch: Patch) -> History:
        """What is known of its members' lines stands with them."""
        del snapshot, policy, patch
        return history

    async def planned(self, snapshot: Snapshot, plan: Plan) -> None:
        """Show the check in progress."""
        await self.progressed(snapshot, Progress(), plan)

    async def progressed(self, snapshot: Snapshot, progress: Progress, plan: Plan) -> None:
        """Show how many questions are answered."""
        if not await self._still_mine():
            raise Superseded(f"{snapshot.head_sha[:12]} was taken over by another worker")
        await self._check.progress(progress, plan, [OWN_CHANGE_NOW])

    async def conclude(self, report: Report) -> None:
        """Record the verdict, then show it on the check; or what its members say, where they hold it up by now.

        Raises Superseded where the policy is another one by now.
        """
        held = await self._find_held() if report.verdict.opens_gate else ()
        if not await self._still_mine() or not await is_standing(self._client, self._job):
            raise Superseded(f"the group at {report.snapshot.head_sha[:12]} is over")
        await self._show(report, held)

    async def _find_held(self) -> tuple[Member, ...]:
        snapshot = await take_group_snapshot(self._services.app, self._client, self._job)
        if snapshot.policy.digest != self._snapshot.policy.digest:
            raise Superseded(f"the group at {snapshot.head_sha[:12]} has another policy than when its review began")
        return await find_held(self._services, self._client, self._job, snapshot)

    async def give_up(self, reason: str) -> None:
        """Show that the review could not be made, after something broke for good."""
        if self._review is None and await self.begin(self._snapshot) is None:
            return
        await self._check.queue(self._snapshot, self._begun().id)
        await self._recorder.note_obstacle(self._begun(), ChangeUnreadable(reason, passing=True))
        facts = GateFacts(policy=self._snapshot.policy, obstacle=reason, passing=True)
        await self._show(Report(snapshot=self._snapshot, verdict=decide(facts)))

    async def end(self) -> None:
        """The group is over: so is its review."""
        verdict = decide(GateFacts(policy=self._snapshot.policy, ended=Situation.SUPERSEDED))
        recorder = self._open_recorder(self._services.new_id)
        for review in await recorder.supersede_all():
            await self._check.cancel(verdict, review)
            await recorder.published(review.id)

    def _open_recorder(self, new_id: Callable[[], UUID]) -> Recorder:
        services = self._services
        job = own_review(self._job, self._row)
        return Recorder(services.database, job, services.now, new_id, services.model, services.register)

    async def _show(self, report: Report, held: Sequence[Member] = ()) -> None:
        review = self._begun()
        report = await self._recorder.account_for(review, report)
        entry, _ = await self._recorder.record(review, report)
        self._watch(Step.RECORDED, f"ledger entry {entry.seq}")
        state, verdict = compose(report, self._services.links).check, report.verdict
        if held:
            # Its own change is fine: that stays on record, and what is shown is what came after it.
            verdict = decide(GateFacts(policy=self._snapshot.policy, group=held))
            entry = await GroupRecorder(self._services, self._job).record(self._snapshot, verdict, held)
            state = show_group(state.name, verdict.conclusion, group_title(verdict, held), verdict.reasons)
        states = [replace(state, name=name) for name in self._check.names]
        await self._check.complete(states, review.id, entry, [OWN_CHANGE])
        self._watch(Step.CHECKED, verdict.conclusion.value)
        await self._recorder.published(review.id)

    def _begun(self) -> ReviewRow:
        if self._review is None:
            raise RuntimeError("the review was not begun")
        return self._review
