"""Builders with good defaults: a test names what it cares about and nothing else."""

from __future__ import annotations

from typing import Any

from app.core.change.coverage import Coverage, FileCoverage
from app.core.change.diff import Side
from app.core.change.plan import LeftOut
from app.core.findings.finding import Anchor, Claim, Finding, Placed, Placement, Severity, Source, fingerprint
from app.core.gate.policy import Policy, PolicyFault
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import GateFacts, Verdict, decide
from app.core.report.report import AnalyzerOutcome, AnalyzerState, Report

HEAD = "1" * 40
MERGE_BASE = "2" * 40
BASE_TIP = "3" * 40


def a_claim(**changes: Any) -> Claim:
    values: dict[str, Any] = {
        "path": "app/pay.py",
        "line": 12,
        "quote": "    total = price",
        "severity": Severity.HIGH,
        "category": "correctness",
        "confidence": 90,
        "title": "The tax is left out",
        "body": "With a taxed item the customer pays the net price.",
        "source": Source.MODEL,
    }
    return Claim(**(values | changes))


def a_finding(number: int = 1, *, placed: Placed = Placed.LINE, blocking: bool = False, **changes: Any) -> Finding:
    claim = a_claim(**changes)
    anchor = Anchor(claim.side, claim.start_line, claim.line or 1) if placed is Placed.LINE else None
    return Finding(
        claim=claim,
        placement=Placement(placed, anchor, "" if anchor else "the line is not part of the diff"),
        fingerprint=fingerprint(path=claim.path, category=claim.category, quote=claim.quote, symbol=str(number)),
        number=number,
        blocking=blocking,
    )


def a_coverage(changed: int = 10, reviewed: int | None = None, *left_out: LeftOut) -> Coverage:
    return Coverage((FileCoverage("app/pay.py", changed, changed if reviewed is None else reviewed),), left_out)


def a_snapshot(**changes: Any) -> Snapshot:
    values: dict[str, Any] = {
        "repository": "octo/shop",
        "repository_id": 7,
        "installation_id": 3,
        "number": 5,
        "open": True,
        "draft": False,
        "merged": False,
        "author": "mona",
        "author_is_bot": False,
        "title": "Take tax into account",
        "base_ref": "main",
        "base_sha": BASE_TIP,
        "head_sha": HEAD,
        "merge_base": MERGE_BASE,
        "policy": Policy(),
    }
    return Snapshot(**(values | changes))


def a_report(*findings: Finding, **changes: Any) -> Report:
    policy: Policy | PolicyFault = changes.pop("policy", Policy())
    coverage = changes.pop("coverage", a_coverage())
    model_configured = changes.pop("model_configured", True)
    verdict: Verdict = changes.pop("verdict", None) or decide(
        GateFacts(policy=policy, findings=findings, coverage=coverage, model_configured=model_configured)
    )
    values: dict[str, Any] = {
        "snapshot": a_snapshot(policy=policy),
        "verdict": verdict,
        "findings": findings,
        "coverage": coverage,
        "model_configured": model_configured,
        "analyzers": (AnalyzerOutcome("ruff", AnalyzerState.OK),),
        "models": ("claude-sonnet-5-5",) if model_configured else (),
    }
    return Report(**(values | changes))


def right(path: str = "app/pay.py", line: int = 12) -> tuple[str, Side, int]:
    return path, Side.RIGHT, line
