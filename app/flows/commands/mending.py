"""`/lintel fix`: a suggestion for a finding of the current head, offered only where code has applied and parsed it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial

from app.analyzers.apart.parsers import Parsers, open_parsers
from app.analyzers.sandbox import ToolFailed
from app.analyzers.weighing import weigh_apart
from app.commands.action import Fix
from app.core.change.diff import Side
from app.core.findings.finding import Anchor, Finding, Placed
from app.core.findings.fixes import claimed_lines, is_about_behaviour, plan_replacement, tidy
from app.core.model import Failure
from app.core.report.asked import (
    tell_replacement,
    tell_suggested,
    tell_suggested_before,
    tell_suggestion,
    tell_unfixed,
)
from app.core.report.decisions import tell_no_finding
from app.core.report.publication import marked_finding
from app.core.text.markdown import Markdown
from app.flows.commands.hearing import Occasion, answer
from app.flows.commands.studying import Study, Unstudied, ask_twice, open_study
from app.flows.commands.subject import Subject, find_subject
from app.flows.review.change.change import Change
from app.flows.review.desk.desk import Desk
from app.flows.review.failing import tell_failure
from app.flows.review.fixing import make_question, may_be_fixed, read_heads
from app.github.payloads import ReviewComment
from app.lenses import fix as lens


@dataclass(frozen=True, slots=True)
class Unfit:
    """A suggestion that is not offered: `reason` is the end of a sentence of ours."""

    reason: str


async def fix(desk: Desk, occasion: Occasion, action: Fix) -> Markdown:
    """What to answer where it was asked. A suggestion goes to the thread of its finding, if there is one."""
    number = action.finding if action.finding is not None else occasion.heard.finding
    subject = await find_subject(occasion, number)
    if subject.found is None:
        return tell_no_finding(number, known=subject.last)
    finding = subject.found.finding
    why = refuse(subject)
    if why is not None:
        return tell_unfixed(finding.id, why)
    try:
        study = await open_study(desk, occasion, f"fix {finding.id}")
    except Unstudied as error:
        return error.words
    if subject.found.last_review != study.review.id or study.review.key.head_sha != study.change.snapshot.head_sha:
        return tell_unfixed(finding.id, "it is not one of the head that is offered now")
    if not may_be_fixed(finding, study.change.redacted.patch):
        return tell_unfixed(finding.id, tell_why_not(finding))
    async with open_parsers() as parsers:
        standing = finding.claim.suggestion
        if standing is not None and isinstance(await _weigh(study.change, finding, standing, parsers), str):
            return tell_suggested_before(finding.id)
        found = await _find_suggestion(study, finding, parsers)
    return (
        tell_unfixed(finding.id, found.reason) if isinstance(found, Unfit) else await _offer(occasion, finding, found)
    )


def refuse(subject: Subject) -> str | None:
    """Why no fix is looked for, as the end of a sentence, by what the store knows of the finding; None: it may be."""
    found = subject.found
    if found is None or found.state.value == "fixed":
        return "it is gone from the change"
    if found.state.value == "dismissed":
        return "it was dismissed"
    anchor = found.finding.placement.anchor
    if found.finding.placement.placed is not Placed.LINE or anchor is None:
        return "it stands on no line of the change, and a suggestion takes the place of lines"
    if anchor.side is Side.LEFT:
        return "it stands on a removed line, and a suggestion takes the place of lines that are there"
    return None


def tell_why_not(finding: Finding) -> str:
    """Why nobody is asked to mend lines that are there."""
    verified = finding.claim.verification
    if verified is None or verified.standing.value != "confirmed":
        return "fixes are suggested only for what a model has read and a second reading has confirmed"
    return "fixes are suggested for a few lines that stand together, in a language whose grammar I have"


async def _find_suggestion(study: Study, finding: Finding, parsers: Parsers) -> str | Unfit:
    """What a model offers, if it fits. It is told the claim and the code, and no word of the comment."""
    question = await make_question(study.desk, study.change, [finding], salt=study.salt)
    outcome = await ask_twice(
        study.send, lambda salt: replace(question, salt=salt), partial(lens.read, claims=1), study.salt
    )
    if isinstance(outcome, Failure):
        return Unfit(tell_failure(outcome))
    (offered,) = outcome[1]
    if offered is None:
        return Unfit("the model knows none that changes these lines alone")
    return await _weigh(study.change, finding, offered, parsers)


async def _weigh(change: Change, finding: Finding, suggestion: str, parsers: Parsers) -> str | Unfit:
    """The suggestion as it may be offered; or why it does not fit the file at this head."""
    text = (await read_heads(change, [finding])).get(finding.claim.path)
    if text is None:
        return Unfit("its file could not be read")
    planned = await asyncio.to_thread(
        plan_replacement,
        finding.claim.path,
        text,
        claimed_lines(finding),
        suggestion,
        behaviour=is_about_behaviour(finding),
    )
    if isinstance(planned, str):
        return Unfit(f"what the model offered was not fit to be shown ({planned})")
    try:
        (flaw,) = await weigh_apart([planned], parsers)
    except ToolFailed:
        return Unfit("what the model offered could not be checked")
    if flaw is not None:
        return Unfit(f"what the model offered did not fit its file ({flaw})")
    return tidy(suggestion)


async def _offer(occasion: Occasion, finding: Finding, suggestion: str) -> Markdown:
    """Post it where it can be taken over; what to answer where it was asked for."""
    thread = await _find_thread(occasion, finding)
    if thread is None or not _stands_on(thread, finding.placement.anchor):
        return tell_replacement(finding, suggestion)
    words = tell_suggestion(finding, suggestion)
    if occasion.heard.thread_id == thread.id:
        return words
    there = replace(occasion, heard=replace(occasion.heard, thread_id=thread.id))
    await answer(there, f"fix.{finding.id}", words)
    return tell_suggested(finding.id)


async def _find_thread(occasion: Occasion, finding: Finding) -> ReviewComment | None:
    """Our own comment of the finding; markers can be copied by anybody, the account cannot."""
    login = occasion.services.identity.login
    comments = await occasion.client.list_review_comments(occasion.pull.number)
    ours = (item for item in comments if item.user is not None and item.user.login == login)
    return next((item for item in ours if marked_finding(item.body) == finding.id), None)


def _stands_on(comment: ReviewComment, anchor: Anchor | None) -> bool:
    """Whether a suggestion in this thread would take the place of exactly the finding's lines."""
    return anchor is not None and (comment.start_line or comment.line, comment.line) == (
        anchor.start_line or anchor.line,
        anchor.line,
    )
