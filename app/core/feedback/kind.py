"""Of what kind a finding is, for people who do not want to be told of that kind any more. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.core.findings.finding import Claim, Severity, Source

_NEVER: Final = frozenset({Source.SECRETS, Source.ARCHITECTURE})

# What tries to steer the reviewer, or hides from readers, is not for those who may have written it to switch off.
_ALWAYS_TOLD: Final = frozenset({"steering", "invisible-text"})
_WRITTEN_RULE: Final = "rule"


@dataclass(frozen=True, slots=True)
class Kind:
    """Who claims it and what it is about. All three are words of closed lists: a lens's or an analyzer's own.

    `rule` is empty where the claim has none.
    """

    source: Source
    category: str
    rule: str = ""


def tell_kind(claim: Claim) -> Kind | None:
    """The kind that people may leave out; None for a claim that is always told.

    Always told are secrets, the architecture, what an analyzer holds for severe, and what the repository's own written
    rules say: who finds a rule wrong changes the rule, and its number may be another one's tomorrow.
    """
    if claim.source in _NEVER or claim.category in _ALWAYS_TOLD:
        return None
    if claim.source is Source.ANALYZER:
        return None if claim.severity.at_least(Severity.HIGH) else Kind(claim.source, claim.category, claim.rule or "")
    return None if claim.rule or claim.category == _WRITTEN_RULE else Kind(claim.source, claim.category)
