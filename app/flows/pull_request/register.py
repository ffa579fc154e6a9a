"""What each run of a review is made from, entered in the store when it begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue

from app import __version__
from app.analyzers.versions import list_versions
from app.core.gate.snapshot import Snapshot
from app.flows.review.forge import ChangeUnreadable, History
from app.flows.review.inputs import Inputs, Means, write_inputs
from app.flows.review.prompts import prompt_digests
from app.store.database import Connection
from app.store.records import inputs
from app.store.records.inputs import Obstacle


@dataclass(frozen=True, slots=True)
class Register:
    """Where runs are entered, and what this program reviews with."""

    store: inputs.Inputs
    means: Means

    async def enter(
        self, connection: Connection, review_id: UUID, snapshot: Snapshot, history: History, *, at: datetime
    ) -> None:
        """A run begins, in the caller's transaction: one that is not entered has not begun."""
        await self.store.put(connection, review_id, self._write(snapshot, history), at=at)

    async def amend(self, connection: Connection, review_id: UUID, snapshot: Snapshot, history: History) -> None:
        """More is known by now of what the run that began last is made from."""
        await self.store.amend(connection, review_id, self._write(snapshot, history))

    def _write(self, snapshot: Snapshot, history: History) -> JsonValue:
        made_from = Inputs(
            snapshot=snapshot,
            history=history,
            means=self.means,
            program=__version__,
            prompts=prompt_digests(),
            analyzers=list_versions(),
        )
        return write_inputs(made_from)


async def enter_obstacle(connection: Connection, review_id: UUID, error: ChangeUnreadable) -> None:
    """The run that began last cannot read its change."""
    await inputs.note_obstacle(connection, review_id, Obstacle(str(error), error.passing))
