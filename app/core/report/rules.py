"""What the summary says about written rules: one line with the counts, and below it each rule, for who wants it."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.report.fitting import Graded, clip, clip_path, name_some
from app.core.report.report import Report
from app.core.rules.outcome import RuleOutcome, RulesChecked, RuleState
from app.core.text.markdown import Markdown, cell, code, details, join, plain
from app.core.text.plural import count

MAX_LISTED = 40
MAX_TEXT = 200

_ORDER = (RuleState.BROKEN, RuleState.UNANSWERED, RuleState.UNPROVED, RuleState.MET, RuleState.NOT_APPLICABLE)
_WORDS = {
    RuleState.MET: "met",
    RuleState.BROKEN: "broken",
    RuleState.UNPROVED: "claimed broken but not proved",
    RuleState.NOT_APPLICABLE: "not applicable",
    RuleState.UNANSWERED: "left unanswered",
}


def tell_rules(report: Report) -> Graded:
    """Counts and table; nothing where no rule was asked about. What was not read is among the verdict's reasons."""
    outcomes = report.rules.outcomes
    if not outcomes:
        return Graded((Markdown(""),))
    line = plain(count_rules(report.rules))
    rows = sorted(outcomes, key=lambda one: _ORDER.index(one.state))
    tables = (details(line, _table(rows, most)) for most in (MAX_LISTED, MAX_LISTED // 4))
    return Graded((*tables, line))


def count_rules(rules: RulesChecked) -> str:
    """A sentence: `4 written rules asked about: 1 broken (F2), 3 met`."""
    told = [f"{count(len(rules.outcomes), 'written rule')} asked about"]
    for state in _ORDER:
        alike = [one for one in rules.outcomes if one.state is state]
        if alike:
            findings = dict.fromkeys(number for one in alike for number in one.findings)
            names = f" ({name_some(list(findings))})" if findings else ""
            told.append(f"{len(alike):,} {_WORDS[state]}{names}")
    return f"{told[0]}: {', '.join(told[1:])}."


def _table(outcomes: Sequence[RuleOutcome], most: int) -> Markdown:
    rows = [_row(one) for one in outcomes[:most]]
    more = len(outcomes) - len(rows)
    tail = [Markdown(f"\n…and {more:,} more.")] if more > 0 else []
    return join([Markdown("| | rule | where it stands | outcome |\n| --- | --- | --- | --- |"), *rows, *tail], "\n")


def _row(outcome: RuleOutcome) -> Markdown:
    rule = outcome.rule
    names = f" ({name_some(outcome.findings)})" if outcome.findings else ""
    said = cell(plain(clip(rule.text, MAX_TEXT)))
    return Markdown(f"| {rule.id} | {said} | {cell(code(clip_path(rule.place)))} | {_WORDS[outcome.state]}{names} |")
