"""The commands of one comment: read again by its id, judged by the live role of who wrote it, each answered once."""

from __future__ import annotations

from dataclasses import replace

from app.commands.action import Action, Ask, Dismiss, Explain, Fix, Override, Pause, Reply, ReplyKind, Review, Show
from app.commands.prose import parse
from app.commands.table import act, help_text, usage_of
from app.core.gate.attendance import attend
from app.core.job import CommandJob, review_of
from app.core.report.answers import (
    answer_denied,
    answer_help,
    answer_unattended,
    answer_unheard,
    answer_unknown,
    answer_usage,
)
from app.core.text.markdown import Markdown
from app.flows.commands.asking import make_asker
from app.flows.commands.dismissing import dismiss
from app.flows.commands.explaining import explain
from app.flows.commands.hearing import Occasion, answer, hear, react, read_role
from app.flows.commands.mending import fix
from app.flows.commands.overriding import override
from app.flows.commands.pausing import pause
from app.flows.commands.questioning import answer_question
from app.flows.commands.showing import show
from app.flows.pull_request.forge import GitHubServices
from app.flows.pull_request.snapshot import take_snapshot
from app.flows.review.desk.desk import Desk
from app.store.work.queue import enqueue


async def obey(services: GitHubServices, desk: Desk, job: CommandJob) -> None:
    """Perform what the comment asks for, if whoever wrote it may. Doing it again changes nothing.

    A comment that is gone, was edited, stands elsewhere or was not written by a person's own hand asks for nothing.
    """
    client = services.app.repository(job.installation_id, job.repository_id, job.repository)
    heard = await hear(client, job, services.identity)
    calls = parse(heard.body) if heard is not None else []
    if heard is None or not calls:
        return
    await react(client, heard, "eyes")
    pull = await client.get_pull(job.number)
    asker = make_asker(heard, pull, await read_role(client, heard.author.login))
    occasion = Occasion(services=services, client=client, job=job, heard=heard, pull=pull, asker=asker)
    if not heard.unedited:
        await answer(occasion, "unheard", answer_unheard())
        return
    for number, action in enumerate(act(calls, asker.role, is_author=asker.is_author), 1):
        words = await _perform(desk, occasion, action)
        if words is not None:
            await answer(occasion, f"{number}.{type(action).__name__.lower()}", words)


async def _perform(desk: Desk, occasion: Occasion, action: Action) -> Markdown | None:
    """Do it; what to answer, or None where what happens next is the answer."""
    match action:
        case Review():
            return await _review(occasion, action)
        case Override():
            return await override(occasion, action)
        case Dismiss():
            return await dismiss(occasion, action)
        case Pause():
            return await pause(occasion, action)
        case Explain():
            return await explain(occasion, action)
        case Ask():
            return await answer_question(desk, occasion, action)
        case Fix():
            return await fix(desk, occasion, action)
        case Show():
            return await show(occasion, action.topic)
        case Reply():
            return _reply(action)


async def _review(occasion: Occasion, action: Review) -> Markdown | None:
    job, head = occasion.job, occasion.pull.head.sha
    wanted = replace(review_of(job, job.number), asked=True, asked_of=head)
    unattended = answer_unattended(attend(await take_snapshot(occasion.services.app, occasion.client, wanted)))
    if unattended is not None:
        return unattended
    async with occasion.services.database.transaction() as connection:
        await enqueue(connection, [replace(wanted, full=action.full, again=True)])
    return None


def _reply(reply: Reply) -> Markdown:
    match reply.kind:
        case ReplyKind.HELP:
            return answer_help(Markdown(help_text()))
        case ReplyKind.UNKNOWN:
            return answer_unknown(reply.command)
        case ReplyKind.USAGE:
            return answer_usage(usage_of(reply.command or ""))
        case ReplyKind.DENIED:
            return answer_denied(reply.command or "")
