"""All that is asked about one chunk: every lens its question, and what is to be asked after an unusable answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from app.claude.fan_out import ask_all
from app.claude.seam import Send
from app.core.change.annotate import parse_annotated
from app.core.change.chunking import TARGET_TOKENS
from app.core.change.diff import Patch
from app.core.change.plan import Chunk
from app.core.change.planning.halving import halve
from app.core.findings.anchor import find_file
from app.core.findings.enabling import Shown
from app.core.findings.finding import Claim, Origin
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request
from app.flows.review.change.change import Change
from app.flows.review.forge import History
from app.flows.review.reading.showing import show_chunk
from app.flows.review.side_by_side import run_all
from app.lenses.lens import Lens

LIMIT_TOKENS = TARGET_TOKENS * 5 // 4
"""Up to here a chunk may grow by what is shown around it."""

SHOWN_AT_ONCE = 4
"""Chunks whose files are read and laid out at the same time: git and the threads take turns."""

HALVINGS = 2
"""How often a chunk that is more than a model can take or answer is parted."""

_TOO_MUCH = frozenset({FailureKind.TOO_LONG, FailureKind.TRUNCATED})


@dataclass(frozen=True, slots=True)
class Question:
    """What a lens asks about a chunk, or a part of one under the same number, shown within `limit` tokens.

    `repeated`: the answer to it was not in the agreed form, or not whole.
    """

    lens: Lens
    chunk: Chunk
    limit: int = LIMIT_TOKENS
    halvings: int = 0
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question: claims or a failure, and the reply if there is one, for what it cost.

    `shown` are the lines off the diff that the model saw of the files its claims are about. `final`: nothing more is
    asked because of it.
    """

    question: Question
    outcome: tuple[Claim, ...] | Failure
    reply: Reply | None = None
    shown: Shown = field(default_factory=dict)
    final: bool = True


@dataclass(frozen=True, slots=True)
class Asker:
    """Whom to ask, about which change, with which map of it. `turn` bounds how many chunks are laid out at once."""

    send: Send
    model: str
    change: Change
    history: History
    change_map: str = ""
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SHOWN_AT_ONCE))

    async def ask(self, chunk: Chunk, lenses: Sequence[Lens], tell: Callable[[], None]) -> list[Answer]:
        """Every answer about a chunk, round by round; `tell` is called when a lens is through with it.

        What was not answered in the agreed form is asked once more. A question that was too long, or whose answer was,
        is asked about each half of the chunk.
        """
        inquiry = _Inquiry(self.history, tell, Counter(lens.name for lens in lenses))
        questions = [Question(lens, chunk) for lens in lenses]
        answers: list[Answer] = []
        while questions:
            groups: dict[tuple[int, int], list[Question]] = {}
            for question in questions:
                groups.setdefault((id(question.chunk), question.limit), []).append(question)
            await run_all([self._ask_alike(alike, inquiry) for alike in groups.values()])
            # Replies come in any order; what is made of them has the order of the questions.
            taken = [inquiry.taken[id(question)] for question in questions]
            answers += [answer for answer, _ in taken]
            questions = [question for _, further in taken for question in further]
        return answers

    async def _ask_alike(self, questions: Sequence[Question], inquiry: _Inquiry) -> None:
        """Ask what is about one text, which is shared in the cache."""
        chunk, limit = questions[0].chunk, questions[0].limit
        async with self.turn:
            text = await show_chunk(self.change, chunk, limit, self.history.rate)
        requests = [self._request(question, text) for question in questions]
        asked = {id(request): question for request, question in zip(requests, questions, strict=True)}

        def take(request: Request, outcome: Reply | Failure) -> None:
            inquiry.take(_read(asked[id(request)], text, outcome, self.change.redacted.patch))

        await ask_all(self.send, requests, on_reply=take)

    def _request(self, question: Question, text: str) -> Request:
        salt = self.history.salt + (self.history.repair if question.repeated else "")
        return question.lens.ask(text, change_map=self.change_map, model=self.model, salt=salt)


@dataclass(frozen=True, slots=True)
class _Inquiry:
    """What came of each question about a chunk, and what is asked because of it; how many are `open`, by lens."""

    history: History
    tell: Callable[[], None]
    open: Counter[str]
    taken: dict[int, tuple[Answer, list[Question]]] = field(default_factory=dict)
    halves: dict[int, tuple[Chunk, ...]] = field(default_factory=dict)

    def take(self, answer: Answer) -> None:
        """Keep an answer, and what is to be asked because of it."""
        more = self._ask_further(answer)
        self.taken[id(answer.question)] = replace(answer, final=not more), more
        lens = answer.question.lens.name
        self.open[lens] += len(more) - 1
        if not self.open[lens]:
            self.tell()

    def _ask_further(self, answer: Answer) -> list[Question]:
        """What an answer left open; and if it cannot be used the same again once, or about each half alone."""
        question, outcome = answer.question, answer.outcome
        if not isinstance(outcome, Failure):
            lens = question.lens.follow_up(answer.reply) if answer.reply else None
            return [replace(question, lens=lens, repeated=True)] if lens else []
        if outcome.kind is FailureKind.MALFORMED and not (question.repeated or outcome.repeated):
            return [replace(question, repeated=True)]
        if outcome.kind not in _TOO_MUCH or question.halvings == HALVINGS:
            return []
        # Lenses that part the same chunk share its halves, and so what is shown of them.
        key = id(question.chunk)
        if key not in self.halves:
            self.halves[key] = halve(question.chunk, self.history.rate)
        return [Question(question.lens, half, question.limit // 2, question.halvings + 1) for half in self.halves[key]]


def _read(question: Question, text: str, outcome: Reply | Failure, patch: Patch) -> Answer:
    if isinstance(outcome, Failure):
        return Answer(question, outcome)
    lens = question.lens
    origin = Origin(outcome.model, outcome.digest)
    try:
        claims = tuple(replace(claim, lenses=(lens.name,), origin=origin) for claim in lens.read(outcome))
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
