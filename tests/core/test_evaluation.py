"""Matching and figures of `lintel eval`, against counting by hand and by brute force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import Side
from app.core.evaluation.case import BadCase, Case, Fault, read_case
from app.core.evaluation.intervals import LEAST_CASES, Interval, bootstrap, wilson
from app.core.evaluation.matching import Match, assign, match
from app.core.evaluation.outcome import BadOutcome, Judgement, Outcome, Reported, derive_key, read_line, write_line
from app.core.evaluation.scores import UNSAID, pair, score
from app.core.findings.finding import Placed, Severity, Source

PATH = "src/pay.py"


def a_fault(line: int, end: int | None = None, **changes: Any) -> Fault:
    values = {"path": PATH, "side": Side.RIGHT, "severity": Severity.HIGH, "text": "the tax is left out"}
    return Fault(**(values | {"line": line, "end_line": line if end is None else end} | changes))


def reported(line: int | None, **changes: Any) -> Reported:
    values: dict[str, Any] = {
        "path": PATH,
        "side": Side.RIGHT,
        "start_line": line,
        "line": line,
        "severity": Severity.HIGH,
        "category": "logic",
        "source": Source.MODEL,
        "confidence": 90,
        "title": "The tax is left out",
        "body": "A taxed item costs its net price.",
        "placed": Placed.FILE if line is None else Placed.LINE,
    }
    return Reported(**(values | changes))


def a_case(*faults: Fault, area: str | None = None) -> Case:
    return Case(name="one", repo=None, base="", head="", area=area, faults=faults)


def an_outcome(*findings: Reported, **changes: Any) -> Outcome:
    values: dict[str, Any] = {
        "case": "one",
        "findings": findings,
        "fabricated": 0,
        "changed_lines": 40,
        "reviewed_lines": 40,
        "usd": 0.25,
        "seconds": 2.0,
    }
    return Outcome(**(values | changes))


def best(costs: Sequence[Sequence[int | None]], columns: int) -> tuple[int, int]:
    """Pairs and total cost of the best assignment, by trying all of them."""
    slots = [*range(columns), *(None for _ in costs)]
    tried = []
    for order in permutations(slots, len(costs)):
        chosen = [costs[row][column] for row, column in enumerate(order) if column is not None]
        known = [cost for cost in chosen if cost is not None]
        tried.append((-len(known), sum(known)))
    pairs, total = min(tried)
    return -pairs, total


matrices = st.integers(0, 4).flatmap(
    lambda columns: st.lists(
        st.lists(st.none() | st.integers(0, 6) | st.just(1_000_000), min_size=columns, max_size=columns), max_size=4
    )
)


@given(matrices)
def test_no_assignment_has_more_pairs_or_as_many_and_nearer(costs: list[list[int | None]]) -> None:
    pairs = assign(costs)
    chosen = [costs[row][column] for row, column in pairs]
    known = [cost for cost in chosen if cost is not None]
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs) == len(known)
    assert (len(pairs), sum(known)) == best(costs, len(costs[0]) if costs else 0)


def test_a_finding_gives_way_where_two_faults_can_both_be_found() -> None:
    """The first finding is nearest to the second fault, which alone the second finding can be."""
    found = match(a_case(a_fault(7), a_fault(10)), an_outcome(reported(9), reported(12)))
    assert found == Match(hits=((0, 0), (1, 1)), duplicates=(), false=(), missed=())


def test_the_nearer_of_two_findings_is_the_hit_and_the_other_says_it_again() -> None:
    found = match(a_case(a_fault(10)), an_outcome(reported(12), reported(10), reported(30)))
    assert found == Match(hits=((1, 0),), duplicates=((0, 0),), false=(2,), missed=())


@pytest.mark.parametrize(
    ("finding", "is_found"),
    [
        (reported(7), True),
        (reported(6), False),
        (reported(18), True),
        (reported(19), False),
        (reported(30, start_line=12), True),
        (reported(12, side=Side.LEFT), False),
        (reported(12, path="src/other.py"), False),
        (reported(None), False),
    ],
)
def test_place_alone_finds_a_fault_within_three_lines_on_its_side(finding: Reported, *, is_found: bool) -> None:
    found = match(a_case(a_fault(10, 15)), an_outcome(finding))
    assert bool(found.hits) is is_found
    assert bool(found.missed) is not is_found


def test_a_judges_word_stands_over_place() -> None:
    judged = (Judgement(0, 0, same=False, why="another cause"), Judgement(1, 0, same=True, why="one cause"))
    found = match(a_case(a_fault(10)), an_outcome(reported(10), reported(None), judgements=judged))
    assert found == Match(hits=((1, 0),), duplicates=(), false=(0,), missed=())


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 5)), max_size=6),
    st.lists(st.integers(1, 45), max_size=8),
)
def test_every_finding_and_every_fault_is_counted_once(spans: list[tuple[int, int]], lines: list[int]) -> None:
    case = a_case(*(a_fault(line, line + more) for line, more in spans))
    found = match(case, an_outcome(*(reported(line) for line in lines)))
    findings = [*(f for f, _ in found.hits), *(f for f, _ in found.duplicates), *found.false]
    assert sorted(findings) == list(range(len(lines)))
    assert sorted([*(e for _, e in found.hits), *found.missed]) == list(range(len(spans)))
    assert {fault for _, fault in found.duplicates} <= {fault for _, fault in found.hits}


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0), (1, 2, 0.0945, 0.9055)],
)
def test_shares_have_wilsons_interval(hits: int, of: int, low: float, high: float) -> None:
    """Reference: 8 of 10 in Newcombe's tables of the score interval without correction; the others by its formula."""
    interval = wilson(hits, of)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def mean(values: Sequence[int]) -> float:
    return sum(values) / len(values)


def test_a_bootstrap_is_the_same_each_time_and_near_what_theory_says() -> None:
    values = [0, 1] * 50
    interval = bootstrap(values, mean)
    assert interval == bootstrap(values, mean)
    assert interval is not None
    # The mean of 100 fair coins: 0.5 ± 1.96 · 0.05
    assert (interval.low, interval.high) == pytest.approx((0.402, 0.598), abs=0.02)


def test_a_bootstrap_says_nothing_where_it_would_only_sound_sure() -> None:
    assert bootstrap([0, 1, 1, 0][: LEAST_CASES - 1], mean) is None
    assert bootstrap([1] * 50, mean) is None
    assert bootstrap([0, 1] * 5, lambda _: None) is None
    assert isinstance(bootstrap([0, 1] * 5, mean), Interval)


def test_the_figures_are_those_counted_by_hand() -> None:
    faulty = pair(
        a_case(a_fault(2), a_fault(10, severity=Severity.LOW, category="money"), a_fault(30), area="pay"),
        an_outcome(
            reported(2, blocking=True),
            reported(3, category="state"),
            reported(11, severity=Severity.LOW, moved=True),
            reported(20, category="state", source=Source.ANALYZER),
            fabricated=1,
            refuted=2,
            judge_usd=0.5,
        ),
    )
    quiet = pair(a_case(area="pay"), an_outcome(usd=0.5))
    loud = pair(a_case(), an_outcome(reported(None, severity=Severity.NIT)))
    scores = score([faulty, quiet, loud])
    assert (scores.precision.hits, scores.precision.of) == (2, 4)
    assert (scores.recall.hits, scores.recall.of) == (2, 3)
    assert scores.f1 == pytest.approx(4 / 7)
    assert (scores.duplicates, scores.findings, scores.comments) == (1, 5, 4)
    assert (scores.silence.hits, scores.silence.of) == (1, 2)
    assert (scores.stopped.hits, scores.stopped.of, scores.hindered.hits, scores.hindered.of) == (1, 1, 0, 2)
    assert (scores.fabricated.hits, scores.fabricated.of) == (1, 5)
    assert (scores.refuted.hits, scores.refuted.of) == (2, 6)
    assert (scores.moved.hits, scores.moved.of) == (1, 3)
    assert (scores.usd, scores.judge_usd, scores.seconds) == (1.0, 0.5, 6.0)
    told = {word: (group.precision.hits, group.precision.of) for word, group in scores.by_category.items()}
    assert told == {"logic": (2, 3), "state": (0, 1), "money": (0, 0), UNSAID: (0, 0)}
    told = {word: (group.recall.hits, group.recall.of) for word, group in scores.by_category.items()}
    assert told == {"logic": (0, 0), "state": (0, 0), "money": (1, 1), UNSAID: (1, 2)}
    assert list(scores.by_severity) == ["high", "low", "nit"]
    assert scores.by_severity["high"].recall.value == pytest.approx(1 / 2)
    assert {word: (share.hits, share.of) for word, share in scores.by_source.items()} == {
        "analyzer": (0, 1),
        "model": (2, 3),
    }
    assert {area: group.recall.of for area, group in scores.by_area.items()} == {"pay": 3}


def test_no_cases_have_no_figures_rather_than_bad_ones() -> None:
    scores = score([])
    assert (scores.precision.value, scores.recall.value, scores.f1, scores.silence.value) == (None, None, None, None)


def test_one_unknown_price_makes_the_sum_unknown() -> None:
    assert score([pair(a_case(), an_outcome(usd=None)), pair(a_case(), an_outcome())]).usd is None


def expecting(fault: str) -> str:
    return f'{{"repo": null, "base": null, "head": null, "expect": [{fault}]}}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "JSON"),
        ('{"repo": null, "base": null, "head": null}', "expect: Field required"),
        ('{"repo": "a/b", "base": null, "head": "HEAD", "expect": []}', "base and head are revisions"),
        ('{"repo": "../b", "base": "a", "head": "HEAD", "expect": []}', "repo is a path without .."),
        (expecting('{"path": "a"}'), "expect.0.line: Field required"),
        (
            expecting('{"path": "a", "line": 3, "end_line": 2, "side": "RIGHT", "severity": null, "text": "x"}'),
            "expect.0: end_line is smaller than line",
        ),
        (
            expecting('{"path": "a", "line": "3", "end_line": 3, "side": "BOTH", "severity": "bad", "text": "x"}'),
            "expect.0.line: Input should be a valid integer",
        ),
    ],
)
def test_a_bad_case_is_refused_with_its_field(text: str, said: str) -> None:
    with pytest.raises(BadCase) as refused:
        read_case(text, "one")
    assert said in str(refused.value)


def test_keys_that_are_the_data_sets_own_are_let_be() -> None:
    case = read_case(
        '{"repo": null, "base": null, "head": null, "area": "style", "rejected": [1], "expect": [{"path": "a",'
        ' "line": 3, "end_line": 4, "side": "LEFT", "severity": null, "text": "x", "context": "File"}]}',
        "one",
    )
    assert (case.area, case.faults[0].side, case.faults[0].severity) == ("style", Side.LEFT, None)


def test_an_outcome_survives_its_line() -> None:
    outcome = an_outcome(reported(3, title="\ud800\n\u202e"), judgements=(Judgement(0, 0, same=True, why="é"),))
    line = write_line("key", outcome)
    assert line.isascii()
    assert line.count("\n") == 1
    assert read_line(line).outcome == replace(outcome, findings=(reported(3, title="?\n\u202e"),))


@pytest.mark.parametrize("line", ["", "{", "{}", '{"schema_version": 1, "key": "a", "outcome": {"case": 1}}'])
def test_a_line_that_is_no_outcome_is_refused(line: str) -> None:
    with pytest.raises(BadOutcome):
        read_line(line)


def test_a_line_of_another_schema_is_refused() -> None:
    line = write_line("key", an_outcome()).replace('"schema_version": 1', '"schema_version": 2')
    with pytest.raises(BadOutcome, match="schema_version 2"):
        read_line(line)


def test_a_key_changes_with_each_part() -> None:
    basis = {"model": "a", "prompts": ["x 1", "y 2"]}
    others = [{**basis, "model": "b"}, {**basis, "prompts": ["x 1", "y 3"]}, {**basis, "judge": ""}]
    assert len({derive_key(basis), *map(derive_key, others)}) == 4
