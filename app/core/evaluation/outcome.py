"""What the review of a case came to: kept as one line of JSON, from which any score can be counted again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from app.core.change.diff import Side
from app.core.findings.finding import Placed, Severity, Source
from app.core.findings.seeking import ON_ITS_LINE
from app.core.report.account import tell_account
from app.core.report.report import Report

SCHEMA_VERSION = 1


class BadOutcome(ValueError):
    """A line is none that was written here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One finding of a review, where it stands: `line` is None for one about a file as a whole, or about none.

    `start_line`..`line` are lines of `side`. `blocking`: it would hold the gate shut. `moved`: its quote stood on
    another line than was claimed.
    """

    path: str
    side: Side
    start_line: int | None
    line: int | None
    severity: Severity
    category: str
    source: Source
    confidence: int
    title: str
    body: str
    placed: Placed
    blocking: bool = False
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether the finding at index `finding` is the fault at index `fault`, as a model sees it, and why."""

    finding: int
    fault: int
    same: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A case that was reviewed whole. `refuted` counts claims that a second look dropped.

    `off_diff` counts claims dropped because they are about unchanged code that no changed line enables.

    `judgements` is None where no model judged: then place alone decides. `usd` and `judge_usd` are None for a model
    without a listed price; `seconds` is the wall time of the review.
    """

    case: str
    findings: tuple[Reported, ...]
    fabricated: int
    refuted: int = 0
    off_diff: int = 0
    changed_lines: int
    reviewed_lines: int
    usd: float | None
    seconds: float
    models: tuple[str, ...] = ()
    calls: int = 0
    judgements: tuple[Judgement, ...] | None = None
    judge_usd: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Failed:
    """A case that was not reviewed, or not whole, or not judged: it says nothing about what can be found."""

    case: str
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An outcome under the key of all that it depends on."""

    schema_version: int
    key: str
    outcome: Outcome


_KEPT = TypeAdapter(Kept)


def derive_key(parts: Mapping[str, str | Iterable[str]]) -> str:
    """SHA-256 in hex over everything that an outcome depends on, each part by its name."""
    told = {name: part if isinstance(part, str) else list(part) for name, part in parts.items()}
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def write_line(key: str, outcome: Outcome) -> str:
    """One line of JSON, in ASCII, with its line feed."""
    plain = _KEPT.dump_python(Kept(SCHEMA_VERSION, key, outcome), mode="json")
    # Without lone surrogates, which no reader of JSON need take.
    text = json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace")
    return json.dumps(json.loads(text), ensure_ascii=True) + "\n"


def read_line(line: str) -> Kept:
    """The reverse of `write_line`. Raises BadOutcome."""
    try:
        kept = _KEPT.validate_json(line)
    except ValidationError as error:
        raise BadOutcome(f"{error.errors()[0]['msg']} at {error.errors()[0]['loc']}") from None
    if kept.schema_version != SCHEMA_VERSION:
        raise BadOutcome(f"schema_version {kept.schema_version}, not {SCHEMA_VERSION}")
    return kept


def tell(case: str, report: Report) -> Outcome:
    """What a report says of a case, not yet judged."""
    return Outcome(
        case=case,
        findings=tuple(
            Reported(
                path=finding.claim.path,
                side=anchor.side if (anchor := finding.placement.anchor) else finding.claim.side,
                start_line=(anchor.start_line or anchor.line) if anchor else None,
                line=anchor.line if anchor else None,
                severity=finding.severity,
                category=finding.claim.category,
                source=finding.claim.source,
                confidence=finding.claim.confidence,
                title=finding.claim.title,
                body=tell_account(finding.claim),
                placed=finding.placement.placed,
                blocking=finding.blocking,
                moved=anchor is not None
                and finding.claim.source is Source.MODEL
                and finding.placement.reason != ON_ITS_LINE,
            )
            for finding in report.findings
        ),
        fabricated=report.fabricated,
        refuted=len(report.refuted),
        off_diff=report.off_diff,
        changed_lines=report.coverage.changed_lines,
        reviewed_lines=report.coverage.reviewed_lines,
        usd=report.spending.usd,
        seconds=report.spending.seconds,
        models=report.models,
        calls=report.spending.usage.calls,
    )
