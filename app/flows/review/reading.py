"""The stage in which a model reads: chunks of the plan go out, claims come back, and what was not read is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.core.findings.anchor import Shown
from app.core.findings.finding import Claim
from app.core.gate.verdict import NO_MODEL_REASON
from app.core.model import Failure, FailureKind, Paid, Reply, Usage
from app.flows.review.asking import Answer, Asker, Question, Tell
from app.flows.review.change import Change
from app.flows.review.desk import Desk
from app.flows.review.forge import History
from app.flows.review.outside import find_outside

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

    `outside` are the findings of earlier heads that still stand off the diff, where no model need say them again.
    `shown` holds the lines off the diff that the model saw of the files it speaks of, by path. `configured` is whether
    there was a model to ask. `passing`: every failure may be gone in a while. `lost` is what calls took that gave no
    reply.
    """

    claims: tuple[Claim, ...] = ()
    unread: dict[int, str] = field(default_factory=dict)
    shown: Shown = field(default_factory=dict)
    outside: frozenset[int] = frozenset()
    replies: tuple[Reply, ...] = ()
    lost: tuple[Paid, ...] = ()
    passing: bool = False
    configured: bool = True

    @property
    def usage(self) -> Usage:
        """Tokens of the calls that were really made."""
        return sum((one.usage for one in self.paid), Usage())

    @property
    def paid(self) -> tuple[Paid, ...]:
        """What each question took, answered or not; stored replies cost nothing again."""
        asked = (reply for reply in self.replies if not reply.stored)
        answered = (paid for reply in asked for paid in (*reply.also_paid, Paid(reply.model, reply.usage)))
        return (*answered, *self.lost)

    @property
    def models(self) -> tuple[str, ...]:
        """The ids that answered, in order of first appearance."""
        return tuple(dict.fromkeys(reply.model for reply in self.replies))


async def read_chunks(desk: Desk, change: Change, history: History, tell: Tell) -> Reading:
    """Every chunk read by the lens, the first alone until the cache is warm, the others side by side.

    `tell` is awaited with the number of answered chunks, at most once in 15 seconds: GitHub's check shows it. A chunk
    whose question failed in any way is in `unread`. One whose answer was not in the agreed form is asked once more;
    one that was too long, or whose answer was, is asked in halves, and is read if all its parts are.
    """
    plan = change.plan
    outside = await find_outside(change, history.known)
    if desk.send is None:
        unread = dict.fromkeys((chunk.number for chunk in plan.chunks), NO_MODEL_REASON)
        return Reading(unread=unread, outside=outside, configured=False)
    asker = Asker(desk.send, desk.model, change, history)
    final: list[Answer] = []
    replies: list[Reply] = []
    lost: list[Paid] = []
    questions = [Question(chunk) for chunk in plan.chunks]
    while questions:
        answers = await asker.ask(questions, tell)
        replies += [answer.reply for answer in answers if answer.reply is not None]
        lost += [paid for answer in answers if isinstance(answer.outcome, Failure) for paid in answer.outcome.paid]
        further = [asker.ask_further(answer) for answer in answers]
        final += [answer for answer, more in zip(answers, further, strict=True) if not more]
        questions = [question for more in further for question in more]
    return replace(_gather(final, replies), lost=tuple(lost), outside=outside)


def _gather(answers: Sequence[Answer], replies: Sequence[Reply]) -> Reading:
    """A chunk is read if all its parts are; what was claimed about a part stands all the same."""
    claims: list[Claim] = []
    failures: dict[int, Failure] = {}
    shown: dict[str, list[tuple[int, str]]] = {}
    for answer in sorted(answers, key=lambda answer: answer.question.chunk.number):
        if isinstance(answer.outcome, Failure):
            failures.setdefault(answer.question.chunk.number, answer.outcome)
        else:
            claims += answer.outcome
        for path, lines in answer.shown.items():
            shown.setdefault(path, []).extend(lines)
    return Reading(
        claims=tuple(claims),
        unread={number: _REASONS[failure.kind] for number, failure in failures.items()},
        shown=shown,
        replies=tuple(replies),
        passing=bool(failures) and all(failure.passing for failure in failures.values()),
    )
