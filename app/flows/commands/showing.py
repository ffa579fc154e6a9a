"""`/lintel config`, `/lintel cost` and `/lintel status`: how things stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from app.commands.action import Topic
from app.core.feedback.kind import Kind, tell_kind
from app.core.gate.sharing import Shared
from app.core.job import review_of
from app.core.report.cost import answer_cost
from app.core.report.status import Status, tell_config, tell_status
from app.core.text.markdown import Markdown
from app.flows.commands.hearing import Occasion
from app.flows.pull_request.costs import read_costs
from app.flows.pull_request.gate_entry import GATE_SET
from app.flows.pull_request.policies import read_policies
from app.flows.pull_request.sharing import read_shared
from app.flows.pull_request.snapshot import take_snapshot
from app.store.database import Connection
from app.store.records import findings, ledger, pull_requests, reactions, suppressions
from app.store.records.findings import FindingState, KnownFinding
from app.store.records.review_rows import ReviewRow, latest


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
        shared = await _read_shared(connection, newest)
        known = await findings.known(connection, row.id)
        reception = await reactions.receive(connection, row.id)
        unsaid = {one.kind for one in await suppressions.in_force(connection, job.repository_id)}
    counted = Counter(_tell_fate(item, unsaid) for item in known)
    if newest is None:
        return tell_status(Status(offered=offered, findings={}, paused_by=row.paused_by))
    return tell_status(
        Status(
            offered=offered,
            head_sha=newest.key.head_sha,
            state=newest.state.value,
            conclusion=newest.conclusion or "",
            shared=shared,
            reasons=newest.reasons,
            coverage=newest.coverage,
            findings=counted,
            paused_by=row.paused_by,
            reception=reception,
        )
    )


def _tell_fate(item: KnownFinding, unsaid: Collection[Kind]) -> str:
    """What has become of a finding; one of a kind that nobody wants to be told of is suppressed while it is open."""
    quiet = item.fate == FindingState.OPEN and not item.finding.blocking
    return "suppressed" if quiet and tell_kind(item.finding.claim) in unsaid else item.fate


async def _read_shared(connection: Connection, review: ReviewRow | None) -> Shared | None:
    entry = await ledger.last_of_review(connection, None, GATE_SET, str(review.id)) if review else None
    return None if entry is None else read_shared(entry.body)
