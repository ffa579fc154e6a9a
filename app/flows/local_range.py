"""A local range as the forge of a review: facts from the repository on disk, results handed back to the caller."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.change.diff import Patch
from app.core.change.plan import Plan
from app.core.gate.attendance import Attendance
from app.core.gate.policy import POLICY_PATH, ModelUse, Policy, PolicyFault, read_policy
from app.core.gate.snapshot import Snapshot
from app.core.report.progress import Progress
from app.core.report.report import Report
from app.flows.review.change.policy_change import read_version
from app.flows.review.forge import ChangeUnreadable, History
from app.repo.local import LocalRange
from app.repo.objects import GitStore


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalForge:
    """`policy_text` replaces the base's own policy if it is not None. `without_model` implies `model: optional`."""

    found: LocalRange
    name: str
    policy_text: str | None = None
    policy_path: str = POLICY_PATH
    without_model: bool = False

    async def snapshot(self) -> Snapshot:
        """The range as it was opened. There is no author and no conversation."""
        policy = await self._policy()
        if self.without_model and isinstance(policy, Policy):
            policy = policy.with_model(ModelUse.OPTIONAL)
        return Snapshot(
            repository=self.name,
            repository_id=0,
            installation_id=0,
            number=0,
            open=True,
            draft=False,
            merged=False,
            author="",
            author_is_bot=False,
            title="",
            base_ref=self.found.base_ref,
            base_sha=self.found.base_sha,
            head_sha=self.found.head_sha,
            merge_base=self.found.merge_base,
            policy=policy,
        )

    async def _policy(self) -> Policy | PolicyFault:
        if self.policy_text is not None:
            return read_policy(self.policy_text, self.policy_path)
        return await read_version(self.found.store, self.found.base_sha)

    async def stand_down(self, snapshot: Snapshot, why: Attendance) -> None:
        """Nothing was begun."""

    async def begin(self, snapshot: Snapshot) -> History | None:
        """A range has no past."""
        del snapshot
        return History()

    async def fetch(self, snapshot: Snapshot, *, anew: bool = False) -> GitStore:
        """The objects are here already, and only here."""
        del snapshot
        if anew:
            raise ChangeUnreadable("Git cannot read this repository: `git fsck` may say why.", passing=False)
        return self.found.store

    async def recollect(self, snapshot: Snapshot, policy: Policy, history: History, patch: Patch) -> History:
        """Nothing is kept of other ranges."""
        del snapshot, policy, patch
        return history

    async def planned(self, snapshot: Snapshot, plan: Plan) -> None:
        """Nobody waits on a page: the watcher of the desk tells the terminal."""

    async def progressed(self, snapshot: Snapshot, progress: Progress, plan: Plan) -> None:
        """Nobody waits on a page."""

    async def conclude(self, report: Report) -> None:
        """The caller has the report; nothing is written anywhere."""
