"""How each written rule came out, over all chunks and answers, and what people are told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.core.report.rules import count_rules, tell_rules
from app.core.report.summary import summary
from app.core.report.words import Links
from app.core.rules.answer import RuleVerdict
from app.core.rules.outcome import RuleOutcome, RulesChecked, RuleState, RulesTold, settle_rules
from app.core.rules.rule import Rule, Rulebook, Unread
from app.core.text.markdown import comment_marker
from tests.build import a_claim, a_finding, a_report
from tests.core.written import a_rule

RULE = a_rule(14)
OK, VIOLATED, NOT_APPLICABLE = RuleVerdict.OK, RuleVerdict.VIOLATED, RuleVerdict.NOT_APPLICABLE
CLAIM = a_claim(rule=RULE.name)


def settled(*verdicts: RuleVerdict, unanswered: bool = False, standing: bool = True) -> RuleOutcome:
    told = RulesTold({RULE.id: frozenset(verdicts)}, frozenset({RULE.id} if unanswered else ()))
    claims = [CLAIM] if VIOLATED in verdicts else []
    findings = (
        [a_finding(7, rule=RULE.name, quote=f"  {CLAIM.quote} ")] if claims and standing else [a_finding(8, quote="y")]
    )
    (outcome,) = settle_rules(Rulebook((RULE, a_rule(15))), told, claims, findings).outcomes
    return outcome


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        ((OK,), RuleState.MET),
        ((OK, NOT_APPLICABLE), RuleState.MET),
        ((NOT_APPLICABLE,), RuleState.NOT_APPLICABLE),
        ((OK, VIOLATED), RuleState.BROKEN),
    ],
)
def test_one_chunk_that_breaks_a_rule_is_enough_and_one_that_has_what_it_is_about(
    verdicts: tuple[RuleVerdict, ...], state: RuleState
) -> None:
    assert settled(*verdicts).state is state


def test_a_rule_is_broken_by_the_findings_that_stand_on_the_code_that_was_claimed() -> None:
    assert settled(VIOLATED).findings == ("F7",)
    assert settled(VIOLATED, OK, standing=False).state is RuleState.UNPROVED
    assert settled(VIOLATED, unanswered=True).state is RuleState.BROKEN


@pytest.mark.parametrize("verdicts", [(), (OK,), (NOT_APPLICABLE,)])
def test_a_rule_that_one_chunk_has_no_answer_for_is_not_met(verdicts: tuple[RuleVerdict, ...]) -> None:
    assert settled(*verdicts, unanswered=True).state is RuleState.UNANSWERED


def test_a_rule_that_nobody_was_asked_about_is_not_told_of() -> None:
    assert settle_rules(Rulebook((RULE,)), RulesTold(), [], []) == RulesChecked()


def test_what_was_not_checked_is_said_in_sentences_that_stay_short() -> None:
    rules = tuple(a_rule(number) for number in range(1, 15))
    told = RulesTold(unanswered=frozenset({"R-001"}), passed_over=frozenset(rule.id for rule in rules[1:]))
    unread = (Unread("CLAUDE.md", "its content was not fetched"), Unread("AGENTS.md", "its content was not fetched"))
    names = ", ".join(f"R-{number:03d}" for number in range(2, 12))
    assert settle_rules(Rulebook(rules, unread), told, [], []).reasons == (
        "1 written rule not checked on all of it: R-001.",
        f"13 written rules not checked, there are too many for one part: {names} and 3 more.",
        "Written rules were not read from CLAUDE.md, AGENTS.md: its content was not fetched.",
    )


def checked(*outcomes: tuple[Rule, RuleState, tuple[str, ...]]) -> RulesChecked:
    return RulesChecked(tuple(RuleOutcome(*one) for one in outcomes))


HOSTILE: dict[str, Any] = {"text": "Never | @octocat <b>x</b> `y|z` ![p](q)", "path": "a|b/@octocat/`x`.md"}
CHECKED = checked(
    (a_rule(1), RuleState.MET, ()),
    (a_rule(2, **HOSTILE), RuleState.NOT_APPLICABLE, ()),
    (a_rule(3, path=".github/lintel.yml", line=None), RuleState.BROKEN, ("F1",)),
    (a_rule(4), RuleState.UNPROVED, ()),
    (a_rule(5), RuleState.UNANSWERED, ()),
)


def test_the_counts_are_one_line() -> None:
    assert count_rules(CHECKED) == (
        "5 written rules asked about: 1 broken (F1), 1 left unanswered, 1 claimed broken but not proved, 1 met,"
        " 1 not applicable."
    )


def test_the_summary_has_the_counts_and_below_them_each_rule(check_golden: Callable[[str, str], None]) -> None:
    report = a_report(a_finding(1, rule="R-003 · .github/lintel.yml", blocking=True), rules=CHECKED)
    check_golden("summary-rules.md", f"{summary(report, Links('https://github.com'), comment_marker('summary'))}\n")


def test_nothing_in_a_rule_breaks_the_table_or_calls_anybody() -> None:
    table = tell_rules(a_report(rules=CHECKED)).lengths[0].text
    (row,) = [row for row in table.split("\n") if row.startswith("| R-002 ")]
    assert row.replace("\\|", "").count("|") == 5
    assert "@octocat" not in row.partition("`")[0]
    assert "<b>" not in row.replace("\\<b>", "")


def test_many_rules_are_cut_with_their_number() -> None:
    many = checked(*((a_rule(number), RuleState.MET, ()) for number in range(1, 100)))
    longest, shorter, shortest = tell_rules(a_report(rules=many)).lengths
    assert "…and 59 more." in longest.text
    assert "…and 89 more." in shorter.text
    assert shortest.text == "99 written rules asked about: 99 met."
