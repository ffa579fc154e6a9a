"""The judge asked about every finding and known fault of one file: the same, or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.claude.fan_out import ask_all
from app.claude.seam import Send
from app.core.evaluation.case import Case, Fault
from app.core.evaluation.matching import list_candidates
from app.core.evaluation.outcome import Judgement, Outcome, Reported
from app.core.model import Failure, FailureKind, ModelFailed, Paid, Reply
from app.core.prices import LISTED, PriceTable
from app.core.secrecy.redaction import redact
from app.lenses import judge as lens

AGAIN = "again"
"""The salt under which a question is repeated whose answer was not in the agreed form."""


class NotJudged(Exception):
    """The judge gave no usable answer, so nobody knows what was found."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Whom to ask: `model` by way of `send`, at these `prices`."""

    send: Send
    model: str
    prices: PriceTable = LISTED

    async def judge(self, case: Case, outcome: Outcome) -> Outcome:
        """The outcome with its judgements and what they cost. Raises NotJudged."""
        pairs = list_candidates(case, outcome.findings)
        questions = [(_tell_fault(case.faults[e]), _tell_finding(outcome.findings[f])) for f, e in pairs]
        answers, replies = await self._ask(questions, "")
        again = [index for index, answer in enumerate(answers) if _is_worth_another(answer)]
        repeated, more = await self._ask([questions[index] for index in again], AGAIN)
        for index, answer in zip(again, repeated, strict=True):
            answers[index] = answer
        judgements = []
        for (finding, fault), answer in zip(pairs, answers, strict=True):
            if isinstance(answer, Failure):
                raise NotJudged(f"the judge gave no usable answer: {answer.kind.value}: {answer.detail}")
            same, why = answer
            judgements.append(Judgement(finding, fault, same, redact(why).text))
        return replace(outcome, judgements=tuple(judgements), judge_usd=_cost([*replies, *more], self.prices))

    async def _ask(
        self, questions: Sequence[tuple[str, str]], salt: str
    ) -> tuple[list[tuple[bool, str] | Failure], list[Reply]]:
        """What came of each question, and the replies."""
        requests = [lens.ask(fault, finding, model=self.model, salt=salt) for fault, finding in questions]
        outcomes = await ask_all(self.send, requests)
        replies = [outcome for outcome in outcomes if isinstance(outcome, Reply)]
        return [_read(outcome) for outcome in outcomes], replies


def _read(outcome: Reply | Failure) -> tuple[bool, str] | Failure:
    if isinstance(outcome, Failure):
        return outcome
    try:
        return lens.read(outcome)
    except ModelFailed as error:
        return error.failure


def _is_worth_another(answer: tuple[bool, str] | Failure) -> bool:
    return isinstance(answer, Failure) and answer.kind is FailureKind.MALFORMED and not answer.repeated


def _tell_fault(fault: Fault) -> str:
    """A fault in words. What a data set says goes to a model as little with its secrets as a change does."""
    lines = f"line {fault.line}" if fault.line == fault.end_line else f"lines {fault.line} to {fault.end_line}"
    return redact(f"{fault.path}, {lines} ({fault.side.value.lower()} side of the diff)\n\n{fault.text}").text


def _tell_finding(finding: Reported) -> str:
    if finding.line is None:
        place = "the file as a whole, or a line outside the diff"
    elif finding.start_line in (None, finding.line):
        place = f"line {finding.line} ({finding.side.value.lower()} side of the diff)"
    else:
        place = f"lines {finding.start_line} to {finding.line} ({finding.side.value.lower()} side of the diff)"
    return redact(f"{finding.path}, {place}\n\n{finding.title}\n\n{finding.body}").text


def _cost(replies: Sequence[Reply], prices: PriceTable) -> float | None:
    """Dollars, reply by reply; None if a model that answered has no listed price."""
    paid = (one for reply in replies for one in (*reply.also_paid, Paid(reply.model, reply.usage)))
    amounts = [prices.price(one.model, one.usage) for one in paid]
    known = [amount for amount in amounts if amount is not None]
    return float(sum(known, Decimal(0))) if len(known) == len(amounts) else None
