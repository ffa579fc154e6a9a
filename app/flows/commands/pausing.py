"""`/lintel pause` and `/lintel resume`: whether heads of a pull request are read by themselves."""

from __future__ import annotations

from dataclasses import replace

from pydantic import JsonValue

from app.commands.action import Pause
from app.core.job import review_of
from app.core.report.decisions import tell_paused, tell_resumed, tell_said_later
from app.core.text.markdown import Markdown
from app.flows.commands.hearing import Occasion
from app.store.records import ledger, pull_requests
from app.store.records.pull_requests import Said
from app.store.work.queue import enqueue

PAUSED = "pause"
RESUMED = "resume"
"""The kinds of the ledger entries."""


async def pause(occasion: Occasion, action: Pause) -> Markdown:
    """Stop automatic reviews, or start them again and read the head. What to answer."""
    services, job, asker = occasion.services, occasion.job, occasion.asker
    async with services.database.transaction() as connection:
        row = await pull_requests.locate(
            connection, installation_id=job.installation_id, repository_id=job.repository_id, number=job.number
        )
        said = Said(by=asker.login, comment_id=occasion.heard.comment_id, at=occasion.heard.at)
        changed = await pull_requests.set_paused(connection, row.id, said, paused=action.paused)
        if changed:
            body: dict[str, JsonValue] = {
                "repository": job.repository_id,
                "pull_request": job.number,
                "login": asker.login,
                "user": asker.user_id,
                "role": asker.role.value,
                "comment": occasion.heard.comment_id,
            }
            kind = PAUSED if action.paused else RESUMED
            await ledger.append(connection, str(job.installation_id), kind, body, at=services.now())
            # A review that runs is read to its end where nobody stops it; resumed, the head is looked at anew.
            await enqueue(
                connection, [replace(review_of(job, job.number), stops=action.paused, again=not action.paused)]
            )
    if changed is None:
        return tell_said_later()
    return tell_paused(changed=changed) if action.paused else tell_resumed(changed=changed)
