"""The `architecture` and `reading_guide` of the JSON that `lintel review` and `lintel architecture` print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.fit.assessment import Fit
from app.core.fit.delta import ApiChange, Break, Cycle, Delta, Edge, Fan, NewDependency, Twin
from app.core.fit.shape import Shape

Show = Callable[[str], str]


def export_architecture(shape: Shape | None, show: Show) -> dict[str, Any]:
    """The object; without a graph it is empty and says why."""
    if shape is None:
        return {"verdict": Fit.INSUFFICIENT_EVIDENCE.value, **export_delta(Delta(), show), "dimensions": []}
    assessment = shape.assessment
    return {
        "verdict": assessment.verdict.value,
        "confidence": assessment.confidence,
        "because": list(assessment.because),
        "model": assessment.model or None,
        "missing": [text for text in (shape.missing, assessment.missing) if text],
        **export_delta(shape.delta or Delta(), show),
        "dimensions": [
            {
                "name": item.dimension.value,
                "score": item.score,
                "note": item.note,
                "evidence": [
                    {
                        "fact": one.fact or None,
                        "path": show(one.path) or None,
                        "line": one.line,
                        "quote": one.quote or None,
                    }
                    for one in item.evidence
                ],
            }
            for item in assessment.dimensions
        ],
    }


def export_delta(delta: Delta, show: Show) -> dict[str, Any]:
    """The facts of the graph."""
    rules = {_key(item.edge): item.rule for item in (*delta.old_breaks, *delta.breaks)}
    return {
        "new_edges": [_edge(edge, rules.get(_key(edge)), show) for edge in _with_breaks(delta)],
        "removed_edges": [_edge(edge, None, show) for edge in delta.removed_edges],
        "new_cycles": [[show(name) for name in cycle.modules] for cycle in delta.cycles],
        "cycles": [_cycle(cycle, show) for cycle in delta.cycles],
        "rules_checked": delta.rules,
        "breaks": [_break(item, show) for item in delta.breaks],
        "old_breaks": [_break(item, show) for item in delta.old_breaks],
        "public_names": [_api(item, show) for item in delta.api],
        "new_dependencies": [_dependency(item, show) for item in delta.dependencies],
        "resembling": [_twin(item, show) for item in delta.twins],
        "fans": [_fan(item, show) for item in delta.fans],
        "not_analysed": [
            {"path": show(item.path), "reason": item.reason, "changed": item.changed} for item in delta.not_analysed
        ],
        "modules": delta.modules,
        "edges": delta.edges,
        "imports": {
            "internal": delta.internal_imports,
            "external": delta.external_imports,
            "unresolved": delta.unresolved_imports,
        },
    }


def export_guide(shape: Shape | None, show: Show) -> list[dict[str, Any]]:
    """The passages in the order of reading."""
    return [
        {
            "group": passage.group.value,
            "path": show(passage.path),
            "start_line": passage.start_line,
            "lines": passage.lines,
            "risk": passage.risk,
            "why": passage.why,
            "points": [{"why": why, "points": points} for why, points in passage.points],
        }
        for passage in (shape.guide.passages if shape else ())
    ]


def _with_breaks(delta: Delta) -> list[Edge]:
    """The new edges, and others that break a rule now: under a new name, or through a file that hands a name on."""
    known = {_key(edge) for edge in delta.new_edges}
    return [*delta.new_edges, *(item.edge for item in delta.breaks if _key(item.edge) not in known)]


def _key(edge: Edge) -> tuple[str, str, str, int]:
    return edge.source, edge.target, edge.path, edge.line


def _edge(edge: Edge, rule: str | None, show: Show) -> dict[str, Any]:
    return {
        "from": show(edge.source),
        "to": show(edge.target),
        "path": show(edge.path),
        "line": edge.line,
        "rule": rule,
        "when": edge.when.value,
        "through": show(edge.through) or None,
    }


def _cycle(cycle: Cycle, show: Show) -> dict[str, Any]:
    return {
        "modules": [show(name) for name in cycle.modules],
        "hard": cycle.hard,
        "grew": bool(cycle.before),
        "closed_by": [_edge(edge, None, show) for edge in cycle.edges],
    }


def _break(item: Break, show: Show) -> dict[str, Any]:
    return {"rule": item.rule, "because": item.because or None, **_edge(item.edge, item.rule, show)}


def _api(item: ApiChange, show: Show) -> dict[str, Any]:
    return {
        "kind": item.kind.value,
        "path": show(item.path),
        "line": item.line,
        "name": item.name,
        "before": item.before or None,
        "after": item.after or None,
        "moved_to": show(item.moved_to) or None,
        "users": item.users,
    }


def _dependency(item: NewDependency, show: Show) -> dict[str, Any]:
    return {
        "name": item.name,
        "ecosystem": item.ecosystem,
        "path": show(item.path) or None,
        "line": item.line or None,
        "version": item.version or None,
        "indirect": item.indirect,
        "used_at": {"path": show(item.used_at[0]), "line": item.used_at[1]} if item.used_at else None,
    }


def _twin(item: Twin, show: Show) -> dict[str, Any]:
    return {
        "path": show(item.path),
        "line": item.line,
        "name": item.name,
        "other_path": show(item.other_path),
        "other_line": item.other_line,
        "other_name": item.other_name,
        "likeness": round(item.likeness, 2),
    }


def _fan(item: Fan, show: Show) -> dict[str, Any]:
    return {
        "module": show(item.module),
        "in": [item.in_before, item.in_after],
        "out": [item.out_before, item.out_after],
    }
