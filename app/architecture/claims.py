"""Broken rules and new cycles as claims on their lines. They are exact: no second reader is asked about them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from app.core.findings.finding import Claim, Severity, Source
from app.core.fit.delta import Break, Cycle, Delta, Edge
from app.core.fit.source_facts import When
from app.core.gate.policy import ArchitecturePolicy

BROKEN_RULE: Final = "architecture"
CYCLE: Final = "import-cycle"
CERTAIN: Final = 100
_SHOWN: Final = 8
_WHEN: Final = {
    When.LOADING: "",
    When.LAZY: " It is inside a function, which hides it from the loader and not from the design.",
    When.TYPES: " It is for types alone, and still ties the one to the other.",
}


def make_claims(delta: Delta, policy: ArchitecturePolicy, changed: Collection[str]) -> tuple[Claim, ...]:
    """A claim for each rule that the change breaks, and each cycle that it makes or grows.

    `changed` are the paths of the change. What breaks on a line that the change leaves alone is claimed where the
    change brings it about: at the file that hands the name on.
    """
    severity = policy.severity
    cycles = delta.cycles if policy.cycles == "new" else ()
    broken = {(item.edge.source, item.edge.target) for item in delta.breaks}
    alone = [item for item in cycles if not all((edge.source, edge.target) in broken for edge in item.edges)]
    closing = {(edge.source, edge.target): item for item in cycles for edge in item.edges}
    return (
        *(
            _claim_break(item, severity, changed, closing.get((item.edge.source, item.edge.target)))
            for item in delta.breaks
        ),
        *(_claim_cycle(item, severity, changed) for item in alone),
    )


def _claim_break(item: Break, severity: Severity, changed: Collection[str], cycle: Cycle | None) -> Claim:
    """What closes a cycle as well says so: one import, one finding."""
    edge = item.edge
    target = edge.target_path or edge.target
    path, line = _locate(edge, changed)
    because = f" The reason given: {item.because}" if item.because else ""
    told = f"{edge.path} imports {target}{_tell_through(edge)}. The base branch's policy forbids that: {item.rule}."
    return Claim(
        path=path,
        line=line or None,
        severity=severity,
        category=BROKEN_RULE,
        confidence=CERTAIN,
        title=f"The import of {target} breaks {item.rule}",
        body=f"{told}{_WHEN[edge.when]}{_tell_cycle(cycle)}{because}",
        source=Source.ARCHITECTURE,
        rule=item.rule,
    )


def _claim_cycle(item: Cycle, severity: Severity, changed: Collection[str]) -> Claim:
    edge = next((edge for edge in item.edges if edge.path in changed), item.edges[0])
    # That a tangle grows by one is less grave than that there is one; what loads all the same is hardly grave at all.
    most = Severity.LOW if not item.hard else Severity.MEDIUM if item.before else severity
    grave = max(severity, most, key=lambda one: one.rank)
    how = "a cycle" if not item.before else f"a cycle of {len(item.before):,} modules, which grows"
    names = [*item.modules[:_SHOWN], *(["…"] if len(item.modules) > _SHOWN else [])]
    soft = "" if item.hard else " It loads all the same: some of its imports are lazy, for types, or within one crate."
    return Claim(
        path=edge.path,
        line=edge.line or None,
        severity=grave,
        category=CYCLE,
        confidence=CERTAIN,
        title=f"This import closes {how}",
        body=f"{len(item.modules):,} modules need one another now: {', '.join(names)}.{soft}",
        source=Source.ARCHITECTURE,
        rule="cycles: new",
    )


def _tell_cycle(cycle: Cycle | None) -> str:
    return f" It also closes a cycle of {len(cycle.modules):,} modules." if cycle else ""


def _locate(edge: Edge, changed: Collection[str]) -> tuple[str, int]:
    """Where the change brings the edge about."""
    if edge.path not in changed and edge.through in changed:
        return edge.through, edge.through_line
    return edge.path, edge.line


def _tell_through(edge: Edge) -> str:
    return f" through {edge.through}" if edge.through else ""


def find_lines(delta: Delta) -> Iterator[tuple[str, int]]:
    """Where edges, rules and cycles stand that the change brings: what a person looks at first."""
    for edge in delta.new_edges:
        yield edge.path, edge.line
    for item in delta.breaks:
        yield item.edge.path, item.edge.line
