"""The JSON of `lintel architecture`: of one tree the whole graph, of a range the same object as in a review."""

from __future__ import annotations

from typing import Any

from app.core.fit.delta import Break, NotAnalysed
from app.core.report.export_architecture import export_delta
from app.core.secrecy.redaction import redact
from app.flows.architecture.inventory import Inventory
from app.flows.architecture.survey import Surveyed

SCHEMA_VERSION = 1


def export_graph(found: Inventory) -> dict[str, Any]:
    """Every module and edge of a tree, in order of path."""
    graph = found.graph
    return {
        "schema_version": SCHEMA_VERSION,
        "modules": [{"name": _show(name), "files": len(files)} for name, files in sorted(graph.modules.items())],
        "edges": [
            {
                "from": _show(source),
                "to": _show(target),
                "path": _show(site.path),
                "line": site.line,
                "when": site.when.value,
            }
            for source, targets in sorted(graph.edges.items())
            for target, site in sorted(targets.items())
        ],
        "rules_checked": found.rules,
        "breaks": [_break(item) for item in found.breaks],
        "declared": [
            {
                "tool": item.declaration.tool,
                "path": _show(item.declaration.path),
                "line": item.declaration.line,
                "text": redact(item.declaration.text).text,
                "breaks": None if item.breaks is None else [_break(one) for one in item.breaks],
            }
            for item in found.heard
        ],
        "cycles": [[_show(name) for name in names] for names in found.cycles],
        "imports": {
            "internal": graph.counts.internal,
            "external": graph.counts.external,
            "unresolved": graph.counts.unresolved,
        },
        "unresolved": [{"path": _show(item.path), "line": item.line, "name": item.name} for item in found.unresolved],
        "languages_without_resolver": dict(sorted(graph.unread.items())),
        "not_analysed": [{"path": _show(path), "reason": why} for path, why in sorted(found.failures.items())],
    }


def export_range(surveyed: Surveyed) -> dict[str, Any]:
    """The delta, as `lintel review --format json` has it under `architecture`."""
    return {"schema_version": SCHEMA_VERSION, "architecture": export_delta(surveyed.delta, _show)}


def tell_not_analysed(items: tuple[NotAnalysed, ...]) -> list[str]:
    """A line for each."""
    return [f"{_show(item.path)}: {item.reason}" for item in items]


def _break(item: Break) -> dict[str, Any]:
    edge = item.edge
    return {
        "rule": item.rule,
        "because": item.because or None,
        "from": _show(edge.source),
        "to": _show(edge.target_path or edge.target),
        "path": _show(edge.path),
        "line": edge.line,
        "through": _show(edge.through) or None,
    }


def _show(path: str) -> str:
    """A path without a secret that stands in it."""
    return redact(path).text
