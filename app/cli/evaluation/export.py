"""The scores as one JSON object: `schema_version` 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.evaluation.intervals import LEVEL, RESAMPLES, SEED, Interval
from app.core.evaluation.matching import Rule
from app.core.evaluation.outcome import Failed
from app.core.evaluation.scores import Group, Scored, Scores, Share
from app.core.findings.merging import NEAR

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finished evaluation. `model` is None where none was asked; `kept` counts cases that an earlier run had."""

    data_set: str
    version: str
    model: str | None
    judge: str | None
    scored: Sequence[Scored]
    failed: Sequence[Failed]
    kept: int
    scores: Scores

    @property
    def rule(self) -> Rule:
        """What decided whether a finding is a fault."""
        return Rule.LOCATION if self.judge is None else Rule.JUDGE


def to_json(told: Told) -> dict[str, Any]:
    """Plain JSON values."""
    cases = len(told.scored)
    return {
        "schema_version": SCHEMA_VERSION,
        "data_set": told.data_set,
        "version": told.version,
        "model": told.model,
        "judge": told.judge,
        "matching": {"rule": told.rule.value, "lines": NEAR if told.rule is Rule.LOCATION else None},
        "intervals": {"level": LEVEL, "shares": "wilson", "f1": "bootstrap", "resamples": RESAMPLES, "seed": SEED},
        "cases": {"all": cases + len(told.failed), "scored": cases, "failed": len(told.failed), "kept": told.kept},
        "failed": [{"case": item.case, "reason": item.reason} for item in told.failed],
        **_quality(told.scores),
        **_amounts(told.scores, cases),
        "by_severity": _groups(told.scores.by_severity),
        "by_category": _groups(told.scores.by_category),
        "by_source": {word: _share(share) for word, share in told.scores.by_source.items()},
        "by_area": _groups(told.scores.by_area),
        "results": [_case(scored) for scored in told.scored],
    }


def _quality(scores: Scores) -> dict[str, Any]:
    return {
        "precision": _share(scores.precision),
        "recall": _share(scores.recall),
        "f1": {"value": scores.f1, **_interval(scores.f1_interval)},
        "hits": scores.recall.hits,
        "false_alarms": scores.precision.of - scores.precision.hits,
        "missed": scores.recall.of - scores.recall.hits,
        "duplicates": scores.duplicates,
        "clean_cases_silent": _share(scores.silence),
        "gate": {"faulty_cases_stopped": _share(scores.stopped), "clean_cases_stopped": _share(scores.hindered)},
        "fabricated_quotes": _share(scores.fabricated),
        "refuted": _share(scores.refuted),
        "off_diff": _share(scores.off_diff),
        "reanchored": _share(scores.moved),
    }


def _amounts(scores: Scores, cases: int) -> dict[str, Any]:
    return {
        "findings": scores.findings,
        "findings_per_case": _mean(scores.findings, cases),
        "comments": scores.comments,
        "comments_per_case": _mean(scores.comments, cases),
        "coverage": {"changed_lines": scores.changed_lines, "reviewed_lines": scores.reviewed_lines},
        "usd": scores.usd,
        "usd_per_case": _mean(scores.usd, cases),
        "judge_usd": scores.judge_usd,
        "seconds": round(scores.seconds, 3),
    }


def _case(scored: Scored) -> dict[str, Any]:
    outcome, match = scored.outcome, scored.match
    why = {(item.finding, item.fault): item.why for item in outcome.judgements or ()}
    pairs = {**{f: ("hit", e) for f, e in match.hits}, **{f: ("duplicate", e) for f, e in match.duplicates}}
    findings = []
    for index, finding in enumerate(outcome.findings):
        kind, fault = pairs.get(index, ("false_alarm", None))
        findings.append(
            {
                "is": kind,
                "fault": fault,
                "why": None if fault is None else why.get((index, fault)),
                "path": finding.path,
                "side": finding.side.value,
                "start_line": finding.start_line,
                "line": finding.line,
                "severity": finding.severity.value,
                "category": finding.category,
                "source": finding.source.value,
                "confidence": finding.confidence,
                "blocking": finding.blocking,
                "title": finding.title,
            }
        )
    return {
        "case": outcome.case,
        "faults": len(scored.case.faults),
        "missed": list(match.missed),
        "findings": findings,
        "fabricated_quotes": outcome.fabricated,
        "refuted": outcome.refuted,
        "off_diff": outcome.off_diff,
        "usd": outcome.usd,
        "judge_usd": outcome.judge_usd,
        "seconds": round(outcome.seconds, 3),
        "models": list(outcome.models),
    }


def _share(share: Share) -> dict[str, Any]:
    return {"value": share.value, "hits": share.hits, "of": share.of, **_interval(share.interval)}


def _interval(interval: Interval | None) -> dict[str, float | None]:
    return {"low": interval.low if interval else None, "high": interval.high if interval else None}


def _groups(groups: Mapping[str, Group]) -> dict[str, Any]:
    return {
        word: {"precision": _share(group.precision), "recall": _share(group.recall)} for word, group in groups.items()
    }


def _mean(total: float | None, cases: int) -> float | None:
    return total / cases if total is not None and cases else None
