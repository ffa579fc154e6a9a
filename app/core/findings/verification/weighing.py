"""What becomes of a claim once a second reader was asked. Pure; no word of a model is believed without its quotes.

A claim that could block survives unless quoted code refutes it; a lesser one needs quoted code that confirms it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.core.change.classes.classify import is_prose
from app.core.findings.finding import Claim, Evidence, Severity, Standing, Verification
from app.core.findings.verification.opinion import Answer, Decision, Judged, Opinion, Unheard, Void
from app.core.findings.verification.proof import Proof, is_code

LEAST_CONFIDENCE = {
    Severity.CRITICAL: 60,
    Severity.HIGH: 70,
    Severity.MEDIUM: 80,
    Severity.LOW: 80,
    Severity.NIT: 80,
}
"""How sure a verifier must be for a claim to count as confirmed: estimates, until real usage tunes them."""

MORE_EYES = 10
"""Confidence that a claim gains when more than one lens has found it."""

SHOWN_EVIDENCE = 3
"""Quotes that are kept with a finding."""


@dataclass(frozen=True, slots=True)
class Refuted:
    """A claim that is not kept, and why, as a sentence of ours."""

    claim: Claim
    reason: str


def is_void(opinion: Opinion, proof: Proof, claim: Claim) -> bool:
    """Whether a verdict stands on nothing: one of its quotes is nowhere, or none shows the code that it rests on.

    What is written for people refutes nothing of code: whoever proposes a change may write there what code does.
    """
    if not all(map(proof.holds, (*opinion.evidence, *opinion.counter_evidence))):
        return True
    match opinion.decision:
        case Decision.CONFIRMED:
            return not any(map(is_code, opinion.evidence))
        case Decision.REFUTED:
            of_prose = is_prose(claim.path if claim.shows_at is None else claim.shows_at.path)
            counted = (quote for quote in opinion.counter_evidence if of_prose or not is_prose(quote.path))
            return not any(map(is_code, counted))
        case _:
            return False


def weigh(claim: Claim, answer: Answer, proof: Proof, *, unchanged: bool, blocks: bool) -> Claim | Refuted:
    """The claim as it is kept, or why it is not.

    `unchanged`: the change touches no line that the claim is about, so that the fault can have been there before.
    `blocks`: the policy blocks on claims of this severity.
    """
    grave = blocks or claim.severity.at_least(Severity.HIGH)
    match answer:
        case Judged(opinion, model):
            return _believe(claim, opinion, model, proof, unchanged=unchanged, grave=grave)
        case Void(model):
            return _doubt(claim, model, grave=grave)
        case Unheard(reason, unpaid):
            if unpaid and not grave:
                return Refuted(claim, reason)
            return _mark(claim, Verification(standing=Standing.UNVERIFIED, reason=reason))


def _believe(
    claim: Claim, opinion: Opinion, model: str, proof: Proof, *, unchanged: bool, grave: bool
) -> Claim | Refuted:
    if opinion.decision is Decision.REFUTED:
        return Refuted(claim, "a second reader refuted it with quoted code")
    confirmed = opinion.decision is Decision.CONFIRMED
    if confirmed and opinion.pre_existing and unchanged:
        return Refuted(claim, "a second reader found that it was there before the change")
    severity = bound_severity(opinion.severity, claim.severity)
    confidence = min(100, opinion.confidence + _more_eyes(claim))
    if not confirmed or confidence < LEAST_CONFIDENCE[severity]:
        return _doubt(claim, model, grave=grave)
    kept = Verification(standing=Standing.CONFIRMED, model=model, evidence=_pick(opinion.evidence, proof))
    return replace(claim, severity=severity, confidence=confidence, verification=kept)


def _doubt(claim: Claim, model: str, *, grave: bool) -> Claim | Refuted:
    """A claim that could be neither confirmed nor refuted: a question, if it would be grave."""
    if not grave:
        return Refuted(claim, "a second reader could not confirm it")
    return _mark(claim, Verification(standing=Standing.UNCERTAIN, model=model))


def _mark(claim: Claim, verification: Verification) -> Claim:
    return replace(claim, confidence=min(100, claim.confidence + _more_eyes(claim)), verification=verification)


def _more_eyes(claim: Claim) -> int:
    return MORE_EYES if len(claim.lenses) > 1 else 0


def bound_severity(judged: Severity, claimed: Severity) -> Severity:
    """The verifier's severity, but no more than one step from the finder's, in either direction.

    To be two steps milder takes a refutation. To be two steps graver takes a finder who thinks so: severity decides the
    gate, and one reader's word, who may call everything critical, must not shut it on what another called small. That
    two lenses found a claim makes no difference: the graver of the two is the finder's word already, so both of them
    speak against a verifier who goes further. A step is what readers of one fault differ by in good faith.
    """
    steps = list(Severity)
    nearest = min(max(judged.rank, claimed.rank - 1), claimed.rank + 1)
    return steps[nearest]


def _pick(evidence: Iterable[Evidence], proof: Proof) -> tuple[Evidence, ...]:
    """The first quotes that show code, each once, as the code has them."""
    return tuple(dict.fromkeys(proof.settle(item) for item in evidence if is_code(item)))[:SHOWN_EVIDENCE]
