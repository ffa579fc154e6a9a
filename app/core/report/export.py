"""A report as the JSON object that `lintel review --format json` prints: `schema_version` 1 of INTERFACE.md."""

from __future__ import annotations

from typing import Any

from app.core.findings.finding import Claim, Finding
from app.core.report.account import tell_account
from app.core.report.export_architecture import export_architecture, export_guide
from app.core.report.report import Report
from app.core.report.sensitive import export_sensitive

SCHEMA_VERSION = 1


def to_json(report: Report) -> dict[str, Any]:
    """The report as plain JSON values. Paths are as they may be shown."""
    usage = report.spending.usage
    return {
        "schema_version": SCHEMA_VERSION,
        "base": report.snapshot.merge_base,
        "head": report.snapshot.head_sha,
        "conclusion": report.verdict.conclusion.value,
        "reasons": list(report.verdict.reasons),
        "findings": [_finding(finding, report) for finding in report.findings],
        "architecture": {
            **export_architecture(report.shape, report.show_path),
            "sensitive": export_sensitive(report.shape, report.show_path),
        },
        "coverage": _coverage(report),
        "reading_guide": export_guide(report.shape, report.show_path),
        "refuted": [{"path": report.show_path(item.claim.path), "reason": item.reason} for item in report.refuted],
        "usage": {
            "calls": usage.calls,
            "input_tokens": usage.input_tokens + usage.cache_write_tokens,
            "cache_read_tokens": usage.cache_read_tokens,
            "output_tokens": usage.output_tokens,
            "usd": report.spending.usd,
            "seconds": round(report.spending.seconds, 3),
        },
    }


def _coverage(report: Report) -> dict[str, Any]:
    coverage = report.coverage
    return {
        "changed_lines": coverage.changed_lines,
        "reviewed_lines": coverage.reviewed_lines,
        "left_out": [
            {
                "path": report.show_path(item.path),
                "lines": item.lines,
                "reason": item.reason,
                "rule": item.rule,
                "excused": item.excused,
            }
            for item in coverage.left_out
        ],
        "files": [
            {
                "path": report.show_path(file.path),
                "changed_lines": file.changed_lines,
                "reviewed_lines": file.reviewed_lines,
            }
            for file in coverage.files
        ],
    }


def _finding(finding: Finding, report: Report) -> dict[str, Any]:
    claim, anchor = finding.claim, finding.placement.anchor
    return {
        "id": finding.id,
        "fingerprint": finding.fingerprint,
        "path": report.show_path(claim.path),
        "side": (anchor.side if anchor else claim.side).value,
        "start_line": anchor.start_line if anchor else None,
        "line": anchor.line if anchor else None,
        "severity": claim.severity.value,
        "category": claim.category,
        "confidence": claim.confidence,
        "title": claim.title,
        "body": tell_account(claim),
        "quote": claim.quote,
        "source": claim.source.value,
        "rule": claim.rule,
        "suggestion": claim.suggestion,
        "model": None if claim.origin is None else claim.origin.model,
        "verification": _verification(claim, report),
        "blocking": finding.blocking,
        "placed": finding.placement.placed.value,
    }


def _verification(claim: Claim, report: Report) -> dict[str, Any] | None:
    """How a model's claim came through a second reading; None for what nobody was asked about."""
    verified = claim.verification
    if verified is None:
        return None
    evidence = [{"path": report.show_path(one.path), "line": one.line, "quote": one.quote} for one in verified.evidence]
    return {
        "standing": verified.standing.value,
        "model": verified.model or None,
        "evidence": evidence,
        "reason": verified.reason,
    }
