"""A reply in a thread of ours is answered: about that finding, by the code as it is now, once, and within limits.

Nothing that is said here opens a gate. What a person writes reaches a model as untrusted text; what the model answers
reaches people in a frame of ours; and only a line of the head, looked up by code, lets a finding go.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from pydantic import JsonValue

from app.commands.prose import parse
from app.core.conversation.limits import Silence, is_entitled, refuse_answer
from app.core.conversation.thread import Remark, Voice, pick_remarks
from app.core.findings.finding import Evidence
from app.core.job import CommandJob, ConversationJob, review_of
from app.core.model import Failure
from app.core.report.answers import answer_unheard
from app.core.report.conversation import Outcome, tell_answer, tell_settled, tell_silent, tell_unproved
from app.core.text.markdown import Markdown
from app.flows.commands.asking import make_asker
from app.flows.commands.hearing import Heard as Comment
from app.flows.commands.hearing import Occasion, answer, hear, read_role
from app.flows.commands.subject import find_subject
from app.flows.conversation.asking import Heard, ask_about
from app.flows.conversation.opening import Unanswerable, open_conversation
from app.flows.pull_request.check import Identity
from app.flows.pull_request.forge import GitHubServices
from app.flows.review.desk.desk import Desk
from app.flows.review.failing import tell_failure
from app.github.client import GitHubClient
from app.github.payloads import ReviewComment
from app.store.records import findings, ledger, pull_requests, thread_answers
from app.store.records.findings import FindingState, KnownFinding
from app.store.records.thread_answers import ThreadAnswerRow
from app.store.work.queue import enqueue

CONCEDED = "concede"
"""The kind of the ledger entry for each finding that is given up in its thread."""

NOTICE = "notice"
TALK = "conversation"
"""The labels of our answers: a notice is given once in a thread, an answer once to a comment."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Talk:
    """A comment that is to be answered: the finding of its thread, and what was said there before."""

    occasion: Occasion
    found: KnownFinding
    pull_request_id: int
    thread_id: int
    thread: tuple[Remark, ...]
    entitled: bool

    @property
    def row(self) -> ThreadAnswerRow:
        """The comment, for the store."""
        heard, job = self.occasion.heard, self.occasion.job
        return ThreadAnswerRow(
            comment_id=heard.comment_id,
            thread_id=self.thread_id,
            installation_id=job.installation_id,
            user_id=heard.author.id,
            entitled=self.entitled,
            at=self.occasion.services.now(),
        )


async def converse(services: GitHubServices, desk: Desk, job: ConversationJob) -> None:
    """Answer the comment, if it is one that is answered. Doing it again says nothing twice and asks nothing anew.

    What is a command is obeyed elsewhere. Nothing is answered in threads of others, on closed or locked pull requests,
    to bots, or to what was edited or deleted since.
    """
    talk = await _listen(services, job)
    if talk is None:
        return
    if not talk.occasion.heard.unedited:
        await _notice(talk, answer_unheard())
        return
    if talk.found.state is not FindingState.OPEN:
        await _notice(talk, tell_settled(talk.found.finding.id, talk.found.state.value))
        return
    silence = await _admit(talk)
    if silence is not None:
        await _notice(talk, tell_silent(silence.value))
        return
    try:
        opened = await open_conversation(desk, talk.occasion, talk.pull_request_id)
    except Unanswerable as error:
        await _notice(talk, tell_silent(str(error)))
        return
    heard = await ask_about(desk, opened, talk.found.finding, talk.thread, f"comment {job.comment_id}")
    if isinstance(heard, Failure):
        _log.warning("%s is not answered: %s", job.key, heard.kind)
        await _notice(talk, tell_silent(f"I cannot answer here: {tell_failure(heard)}."))
        return
    await _reply(talk, heard)


async def _listen(services: GitHubServices, job: ConversationJob) -> _Talk | None:
    """The comment with its thread; None for one that is not answered, or was already."""
    client = services.app.repository(job.installation_id, job.repository_id, job.repository)
    asked = CommandJob(
        installation_id=job.installation_id,
        repository_id=job.repository_id,
        repository=job.repository,
        number=job.number,
        comment_id=job.comment_id,
        thread=True,
    )
    comment = await hear(client, asked, services.identity)
    if comment is None or comment.finding is None or comment.thread_id in (None, comment.comment_id):
        return None
    pull = await client.get_pull(job.number)
    if parse(comment.body) or not pull.open or pull.locked:
        return None
    asker = make_asker(comment, pull, await read_role(client, comment.author.login))
    occasion = Occasion(services=services, client=client, job=asked, heard=comment, pull=pull, asker=asker)
    subject = await find_subject(occasion, comment.finding)
    if subject.found is None:
        return None
    thread = await _read_thread(client, job.number, comment, services.identity)
    entitled = is_entitled(asker.role, is_author=asker.is_author)
    return _Talk(occasion, subject.found, subject.pull_request_id, comment.thread_id or 0, thread, entitled)


async def _read_thread(client: GitHubClient, number: int, comment: Comment, identity: Identity) -> tuple[Remark, ...]:
    """What was said before, and last what is to be answered, as it was heard."""
    first = comment.thread_id or 0
    every = await client.list_review_comments(number)
    remarks = [_remark(one, identity) for one in every if one.in_reply_to_id == first]
    before = pick_remarks(remarks, first=first, before=comment.comment_id)
    now = Remark(comment_id=comment.comment_id, voice=Voice.PERSON, text=comment.body)
    return (*before, *pick_remarks([now], first=first, before=comment.comment_id + 1))


def _remark(comment: ReviewComment, identity: Identity) -> Remark:
    user = comment.user
    if user is not None and user.type == "Bot" and user.login == identity.login:
        voice = Voice.OURS
    else:
        voice = Voice.PERSON if user is not None and user.type == "User" else Voice.NOBODY
    return Remark(comment_id=comment.id, voice=voice, text=comment.body, edited=comment.edited)


async def _admit(talk: _Talk) -> Silence | None:
    """Why it is not answered. What is counts from now on, whatever comes of it."""
    async with talk.occasion.services.database.transaction() as connection:
        await pull_requests.lock(connection, talk.pull_request_id)
        answered = await thread_answers.count(connection, talk.pull_request_id, talk.row)
        silence = refuse_answer(answered, entitled=talk.entitled)
        if silence is None:
            await thread_answers.begin(connection, talk.pull_request_id, talk.row)
        return silence


async def _notice(talk: _Talk, words: Markdown) -> None:
    """Say once in a thread why nothing is answered there."""
    occasion = talk.occasion
    thread = replace(occasion, heard=replace(occasion.heard, comment_id=talk.thread_id))
    await answer(thread, NOTICE, words)


async def _reply(talk: _Talk, heard: Heard) -> None:
    """Record what came of it, and then say so. What was recorded before a crash stays as it was."""
    finding, proof = talk.found.finding, heard.proof
    recorded, evidence = await _record(talk, heard, _decide(talk, heard))
    if recorded is Outcome.UNANSWERED:
        return
    if not isinstance(proof, Evidence) and proof is not None:
        await answer(talk.occasion, TALK, tell_unproved(finding, proof))
        return
    await answer(talk.occasion, TALK, tell_answer(finding, recorded, heard.said.answer, evidence))


def _decide(talk: _Talk, heard: Heard) -> Outcome:
    """What comes of an answer. Whoever has no role here and did not open the change moves no finding."""
    if heard.proof is None:
        return Outcome.STANDS if heard.said.answer else Outcome.UNANSWERED
    if not isinstance(heard.proof, Evidence):
        return Outcome.UNPROVED
    if not talk.entitled:
        return Outcome.NOTED
    return Outcome.CONCEDED if talk.found.finding.blocking else Outcome.WITHDRAWN


async def _record(talk: _Talk, heard: Heard, outcome: Outcome) -> tuple[Outcome, Evidence | None]:
    """What came of it; a finding that is given up with its ledger entry and the job that shows it, all or none."""
    occasion, finding = talk.occasion, talk.found.finding
    services, job, asker = occasion.services, occasion.job, occasion.asker
    now, evidence = services.now(), heard.proof if isinstance(heard.proof, Evidence) else None
    given_up = evidence is not None and outcome in (Outcome.CONCEDED, Outcome.WITHDRAWN)
    async with services.database.transaction() as connection:
        await pull_requests.lock(connection, talk.pull_request_id)
        settled = await thread_answers.settle(
            connection, talk.pull_request_id, occasion.heard.comment_id, outcome.value
        )
        if not settled.first or not given_up or evidence is None:
            return Outcome(settled.outcome), evidence
        body: dict[str, JsonValue] = {
            "repository": job.repository_id,
            "pull_request": job.number,
            "finding": finding.id,
            "fingerprint": finding.fingerprint,
            "blocking": finding.blocking,
            "outcome": outcome.value,
            "path": evidence.path,
            "line": evidence.line,
            "quote": evidence.quote,
            "login": asker.login,
            "user": asker.user_id,
            "role": asker.role.value,
            "comment": occasion.heard.comment_id,
            "model": heard.reply.model,
            "request": heard.reply.digest,
        }
        await findings.concede(connection, talk.pull_request_id, finding.number, evidence)
        await ledger.append(connection, str(job.installation_id), CONCEDED, body, at=now)
        await enqueue(connection, [replace(review_of(job, job.number), again=True)])
        return outcome, evidence
