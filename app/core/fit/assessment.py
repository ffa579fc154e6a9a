"""Does the change fit the architecture? What a model argues by dimension, and the verdict that code makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fit(StrEnum):
    """The verdict on the architecture, best first; the last says that nobody could tell."""

    FITS = "fits"
    FITS_WITH_CONCERNS = "fits_with_concerns"
    CONFLICTS = "conflicts"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"


class Dimension(StrEnum):
    """What is weighed."""

    LAYERING = "layering"
    DIRECTION = "dependency_direction"
    PLACEMENT = "placement"
    DUPLICATION = "duplication"
    CONTRACTS = "contracts"
    DATA = "data_ownership"
    CONVENTIONS = "conventions"
    TESTABILITY = "testability"


@dataclass(frozen=True, slots=True)
class FitEvidence:
    """What a score rests on, proved by code: a quoted line, or a fact or a rule by its id (`E3`, `R-7`)."""

    path: str = ""
    line: int | None = None
    quote: str = ""
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One dimension. `score` is 0 (against it) to 4 (as the best code here does it); None: there is no evidence."""

    dimension: Dimension
    score: int | None
    note: str = ""
    evidence: tuple[FitEvidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The verdict. `model` is the one that argued; empty: none did, and `missing` says why.

    `because` are the facts that decide it, each one sentence of ours.
    """

    verdict: Fit = Fit.INSUFFICIENT_EVIDENCE
    confidence: int = 0
    dimensions: tuple[Weighed, ...] = ()
    because: tuple[str, ...] = ()
    model: str = ""
    missing: str = ""
