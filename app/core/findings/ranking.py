"""The order in which findings are told: what blocks first, then by how bad, how sure, and how near to changed lines."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.change.diff import Patch
from app.core.findings.finding import Claim, Finding, Placed, Placement, Severity

MOST_NITS = 3
"""Nits that a review says."""

_WEIGHTS = {Severity.CRITICAL: 100, Severity.HIGH: 40, Severity.MEDIUM: 15, Severity.LOW: 5, Severity.NIT: 1}
_CHANGED, _CONTEXT, _FILE, _ELSEWHERE = 1.0, 0.8, 0.7, 0.5


def rank(findings: Sequence[Finding], patch: Patch) -> tuple[Finding, ...]:
    """The findings, the weightiest first; those that block before all others, and of equal ones the older."""
    return tuple(
        sorted(findings, key=lambda item: (not item.blocking, -score(item.claim, item.placement, patch), item.number))
    )


def score(claim: Claim, placement: Placement, patch: Patch) -> float:
    """Severity times confidence times the weight of its place."""
    return _WEIGHTS[claim.severity] * claim.confidence * _nearness(claim, placement, patch)


def _nearness(claim: Claim, placement: Placement, patch: Patch) -> float:
    anchor = placement.anchor
    if anchor is None or claim.path not in patch.by_path:
        return _FILE if placement.placed is Placed.FILE else _ELSEWHERE
    places = patch.by_path[claim.path].commentable
    numbers = range(anchor.start_line or anchor.line, anchor.line + 1)
    changed = any(places[anchor.side, number][1].changed for number in numbers if (anchor.side, number) in places)
    return _CHANGED if changed else _CONTEXT
