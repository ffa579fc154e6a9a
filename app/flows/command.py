"""The commands of one comment: read again by its id, judged by the live role of who wrote it, answered once."""

from __future__ import annotations

from app.commands import Action, Cost, Reply, ReplyKind, Review, Role, act, help_text, parse
from app.core.job import CommandJob, review_of
from app.core.report.answers import answer_denied, answer_help, answer_unknown, answer_usage
from app.core.report.cost import answer_cost
from app.core.text.markdown import Markdown, comment_marker
from app.flows.pull_request.costs import read_costs
from app.flows.pull_request.forge import GitHubServices
from app.github.client import GitHubClient
from app.github.errors import NotFound
from app.github.payloads import IssueComment
from app.store.work.queue import enqueue


async def obey(services: GitHubServices, job: CommandJob) -> None:
    """Perform what the comment asks for, if whoever wrote it may. Doing it again changes nothing.

    A comment that is gone, was edited, stands elsewhere or was not written by a person's own hand asks for nothing.
    """
    client = services.app.repository(job.installation_id, job.repository_id, job.repository)
    try:
        comment = await client.get_issue_comment(job.comment_id)
    except NotFound:
        return
    author = comment.user
    if author is None or author.type != "User" or comment.performed_via_github_app is not None:
        return
    if comment.edited or comment.pull_number != job.number:
        return
    calls = parse(comment.body or "")
    if not calls:
        return
    await client.create_issue_comment_reaction(comment.id, "eyes")
    pull = await client.get_pull(job.number)
    is_author = pull.user is not None and pull.user.id == author.id
    actions = act(calls, await _role(client, author.login), is_author=is_author)
    for action in actions:
        await _perform(services, client, job, comment, action)


async def _role(client: GitHubClient, login: str) -> str:
    try:
        return (await client.get_collaborator_permission(login)).role
    except NotFound:
        return Role.NONE


async def _perform(
    services: GitHubServices, client: GitHubClient, job: CommandJob, comment: IssueComment, action: Action
) -> None:
    match action:
        case Review(full=full):
            async with services.database.transaction() as connection:
                await enqueue(connection, [review_of(job, job.number, full=full, again=True)])
        case Cost():
            async with services.database.transaction() as connection:
                costs = await read_costs(connection, job, services.now().date())
            await _answer(services, client, comment, job.number, "cost", answer_cost(costs))
        case Reply(kind=kind, command=name):
            label = f"{kind}.{name or ''}".replace(" ", ".")
            await _answer(services, client, comment, job.number, label, _words(action))


async def _answer(
    services: GitHubServices, client: GitHubClient, comment: IssueComment, number: int, label: str, words: Markdown
) -> None:
    """One answer to each question: after a crash the one that stands is found by its marker."""
    marker = comment_marker("answer", comment=comment.id, kind=label)
    standing = await client.list_issue_comments(number)
    login = services.identity.login
    if any(
        item.user and item.user.login == login and (item.body or "").rstrip().endswith(marker.text) for item in standing
    ):
        return
    await client.create_issue_comment(number, f"{words.text}\n\n{marker.text}")


def _words(reply: Reply) -> Markdown:
    match reply.kind:
        case ReplyKind.HELP:
            return answer_help(Markdown(help_text()))
        case ReplyKind.UNKNOWN:
            return answer_unknown(reply.command)
        case ReplyKind.USAGE:
            return answer_usage(reply.command or "")
        case ReplyKind.DENIED:
            return answer_denied(reply.command or "")
