"""What a group leaves in the store: its row, and one ledger entry for its verdict or for its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from app import __version__
from app.core.gate.group import Member, Standing, wait_s
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import Verdict, is_green
from app.core.job import MergeGroupJob, review_of
from app.core.report.group import group_title
from app.flows.pull_request.forge import GitHubServices
from app.flows.pull_request.gate_entry import GATE_CANCELLED, GATE_SET
from app.store.database import Connection
from app.store.records import ledger, merge_groups
from app.store.records.ledger import Entry
from app.store.records.merge_groups import MergeGroupKey, MergeGroupRow
from app.store.work.queue import enqueue

_REVIEWS_EVERY = 4
"""In how many looks those without a verdict are reviewed again, should nobody have told us of them."""


@dataclass(frozen=True, slots=True)
class GroupRecorder:
    """The store as one group uses it. Each method is one transaction under the group's row lock."""

    services: GitHubServices
    job: MergeGroupJob

    async def locate(self) -> MergeGroupRow:
        """The row of the group, made if need be."""
        async with self.services.database.transaction() as connection:
            return await self._lock(connection)

    async def read_verdict(self, row: MergeGroupRow) -> Entry | None:
        """The verdict that was recorded, shown or not."""
        async with self.services.database.transaction() as connection:
            return await ledger.last_of_review(connection, self._chain, GATE_SET, str(row.id))

    async def record(self, snapshot: Snapshot, verdict: Verdict, members: Sequence[Member]) -> Entry:
        """The verdict. What was recorded before gives way only where it would open the gate and says something else."""
        async with self.services.database.transaction() as connection:
            row = await self._lock(connection)
            standing = await ledger.last_of_review(connection, self._chain, GATE_SET, str(row.id))
            body = _describe(row, snapshot, verdict, members)
            if standing is not None and (standing.body == body or not is_green(str(standing.body["conclusion"]))):
                return standing
            return await ledger.append(connection, self._chain, GATE_SET, body, at=self.services.now())

    async def record_end(self, row: MergeGroupRow) -> Entry:
        """The group was over before its verdict: one entry, however often that is said."""
        async with self.services.database.transaction() as connection:
            await self._lock(connection)
            standing = await ledger.last_of_review(connection, self._chain, GATE_CANCELLED, str(row.id))
            if standing is not None:
                return standing
            body: dict[str, JsonValue] = {
                "review": str(row.id),
                "repository": self.job.repository_id,
                "pull_request": 0,
                "head_sha": self.job.head_sha,
            }
            return await ledger.append(connection, self._chain, GATE_CANCELLED, body, at=self.services.now())

    async def review_own(self, row: MergeGroupRow) -> None:
        """The group's own change is reviewed, from now on whatever happens."""
        async with self.services.database.transaction() as connection:
            await merge_groups.review_own(connection, row.id)

    async def published(self, row: MergeGroupRow) -> None:
        """GitHub shows how the group ended."""
        async with self.services.database.transaction() as connection:
            await merge_groups.mark_published(connection, row.id, now=self.services.now())

    async def wait(self, members: Sequence[Member] = ()) -> None:
        """Look again in a while; meanwhile those without a verdict get one, should nobody have told us of them."""
        looks = self.job.looks
        awaited = [member.number for member in members if member.standing is Standing.AWAITED]
        reviews = [review_of(self.job, number) for number in awaited] if looks % _REVIEWS_EVERY == 0 else []
        again = replace(self.job, looks=looks + 1, delay_s=wait_s(looks))
        async with self.services.database.transaction() as connection:
            await enqueue(connection, [*reviews, again])

    async def look_again(self) -> None:
        """Look at once, as if for the first time."""
        async with self.services.database.transaction() as connection:
            await enqueue(connection, [replace(self.job, delay_s=0.0)])

    @property
    def _chain(self) -> str:
        return str(self.job.installation_id)

    async def _lock(self, connection: Connection) -> MergeGroupRow:
        job, services = self.job, self.services
        key = MergeGroupKey(
            installation_id=job.installation_id,
            repository_id=job.repository_id,
            head_sha=job.head_sha,
            base_ref=job.base_ref,
            base_sha=job.base_sha,
        )
        return await merge_groups.locate(connection, key, new_id=services.new_id(), now=services.now())


def _describe(
    row: MergeGroupRow, snapshot: Snapshot, verdict: Verdict, members: Sequence[Member]
) -> dict[str, JsonValue]:
    """What an auditor needs about the verdict on a group. `pull_request` is 0: it is none."""
    return {
        "review": str(row.id),
        "repository": snapshot.repository_id,
        "pull_request": 0,
        "members": [
            {
                "pull_request": member.number,
                "head_sha": member.head_sha,
                "standing": member.standing.value,
                "review": member.review,
                "rebased": member.rebased,
            }
            for member in members
        ],
        "base_ref": snapshot.base_ref,
        "base_sha": snapshot.base_sha,
        "merge_base": snapshot.merge_base,
        "head_sha": snapshot.head_sha,
        "policy": snapshot.policy.digest,
        "conclusion": verdict.conclusion.value,
        "situation": verdict.situation.value,
        "title": group_title(verdict, members),
        "reasons": list(verdict.reasons),
        "program": __version__,
    }
