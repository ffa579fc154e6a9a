"""The stage in which a model reads: chunks of the plan go out, claims come back, and what was not read is named."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app.claude.fan_out import ask_all
from app.core.annotate import annotate
from app.core.finding import Claim
from app.core.gate import NO_MODEL_REASON
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request, Usage
from app.core.plan import Plan
from app.flows.desk import Desk
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


async def read_chunks(desk: Desk, plan: Plan, salt: str, tell: Callable[[int], Awaitable[None]]) -> Reading:
    """Every chunk read by the lens, the first alone until the cache is warm, the others side by side.

    `tell` is awaited with the number of answered chunks, at most once in 15 seconds: GitHub's check shows it. A chunk
    whose question failed in any way is in `unread`.
    """
    if desk.send is None:
        unread = dict.fromkeys((chunk.number for chunk in plan.chunks), NO_MODEL_REASON)
        return Reading(unread=unread, configured=False)
    requests = [correctness.ask(annotate(chunk), change_map="", model=desk.model, salt=salt) for chunk in plan.chunks]
    answered = 0

    def count(_request: Request, _outcome: Reply | Failure) -> None:
        nonlocal answered
        answered += 1

    asking = asyncio.create_task(ask_all(desk.send, requests, on_reply=count))
    try:
        told = 0
        while not (await asyncio.wait({asking}, timeout=PROGRESS_S))[0]:
            if answered > told:
                told = answered
                await tell(told)
        return _gather(plan, await asking)
    finally:
        asking.cancel()
        await asyncio.wait({asking})


def _gather(plan: Plan, outcomes: list[Reply | Failure]) -> Reading:
    claims: list[Claim] = []
    unread: dict[int, str] = {}
    failures: list[Failure] = []
    replies: list[Reply] = []
    for chunk, outcome in zip(plan.chunks, outcomes, strict=True):
        failure = outcome if isinstance(outcome, Failure) else None
        if isinstance(outcome, Reply):
            replies.append(outcome)
            try:
                claims.extend(correctness.read(outcome))
            except ModelFailed as error:
                failure = error.failure
        if failure is not None:
            failures.append(failure)
            unread[chunk.number] = _REASONS[failure.kind]
    passing = bool(failures) and all(failure.passing for failure in failures)
    return Reading(claims=tuple(claims), unread=unread, replies=tuple(replies), passing=passing)
