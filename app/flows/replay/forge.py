"""A recorded review as the forge of a review: facts from the record, objects from this machine, nothing written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.core.change.diff import Patch
from app.core.change.plan import Plan
from app.core.gate.attendance import Attendance
from app.core.gate.policy import Policy
from app.core.gate.snapshot import Snapshot
from app.core.report.progress import Progress
from app.core.report.report import Report
from app.flows.review.forge import ChangeUnreadable, History
from app.flows.review.inputs import Inputs
from app.repo.objects import GitStore

FetchObjects = Callable[[Inputs, bool], Awaitable[GitStore]]
"""Finds the objects of a review; True: anew, because those at hand cannot be read. Raises ObjectsGone."""


class ObjectsGone(Exception):
    """The code that was reviewed is not to be had any more; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class RecordedForge:
    """What one run of a review saw. `obstacle` is why it could not read its change."""

    inputs: Inputs
    obstacle: ChangeUnreadable | None
    fetch_objects: FetchObjects

    async def snapshot(self) -> Snapshot:
        """The facts as they were."""
        return self.inputs.snapshot

    async def stand_down(self, snapshot: Snapshot, why: Attendance) -> None:
        """Nothing was begun."""

    async def begin(self, snapshot: Snapshot) -> History | None:
        """What earlier reviews had left."""
        del snapshot
        return self.inputs.history

    async def fetch(self, snapshot: Snapshot, *, anew: bool = False) -> GitStore:
        """Both versions; or what stood in the way then stands there again. Raises ChangeUnreadable, ObjectsGone."""
        del snapshot
        if self.obstacle is not None:
            raise self.obstacle
        return await self.fetch_objects(self.inputs, anew)

    async def recollect(self, snapshot: Snapshot, policy: Policy, history: History, patch: Patch) -> History:
        """What the record has of that is in the history."""
        del snapshot, policy, patch
        return history

    async def planned(self, snapshot: Snapshot, plan: Plan) -> None:
        """Nobody waits on a page."""

    async def progressed(self, snapshot: Snapshot, progress: Progress, plan: Plan) -> None:
        """Nobody waits on a page."""

    async def conclude(self, report: Report) -> None:
        """The caller has the report; nothing is written anywhere."""
