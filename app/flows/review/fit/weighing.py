"""The stage in which a model weighs whether the change fits, over facts that a program found and proved evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from app.architecture.assessing import Argued, assess
from app.architecture.telling import has_substance
from app.core.change.diff import Side
from app.core.findings.finding import Claim, Origin, Severity, Source
from app.core.fit.assessment import Assessment, FitEvidence, Weighed
from app.core.fit.delta import Delta
from app.core.gate.policy import Policy
from app.core.model import FailureKind, ModelFailed, Paid, Reply, Stage
from app.core.secrecy.redaction import redact
from app.flows.review.change.change import Change
from app.flows.review.desk.calls import Calls
from app.flows.review.desk.desk import Desk
from app.flows.review.failing import tell_failure
from app.flows.review.fit.design import read_design
from app.flows.review.fit.looking import Look
from app.flows.review.fit.material import Shown, show
from app.flows.review.forge import History
from app.flows.review.reading.chunks import Reading
from app.lenses import architecture

NO_MODEL: Final = "no model is configured"
NOT_AGAIN: Final = "it was not asked again"
NO_GRAPH: Final = "there is no module graph to weigh"
NO_SUBSTANCE: Final = "it brings no new import, package or twin, and changes no public name that others use"
_AGAINST: Final = 1
_CATEGORY: Final = "architecture"


@dataclass(frozen=True, slots=True)
class Weighing:
    """The assessment, what the model claims on lines, and what came of the calls. `notes` name what was not read."""

    assessment: Assessment
    claims: tuple[Claim, ...] = ()
    calls: Calls = field(default_factory=Calls)
    notes: tuple[str, ...] = ()

    def join(self, reading: Reading) -> Reading:
        """All that models said, and what all of it took."""
        return replace(
            reading,
            claims=(*reading.claims, *self.claims),
            replies=(*reading.replies, *self.calls.replies),
            lost=(*reading.lost, *self.calls.lost),
        )


async def weigh_fit(desk: Desk, change: Change, policy: Policy, history: History, look: Look) -> Weighing:
    """What a model says of the fit, proved; or why nobody was asked. That nobody could be, holds nothing up."""
    delta = look.delta
    cycles = policy.architecture.cycles == "new"
    why = _excuse(desk, change, delta)
    if delta is None or desk.send is None or why:
        return Weighing(assess(delta, None, missing=why, cycles=cycles))
    design = await read_design(change.store, change.snapshot.base_sha, len(change.rulebook.rules) + 1)
    shown = await asyncio.to_thread(show, change, policy, delta, look, design)
    replies: list[Reply] = []
    lost: list[Paid] = []
    for salt in (history.salt, history.salt + history.repair):
        try:
            request = architecture.ask(shown.material, model=desk.models[Stage.ARCHITECTURE], salt=salt)
            reply = await desk.send(request)
            replies.append(reply)
            opinion = architecture.read(reply)
        except ModelFailed as error:
            failure = error.failure
            why = NOT_AGAIN if failure.kind is FailureKind.UNASKED else tell_failure(failure)
            lost += failure.paid
            if failure.kind is FailureKind.MALFORMED and not failure.repeated:
                continue
            break
        argued = Argued(opinion.dimensions, opinion.verdict, opinion.confidence, reply.model)
        assessment = _present(assess(delta, argued, shown.proof, cycles=cycles))
        claims = tuple(_claim(assessment, shown, change, Origin(reply.model, reply.digest)))
        return Weighing(assessment, claims, Calls(tuple(replies), tuple(lost)), design.unread)
    return Weighing(
        assess(delta, None, missing=why, cycles=cycles), (), Calls(tuple(replies), tuple(lost)), design.unread
    )


def _excuse(desk: Desk, change: Change, delta: Delta | None) -> str:
    """Why nobody is asked; empty where somebody is."""
    if delta is None:
        return NO_GRAPH
    if desk.send is None:
        return NO_MODEL
    if not has_substance(delta):
        return NO_SUBSTANCE
    return "" if change.shares.weighing else change.short


def _present(assessment: Assessment) -> Assessment:
    """The assessment without secrets: a model may repeat what it was told."""
    return replace(
        assessment,
        dimensions=tuple(replace(item, note=redact(item.note).text) for item in assessment.dimensions),
    )


def _claim(assessment: Assessment, shown: Shown, change: Change, origin: Origin) -> Iterator[Claim]:
    """A claim on a changed line for each dimension that the change goes against; a second reader is asked about it."""
    rules = {rule.id: rule for rule in shown.rules}
    for item in assessment.dimensions:
        spot = next((spot for one in item.evidence if (spot := _place(one, shown, change)) is not None), None)
        if spot is None or item.score is None or item.score > _AGAINST:
            continue
        rule = next((rules[one.fact] for one in item.evidence if one.fact in rules), None)
        told = f" The rule: {rule.text}" if rule else ""
        yield Claim(
            path=spot.path,
            line=spot.line,
            quote=spot.quote,
            severity=Severity.MEDIUM,
            category=_CATEGORY,
            confidence=assessment.confidence,
            title=_name(item),
            body=f"{item.note}{told}",
            source=Source.MODEL,
            rule=rule.name if rule else None,
            lenses=(architecture.NAME,),
            origin=origin,
        )


def _place(evidence: FitEvidence, shown: Shown, change: Change) -> FitEvidence | None:
    """The line of the change that evidence is about: the one quoted, or that of a new import.

    Of an import that breaks a rule, or closes a cycle, a program has said so already.
    """
    path, number = evidence.path, evidence.line
    if not path:
        edge = next((fact.edge for fact in shown.told.facts if fact.id == evidence.fact), None)
        if edge is None:
            return None
        path, number = edge.path, edge.line
    line = shown.at(path, number or 0)
    file = change.redacted.patch.by_path.get(path)
    if line is None or file is None or (Side.RIGHT, line.number) not in file.commentable:
        return None
    return FitEvidence(path=path, line=line.number, quote=line.text)


def _name(item: Weighed) -> str:
    return f"This goes against the architecture: {item.dimension.value.replace('_', ' ')}"
