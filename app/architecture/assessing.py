"""The verdict on the architecture, made by code: from facts of the graph, and from scores whose evidence was proved.

A model's scores count only where they rest on something that is there, and its own verdict only breaks a tie. That a
change conflicts with the architecture takes a rule or a fact of the graph; without any evidence nobody can tell, and
that is said, never praise. Broken rules stand whatever a model says, and when it says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.core.fit.assessment import Assessment, Fit, FitEvidence, Weighed
from app.core.fit.delta import Delta
from app.core.text.plural import count

BEST: Final = 4
_WELL: Final = 3
_AGAINST: Final = 1


@dataclass(frozen=True, slots=True)
class Argued:
    """What a model said, in its form and not proved. `verdict` is its own word for the whole."""

    dimensions: tuple[Weighed, ...]
    verdict: Fit
    confidence: int
    model: str


@dataclass(frozen=True, slots=True)
class Proof:
    """How evidence is proved. `facts` are the ids of the facts told, `graph` those on which a conflict can rest.

    `rules` are the ids of the written rules told. `stands` says whether a quote is in the shown lines of a path, and on
    which line, given the line claimed; None: it is not.
    """

    facts: Collection[str]
    graph: Collection[str]
    rules: Collection[str]
    stands: Callable[[str, int | None, str], int | None]


NOTHING_TOLD: Final = Proof(frozenset(), frozenset(), frozenset(), lambda *_: None)
"""Of a question that was not asked, or not answered."""


def assess(
    delta: Delta | None, argued: Argued | None, proof: Proof = NOTHING_TOLD, missing: str = "", *, cycles: bool = True
) -> Assessment:
    """The assessment. `delta` is None where no graph could be made; `missing` says why nobody argued.

    `cycles`: those that are new or grown conflict with the architecture; a policy may allow them.
    """
    because = _name_breaks(delta, cycles=cycles) if delta else ()
    weighed = tuple(_prove(item, proof) for item in argued.dimensions) if argued else ()
    verdict = Fit.CONFLICTS if because else _weigh(weighed, argued, proof)
    return Assessment(
        verdict=verdict,
        confidence=100 if because else argued.confidence if argued and verdict is not Fit.INSUFFICIENT_EVIDENCE else 0,
        dimensions=weighed,
        because=because,
        model=argued.model if argued else "",
        missing="" if argued else missing,
    )


def _name_breaks(delta: Delta, *, cycles: bool) -> tuple[str, ...]:
    hard = [cycle for cycle in delta.cycles if cycle.hard and cycles]
    told = []
    if delta.breaks:
        told.append(f"{count(len(delta.breaks), 'new import')} {_agree(delta.breaks, 'breaks', 'break')} a rule.")
    if hard:
        told.append(f"{count(len(hard), 'import cycle')} {_agree(hard, 'is', 'are')} new or grown.")
    return tuple(told)


def _agree(items: Sequence[object], one: str, more: str) -> str:
    return one if len(items) == 1 else more


def _prove(item: Weighed, proof: Proof) -> Weighed:
    """The dimension with what of its evidence is there; without any it has no score."""
    held = tuple(proved for evidence in item.evidence if (proved := _prove_one(evidence, proof)) is not None)
    return replace(item, evidence=held, score=item.score if held else None)


def _prove_one(evidence: FitEvidence, proof: Proof) -> FitEvidence | None:
    fact = evidence.fact if evidence.fact in proof.facts or evidence.fact in proof.rules else ""
    line = proof.stands(evidence.path, evidence.line, evidence.quote) if evidence.quote.strip() else None
    if line is not None:
        return replace(evidence, line=line, fact=fact)
    return FitEvidence(fact=fact) if fact else None


def _weigh(weighed: Sequence[Weighed], argued: Argued | None, proof: Proof) -> Fit:
    """The lowest score decides; a conflict takes a rule or a fact of the graph, and the model's word breaks a tie."""
    scored = [item for item in weighed if item.score is not None]
    if argued is None or not scored:
        return Fit.INSUFFICIENT_EVIDENCE
    low = [item for item in scored if _score(item) <= _AGAINST]
    if any(_rests_on(item, proof) for item in low):
        return Fit.CONFLICTS
    least = min(map(_score, scored))
    if least == BEST or (least == _WELL and argued.verdict is Fit.FITS):
        return Fit.FITS
    return Fit.FITS_WITH_CONCERNS


def _rests_on(item: Weighed, proof: Proof) -> bool:
    return any(evidence.fact in proof.graph or evidence.fact in proof.rules for evidence in item.evidence)


def _score(item: Weighed) -> int:
    return BEST if item.score is None else item.score
