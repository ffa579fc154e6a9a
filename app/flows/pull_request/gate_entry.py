"""The ledger entries on the gate: what an auditor needs about one verdict."""

from __future__ import annotations

from uuid import UUID

from pydantic import JsonValue

from app import __version__
from app.core.report.provenance import record_provenance
from app.core.report.report import Report
from app.flows.review.prompts import prompt_digests

GATE_SET = "gate.set"
"""The kind of the ledger entry that stands for each verdict."""

GATE_CANCELLED = "gate.cancelled"
"""The kind of the entry for a head that ceased to be offered before its verdict."""


def gate_body(review_id: UUID, report: Report) -> dict[str, JsonValue]:
    """What an auditor needs about one verdict. It must come out the same when a crashed review is made again."""
    snapshot = report.snapshot
    return {
        "review": str(review_id),
        "repository": snapshot.repository_id,
        "pull_request": snapshot.number,
        "base_ref": snapshot.base_ref,
        "base_sha": snapshot.base_sha,
        "merge_base": snapshot.merge_base,
        "head_sha": snapshot.head_sha,
        "policy": snapshot.policy.digest,
        "conclusion": report.verdict.conclusion.value,
        "situation": report.verdict.situation.value,
        "reasons": list(report.verdict.reasons),
        "findings": [
            {
                "id": finding.id,
                "fingerprint": finding.fingerprint,
                "source": finding.claim.source.value,
                "lenses": list(finding.claim.lenses),
                "request": finding.claim.origin.request if finding.claim.origin else None,
                "model": finding.claim.origin.model if finding.claim.origin else None,
                "verified": finding.claim.verification.standing.value if finding.claim.verification else None,
                "verifier": finding.claim.verification.model if finding.claim.verification else None,
                "blocking": finding.blocking,
            }
            for finding in report.findings
        ],
        **_record_suppressed(report),
        "changed_lines": report.coverage.changed_lines,
        "reviewed_lines": report.coverage.reviewed_lines,
        "read_before": {one.head: one.lines for one in report.coverage.before},
        "models": list(report.models),
        "prompts": dict(prompt_digests()),
        "program": __version__,
        **record_provenance(report.provenance),
    }


def _record_suppressed(report: Report) -> dict[str, JsonValue]:
    """The findings that are not shown, and the comment by which somebody chose that; nothing where there are none."""
    told: list[JsonValue] = [{"id": one.finding.id, "comment": one.by.comment_id} for one in report.suppressed]
    return {"suppressed": told} if told else {}
