"""Broken rules and new cycles as findings: once for each fault, on the line that the change brings it about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.architecture.claims import find_lines, make_claims
from app.core.findings.finding import Claim, Severity, Source
from app.core.fit.delta import Break, Cycle, Delta, Edge
from app.core.fit.source_facts import When
from app.core.gate.policy import ArchitecturePolicy

POLICY = ArchitecturePolicy()
EDGE = Edge("core/a.py", "web/b.py", "core/a.py", 3)
BREAK = Break("core is below web", "docs/adr/003.md", EDGE)
LOOP = Edge("core/a.py", "core/c.py", "core/a.py", 5)
CYCLE = Cycle(("core/a.py", "core/c.py"), (LOOP,), hard=True)
CHANGED = frozenset({"core/a.py"})


def claims(delta: Delta, policy: ArchitecturePolicy = POLICY) -> tuple[Claim, ...]:
    return make_claims(delta, policy, CHANGED)


def test_a_broken_rule_stands_on_the_line_of_the_import_and_says_which_rule_and_why() -> None:
    (claim,) = claims(Delta(breaks=(BREAK,)))
    assert (claim.path, claim.line, claim.severity) == ("core/a.py", 3, Severity.HIGH)
    assert (claim.source, claim.category, claim.confidence) == (Source.ARCHITECTURE, "architecture", 100)
    assert claim.rule == "core is below web"
    for word in ("core/a.py imports web/b.py", "core is below web", "docs/adr/003.md"):
        assert word in claim.body


def test_it_is_as_severe_as_the_policy_says() -> None:
    mild = ArchitecturePolicy(severity=Severity.LOW)
    assert [claim.severity for claim in claims(Delta(breaks=(BREAK,), cycles=(CYCLE,)), mild)] == [Severity.LOW] * 2


@pytest.mark.parametrize(("when", "words"), [(When.LAZY, "inside a function"), (When.TYPES, "for types alone")])
def test_a_hidden_import_breaks_the_rule_all_the_same(when: When, words: str) -> None:
    (claim,) = claims(Delta(breaks=(replace(BREAK, edge=replace(EDGE, when=when)),)))
    assert (claim.severity, words in claim.body) == (Severity.HIGH, True)


def test_what_breaks_through_a_file_that_hands_a_name_on_stands_where_the_change_does_it() -> None:
    far = replace(EDGE, path="web/far.py", line=9, through="core/a.py", through_line=2)
    (claim,) = claims(Delta(breaks=(replace(BREAK, edge=far),)))
    assert (claim.path, claim.line) == ("core/a.py", 2)
    assert "through core/a.py" in claim.body


def test_a_new_cycle_stands_on_the_import_that_closes_it() -> None:
    (claim,) = claims(Delta(new_edges=(LOOP,), cycles=(CYCLE,)))
    assert (claim.path, claim.line, claim.category) == ("core/a.py", 5, "import-cycle")
    assert "core/a.py, core/c.py" in claim.body


def test_one_import_that_breaks_a_rule_and_closes_a_cycle_is_one_finding() -> None:
    both = Cycle(("core/a.py", "web/b.py"), (EDGE,), hard=True)
    (claim,) = claims(Delta(breaks=(BREAK,), cycles=(both,)))
    assert claim.category == "architecture"
    assert "closes a cycle of 2 modules" in claim.body


def test_a_cycle_that_only_lazy_imports_close_is_no_grave_matter() -> None:
    (claim,) = claims(Delta(cycles=(replace(CYCLE, hard=False),)))
    assert claim.severity is Severity.LOW


def test_a_policy_that_allows_cycles_has_no_findings_of_them() -> None:
    assert claims(Delta(cycles=(CYCLE,)), ArchitecturePolicy(cycles="allow")) == ()


def test_what_broke_before_is_no_finding() -> None:
    assert claims(Delta(old_breaks=(BREAK,), mended=(BREAK,), new_edges=(EDGE,))) == ()


def test_people_look_first_where_edges_and_breaks_are() -> None:
    assert set(find_lines(Delta(new_edges=(LOOP,), breaks=(BREAK,)))) == {("core/a.py", 5), ("core/a.py", 3)}
