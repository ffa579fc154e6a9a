"""Reads what other pull requests know of the lines that a change makes; merged ones have been decided about."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from app.core.change.diff import Patch
from app.core.findings.finding import Severity
from app.core.findings.recurring import Recurring, pick_recurring
from app.core.gate.policy import Policy
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import blocks
from app.flows.pull_request.recalling import recall_finding
from app.flows.review.forge import History
from app.github.client import GitHubClient
from app.github.errors import NotFound
from app.store.database import Database
from app.store.records.recurring import list_found

KEPT: Final = timedelta(days=90)
"""So long a finding is known of a line that is offered anew."""
MOST_ASKED: Final = 20
"""So many pull requests are asked about whether they were merged; the findings of any more count."""


async def find_recurring(
    database: Database,
    client: GitHubClient,
    snapshot: Snapshot,
    policy: Policy,
    history: History,
    patch: Patch,
    now: datetime,
) -> tuple[Recurring, ...]:
    """The findings of other pull requests that hold this change too. Raises the errors of `app.github.errors`."""
    async with database.transaction() as connection:
        found = await list_found(
            connection,
            repository_id=snapshot.repository_id,
            besides=snapshot.number,
            paths=sorted({path for file in patch.files for path in (file.path, file.old_path)}),
            severities=[severity.value for severity in Severity if policy.block_on.blocks(severity)],
            since=now - KEPT,
        )
    if not found:
        return ()
    pick = partial(
        pick_recurring,
        [Recurring(number, recall_finding(item)) for number, item in found],
        patch,
        history.known,
        base_ref=snapshot.base_ref,
        blocks=lambda claim: blocks(claim, policy),
    )
    # Quotes are sought through the whole change: in the loop it would stop heartbeats.
    picked = await asyncio.to_thread(pick)
    numbers = sorted({item.pull for item in picked}, reverse=True)[:MOST_ASKED]
    merged = {number for number in numbers if await _is_merged(client, number, snapshot.base_ref)}
    return tuple(item for item in picked if item.pull not in merged)


async def _is_merged(client: GitHubClient, number: int, base_ref: str) -> bool:
    """Whether it is in this base branch: then people have decided about what was found in it."""
    try:
        pull = await client.get_pull(number)
    except NotFound:
        return False
    return pull.merged and pull.base.ref == base_ref
