"""Asks a second reader about claims, cluster by cluster, and believes no quote that the code does not hold."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from app.claude.fan_out import ask_all
from app.claude.seam import Send
from app.core.budget.estimate import VERIFY_WRITTEN
from app.core.change.diff import Side
from app.core.change.tokens import count_request_bytes
from app.core.findings.finding import Claim, Finding
from app.core.findings.ranking import score
from app.core.findings.verification.clusters import cluster
from app.core.findings.verification.excerpt import show_code
from app.core.findings.verification.opinion import Answer, Judged, Unheard, Void
from app.core.findings.verification.proof import Proof
from app.core.findings.verification.weighing import is_void
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request, Stage, Usage
from app.core.prices import PriceTable
from app.flows.review.case import Case
from app.flows.review.desk.calls import NONE, Calls
from app.flows.review.desk.desk import Desk
from app.flows.review.failing import tell_failure
from app.flows.review.telling import tell_claim
from app.flows.review.verification.quoted_files import read_quoted
from app.flows.review.verification.versions import Versions
from app.lenses import verify

Group = Sequence[Finding]
"""Claims that one question is about."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer for each finding asked about, by number, and what the calls took.

    `versions` are the files that were at hand to check it, those that are quoted among them.
    """

    answers: Mapping[int, Answer] = field(default_factory=dict)
    calls: Calls = NONE
    versions: Versions = field(default_factory=Versions)


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
    paid_for = _count_affordable(requests, desk.prices, case)
    heard = await reader.ask(groups[:paid_for], requests[:paid_for])
    unpaid = {item.number: Unheard(case.change.short, unpaid=True) for group in groups[paid_for:] for item in group}
    return replace(heard, answers={**heard.answers, **unpaid})


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
        outcomes = await ask_all(self.send, requests)
        answers, versions = await self._judge(groups, outcomes, self.versions)
        again = [[item for item in group if _is_worth_another(answers[item.number])] for group in groups]
        repeated = [group for group in again if group]
        questions = await asyncio.to_thread(
            lambda: [self.question(group, self.case.history.repair) for group in repeated]
        )
        others = await ask_all(self.send, questions)
        final, versions = await self._judge(repeated, others, versions)
        calls = Calls.of(outcomes) + Calls.of(others)
        settled = {number: _settle(answer) for number, answer in {**answers, **final}.items()}
        return Heard(settled, calls, versions)

    async def _judge(
        self, groups: Sequence[Group], outcomes: Sequence[Reply | Failure], versions: Versions
    ) -> tuple[dict[int, Answer | Failure], Versions]:
        """What each outcome says of each finding, by the files at hand, which what is quoted is added to."""
        heard = {
            item.number: said
            for group, outcome in zip(groups, outcomes, strict=True)
            for item, said in zip(group, _read(group, outcome), strict=True)
        }
        opinions = [said.opinion for said in heard.values() if isinstance(said, Judged)]
        quotes = [quote for one in opinions for quote in (*one.evidence, *one.counter_evidence)]
        more = await read_quoted(self.case.change, versions, quotes)
        proof = Proof(self.case.patch, more.of(Side.RIGHT), more.of(Side.LEFT))
        claims = {item.number: item.claim for group in groups for item in group}
        return {number: _hold(said, proof, claims[number]) for number, said in heard.items()}, more


def _read(group: Group, outcome: Reply | Failure) -> Sequence[Judged | Failure]:
    """What an outcome says of each finding of a group, before its quotes are looked up."""
    if isinstance(outcome, Failure):
        return [outcome] * len(group)
    try:
        return [Judged(opinion, outcome.model) for opinion in verify.read(outcome, len(group))]
    except ModelFailed as error:
        return [error.failure] * len(group)


def _hold(said: Judged | Failure, proof: Proof, claim: Claim) -> Answer | Failure:
    """An opinion against the code that it quotes."""
    return Void(said.model) if isinstance(said, Judged) and is_void(said.opinion, proof, claim) else said


def _is_worth_another(answer: Answer | Failure) -> bool:
    if isinstance(answer, Failure):
        return answer.kind is FailureKind.MALFORMED and not answer.repeated
    return isinstance(answer, Void)


def _settle(answer: Answer | Failure) -> Answer:
    if isinstance(answer, Failure):
        unpaid, unasked = answer.kind is FailureKind.BUDGET, answer.kind is FailureKind.UNASKED
        return Unheard(tell_failure(answer), unpaid=unpaid, unasked=unasked)
    return answer


def _count_affordable(requests: Sequence[Request], prices: PriceTable, case: Case) -> int:
    """How many of the requests, from the first on, are expected to be paid for by what the plan has for them.

    By estimates alone, so that a review that is made again after a crash asks the same.
    """
    room = case.change.shares.verification
    spent = Decimal(0)
    for index, request in enumerate(requests):
        tokens = case.history.rate.tokens(count_request_bytes(request))
        cost = prices.price(request.model, Usage(calls=1, input_tokens=tokens, output_tokens=VERIFY_WRITTEN))
        spent += max(cost or Decimal(0), case.change.shares.each)
        if room is not None and spent > room:
            return index
    return len(requests)
