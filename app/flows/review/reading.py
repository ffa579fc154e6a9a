"""The stage in which a model reads: chunks of the plan go out, claims come back, and what was not read is named."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.claude.fan_out import ask_all
from app.claude.seam import Send
from app.core.change.annotate import annotate
from app.core.change.plan import Chunk, Plan
from app.core.findings.finding import Claim
from app.core.gate.verdict import NO_MODEL_REASON
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request, Usage
from app.flows.review.desk import Desk
from app.flows.review.forge import History
from app.lenses import correctness

PROGRESS_S = 15.0
"""Seconds between two updates of progress."""

_REASONS = {
    FailureKind.RATE_LIMITED: "the model's rate limit was reached",
    FailureKind.OVERLOADED: "the model was overloaded",
    FailureKind.SERVER_ERROR: "the model's server failed",
    FailureKind.SPEND_LIMIT: "the spend limit of the model's account was reached",
    FailureKind.UNAUTHORIZED: "the model's server refused the key",
    FailureKind.REJECTED: "the model's server refused the request",
    FailureKind.TIMEOUT: "the model did not answer in time",
    FailureKind.CONNECTION: "the model's server could not be reached",
    FailureKind.INCOMPLETE: "the model's reply broke off",
    FailureKind.TRUNCATED: "the model's reply was cut at its length limit",
    FailureKind.REFUSED: "the model declined to answer",
    FailureKind.TOO_LONG: "the request was longer than the model takes",
    FailureKind.MALFORMED: "the model's reply was not in the agreed form",
    FailureKind.UNEXPECTED: "the model's reply could not be used",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a model said. `unread` maps a chunk's number to the reason why nobody read it.

    `configured` is whether there was a model to ask. `passing`: every failure may be gone in a while.
    """

    claims: tuple[Claim, ...] = ()
    unread: dict[int, str] = field(default_factory=dict)
    replies: tuple[Reply, ...] = ()
    passing: bool = False
    configured: bool = True

    @property
    def usage(self) -> Usage:
        """Tokens of the calls that were really made; stored replies cost nothing again."""
        total = Usage()
        for reply in self.replies:
            if not reply.stored:
                total += reply.usage
        return total

    @property
    def models(self) -> tuple[str, ...]:
        """The ids that answered, in order of first appearance."""
        return tuple(dict.fromkeys(reply.model for reply in self.replies))


async def read_chunks(desk: Desk, plan: Plan, history: History, tell: Callable[[int], Awaitable[None]]) -> Reading:
    """Every chunk read by the lens, the first alone until the cache is warm, the others side by side.

    `tell` is awaited with the number of answered chunks, at most once in 15 seconds: GitHub's check shows it. A chunk
    whose question failed in any way is in `unread`; one whose answer was not in the agreed form is asked once more.
    """
    if desk.send is None:
        unread = dict.fromkeys((chunk.number for chunk in plan.chunks), NO_MODEL_REASON)
        return Reading(unread=unread, configured=False)
    first = await _ask(desk.send, desk.model, plan.chunks, history.salt, tell)
    malformed = [chunk for chunk in plan.chunks if _is_malformed(first[chunk.number].outcome)]
    again = await _ask(desk.send, desk.model, malformed, history.salt + history.repair, tell)
    return _gather(plan, first, again)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One chunk's outcome: its claims, or the failure; and the reply if one came, for what it cost."""

    outcome: tuple[Claim, ...] | Failure
    reply: Reply | None


async def _ask(
    send: Send, model: str, chunks: Sequence[Chunk], salt: str, tell: Callable[[int], Awaitable[None]]
) -> dict[int, _Answer]:
    """The answers by chunk number."""
    requests = [correctness.ask(annotate(chunk), change_map="", model=model, salt=salt) for chunk in chunks]
    answered = 0

    def count(_request: Request, _outcome: Reply | Failure) -> None:
        nonlocal answered
        answered += 1

    asking = asyncio.create_task(ask_all(send, requests, on_reply=count))
    try:
        told = 0
        while not (await asyncio.wait({asking}, timeout=PROGRESS_S))[0]:
            if answered > told:
                told = answered
                await tell(told)
        outcomes = await asking
    finally:
        asking.cancel()
        await asyncio.wait({asking})
    return {chunk.number: _read(outcome) for chunk, outcome in zip(chunks, outcomes, strict=True)}


def _read(outcome: Reply | Failure) -> _Answer:
    if isinstance(outcome, Failure):
        return _Answer(outcome, None)
    try:
        return _Answer(tuple(correctness.read(outcome)), outcome)
    except ModelFailed as error:
        return _Answer(error.failure, outcome)


def _is_malformed(outcome: tuple[Claim, ...] | Failure) -> bool:
    return isinstance(outcome, Failure) and outcome.kind is FailureKind.MALFORMED


def _gather(plan: Plan, first: Mapping[int, _Answer], again: Mapping[int, _Answer]) -> Reading:
    last = {**first, **again}
    answers = [last[chunk.number].outcome for chunk in plan.chunks]
    failures = {
        chunk.number: answer for chunk, answer in zip(plan.chunks, answers, strict=True) if isinstance(answer, Failure)
    }
    return Reading(
        claims=tuple(claim for answer in answers if not isinstance(answer, Failure) for claim in answer),
        unread={number: _REASONS[failure.kind] for number, failure in failures.items()},
        replies=tuple(answer.reply for part in (first, again) for answer in part.values() if answer.reply),
        passing=bool(failures) and all(failure.passing for failure in failures.values()),
    )
