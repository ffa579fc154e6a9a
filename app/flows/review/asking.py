"""One round of questions to a model: what each chunk shows, what came back, and what is to be asked after that."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from app.claude.fan_out import ask_all
from app.claude.seam import Send
from app.core.change.annotate import parse_annotated
from app.core.change.chunking import TARGET_TOKENS
from app.core.change.diff import Patch
from app.core.change.halving import halve
from app.core.change.plan import Chunk
from app.core.findings.anchor import Shown, find_file
from app.core.findings.finding import Claim
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request
from app.flows.review.change import Change
from app.flows.review.forge import History
from app.flows.review.showing import show_chunk
from app.lenses import correctness

PROGRESS_S = 15.0
"""Seconds between two updates of progress."""

LIMIT_TOKENS = TARGET_TOKENS * 5 // 4
"""Up to here a chunk may grow by what is shown around it."""

SHOWN_AT_ONCE = 4
"""Chunks whose files are read and laid out at the same time: git and the threads take turns."""

HALVINGS = 2
"""How often a chunk that is more than a model can take or answer is parted."""

_TOO_MUCH = frozenset({FailureKind.TOO_LONG, FailureKind.TRUNCATED})

Tell = Callable[[int], Awaitable[None]]
"""Told how many of the plan's chunks are answered."""


@dataclass(frozen=True, slots=True)
class Question:
    """A chunk, or a part of one under the same number, to be shown within `limit` tokens.

    `repeated`: the answer to it was not in the agreed form.
    """

    chunk: Chunk
    limit: int = LIMIT_TOKENS
    halvings: int = 0
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question: claims or a failure, and the reply if there is one, for what it cost.

    `shown` are the lines off the diff that the model saw of the files its claims are about.
    """

    question: Question
    outcome: tuple[Claim, ...] | Failure
    reply: Reply | None = None
    shown: Shown = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asker:
    """Whom to ask, about which change."""

    send: Send
    model: str
    change: Change
    history: History

    async def ask(self, questions: Sequence[Question], tell: Tell) -> list[Answer]:
        """The answers in the order of the questions.

        `tell` is awaited at most every 15 seconds, and only with more than before.
        """
        texts = await self._show(questions)
        requests = [self._request(item, text) for item, text in zip(questions, texts, strict=True)]
        numbers = [item.chunk.number for item in questions]
        behind = len(self.change.plan.chunks) - len(set(numbers))
        outcomes = await _ask(self.send, requests, numbers, lambda answered: tell(behind + answered))
        patch = self.change.redacted.patch
        return [_read(*one, patch) for one in zip(questions, texts, outcomes, strict=True)]

    def ask_further(self, answer: Answer) -> list[Question]:
        """What is to be asked because of an answer that cannot be used: the same again once, or each half alone."""
        question, outcome = answer.question, answer.outcome
        if not isinstance(outcome, Failure):
            return []
        if outcome.kind is FailureKind.MALFORMED and not question.repeated:
            return [replace(question, repeated=True)]
        if outcome.kind not in _TOO_MUCH or question.halvings == HALVINGS:
            return []
        halves = halve(question.chunk, self.history.rate)
        return [Question(half, question.limit // 2, question.halvings + 1) for half in halves]

    async def _show(self, questions: Sequence[Question]) -> list[str]:
        """What each question shows. The contents of a few chunks are held at once, not of all."""
        turn = asyncio.Semaphore(SHOWN_AT_ONCE)

        async def show(question: Question) -> str:
            async with turn:
                return await show_chunk(self.change, question.chunk, question.limit, self.history.rate)

        async with asyncio.TaskGroup() as group:
            shown = [group.create_task(show(question)) for question in questions]
        return [one.result() for one in shown]

    def _request(self, question: Question, text: str) -> Request:
        salt = self.history.salt + (self.history.repair if question.repeated else "")
        return correctness.ask(text, change_map="", model=self.model, salt=salt)


async def _ask(send: Send, requests: Sequence[Request], numbers: Sequence[int], tell: Tell) -> list[Reply | Failure]:
    """What came of each request; `numbers` are those of their chunks."""
    open_parts = Counter(numbers)
    number_of = {id(request): number for request, number in zip(requests, numbers, strict=True)}

    def count(request: Request, _outcome: Reply | Failure) -> None:
        open_parts[number_of[id(request)]] -= 1

    asking = asyncio.create_task(ask_all(send, requests, on_reply=count))
    try:
        told = 0
        while not (await asyncio.wait({asking}, timeout=PROGRESS_S))[0]:
            answered = sum(parts == 0 for parts in open_parts.values())
            if answered > told:
                told = answered
                await tell(told)
        return await asking
    finally:
        asking.cancel()
        await asyncio.wait({asking})


def _read(question: Question, text: str, outcome: Reply | Failure, patch: Patch) -> Answer:
    if isinstance(outcome, Failure):
        return Answer(question, outcome)
    try:
        claims = tuple(correctness.read(outcome))
    except ModelFailed as error:
        return Answer(question, error.failure, outcome)
    return Answer(question, claims, outcome, _pick_shown(claims, text, patch))


def _pick_shown(claims: Sequence[Claim], text: str, patch: Patch) -> Shown:
    """The lines off the diff that were shown of the files that claims name."""
    named = {file.path: file for claim in claims if (file := find_file(claim.path, patch)) is not None}
    shown: dict[str, list[tuple[int, str]]] = {}
    for path, lines in groupby(parse_annotated(text) if named else (), key=lambda line: line.path):
        file = find_file(path, patch)
        if file is not None and file.path in named:
            beyond = ((one.number, one.text) for one in lines if (one.side, one.number) not in file.commentable)
            shown.setdefault(file.path, []).extend(beyond)
    return shown
