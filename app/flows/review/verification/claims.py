"""The stage in which a second reader, in a fresh context, is asked whether the code bears out what models claimed.

Only new claims of models are asked about: what a program says is exact, and a finding that stands already, here or
in another pull request, was verified when it was raised. Whatever is answered later, code and people alone can take
that away again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.core.change.diff import Side
from app.core.findings.anchor import normalise
from app.core.findings.finding import Claim, Finding, Severity, Source, Standing
from app.core.findings.identity import Identified
from app.core.findings.known import KnownFinding
from app.core.findings.merging import PlacedClaim, show_alike
from app.core.findings.ranking import MOST_NITS, score
from app.core.findings.recurring import is_known
from app.core.findings.verification.absence import TreeFacts
from app.core.findings.verification.opinion import Unheard
from app.core.findings.verification.proof import Proof
from app.core.findings.verification.refuting import Ground, is_unchanged, refute
from app.core.findings.verification.weighing import Refuted, weigh
from app.core.text.plural import count
from app.flows.review.case import Case
from app.flows.review.desk.calls import NONE, Calls
from app.flows.review.desk.desk import Desk
from app.flows.review.tree.facts import gather_facts
from app.flows.review.verification.second_opinion import Heard, hear
from app.flows.review.verification.versions import Versions, read_versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What is left to be judged. `refuted` are claims that were dropped, `fabricated` counts quotes that do not exist.

    `off_diff` counts claims about lines that the change leaves alone, without a changed line that enables them.
    `notes` are sentences on what could not be verified. `waiting` are paths about which more was claimed that a review
    which asks nobody can neither raise nor drop.
    """

    placed: tuple[PlacedClaim, ...]
    refuted: tuple[Refuted, ...] = ()
    fabricated: int = 0
    off_diff: int = 0
    calls: Calls = NONE
    notes: tuple[str, ...] = ()
    waiting: frozenset[str] = frozenset()


async def verify_claims(desk: Desk, case: Case) -> Verified:
    """Every new claim of a model confirmed, refuted, made a question, or named as unverified; all others as they are.

    Without a model nothing is asked. A second reader who fails drops nothing.
    """
    # Quotes are sought through whole files: in the loop it would stop heartbeats.
    anchored = await asyncio.to_thread(case.anchor)
    fabricated = sum(claim.source is Source.MODEL for claim, _ in anchored.fabricated)
    first = case.identify((*anchored.placed, *case.recurring))
    programs = [item for item in anchored.placed if item[0].source is not Source.MODEL]
    said = [item for item in first.findings if item.claim.source is Source.MODEL and item.number not in first.carried]
    said = [item for item in said if not is_known((item.claim, item.placement), case.recurring)]
    fresh = [item for item in said if _is_fresh(item, case.history.known)]
    versions = (await read_versions(case.change, sorted({item.claim.path for item in fresh}))).beside(case.tree)
    facts = await gather_facts(case.change, [item.claim for item in fresh], versions.of(Side.RIGHT))
    refuted = await asyncio.to_thread(_refute, fresh, first, case, versions, facts)
    heard = await hear(desk, case, [item for item in fresh if item.number not in refuted], versions)
    weighed = refuted | _weigh(fresh, heard, case)
    waiting = {item.number: item.claim.path for item in fresh if _waits(item, heard, case.history.known)}
    told = [item for item in said if item.number not in waiting]
    settled = [(_settle(item, weighed.get(item.number), case.history.known), item.placement) for item in told]
    return Verified(
        placed=(*programs, *case.recurring, *((claim, place) for claim, place in settled if isinstance(claim, Claim))),
        refuted=tuple(claim for claim, _ in settled if isinstance(claim, Refuted)),
        fabricated=fabricated,
        off_diff=len(anchored.off_diff),
        calls=heard.calls,
        notes=_note(heard),
        waiting=frozenset(waiting.values()),
    )


def _is_fresh(finding: Finding, known: Sequence[KnownFinding]) -> bool:
    """Whether nobody has verified this: it is new, its code has changed, it is graver now, or nobody could be asked."""
    before = _find_known(finding, known)
    if before is None:
        return True
    verification = before.claim.verification
    unverified = verification is not None and verification.standing is Standing.UNVERIFIED
    graver = finding.severity.rank < before.claim.severity.rank
    return unverified or graver or not _is_same_code(finding, before)


def _waits(finding: Finding, heard: Heard, known: Sequence[KnownFinding]) -> bool:
    """Whether nobody was asked about a claim that is no finding yet: it may have been refuted before."""
    answer, before = heard.answers.get(finding.number), _find_known(finding, known)
    unasked = isinstance(answer, Unheard) and answer.unasked
    return unasked and (before is None or not _is_same_code(finding, before))


def _settle(finding: Finding, weighed: Claim | Refuted | None, known: Sequence[KnownFinding]) -> Claim | Refuted:
    """What a claim ends as. One about code that has a finding already can only make that firmer."""
    before = _find_known(finding, known)
    if before is None or not _is_same_code(finding, before):
        return weighed or finding.claim
    if isinstance(weighed, Claim) and weighed.verification and weighed.verification.standing is Standing.CONFIRMED:
        return weighed
    own, old = finding.claim, before.claim
    place = replace(old, path=own.path, side=own.side, start_line=own.start_line, line=own.line, quote=own.quote)
    # Rules are numbered anew where guidance has changed.
    cited = replace(place, rule=own.rule or old.rule, shows_at=own.shows_at)
    return cited if _length(own) == _length(old) else replace(cited, suggestion=None)


def _length(claim: Claim) -> int:
    return 1 if claim.line is None or claim.start_line is None else claim.line - claim.start_line + 1


def _find_known(finding: Finding, known: Sequence[KnownFinding]) -> KnownFinding | None:
    return next((item for item in known if item.number == finding.number), None)


def _is_same_code(finding: Finding, before: KnownFinding) -> bool:
    same = normalise(finding.claim.quote) == normalise(before.claim.quote)
    return same and show_alike(finding.claim) == show_alike(before.claim)


def _refute(
    fresh: Sequence[Finding], first: Identified, case: Case, versions: Versions, facts: TreeFacts
) -> dict[int, Claim | Refuted]:
    """What code alone refutes, and the nits that are too many, by number."""
    numbers = {item.number for item in fresh}
    ground = Ground(
        patch=case.patch,
        standing=[item for item in first.findings if item.number not in numbers],
        excused=case.excused,
        texts=versions.of(Side.RIGHT),
        repeated=bool(case.history.known),
        facts=facts,
        blocks=case.policy.block_on.blocks,
    )
    reasons = {item.number: refute((item.claim, item.placement), ground) for item in fresh}
    nits = [item for item in fresh if item.severity is Severity.NIT and reasons[item.number] is None]
    nits.sort(key=lambda item: (-score(item.claim, item.placement, case.patch), item.number))
    reasons |= dict.fromkeys((item.number for item in nits[MOST_NITS:]), "it is a nit, and there are enough")
    return {item.number: Refuted(item.claim, why) for item in fresh if (why := reasons[item.number]) is not None}


def _weigh(fresh: Sequence[Finding], heard: Heard, case: Case) -> dict[int, Claim | Refuted]:
    proof = Proof(case.patch, heard.versions.of(Side.RIGHT), heard.versions.of(Side.LEFT))
    return {
        item.number: weigh(
            item.claim,
            heard.answers[item.number],
            proof,
            unchanged=is_unchanged(item.claim, item.placement, case.patch),
            blocks=case.policy.block_on.blocks(item.severity),
        )
        for item in fresh
        if item.number in heard.answers
    }


def _note(heard: Heard) -> tuple[str, ...]:
    """What was not verified, by reason."""
    unheard = (answer for answer in heard.answers.values() if isinstance(answer, Unheard))
    reasons = Counter(answer.reason for answer in unheard if not answer.unasked)
    return tuple(f"{count(many, 'claim')} not verified: {reason}." for reason, many in reasons.items())
