"""Figures over all cases that were reviewed whole. Failed cases are in none of them: they are counted apart.

A finding that is no known fault counts as a false alarm. Where a data set does not know every fault of its changes,
some of these are right, and precision is more than is told here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.core.evaluation.case import Case, Fault
from app.core.evaluation.intervals import Interval, bootstrap, wilson
from app.core.evaluation.matching import Match, match
from app.core.evaluation.outcome import Outcome, Reported
from app.core.findings.finding import Placed, Severity, Source

UNSAID = "(not said)"
"""A fault of which the data set tells no severity, or no category."""


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`; `value` and `interval` are None of none."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """Between 0 and 1."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's."""
        return wilson(self.hits, self.of)


@dataclass(frozen=True, slots=True)
class Scored:
    """One case, what its review came to, and how that matches."""

    case: Case
    outcome: Outcome
    match: Match


@dataclass(frozen=True, slots=True)
class Group:
    """Findings and faults that share a word. `precision` is of findings, `recall` of faults; either may be of none."""

    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """All figures. `silence` counts clean cases without any finding; `fabricated` claims that quote what is not there.

    `refuted` counts those of the other claims that a second look dropped, `off_diff` those about unchanged code that no
    changed line enables.
    `stopped` counts the cases with faults, `hindered` the clean ones, at which the gate would have stayed shut.
    `moved` counts, among the model's findings on a line, those whose quote stood on another line than was claimed.
    `comments` are the findings that stand on a line. Dollars are None where a model has no listed price.
    """

    precision: Share
    recall: Share
    f1: float | None
    f1_interval: Interval | None
    duplicates: int
    silence: Share
    stopped: Share
    hindered: Share
    fabricated: Share
    refuted: Share
    off_diff: Share
    moved: Share
    findings: int
    comments: int
    changed_lines: int
    reviewed_lines: int
    usd: float | None
    judge_usd: float | None
    seconds: float
    by_severity: Mapping[str, Group]
    by_category: Mapping[str, Group]
    by_source: Mapping[str, Share]
    by_area: Mapping[str, Group]


def pair(case: Case, outcome: Outcome) -> Scored:
    """A case with its findings matched."""
    return Scored(case, outcome, match(case, outcome))


def score(cases: Sequence[Scored]) -> Scores:
    """The figures over `cases`: hits, false alarms and misses are summed over all, not averaged by case."""
    outcomes = [scored.outcome for scored in cases]
    modelled = [item for outcome in outcomes for item in outcome.findings if item.source is Source.MODEL]
    fabricated = sum(outcome.fabricated for outcome in outcomes)
    refuted = sum(outcome.refuted for outcome in outcomes)
    off_diff = sum(outcome.off_diff for outcome in outcomes)
    lined = [item for item in modelled if item.placed is Placed.LINE]
    faulty = [scored for scored in cases if scored.case.faults]
    clean = [scored for scored in cases if not scored.case.faults]
    total = _total_group(cases)
    return Scores(
        precision=total.precision,
        recall=total.recall,
        f1=_f1(cases),
        f1_interval=bootstrap(cases, _f1),
        duplicates=sum(len(scored.match.duplicates) for scored in cases),
        silence=Share(sum(not scored.outcome.findings for scored in clean), len(clean)),
        stopped=Share(sum(map(_is_stopped, faulty)), len(faulty)),
        hindered=Share(sum(map(_is_stopped, clean)), len(clean)),
        fabricated=Share(fabricated, fabricated + len(modelled)),
        refuted=Share(refuted, refuted + len(modelled)),
        off_diff=Share(off_diff, off_diff + len(modelled)),
        moved=Share(sum(item.moved for item in lined), len(lined)),
        findings=sum(len(outcome.findings) for outcome in outcomes),
        comments=sum(item.placed is Placed.LINE for outcome in outcomes for item in outcome.findings),
        changed_lines=sum(outcome.changed_lines for outcome in outcomes),
        reviewed_lines=sum(outcome.reviewed_lines for outcome in outcomes),
        usd=_sum(outcome.usd for outcome in outcomes),
        judge_usd=_sum(outcome.judge_usd for outcome in outcomes),
        seconds=sum(outcome.seconds for outcome in outcomes),
        by_severity=_in_order(
            _group(cases, lambda item: item.severity.value, lambda _, fault: fault.severity or UNSAID)
        ),
        by_category=_group(cases, lambda item: item.category, lambda _, fault: fault.category or UNSAID),
        by_source={
            word: group.precision
            for word, group in _group(cases, lambda item: item.source.value, lambda *_: UNSAID).items()
            if group.precision.of
        },
        by_area=_by_area(cases),
    )


def _is_stopped(scored: Scored) -> bool:
    return any(finding.blocking for finding in scored.outcome.findings)


def _group(
    cases: Iterable[Scored], word_of: Callable[[Reported], str], word_of_fault: Callable[[Case, Fault], str]
) -> dict[str, Group]:
    """Precision and recall by word; findings and faults may have words of their own. Duplicates are in neither."""
    hits, claimed, found, known = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for scored in cases:
        findings, faults = scored.outcome.findings, scored.case.faults
        hits.update(word_of(findings[finding]) for finding, _ in scored.match.hits)
        claimed.update(word_of(findings[index]) for index in scored.match.false)
        found.update(word_of_fault(scored.case, faults[fault]) for _, fault in scored.match.hits)
        known.update(word_of_fault(scored.case, fault) for fault in faults)
    claimed += hits
    return {
        word: Group(Share(hits[word], claimed[word]), Share(found[word], known[word]))
        for word in sorted(claimed.keys() | known.keys())
    }


def _total_group(cases: Iterable[Scored]) -> Group:
    return _group(cases, lambda _: "", lambda *_: "").get("", Group(Share(0, 0), Share(0, 0)))


def _in_order(groups: Mapping[str, Group]) -> dict[str, Group]:
    """Most severe first."""
    return {word: groups[word] for word in (*(severity.value for severity in Severity), UNSAID) if word in groups}


def _by_area(cases: Sequence[Scored]) -> dict[str, Group]:
    areas = sorted({scored.case.area for scored in cases if scored.case.area is not None})
    return {area: _total_group([scored for scored in cases if scored.case.area == area]) for area in areas}


def _f1(cases: Sequence[Scored]) -> float | None:
    """The harmonic mean of precision and recall; None where there is neither a finding nor a fault."""
    hits = sum(len(scored.match.hits) for scored in cases)
    wrong = sum(len(scored.match.false) + len(scored.match.missed) for scored in cases)
    return 2 * hits / (2 * hits + wrong) if hits or wrong else None


def _sum(amounts: Iterable[float | None]) -> float | None:
    """None if one is not known."""
    known = list(amounts)
    told = [amount for amount in known if amount is not None]
    return sum(told) if len(told) == len(known) else None
