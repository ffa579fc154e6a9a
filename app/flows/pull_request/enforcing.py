"""Whether the branch holds a merge up for our check: read once a review, and never in its way."""

from __future__ import annotations

from app.core.gate.enforcement import Enforcement, judge_enforcement
from app.core.gate.snapshot import Snapshot
from app.github.client import GitHubClient
from app.store.database import Database
from app.store.records import foreign_checks


async def read_enforcement(
    client: GitHubClient, database: Database, snapshot: Snapshot, name: str, app_id: int
) -> Enforcement:
    """What the base branch makes of the check `name` of our App now."""
    requirements = await client.list_required_checks(snapshot.base_ref)
    async with database.transaction() as connection:
        others = await foreign_checks.standing(connection, snapshot.repository_id, snapshot.head_sha, name)
    return judge_enforcement(requirements, name, app_id, others)
