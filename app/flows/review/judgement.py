"""From claims to a verdict: placed against the diff, given their identity, judged by the base's policy. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from app.analyzers.run import Analysis
from app.core.change.coverage import account
from app.core.change.diff import Patch
from app.core.findings.anchor import anchor_claims, find_file
from app.core.findings.finding import Claim, Finding, Placed, Placement, Source
from app.core.findings.identity import Identified, identify
from app.core.findings.known import FindingState, KnownFinding
from app.core.gate.policy import Policy
from app.core.gate.verdict import GateFacts, blocks, decide
from app.core.prices import price
from app.core.report.report import Report, Spending
from app.core.secrecy.redaction import redact
from app.flows.review.change import Change
from app.flows.review.forge import History
from app.flows.review.reading import Reading

MAX_TITLE = 200


def judge(
    change: Change, policy: Policy, history: History, analysis: Analysis, reading: Reading, *, seconds: float
) -> Report:
    """The report. `seconds` is the wall time of the review so far."""
    patch = change.redacted.patch
    claims = [_presentable(claim, patch) for claim in (*_wanted(analysis, change), *reading.claims)]
    anchored = anchor_claims(claims, patch, reading.shown)
    identified = identify(
        anchored.placed,
        patch,
        history.known,
        next_number=history.next_number,
        completed=lambda source, path: path in analysis.completed.get(source, frozenset()),
        outside=reading.outside,
    )
    findings = _ranked([item.evolve(blocking=blocks(item, policy)) for item in identified.findings])
    coverage = account(change.plan, reading.unread)
    verdict = decide(
        GateFacts(
            policy=policy,
            findings=findings,
            elsewhere=history.elsewhere,
            coverage=coverage,
            model_configured=reading.configured,
            passing=reading.passing,
        )
    )
    return Report(
        snapshot=change.snapshot,
        verdict=verdict,
        findings=findings,
        fixed=_fixed(identified, history),
        coverage=coverage,
        plan=change.plan,
        analyzers=analysis.outcomes,
        fabricated=sum(claim.source is Source.MODEL for claim, _ in anchored.fabricated),
        model_configured=reading.configured,
        models=reading.models,
        spending=Spending(usage=reading.usage, usd=_cost(reading), seconds=seconds),
    )


def _wanted(analysis: Analysis, change: Change) -> list[Claim]:
    """What the analyzers claim, but for paths the base excuses from review; a secret counts wherever it stands."""
    excused = {item.path for item in change.plan.left_out if item.excused}
    return [claim for claim in analysis.claims if claim.source is not Source.ANALYZER or claim.path not in excused]


def _presentable(claim: Claim, patch: Patch) -> Claim:
    """The claim without secrets: a tool may repeat what it read, and a model what it was told.

    The path of a changed file stays as it is, because comments are posted by it: the report knows how it is shown.
    """
    return replace(
        claim,
        path=claim.path if find_file(claim.path, patch) else redact(claim.path).text,
        title=redact(claim.title).text[:MAX_TITLE] or "(no title)",
        body=redact(claim.body).text,
        quote=redact(claim.quote).text,
        suggestion=None if claim.suggestion is None else redact(claim.suggestion).text,
    )


def _ranked(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Most severe first, then the surest, then by number."""
    return tuple(sorted(findings, key=lambda item: (item.severity.rank, -item.claim.confidence, item.number)))


def _fixed(identified: Identified, history: History) -> tuple[Finding, ...]:
    """Every finding of the pull request that is gone, from whichever head: a crash may have kept that from GitHub."""
    open_again = {finding.number for finding in identified.findings}
    before = [item for item in history.known if item.state is FindingState.FIXED and item.number not in open_again]
    gone = {item.number: item for item in (*before, *identified.fixed)}
    return tuple(_gone(gone[number]) for number in sorted(gone))


def _gone(known: KnownFinding) -> Finding:
    placement = Placement(Placed.SUMMARY, None, "it is gone from the change")
    return Finding(claim=known.claim, placement=placement, fingerprint=known.fingerprint, number=known.number)


def _cost(reading: Reading) -> float | None:
    """Dollars, question by question; None if a model that was paid has no listed price."""
    prices = [price(one.model, one.usage) for one in reading.paid]
    known = [amount for amount in prices if amount is not None]
    return float(sum(known, Decimal(0))) if len(known) == len(prices) else None
