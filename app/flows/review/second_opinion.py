"""Asks a second reader about claims, cluster by cluster, and believes no quote that the code does not hold."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.claude.fan_out import ask_all
from app.claude.seam import Send
from app.core.budget import VERIFIED, VERIFY_READ, VERIFY_WRITTEN, limit_in_force, price_plan, show_usd
from app.core.change.diff import Side
from app.core.change.tokens import count_request_bytes
from app.core.findings.finding import Finding
from app.core.findings.ranking import score
from app.core.findings.verification.clusters import cluster
from app.core.findings.verification.excerpt import show_code
from app.core.findings.verification.opinion import Answer, Judged, Unheard, Void
from app.core.findings.verification.proof import Proof
from app.core.findings.verification.weighing import is_void
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request, Stage, Usage
from app.core.prices import price
from app.flows.review.calls import NONE, Calls
from app.flows.review.case import Case
from app.flows.review.change import name_readers
from app.flows.review.desk import Desk
from app.flows.review.failing import tell_failure
from app.flows.review.telling import tell_claim
from app.flows.review.versions import Versions
from app.lenses import verify

Group = Sequence[Finding]
"""Claims that one question is about."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer for each finding asked about, by number, and what the calls took."""

    answers: Mapping[int, Answer] = field(default_factory=dict)
    calls: Calls = NONE


async def hear(desk: Desk, case: Case, findings: Sequence[Finding], versions: Versions) -> Heard:
    """What a second reader makes of each, the gravest first for as long as the review's budget lasts.

    Who quotes what does not stand, or answers in another form, is asked once more. Without a model nobody is heard.
    """
    if desk.send is None or not findings:
        return Heard()
    reader = _Reader(desk.send, desk.models[Stage.VERIFY], case, versions)
    ordered = sorted(
        findings, key=lambda item: (item.severity.rank, -score(item.claim, item.placement, case.patch), item.number)
    )
    groups = [
        [ordered[index] for index in indexes] for indexes in cluster([(item.claim, item.placement) for item in ordered])
    ]
    requests = await asyncio.to_thread(lambda: [reader.question(group) for group in groups])
    limit = limit_in_force(desk.limit, case.policy.budget.review_usd).usd
    paid_for = _count_affordable(requests, _find_room(desk, case, limit), case)
    heard = await reader.ask(groups[:paid_for], requests[:paid_for])
    reason = f"over the review budget of {show_usd(limit)}"
    unpaid = {item.number: Unheard(reason, unpaid=True) for group in groups[paid_for:] for item in group}
    return Heard({**heard.answers, **unpaid}, heard.calls)


@dataclass(frozen=True, slots=True)
class _Reader:
    send: Send
    model: str
    case: Case
    versions: Versions

    def question(self, group: Group, salt: str = "") -> Request:
        """What is asked about a group; it holds what is claimed and the code, and nothing of how anyone came to it."""
        items = [(item.claim, item.placement) for item in group]
        code = show_code(items, self.case.patch, self.versions.texts)
        claims = [tell_claim(item, self.case.patch) for item in group]
        cited = {item.claim.rule for item in group}
        rules = "\n".join(f"{rule.name}: {rule.text}" for rule in self.case.change.rulebook.rules if rule.name in cited)
        return verify.ask(claims, code, rules=rules, model=self.model, salt=f"{self.case.history.salt}{salt}")

    async def ask(self, groups: Sequence[Group], requests: Sequence[Request]) -> Heard:
        """The answers of one round, and of another for those that could not be used."""
        proof = Proof(self.case.patch, self.versions.of(Side.RIGHT), self.versions.of(Side.LEFT))
        outcomes = await ask_all(self.send, requests)
        answers = _read_all(groups, outcomes, proof)
        again = [[item for item in group if _is_worth_another(answers[item.number])] for group in groups]
        repeated = [group for group in again if group]
        questions = await asyncio.to_thread(
            lambda: [self.question(group, self.case.history.repair) for group in repeated]
        )
        others = await ask_all(self.send, questions)
        final = {**answers, **_read_all(repeated, others, proof)}
        calls = Calls.of(outcomes) + Calls.of(others)
        return Heard({number: _settle(answer) for number, answer in final.items()}, calls)


def _read_all(
    groups: Sequence[Group], outcomes: Sequence[Reply | Failure], proof: Proof
) -> dict[int, Answer | Failure]:
    answers: dict[int, Answer | Failure] = {}
    for group, outcome in zip(groups, outcomes, strict=True):
        answers |= zip((item.number for item in group), _read(group, outcome, proof), strict=True)
    return answers


def _read(group: Group, outcome: Reply | Failure, proof: Proof) -> Sequence[Answer | Failure]:
    if isinstance(outcome, Failure):
        return [outcome] * len(group)
    try:
        opinions = verify.read(outcome, len(group))
    except ModelFailed as error:
        return [error.failure] * len(group)
    return [Void(outcome.model) if is_void(one, proof) else Judged(one, outcome.model) for one in opinions]


def _is_worth_another(answer: Answer | Failure) -> bool:
    if isinstance(answer, Failure):
        return answer.kind is FailureKind.MALFORMED and not answer.repeated
    return isinstance(answer, Void)


def _settle(answer: Answer | Failure) -> Answer:
    return Unheard(tell_failure(answer)) if isinstance(answer, Failure) else answer


def _find_room(desk: Desk, case: Case, limit: Decimal) -> Decimal | None:
    """Dollars for verification: what the plan leaves of the limit, its own allowance for it included.

    By estimates alone, so that a review that is made again after a crash asks the same. None: models without a price.
    """
    plan = case.change.plan
    readers = name_readers(desk.models, case.policy, case.change.patch, case.change.rulebook)
    planned = price_plan(plan, readers).total
    one = price(desk.models[Stage.VERIFY], Usage(calls=1, input_tokens=VERIFY_READ, output_tokens=VERIFY_WRITTEN))
    if planned is None or one is None:
        return None
    return max(limit - planned, Decimal(0)) + one * VERIFIED * len(plan.chunks)


def _count_affordable(requests: Sequence[Request], room: Decimal | None, case: Case) -> int:
    """How many of the requests, from the first on, the room pays for."""
    spent = Decimal(0)
    for index, request in enumerate(requests):
        tokens = case.history.rate.tokens(count_request_bytes(request))
        cost = price(request.model, Usage(calls=1, input_tokens=tokens, output_tokens=VERIFY_WRITTEN))
        spent += cost or Decimal(0)
        if room is not None and spent > room:
            return index
    return len(requests)
