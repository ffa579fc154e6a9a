"""A pull request on GitHub as the forge of a review: live facts in, check run and comments out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from app.core.change.diff import Patch
from app.core.change.plan import Plan
from app.core.gate.acts import NO_ACTS
from app.core.gate.again import Again, look_again_at, look_again_in
from app.core.gate.attendance import Attendance, attend
from app.core.gate.policy import Policy
from app.core.gate.reverts import Reverted, find_hints
from app.core.gate.sharing import name_checks
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import GateFacts, Situation, decide
from app.core.job import ReviewJob
from app.core.people.approvals import NO_PROVENANCE, Provenance
from app.core.report.progress import Progress
from app.core.report.publication import CheckState, Publication, compose_checks
from app.core.report.report import Report
from app.core.report.words import Links
from app.core.text.plural import count
from app.flows.pull_request.ancestry import SEVERAL_MERGE_BASES, has_one_merge_base
from app.flows.pull_request.bypassing import note_bypass
from app.flows.pull_request.check import Check, Identity
from app.flows.pull_request.enforcing import read_enforcement
from app.flows.pull_request.provenance import read_provenance
from app.flows.pull_request.publishing import publish_comments, publish_summary
from app.flows.pull_request.record import Recorder
from app.flows.pull_request.recurring import find_recurring
from app.flows.pull_request.register import Register
from app.flows.pull_request.reverting import find_revert
from app.flows.pull_request.sharing import find_offered, tell_stood_down
from app.flows.pull_request.snapshot import NO_MERGE_BASE, take_snapshot
from app.flows.pull_request.source import bring_earlier, fetch_objects
from app.flows.review.desk.desk import Step, Watch
from app.flows.review.forge import ChangeUnreadable, History, Superseded
from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.repo.mirror import Mirrors, Origin
from app.repo.objects import GitStore
from app.store.database import Database
from app.store.records.ledger import Entry
from app.store.records.review_rows import ReviewRow


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubServices:
    """What every pull request's review shares. `model` is the id of the one that reads."""

    app: GitHubApp
    identity: Identity
    mirrors: Mirrors
    database: Database
    links: Links
    model: str
    register: Register
    now: Callable[[], datetime]
    new_id: Callable[[], UUID] = uuid4


class PullRequestForge:
    """One job's view of one pull request. `still_mine` tells whether the job was taken from us."""

    def __init__(
        self, services: GitHubServices, job: ReviewJob, *, still_mine: Callable[[], Awaitable[bool]], watch: Watch
    ) -> None:
        self._services = services
        self._job = job
        self._still_mine = still_mine
        self._watch = watch
        self._client: GitHubClient = services.app.repository(job.installation_id, job.repository_id, job.repository)
        self._recorder = Recorder(
            services.database, job, services.now, services.new_id, services.model, services.register
        )
        self._check = Check(self._client, services.identity)
        self._begun: tuple[ReviewRow, Snapshot] | None = None
        self._read_before = ""
        self._acts = NO_ACTS

    async def snapshot(self) -> Snapshot:
        """The live facts, and the policy at the tip of the base branch."""
        return await take_snapshot(self._services.app, self._client, self._job)

    async def stand_down(self, snapshot: Snapshot, why: Attendance) -> None:
        """End the checks of reviews that ran for what is no longer offered; record it if it was merged past one."""
        ended = Situation.CLOSED if why is Attendance.CLOSED else Situation.SUPERSEDED
        await self._end_stale(await self._recorder.supersede_all(), snapshot, ended)
        await tell_stood_down(self._services.database, self._job, snapshot, why)
        await note_bypass(self._services.database, self._client, self._job, snapshot, self._services.now)

    async def begin(self, snapshot: Snapshot) -> History | None:
        """Begin or resume the review of this head, end those of other heads, and show a queued check."""
        provenance = await read_provenance(self._client, self._services.database, snapshot)
        begun = await self._recorder.begin(snapshot, None, provenance)
        if begun is None:
            return None
        self._begun = begun.review, snapshot
        await self._end_stale(begun.stale, snapshot, Situation.SUPERSEDED)
        await self._check.queue(snapshot, begun.review.id)
        # Only now, with the gate shut: the head may be green from before, and to look for a proof takes a while.
        reverted = await self._find_revert(snapshot)
        if reverted is not None:
            begun = await self._recorder.begin(snapshot, reverted, provenance) or begun
        self._read_before = begun.history.memory.head
        self._acts = begun.history.acts
        if self._acts.overridden is not None and begun.alone:
            # Whoever let it pass need not wait for the review that goes on.
            await self._check.announce(decide(GateFacts(policy=snapshot.policy, acts=self._acts)))
        return begun.history

    async def fetch(self, snapshot: Snapshot, *, anew: bool = False) -> GitStore:
        """Both versions, brought under a token that can do nothing else."""
        try:
            return await self._fetch(snapshot, anew=anew)
        except ChangeUnreadable as error:
            if self._begun is not None:
                await self._recorder.note_obstacle(self._begun[0], error)
            raise

    async def _fetch(self, snapshot: Snapshot, *, anew: bool) -> GitStore:
        if snapshot.merge_base == NO_MERGE_BASE:
            raise ChangeUnreadable("Base and head have no common ancestor.", passing=False)
        if not await has_one_merge_base(self._client, snapshot):
            raise ChangeUnreadable(SEVERAL_MERGE_BASES, passing=False)
        services, job = self._services, self._job
        if anew:
            await services.mirrors.discard(job.repository_id)
        origin = await self._authorize(snapshot)
        store = await fetch_objects(services.mirrors, self._client, origin, snapshot)
        return await bring_earlier(services.mirrors, origin, snapshot, store, self._read_before)

    async def _authorize(self, snapshot: Snapshot) -> Origin:
        """Where git fetches from, under a token for nothing else."""
        services, job = self._services, self._job
        token = await services.app.get_git_token(job.installation_id, job.repository_id)
        return Origin(
            repository_id=job.repository_id,
            clone_url=f"{services.links.github_url}/{snapshot.repository}.git",
            token=token.get_secret_value(),
        )

    async def _find_revert(self, snapshot: Snapshot) -> Reverted | None:
        """The merged pull request that this one takes back. Whoever asks for a full review gets one."""
        if self._job.full or not find_hints(snapshot.title, snapshot.body):
            return None
        services = self._services
        origin = await self._authorize(snapshot)
        return await find_revert(services.database, services.mirrors, self._client, origin, snapshot)

    async def recollect(self, snapshot: Snapshot, policy: Policy, history: History, patch: Patch) -> History:
        """With what other pull requests know of the lines of this change; recorded like all that the review sees."""
        database, now = self._services.database, self._services.now()
        found = await find_recurring(database, self._client, snapshot, policy, history, patch, now)
        if not found or self._begun is None:
            return history
        history = replace(history, recurring=found)
        await self._recorder.note_history(self._begun[0], snapshot, history)
        return history

    async def planned(self, snapshot: Snapshot, plan: Plan) -> None:
        """Show the check in progress."""
        await self.progressed(snapshot, Progress(), plan)

    async def progressed(self, snapshot: Snapshot, progress: Progress, plan: Plan) -> None:
        """Show how many questions are answered."""
        # A worker that was thought dead may wake after another has completed the check.
        if not await self._still_mine():
            raise Superseded(f"{snapshot.head_sha[:12]} was taken over by another worker")
        if self._acts.overridden is None:
            await self._check.progress(progress, plan)

    async def conclude(self, report: Report) -> None:
        """Record the verdict, then make GitHub show it: comments, summary, and last the check that opens the gate."""
        if self._begun is None:
            raise RuntimeError("conclude was called before begin")
        review, _ = self._begun
        await self._guard(report.snapshot)
        report = await self._recorder.account_for(review, self._date(report))
        entry, publication, checks = await self._record(review, report)
        self._watch(Step.RECORDED, f"ledger entry {entry.seq}")
        # What an earlier head was told stays where it is while nobody reads this one.
        resting = report.verdict.situation is Situation.PAUSED
        notes = [] if resting else await self._publish(report.snapshot, publication)
        await self._guard(report.snapshot, report.provenance)
        await self._check.complete(checks, review.id, entry, notes)
        self._watch(Step.CHECKED, report.verdict.conclusion.value)
        again = Again(look_again_in(report.retry_after_s, self._job.looks), report.waits_for)
        await self._recorder.published(review.id, again if report.verdict.passing else None)

    async def _publish(self, snapshot: Snapshot, publication: Publication) -> list[str]:
        number, identity = snapshot.number, self._services.identity
        notes = await publish_comments(self._client, number, snapshot.head_sha, publication, identity)
        self._watch(Step.COMMENTED, f"{count(len(publication.comments), 'line comment')} stand")
        notes += await publish_summary(self._client, number, publication, identity)
        self._watch(Step.SUMMARIZED, "the summary stands")
        return notes

    async def abandon(self, reason: str) -> None:
        """Say on the check that the review cannot be made, without reading anything of the change."""
        snapshot = await self.snapshot()
        if attend(snapshot) is Attendance.REVIEW and await self.begin(snapshot) is not None and self._begun is not None:
            await self.give_up(reason)

    async def give_up(self, reason: str) -> None:
        """Show that the review could not be made, after something broke for good, even before it was begun."""
        if self._begun is None:
            await self.abandon(reason)
            return
        review, snapshot = self._begun
        await self._check.queue(snapshot, review.id)
        await self._recorder.note_obstacle(review, ChangeUnreadable(reason, passing=True))
        facts = GateFacts(policy=snapshot.policy, obstacle=reason, passing=True, acts=self._acts)
        report = await self._recorder.account_for(review, Report(snapshot=snapshot, verdict=decide(facts)))
        # The check alone: comments may be what broke.
        entry, _, checks = await self._record(review, report)
        await self._check.complete(checks, review.id, entry, [])
        await self._recorder.published(review.id)

    async def _record(self, review: ReviewRow, report: Report) -> tuple[Entry, Publication, tuple[CheckState, ...]]:
        """The verdict recorded, and what GitHub is to show of it under each name of the check."""
        names, services = self._check.names, self._services
        offered = await find_offered(services.app, services.database, self._client, self._job, report.snapshot, names)
        entry, weighed = await self._recorder.record(review, report, offered)
        others = weighed.offers if weighed is not None else ()
        return entry, *compose_checks(await self._weigh(report), others, names, services.links)

    async def _weigh(self, report: Report) -> Report:
        """With what the branch makes of the check: no part of the verdict, and of what is recorded with it."""
        snapshot, services = report.snapshot, self._services
        name, app_id = _name(snapshot), services.identity.app_id
        return replace(
            report, enforcement=await read_enforcement(self._client, services.database, snapshot, name, app_id)
        )

    def _date(self, report: Report) -> Report:
        """With the time at which what passes is tried again."""
        if not report.verdict.passing:
            return report
        return replace(report, again_at=look_again_at(self._services.now(), report.retry_after_s, self._job.looks))

    async def _guard(self, snapshot: Snapshot, approved: Provenance = NO_PROVENANCE) -> None:
        """Raise Superseded unless the job is ours and all that the verdict is bound to still holds."""
        mine, now = await asyncio.gather(self._still_mine(), self.snapshot())
        if not mine or not now.open or _bound_to(now) != _bound_to(snapshot):
            raise Superseded(f"{snapshot.head_sha[:12]} is no longer what is offered")
        await self._recorder.check_elsewhere(snapshot)
        if not (approved.marks and approved.asked):
            return
        if await read_provenance(self._client, self._services.database, snapshot) != approved:
            raise Superseded(f"{snapshot.head_sha[:12]} has other approvals than when its review began")

    async def _end_stale(self, stale: tuple[ReviewRow, ...], snapshot: Snapshot, ended: Situation) -> None:
        verdict = decide(GateFacts(policy=snapshot.policy, ended=ended))
        for review in stale:
            await self._check.cancel(verdict, review)
            await self._recorder.published(review.id)


def _bound_to(snapshot: Snapshot) -> tuple[str, ...]:
    """The base's tip moves all the time; only another merge base or policy makes another verdict."""
    return (snapshot.head_sha, snapshot.base_ref, snapshot.merge_base, snapshot.policy.digest)


def _name(snapshot: Snapshot) -> str:
    return name_checks(snapshot.policy, snapshot.base_ref, ())[0]
