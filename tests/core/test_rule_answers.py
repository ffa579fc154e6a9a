"""What a model says about rules is held against the rules: an answer stands, or the rule is to be asked about again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.findings.finding import Claim
from app.core.rules.answer import RuleAnswer, RuleVerdict, check_answers, show_rule
from tests.build import a_claim
from tests.core.written import a_rule

TENANT = a_rule(14)
CARDS = a_rule(15, text="Never log card numbers.", path="CLAUDE.md", line=3)
BOTH = (TENANT, CARDS)
OK, VIOLATED, NOT_APPLICABLE = RuleVerdict.OK, RuleVerdict.VIOLATED, RuleVerdict.NOT_APPLICABLE


def broken(quote: str = TENANT.text) -> RuleAnswer:
    return RuleAnswer(TENANT.id, VIOLATED, quote)


def test_a_broken_rule_that_is_quoted_and_shown_in_code_cites_rule_and_place() -> None:
    checked = check_answers(BOTH, [(a_claim(body="Why."), TENANT.id)], [broken(), RuleAnswer(CARDS.id, OK)])
    (claim,) = checked.claims
    assert claim.rule == "R-014 · docs/adr/003.md:12"
    assert claim.body == "Why.\n\nThe rule (docs/adr/003.md:12): “Every handler checks the caller's tenant.”"
    assert dict(checked.verdicts) == {TENANT.id: VIOLATED, CARDS.id: OK}
    assert (checked.unanswered, checked.fabricated) == ((), 0)


@pytest.mark.parametrize(
    "quote",
    [
        "checks  the caller's\ntenant",
        "“Every handler checks the caller's tenant”",
        "Every handler …".removesuffix(" …"),
        show_rule(TENANT),
    ],
)
def test_white_space_and_marks_around_a_quote_do_not_matter(quote: str) -> None:
    assert check_answers((TENANT,), [(a_claim(), TENANT.id)], [broken(quote)]).unanswered == ()


@pytest.mark.parametrize(
    "quote", ["", "tenant", "Every handler checks the callers tenant", "API › Handlers", CARDS.text]
)
def test_a_wrong_quote_of_the_rule_voids_the_claim_and_is_counted(quote: str) -> None:
    checked = check_answers((TENANT,), [(a_claim(), TENANT.id)], [broken(quote)])
    assert (checked.claims, checked.fabricated, checked.unanswered) == ((), 1, (TENANT,))


def test_a_rule_that_was_never_given_is_made_up() -> None:
    checked = check_answers((TENANT,), [(a_claim(), "R-999")], [RuleAnswer("R-999", VIOLATED, "x" * 20)])
    assert (checked.claims, checked.fabricated, checked.unanswered) == ((), 1, (TENANT,))


@pytest.mark.parametrize(
    ("cited", "answers"),
    [
        (False, [broken()]),
        (True, [RuleAnswer(TENANT.id, OK)]),
        (True, [RuleAnswer(TENANT.id, NOT_APPLICABLE)]),
        (True, []),
        (False, []),
    ],
)
def test_half_an_answer_and_one_that_contradicts_itself_are_none(cited: bool, answers: list[RuleAnswer]) -> None:
    checked = check_answers((TENANT,), [(a_claim(), TENANT.id)] if cited else [], answers)
    assert (checked.claims, checked.verdicts, checked.unanswered) == ((), (), (TENANT,))
    assert checked.fabricated == 0


def test_of_several_answers_the_worst_counts() -> None:
    answers = [RuleAnswer(TENANT.id, OK), broken("wrong words here"), broken()]
    assert dict(check_answers((TENANT,), [(a_claim(), TENANT.id)], answers).verdicts) == {TENANT.id: VIOLATED}


def test_a_claim_that_cites_no_rule_stands_as_any_other() -> None:
    assert check_answers((TENANT,), [(a_claim(), None)], []).claims == (a_claim(),)


ids = st.sampled_from([TENANT.id, CARDS.id, "R-001", ""])
replies = st.lists(st.builds(RuleAnswer, ids, st.sampled_from(RuleVerdict), st.sampled_from(["", TENANT.text, "x"])))


@given(st.lists(st.tuples(st.just(a_claim()), ids | st.none()), max_size=4), replies)
def test_each_rule_given_is_answered_or_not_and_no_claim_cites_one_that_was_not_proved(
    claims: list[tuple[Claim, str | None]], answers: list[RuleAnswer]
) -> None:
    checked = check_answers(BOTH, claims, answers)
    verdicts = dict(checked.verdicts)
    assert {rule.id for rule in checked.unanswered} | set(verdicts) == {rule.id for rule in BOTH}
    assert not {rule.id for rule in checked.unanswered} & set(verdicts)
    assert {claim.rule for claim in checked.claims} <= {None, *(rule.name for rule in BOTH)}
    assert all(verdict is not VIOLATED or rule_id == TENANT.id for rule_id, verdict in checked.verdicts)
    assert len(checked.claims) + checked.fabricated <= len(claims)
