"""From verified claims to a verdict: given their identity, ranked, judged by the base's policy. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.core.change.coverage import UNASKED, Coverage, account
from app.core.change.plan import Plan
from app.core.feedback.suppression import leave_out
from app.core.findings.concession import Sorted, tell_apart
from app.core.findings.finding import Finding, Placed, Placement
from app.core.findings.identity import Identified
from app.core.findings.known import FindingState, KnownFinding
from app.core.findings.ranking import rank
from app.core.gate.again import Waits, find_waits
from app.core.gate.verdict import GateFacts, blocks, decide
from app.core.prices import PriceTable
from app.core.report.conversation import note_conceded
from app.core.report.decisions import note_reinstated
from app.core.report.report import Dismissed, Report, Spending
from app.core.rules.outcome import RulesChecked
from app.flows.review.case import Case
from app.flows.review.desk.calls import recall, spend
from app.flows.review.forge import History
from app.flows.review.reading.chunks import Reading
from app.flows.review.remembering import remember
from app.flows.review.verification.claims import Verified


def judge(case: Case, verified: Verified, *, seconds: float, prices: PriceTable) -> Report:
    """The report. `seconds` is the wall time of the review so far; `prices` are those that were paid."""
    change, policy, history, reading = case.change, case.policy, case.history, case.reading
    identified = case.identify(verified.placed)
    findings = rank([item.evolve(blocking=blocks(item.claim, policy)) for item in identified.findings], case.patch)
    coverage = account(change.plan, _name_waiting(change.plan, verified.waiting) | reading.unread)
    rules = case.check_rules(findings)
    told = tell_apart(findings, case.conceded)
    shown, suppressed = leave_out(told.kept, history.suppressions)
    reinstated = _reinstated(findings, history)
    return Report(
        snapshot=change.snapshot,
        verdict=decide(_state_facts(case, told, coverage, rules, reinstated)),
        findings=shown,
        suppressed=suppressed,
        withdrawn=told.withdrawn,
        conceded=told.conceded,
        lapsed=case.lapsed,
        fixed=_fixed(identified, history),
        dismissed=_dismissed(identified, history),
        reinstated=reinstated,
        coverage=coverage,
        plan=change.plan,
        analyzers=case.analysis.outcomes,
        fabricated=verified.fabricated + reading.rules.fabricated,
        off_diff=verified.off_diff,
        rules=rules,
        refuted=verified.refuted,
        model_configured=reading.configured,
        retry_after_s=reading.retry_after_s,
        waits_for=_find_waits(reading, coverage),
        models=tuple(dict.fromkeys((*reading.models, *verified.calls.models))),
        about=reading.about,
        notes=(*reading.notes, *verified.notes),
        memory=remember(case, findings),
        shape=case.shape,
        policy_change=case.policy_change,
        provenance=history.provenance,
        spending=_spend(reading, verified, seconds, prices),
    )


def _name_waiting(plan: Plan, paths: frozenset[str]) -> dict[int, str]:
    """The chunks with files about which something is claimed that nobody was asked to verify."""
    return {chunk.number: UNASKED for chunk in plan.chunks if not paths.isdisjoint(chunk.paths)}


def _find_waits(reading: Reading, coverage: Coverage) -> Waits:
    return find_waits(passing=reading.passing, unread=[item.reason for item in coverage.unexcused])


def _state_facts(
    case: Case, told: Sorted, coverage: Coverage, rules: RulesChecked, reinstated: Sequence[Dismissed]
) -> GateFacts:
    """All that the verdict depends on."""
    history, reading = case.history, case.reading
    return GateFacts(
        policy=case.policy,
        findings=told.kept,
        elsewhere=history.elsewhere,
        coverage=coverage,
        model_configured=reading.configured,
        passing=_find_waits(reading, coverage) is not Waits.NOTHING,
        unchecked=case.unchecked,
        notes=(*map(note_conceded, told.conceded), *map(note_reinstated, reinstated), *rules.reasons),
        acts=history.acts,
        provenance=history.provenance,
    )


def _spend(reading: Reading, verified: Verified, seconds: float, prices: PriceTable) -> Spending:
    spending = spend((*reading.paid, *verified.calls.paid), seconds, prices)
    return replace(spending, recalled=recall((*reading.replies, *verified.calls.replies)))


def _fixed(identified: Identified, history: History) -> tuple[Finding, ...]:
    """Every finding of the pull request that is gone, from whichever head: a crash may have kept that from GitHub."""
    open_again = {finding.number for finding in identified.findings}
    before = [item for item in history.known if item.state is FindingState.FIXED and item.number not in open_again]
    gone = {item.number: item for item in (*before, *identified.fixed)}
    return tuple(_gone(gone[number]) for number in sorted(gone))


def _dismissed(identified: Identified, history: History) -> tuple[Dismissed, ...]:
    again = {item.number for item in identified.reinstated}
    known = sorted(history.known, key=lambda item: item.number)
    dismissed = [item for item in known if item.state is FindingState.DISMISSED and item.number not in again]
    return tuple(_tell_dismissed(item) for item in dismissed)


def _reinstated(findings: Sequence[Finding], history: History) -> tuple[Dismissed, ...]:
    """Of the findings that block those that somebody had dismissed when they did not, or for another base."""
    decided = {item.number: item for item in history.known if item.decided_by}
    return tuple(_tell_dismissed(decided[one.number]) for one in findings if one.blocking and one.number in decided)


def _tell_dismissed(known: KnownFinding) -> Dismissed:
    return Dismissed(_gone(known), known.decided_by, known.reason, known.base_ref)


def _gone(known: KnownFinding) -> Finding:
    placement = Placement(Placed.SUMMARY, None, "it is gone from the change")
    return Finding(claim=known.claim, placement=placement, fingerprint=known.fingerprint, number=known.number)
