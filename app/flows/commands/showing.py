"""`/lintel config`, `/lintel cost` and `/lintel status`: how things stand."""

from __future__ import annotations

from collections import Counter

from app.commands.action import Topic
from app.core.job import review_of
from app.core.report.cost import answer_cost
from app.core.report.status import Status, tell_config, tell_status
from app.core.text.markdown import Markdown
from app.flows.commands.hearing import Occasion
from app.flows.pull_request.costs import read_costs
from app.flows.pull_request.policies import read_policies
from app.flows.pull_request.snapshot import take_snapshot
from app.store.records import findings, pull_requests
from app.store.records.review_rows import latest


async def show(occasion: Occasion, topic: Topic) -> Markdown:
    """What to answer."""
    match topic:
        case Topic.CONFIG:
            return await _show_config(occasion)
        case Topic.COST:
            return await _show_cost(occasion)
        case Topic.STATUS:
            return await _show_status(occasion)


async def _show_config(occasion: Occasion) -> Markdown:
    client, job, pull = occasion.client, occasion.job, occasion.pull
    snapshot = await take_snapshot(occasion.services.app, client, review_of(job, job.number))
    owner = snapshot.repository.partition("/")[0]
    policies = await read_policies(occasion.services.app, client, job.installation_id, owner, snapshot.base_sha)
    return tell_config(policies, pull.base.ref)


async def _show_cost(occasion: Occasion) -> Markdown:
    services = occasion.services
    async with services.database.transaction() as connection:
        return answer_cost(await read_costs(connection, occasion.job, services.now().date()))


async def _show_status(occasion: Occasion) -> Markdown:
    job, offered = occasion.job, occasion.pull.head.sha
    async with occasion.services.database.transaction() as connection:
        row = await pull_requests.locate(
            connection, installation_id=job.installation_id, repository_id=job.repository_id, number=job.number
        )
        newest = await latest(connection, row.id)
        known = await findings.known(connection, row.id)
    counted = Counter(item.fate for item in known)
    if newest is None:
        return tell_status(Status(offered=offered, findings={}, paused_by=row.paused_by))
    return tell_status(
        Status(
            offered=offered,
            head_sha=newest.key.head_sha,
            state=newest.state.value,
            conclusion=newest.conclusion or "",
            reasons=newest.reasons,
            coverage=newest.coverage,
            findings=counted,
            paused_by=row.paused_by,
        )
    )
