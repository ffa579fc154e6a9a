"""What people think of our comments, read where they show it: GitHub sends nothing about reactions.

https://docs.github.com/webhooks/webhook-events-and-payloads has no event for them. So they are read when a review
begins, beside it, and when the pull request is closed. No model is asked, and no verdict waits for it or fails with it.
"""

from __future__ import annotations

import logging

from app.core.job import FeedbackJob
from app.flows.feedback.comments import find_ours, find_skipped
from app.flows.feedback.proposals import follow_proposals, propose
from app.flows.feedback.thumbs import Thumbs
from app.flows.pull_request.forge import GitHubServices
from app.github.client import GitHubClient
from app.github.errors import GitHubError
from app.store.records import findings, pull_requests, reactions
from app.store.records.reactions import Looked, Reading

_log = logging.getLogger(__name__)


async def read_feedback(services: GitHubServices, job: FeedbackJob) -> None:
    """Bring what is known of people's reactions up to date, and do what follows from them.

    What GitHub does not tell now is noted for people to see, and asked for at the next occasion.
    """
    client = services.app.repository(job.installation_id, job.repository_id, job.repository)
    async with services.database.transaction() as connection:
        row = await pull_requests.locate(
            connection, installation_id=job.installation_id, repository_id=job.repository_id, number=job.number
        )
    try:
        await _read_comments(services, client, job, row.id)
        # A crowd below the findings must not keep anybody from being heard on proposals.
        thumbs = Thumbs(client)
        await follow_proposals(services, client, job, thumbs)
        await propose(services, client, job, row.id, thumbs)
    except GitHubError as error:
        _log.warning("%s: reactions cannot be read now: %s", job.key, error)
        async with services.database.transaction() as connection:
            await reactions.note_fault(connection, row.id, error.message, at=services.now())


async def _read_comments(
    services: GitHubServices, client: GitHubClient, job: FeedbackJob, pull_request_id: int
) -> None:
    async with services.database.transaction() as connection:
        known = {item.finding.number for item in await findings.known(connection, pull_request_id)}
    if not known:
        return
    ours = find_ours(await client.list_review_comments(job.number), services.identity.login, known)
    skipped = find_skipped(ours)
    thumbs = Thumbs(client)
    looked = [
        Looked(number, comment.id, await thumbs.read(comment.id, comment.reactions, thread=True))
        for number, comment in ours
        if number not in skipped
    ]
    reading = Reading(looked=tuple(looked), comments=len(ours), skipped=tuple(sorted(skipped)), unasked=thumbs.unasked)
    if reading.skipped or reading.unasked:
        _log.warning("%s: too many reactions: %d comments, %d people left out", job.key, len(skipped), reading.unasked)
    async with services.database.transaction() as connection:
        await reactions.save(connection, pull_request_id, reading, at=services.now())
