"""One comment as it is heard: what it says now, who wrote it, where its answer goes. Read live, by its id."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from app.core.job import CommandJob
from app.core.people.entitlement import Asker
from app.core.people.role import Role
from app.core.report.publication import marked_finding
from app.core.text.markdown import Markdown, comment_marker
from app.flows.pull_request.check import Identity
from app.flows.pull_request.forge import GitHubServices
from app.github.client import GitHubClient
from app.github.drafts import ReactionContent
from app.github.errors import Forbidden, NotFound, Refused, UnreadableAnswer
from app.github.payloads import Account, IssueComment, Pull, ReviewComment

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A comment that counts. `finding` is the number of the finding whose thread it stands in, if it stands in one.

    `thread_id` is the first comment of that thread; None for a comment on the conversation. `at` is when it was
    written, in whole seconds. `altered`: somebody else edited the first comment of a thread of ours, so that it stands
    for no finding. `unedited` is False where GitHub refuses to say whether somebody edited it, or that first comment:
    then nothing is done, and that is said.
    """

    comment_id: int
    body: str
    author: Account
    at: datetime
    thread_id: int | None = None
    finding: int | None = None
    altered: bool = False
    unedited: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a command is performed with: who asks in which comment on which pull request, and the wires."""

    services: GitHubServices
    client: GitHubClient
    job: CommandJob
    heard: Heard
    pull: Pull
    asker: Asker


async def hear(client: GitHubClient, job: CommandJob, identity: Identity) -> Heard | None:
    """The comment; None if it is gone, was edited, stands elsewhere or was not written by a person's own hand.

    Raises what passes by itself (GitHubDown, RateLimited): nothing is heard until GitHub says that nobody edited it.
    """
    try:
        if job.thread:
            return await _hear_in_thread(client, job, identity)
        return await _hear_in_conversation(client, job)
    except NotFound:
        return None


async def _hear_in_conversation(client: GitHubClient, job: CommandJob) -> Heard | None:
    comment = await client.get_issue_comment(job.comment_id)
    author = _person(comment.user)
    if author is None or comment.performed_via_github_app is not None:
        return None
    if comment.edited or comment.pull_number != job.number:
        return None
    edited = await _is_edited(client, comment)
    if edited:
        return None
    return Heard(
        comment_id=comment.id,
        body=comment.body or "",
        author=author,
        at=comment.created_at,
        unedited=edited is False,
    )


async def _hear_in_thread(client: GitHubClient, job: CommandJob, identity: Identity) -> Heard | None:
    comment = await client.get_review_comment(job.comment_id)
    author, at = _person(comment.user), comment.created_at
    if author is None or at is None or comment.edited or comment.pull_number != job.number:
        return None
    edited = await _is_edited(client, comment)
    if edited:
        return None
    thread_id = comment.in_reply_to_id or comment.id
    first = await client.get_review_comment(thread_id)
    marked = _read_mark(first, identity)
    # Whoever may write may edit what we wrote, and so exchange the marker.
    altered = await _is_edited(client, first, besides=first.user) if marked is not None else False
    return Heard(
        comment_id=comment.id,
        body=comment.body,
        author=author,
        at=at,
        thread_id=thread_id,
        finding=None if altered else marked,
        altered=altered is True,
        unedited=edited is False and altered is not None,
    )


async def _is_edited(
    client: GitHubClient, comment: IssueComment | ReviewComment, *, besides: Account | None = None
) -> bool | None:
    """Whether anybody edited it, in the second that it was written in as well; None where GitHub refuses to say.

    Edits of the bot `besides` do not count. Asked after the text was read: who edits it between the two is seen.
    """
    try:
        edit = await client.get_last_edit(comment.node_id)
    except (Forbidden, Refused, UnreadableAnswer) as error:
        _log.warning("nobody knows whether comment %d was edited: %s", comment.id, error)
        return None
    return edit is not None and (besides is None or edit.bot_id != besides.id)


def _read_mark(first: ReviewComment, identity: Identity) -> int | None:
    """The finding that a thread of ours says it is about; None for a thread of anybody else."""
    if first.user is None or first.user.type != "Bot" or first.user.login != identity.login:
        return None
    marked = marked_finding(first.body)
    return int(marked.removeprefix("F")) if marked else None


def _person(account: Account | None) -> Account | None:
    return account if account is not None and account.type == "User" else None


async def react(client: GitHubClient, heard: Heard, content: ReactionContent) -> None:
    """Show at once that a comment was heard."""
    if heard.thread_id is None:
        await client.create_issue_comment_reaction(heard.comment_id, content)
    else:
        await client.create_review_comment_reaction(heard.comment_id, content)


async def answer(occasion: Occasion, label: str, words: Markdown) -> None:
    """One answer to each question: after a crash the one that stands is found by its marker. In a thread it is there.

    `label` tells several answers to one comment apart; it is a word of ours. Where GitHub takes no comment (a locked
    conversation), the reaction has to do.
    """
    try:
        await _answer(occasion, label, words)
    except Forbidden as error:
        _log.info("%s: GitHub takes no answer: %s", occasion.job.key, error)


async def _answer(occasion: Occasion, label: str, words: Markdown) -> None:
    client, pull, heard, login = occasion.client, occasion.pull, occasion.heard, occasion.services.identity.login
    marker = comment_marker("answer", comment=heard.comment_id, kind=label)
    standing: list[tuple[Account | None, str]]
    if heard.thread_id is None:
        standing = [(item.user, item.body or "") for item in await client.list_issue_comments(pull.number)]
    else:
        standing = [(item.user, item.body) for item in await client.list_review_comments(pull.number)]
    if any(user and user.login == login and body.rstrip().endswith(marker.text) for user, body in standing):
        return
    body = f"{words.text}\n\n{marker.text}"
    if heard.thread_id is None:
        await client.create_issue_comment(pull.number, body)
    else:
        await client.create_review_comment_reply(pull.number, heard.thread_id, body)


async def read_role(client: GitHubClient, login: str) -> Role:
    """The live role of somebody; `author_association` says less and is never asked."""
    try:
        return Role.of((await client.get_collaborator_permission(login)).role)
    except NotFound:
        return Role.NONE
