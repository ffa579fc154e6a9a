"""Findings as the store keeps them, for a review to go on from."""

from __future__ import annotations

from app.core.findings.known import FindingState, KnownFinding
from app.store.records import findings


def recall_finding(item: findings.KnownFinding) -> KnownFinding:
    """A stored finding as a review knows it."""
    return KnownFinding(
        number=item.finding.number,
        fingerprint=item.finding.fingerprint,
        state=FindingState(item.state.value),
        claim=item.finding.claim,
        placed=item.finding.placement.placed,
        decided_by=item.dismissed_by or "",
        reason=item.dismissed_reason or "",
        conceded=item.conceded,
        blocking=item.finding.blocking,
        symbol=item.finding.symbol,
        base_ref=item.dismissed_base_ref,
    )
