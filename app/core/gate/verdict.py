"""The verdict: a pure function over what was found, what was read and what the base branch's policy asks.

The table is INTERFACE's, first row that holds: no branch of it lets a failure look like success.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.core.change.coverage import Coverage
from app.core.findings.finding import Claim, Finding
from app.core.gate.acts import NO_ACTS, Acts, Overridden
from app.core.gate.group import Member, Standing
from app.core.gate.policy import Mode, ModelUse, Policy, PolicyFault
from app.core.gate.reverts import Reverted
from app.core.gate.sharing import Offer, tell_offer
from app.core.people.approvals import NO_PROVENANCE, Provenance
from app.core.text.plural import count

MIN_BLOCKING_CONFIDENCE = 60
"""A claim its finder holds for less likely than this (0–100) is said, but does not block by itself."""

MAX_NAMED = 50
"""Findings that one reason names by number; the rest are counted."""


class Conclusion(StrEnum):
    """GitHub's conclusions that Lintel uses. NEUTRAL counts as green there: it is never given in gate mode."""

    SUCCESS = "success"
    FAILURE = "failure"
    ACTION_REQUIRED = "action_required"
    NEUTRAL = "neutral"
    CANCELLED = "cancelled"


_GREEN = {Conclusion.SUCCESS, Conclusion.NEUTRAL}


def is_green(conclusion: str) -> bool:
    """Whether GitHub takes this conclusion of ours for a pass."""
    return conclusion in _GREEN


class Situation(StrEnum):
    """Which row of the table decided."""

    SUPERSEDED = "superseded"
    CLOSED = "closed"
    OVERRIDDEN = "overridden"
    POLICY_FAULT = "policy_fault"
    BLOCKING = "blocking"
    ELSEWHERE = "elsewhere"
    PAUSED = "paused"
    REVERTED = "reverted"
    NOT_DONE = "not_done"
    UNREAD = "unread"
    APPROVALS = "approvals"
    SHARED = "shared"
    NO_MODEL = "no_model"
    CLEAN = "clean"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """All that a verdict may depend on.

    `obstacle` is why the review as a whole could not be made (the change could not be fetched, …); then coverage says
    nothing. `model_configured` is whether any model could have been asked. `ended` is set when the head is no longer
    what is offered for merging. `elsewhere` are blocking findings on the same head and base in other pull requests, by
    their number: the check belongs to the commit, so it is the worst over them all. `unchecked` are sentences on rules
    of the policy that nobody could hold the change to. `notes` are sentences for people; they change no verdict.
    `acts` are what people decided. `reverted` is what the change is proved to take back exactly. `provenance` is what
    the change says of agents, and who approved that. `offers` are the other open pull requests of the head, where one
    check speaks for all of them.
    `group` are the members of a merge queue's group: then their verdicts are all that counts.
    """

    policy: Policy | PolicyFault
    elsewhere: Mapping[int, Sequence[int]] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    coverage: Coverage = field(default_factory=lambda: Coverage((), ()))
    model_configured: bool = True
    obstacle: str | None = None
    passing: bool = False
    ended: Situation | None = None
    unchecked: Sequence[str] = ()
    notes: Sequence[str] = ()
    acts: Acts = NO_ACTS
    group: Sequence[Member] = ()
    reverted: Reverted | None = None
    provenance: Provenance = NO_PROVENANCE
    offers: Sequence[Offer] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check says. `reasons` are plain sentences for people; `passing`: worth trying again unasked.

    `by` is the login of the person whose decision it is; empty where it is nobody's. `missing`: so many approvals are
    waited for. `of` is the number of the pull request that is taken back; 0 where none is.
    """

    conclusion: Conclusion
    situation: Situation
    reasons: tuple[str, ...]
    passing: bool = False
    by: str = ""
    missing: int = 0
    of: int = 0

    @property
    def opens_gate(self) -> bool:
        """Whether GitHub takes this for a pass."""
        return self.conclusion in _GREEN


def blocks(claim: Claim, policy: Policy | PolicyFault) -> bool:
    """Whether an open finding that claims this holds the gate shut under `policy`."""
    if isinstance(policy, PolicyFault):
        return False
    return policy.block_on.blocks(claim.severity) and claim.confidence >= MIN_BLOCKING_CONFIDENCE


def decide(facts: GateFacts) -> Verdict:
    """The verdict on one head."""
    return share(_decide_alone(facts), facts.offers)


def share(verdict: Verdict, offers: Sequence[Offer]) -> Verdict:
    """The worst of a verdict and of what other open pull requests of the same commit are worth.

    Advice of theirs does not count; their gates do, also where this one only advises.
    """
    if verdict.conclusion in {Conclusion.CANCELLED, Conclusion.FAILURE}:
        return verdict
    held = [offer for offer in offers if offer.conclusion not in _GREEN]
    blocked = tuple(tell_offer(offer) for offer in held if offer.conclusion == Conclusion.FAILURE)
    if blocked:
        return Verdict(Conclusion.FAILURE, Situation.ELSEWHERE, (*blocked, *verdict.reasons))
    if not held or not verdict.opens_gate:
        return verdict
    told = tuple(tell_offer(offer) for offer in held)
    return Verdict(Conclusion.ACTION_REQUIRED, Situation.SHARED, (*told, *verdict.reasons))


def _decide_alone(facts: GateFacts) -> Verdict:
    if facts.ended is not None:
        return Verdict(Conclusion.CANCELLED, facts.ended, (_ENDED[facts.ended],))
    if facts.acts.overridden is not None:
        return _pass_overridden(facts, facts.acts.overridden)
    return _decide_by_policy(facts)


def _pass_overridden(facts: GateFacts, overridden: Overridden) -> Verdict:
    """Green, saying so, and what it would be else."""
    otherwise = _decide_by_policy(facts)
    said = f"{overridden.login} ({overridden.role}) lets this head pass: {overridden.reason}"
    without = () if otherwise.opens_gate else tuple(f"Without that: {reason}" for reason in otherwise.reasons)
    return Verdict(Conclusion.SUCCESS, Situation.OVERRIDDEN, (said, *without), by=overridden.login)


def _decide_by_policy(facts: GateFacts) -> Verdict:
    if isinstance(facts.policy, PolicyFault):
        shut = Conclusion.NEUTRAL if facts.policy.mode is Mode.ADVISORY else Conclusion.FAILURE
        return Verdict(shut, Situation.POLICY_FAULT, (f"The policy cannot be used: {facts.policy}.",))
    found = _judge(facts, facts.policy)
    reasons = (*found.reasons, *facts.notes)
    if facts.policy.mode is Mode.ADVISORY and found.conclusion is not Conclusion.SUCCESS:
        return replace(found, conclusion=Conclusion.NEUTRAL, reasons=reasons)
    return replace(found, reasons=reasons)


_ENDED = {
    Situation.SUPERSEDED: "A newer head took this one's place.",
    Situation.CLOSED: "The pull request was closed.",
}


def _judge(facts: GateFacts, policy: Policy) -> Verdict:
    if facts.group:
        return _judge_group(facts.group)
    unread = (*_unread(facts, policy), *facts.unchecked)
    blocking = [finding for finding in facts.findings if finding.blocking]
    if blocking:
        many = f"{count(len(blocking), 'finding')} must be dealt with"
        names = _name([finding.id for finding in blocking])
        return Verdict(Conclusion.FAILURE, Situation.BLOCKING, (f"{many}: {names}.", *_held(facts), *unread))
    if facts.elsewhere:
        return Verdict(Conclusion.FAILURE, Situation.ELSEWHERE, (*_held(facts), *unread))
    if facts.acts.resting:
        return Verdict(
            Conclusion.ACTION_REQUIRED,
            Situation.PAUSED,
            (f"Paused by {facts.acts.paused_by}.",),
            by=facts.acts.paused_by,
        )
    if facts.reverted is not None:
        return _pass_back(facts.reverted)
    if facts.obstacle is not None:
        return Verdict(Conclusion.ACTION_REQUIRED, Situation.NOT_DONE, (facts.obstacle,), passing=facts.passing)
    if unread:
        return Verdict(Conclusion.ACTION_REQUIRED, Situation.UNREAD, unread, passing=facts.passing)
    if facts.provenance.missing:
        return _wait_for_approvals(facts.provenance)
    if not facts.model_configured and facts.coverage.changed_lines > 0:
        return Verdict(Conclusion.SUCCESS, Situation.NO_MODEL, ("No model read this change.",))
    return Verdict(Conclusion.SUCCESS, Situation.CLEAN, ("Nothing blocking, and every changed line is accounted for.",))


def _wait_for_approvals(provenance: Provenance) -> Verdict:
    agents = ", ".join(dict.fromkeys(mark.agent for mark in provenance.marks))
    asked, there = count(provenance.asked, "human approval"), len(provenance.approved_by)
    told = f"By its own marks {agents} had a part in this change: the policy asks for {asked}, and has {there}."
    return Verdict(Conclusion.ACTION_REQUIRED, Situation.APPROVALS, (told,), missing=provenance.missing)


def _pass_back(reverted: Reverted) -> Verdict:
    """The way back waits for nobody; what comes back with it is said."""
    number = reverted.number
    proof = f"By its files this is exactly what #{number} brought, taken back; that one was judged at "
    told = f"{proof}{reverted.head_sha[:12]}. No model read it."
    return Verdict(Conclusion.SUCCESS, Situation.REVERTED, (told, *reverted.brings_back), of=number)


def _judge_group(members: Sequence[Member]) -> Verdict:
    """All passed; or who did not, the blocked ones alone where there are any."""
    blocked = tuple(member.reason for member in members if member.standing is Standing.BLOCKED)
    if blocked:
        return Verdict(Conclusion.FAILURE, Situation.ELSEWHERE, blocked)
    others = tuple(member.reason for member in members if member.standing is not Standing.PASSED)
    if others:
        return Verdict(Conclusion.ACTION_REQUIRED, Situation.NOT_DONE, others)
    return Verdict(Conclusion.SUCCESS, Situation.CLEAN, tuple(member.reason for member in members))


def _held(facts: GateFacts) -> tuple[str, ...]:
    return tuple(
        f"The same head is blocked in pull request {number}: {_name([f'F{finding}' for finding in found])}."
        for number, found in facts.elsewhere.items()
    )


def _name(ids: Sequence[str]) -> str:
    """Numbers of findings as a list that stays short: a check that GitHub refuses as too long opens no gate."""
    more = f" and {len(ids) - MAX_NAMED:,} more" if len(ids) > MAX_NAMED else ""
    return ", ".join(ids[:MAX_NAMED]) + more


NO_MODEL_REASON = "no model is configured"
"""Why a chunk is unread when nothing could have read it; excused where the policy says `model: optional`."""


def _unread(facts: GateFacts, policy: Policy) -> tuple[str, ...]:
    """Sentences for what nobody read, grouped by reason; empty if everything is accounted for."""
    lines: dict[str, int] = {}
    files: dict[str, int] = {}
    for item in facts.coverage.unexcused:
        if item.reason == NO_MODEL_REASON and policy.model is ModelUse.OPTIONAL:
            continue
        lines[item.reason] = lines.get(item.reason, 0) + item.lines
        files[item.reason] = files.get(item.reason, 0) + 1
    return tuple(
        f"{count(lines[reason], 'changed line')} in {count(files[reason], 'file')} not reviewed: {reason}."
        for reason in files
    )
