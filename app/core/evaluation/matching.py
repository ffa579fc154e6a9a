"""Which finding is which known fault: one to one, as many pairs as there can be, and of these the nearest.

Where a model judged, its word decides, wherever in the file the two stand. Without one, place alone does: the same
side, at most `NEAR` lines apart, the nearness at which Lintel takes two places for one elsewhere too.

A further finding about a fault that is found already is a duplicate: neither a hit nor a false alarm. The benchmark of
Martian counts so (https://github.com/withmartian/code-review-benchmark/tree/main/offline, *Deduplicates*). By place
alone a wrong claim beside a found fault passes for one: precision is then at most what is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.core.evaluation.case import Case, Fault
from app.core.evaluation.outcome import Outcome, Reported
from app.core.findings.merging import NEAR

_FAR = 1_000_000
"""Stands for the distance of what has no line; more than any two lines are apart in a file that is read."""


class Rule(StrEnum):
    """What decided whether a finding is a fault."""

    JUDGE = "judge"
    LOCATION = "location"


@dataclass(frozen=True, slots=True)
class Match:
    """Indices of findings and faults of a case. `duplicates` pairs a finding with the fault that it says again."""

    hits: tuple[tuple[int, int], ...]
    duplicates: tuple[tuple[int, int], ...]
    false: tuple[int, ...]
    missed: tuple[int, ...]


def match(case: Case, outcome: Outcome) -> Match:
    """Every finding and every fault of the case in exactly one of the four."""
    same = _find_same(case, outcome)
    findings = range(len(outcome.findings))
    gaps = [
        [measure_gap(outcome.findings[finding], fault) if (finding, index) in same else None for finding in findings]
        for index, fault in enumerate(case.faults)
    ]
    hits = tuple(sorted((finding, fault) for fault, finding in assign(gaps)))
    taken = {finding for finding, _ in hits}
    again: dict[int, int] = {}
    for finding in findings:
        near = [(row[finding], fault) for fault, row in enumerate(gaps) if row[finding] is not None]
        if finding not in taken and near:
            again[finding] = min(near)[1]
    found = {fault for _, fault in hits}
    return Match(
        hits=hits,
        duplicates=tuple(again.items()),
        false=tuple(finding for finding in findings if finding not in taken and finding not in again),
        missed=tuple(fault for fault in range(len(case.faults)) if fault not in found),
    )


def list_candidates(case: Case, findings: Sequence[Reported]) -> list[tuple[int, int]]:
    """The pairs of finding and fault that a judge is to be asked about: those in one file."""
    return [
        (f, e)
        for f, finding in enumerate(findings)
        for e, fault in enumerate(case.faults)
        if finding.path == fault.path
    ]


def measure_gap(finding: Reported, fault: Fault) -> int:
    """Lines between the two places, 0 if they touch or overlap; another side, or no line, is farther than any."""
    if finding.line is None or finding.side is not fault.side:
        return _FAR
    first = finding.start_line or finding.line
    return max(first - fault.end_line, fault.line - finding.line, 0)


def _find_same(case: Case, outcome: Outcome) -> set[tuple[int, int]]:
    if outcome.judgements is not None:
        return {(item.finding, item.fault) for item in outcome.judgements if item.same}
    candidates = list_candidates(case, outcome.findings)
    return {(f, e) for f, e in candidates if measure_gap(outcome.findings[f], case.faults[e]) <= NEAR}


def assign(costs: Sequence[Sequence[int | None]]) -> tuple[tuple[int, int], ...]:
    """Pairs of row and column, one to one: as many as can be, and of all such choices one of the least total cost.

    None is no pair. Rows are taken up one after another, each by the cheapest chain of changes among those before it
    (the Hungarian method in its form with shortest paths): time grows with rows² · columns.
    """
    width = max((len(row) for row in costs), default=0)
    # Dearer than all allowed pairs together, so that one pair more is worth any of them. Each row has a column of that
    # price to itself, which stands for "no pair".
    dear = 1 + sum(cost for row in costs for cost in row if cost is not None)
    square = [[*(2 * dear if cost is None else cost for cost in row), *(dear for _ in costs)] for row in costs]
    prices = _Prices([0] * len(costs), [0] * (width + len(costs)))
    owners: list[int | None] = [None] * (width + len(costs))
    for row in range(len(costs)):
        _take_up(row, square, owners, prices)
    return tuple(sorted((row, column) for column, row in enumerate(owners[:width]) if row is not None))


@dataclass(frozen=True, slots=True)
class _Prices:
    """What each row and column is worth so far: no cost is less than the two together."""

    rows: list[int]
    columns: list[int]


def _take_up(start: int, costs: Sequence[Sequence[int]], owners: list[int | None], prices: _Prices) -> None:
    """Give one more row a column, the others another where that is cheapest."""
    least: dict[int, int] = {}
    before: dict[int, int | None] = {}
    reached: dict[int, int] = {}
    visited = {start: 0}
    row, at, total = start, None, 0
    while True:
        for column in range(len(owners)):
            length = total + costs[row][column] - prices.rows[row] - prices.columns[column]
            if column not in reached and length < least.get(column, length + 1):
                least[column], before[column] = length, at
        total, nearest = min((length, column) for column, length in least.items() if column not in reached)
        reached[nearest] = total
        owner = owners[nearest]
        if owner is None:
            break
        row, at = owner, nearest
        visited[owner] = total
    for known, length in visited.items():
        prices.rows[known] += total - length
    for column, length in reached.items():
        prices.columns[column] -= total - length
    while (previous := before[nearest]) is not None:
        owners[nearest], nearest = owners[previous], previous
    owners[nearest] = start
