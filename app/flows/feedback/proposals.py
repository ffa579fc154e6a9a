"""Proposals to leave a kind of finding out: made, answered by a reaction of somebody with write, ended by one.

What is decided is stored with its ledger entry and the reviews that show it, all or none. A comment that could not be
written or brought up to date is at the next reading.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Final

from pydantic import JsonValue

from app.core.feedback.kind import tell_kind
from app.core.feedback.opinion import Opinion
from app.core.feedback.proposing import Proposal, find_proposals
from app.core.feedback.suppression import Decision, SuppressionState, decide_proposal
from app.core.job import FeedbackJob, review_of
from app.core.report.feedback import Told, marked_suppression, tell_proposal
from app.core.text.markdown import Markdown
from app.flows.feedback.thumbs import Thumbs
from app.flows.pull_request.forge import GitHubServices
from app.github.client import GitHubClient
from app.github.errors import Forbidden, NotFound
from app.store.records import findings, ledger, reactions, suppressions
from app.store.records.findings import FindingState
from app.store.records.suppressions import SuppressionRow
from app.store.work.queue import enqueue

SUPPRESSED = "suppress"
"""The kind of the ledger entry for each kind of finding that somebody chose not to be told of."""

RESTORED = "unsuppress"
"""The kind of the entry where that ended."""

LEFT_BEHIND: Final = timedelta(minutes=10)
"""After this long a proposal that GitHub is not known to have is posted by whichever reading comes along."""

_ENTRIES = {SuppressionState.ACCEPTED: SUPPRESSED, SuppressionState.ENDED: RESTORED}
_log = logging.getLogger(__name__)


async def follow_proposals(services: GitHubServices, client: GitHubClient, job: FeedbackJob, thumbs: Thumbs) -> None:
    """Read what people think of the repository's proposals, and do what they chose."""
    async with services.database.transaction() as connection:
        rows = await suppressions.alive(connection, job.repository_id)
        rows += await suppressions.untold(connection, job.repository_id)
    for row in rows:
        if row.comment_id is not None:
            await _follow(services, client, job, row, row.comment_id, thumbs)
        # Of two readings at a time only one may be about to post it.
        elif row.number == job.number or services.now() - row.proposed_at > LEFT_BEHIND:
            await _post(services, client, job, row)


async def _follow(
    services: GitHubServices,
    client: GitHubClient,
    job: FeedbackJob,
    row: SuppressionRow,
    comment_id: int,
    thumbs: Thumbs,
) -> None:
    opinions: tuple[Opinion, ...] | None = None
    try:
        comment = await client.get_issue_comment(comment_id)
        opinions = await thumbs.read(comment_id, comment.reactions, thread=False)
    except NotFound:
        _log.info("%s: the comment of proposal %d is gone", job.key, row.id)
    decision = decide_proposal(row.state, row.accepted_at, opinions)
    now_is = row if decision is None else await _record(services, job, row, decision)
    if now_is is None or now_is.told == now_is.state.value:
        return
    if opinions is not None:
        try:
            await client.update_issue_comment(comment_id, _tell(services, job, now_is).text)
        except (Forbidden, NotFound) as error:
            _log.warning("%s: the comment of proposal %d cannot be changed: %s", job.key, row.id, error)
    async with services.database.transaction() as connection:
        await suppressions.set_told(connection, now_is, comment_id)


async def _record(
    services: GitHubServices, job: FeedbackJob, row: SuppressionRow, decision: Decision
) -> SuppressionRow | None:
    """What somebody chose, its ledger entry and the reviews that show it; the row as it is then.

    None where another reading has recorded something meanwhile.
    """
    now, opinion, kind = services.now(), decision.opinion, row.proposal.kind
    body: dict[str, JsonValue] = {
        "repository": job.repository_id,
        "pull_request": row.number,
        "comment": row.comment_id,
        "source": kind.source.value,
        "category": kind.category,
        "rule": kind.rule,
        "login": opinion.login if opinion else None,
        "user": opinion.user_id if opinion else None,
        "role": opinion.role.value if opinion else None,
        "reason": None if opinion else "the comment of the proposal is gone",
    }
    async with services.database.transaction() as connection:
        if not await suppressions.decide(connection, row, decision, now=now):
            return None
        if decision.state in _ENTRIES:
            await ledger.append(connection, str(job.installation_id), _ENTRIES[decision.state], body, at=now)
            numbers = sorted({row.number, job.number})
            await enqueue(connection, [replace(review_of(job, number), again=True) for number in numbers])
    return replace(row, state=decision.state, login=opinion.login if opinion else "", decided_at=now)


async def propose(
    services: GitHubServices, client: GitHubClient, job: FeedbackJob, pull_request_id: int, thumbs: Thumbs
) -> None:
    """Propose to leave out a kind that shows on this open pull request, if people's 👎 are enough: one at a time."""
    now = services.now()
    async with services.database.transaction() as connection:
        known = await findings.known(connection, pull_request_id)
        votes = await reactions.votes(connection, job.repository_id)
        past = await suppressions.past(connection, job.repository_id)
    open_ones = (item.finding for item in known if item.state is FindingState.OPEN and not item.finding.blocking)
    shown = {tell_kind(finding.claim) for finding in open_ones}
    wanted = [proposal.kind for proposal in find_proposals(votes, past, now) if proposal.kind in shown]
    if not wanted:
        return
    pull = await client.get_pull(job.number)
    if not pull.open or pull.locked:
        return
    for kind in wanted:
        mine = [vote for vote in votes if vote.kind == kind]
        roles = {vote.opinion.user_id: await thumbs.ask(vote.opinion.user_id, vote.opinion.login) for vote in mine}
        live = [replace(vote, opinion=replace(vote.opinion, role=roles[vote.opinion.user_id])) for vote in mine]
        for proposal in find_proposals(live, past, now):
            await _propose(services, client, job, pull_request_id, proposal)
            return


async def _propose(
    services: GitHubServices, client: GitHubClient, job: FeedbackJob, pull_request_id: int, proposal: Proposal
) -> None:
    async with services.database.transaction() as connection:
        row = await suppressions.propose(connection, pull_request_id, job.repository_id, proposal, at=services.now())
    if row is not None:
        await _post(services, client, job, row)


async def _post(services: GitHubServices, client: GitHubClient, job: FeedbackJob, row: SuppressionRow) -> None:
    """See to it that the proposal stands once. Where GitHub takes no comment, nobody was asked anything."""
    login = services.identity.login
    every = await client.list_issue_comments(row.number)
    mine = [one for one in every if one.user is not None and one.user.type == "Bot" and one.user.login == login]
    standing = [one.id for one in mine if marked_suppression(one.body or "") == row.id]
    try:
        if not standing:
            standing = [(await client.create_issue_comment(row.number, _tell(services, job, row).text)).id]
    except Forbidden as error:
        _log.info("%s: GitHub takes no proposal: %s", job.key, error)
        async with services.database.transaction() as connection:
            await suppressions.withdraw(connection, row.id)
        return
    async with services.database.transaction() as connection:
        await suppressions.set_told(connection, row, standing[0])


def _tell(services: GitHubServices, job: FeedbackJob, row: SuppressionRow) -> Markdown:
    told = Told(
        id=row.id,
        proposal=row.proposal,
        state=row.state,
        login=row.login,
        on=row.decided_at.astimezone(UTC).date() if row.decided_at else None,
    )
    return tell_proposal(told, job.repository, services.links)
