"""What a second reader makes of a claim, before anything of it is believed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.core.findings.finding import Evidence, Severity


class Decision(StrEnum):
    """The three answers to whether a claim holds."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """An answer about one claim. Its quotes are untrusted until each was found in the code."""

    decision: Decision
    evidence: tuple[Evidence, ...]
    counter_evidence: tuple[Evidence, ...]
    trigger: str
    pre_existing: bool
    severity: Severity
    confidence: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A model's opinion whose quotes all stand."""

    opinion: Opinion
    model: str


@dataclass(frozen=True, slots=True)
class Void:
    """A model that quoted twice what does not stand, or decided without quoting."""

    model: str


@dataclass(frozen=True, slots=True)
class Unheard:
    """Nobody answered. `unpaid`: nobody was asked, because the review may not cost more; `unasked`: it asks nobody."""

    reason: str
    unpaid: bool = False
    unasked: bool = False


Answer = Judged | Void | Unheard
