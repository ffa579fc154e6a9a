"""The page on how a change is reviewed says what the code does: each failure by name, with the words people read."""

from __future__ import annotations

import pytest

from app.claude.failures import miss
from app.core.change.classes.delivery import Delivery
from app.core.model import Failure, FailureKind
from app.flows.review.failing import tell_failure
from tests.architecture.test_docs import REVIEWING, code, rows

TEXT = REVIEWING.read_text(encoding="utf-8")
FAILURES = {code(row[0]): row for row in rows(TEXT.split("\n## When a model fails\n")[1])}
OWN_WORDS = {FailureKind.BUDGET}


def test_every_way_to_fail_has_a_row_and_no_row_is_about_another() -> None:
    assert list(FAILURES) != []
    assert set(FAILURES) == {kind.value for kind in FailureKind}


@pytest.mark.parametrize("kind", sorted(set(FailureKind) - OWN_WORDS))
def test_a_row_says_what_people_read_and_whether_it_may_pass(kind: FailureKind) -> None:
    _, _, _, words, unasked = FAILURES[kind.value]
    failure = miss(kind, "").failure
    assert words == tell_failure(failure)
    assert unasked == ("yes" if failure.passing else "no")


def test_a_spent_budget_says_itself_which_one_it_was() -> None:
    failure = Failure(FailureKind.BUDGET, "over the review budget of $5.00", passing=False)
    assert FAILURES["budget"][3] == f"{tell_failure(failure)}, or this pull request's, or this month's"


def test_every_stage_of_the_picture_has_a_row() -> None:
    stages = [row[0] for row in rows(TEXT.split("\n## The stages\n")[1].split("\n## ")[0])]
    picture = (REVIEWING.parent / "reviewing.svg").read_text(encoding="utf-8").lower()
    assert [stage for stage in stages if stage.removesuffix("es") not in picture and stage != "lenses"] == []


def test_every_kind_of_file_that_has_notes_is_named() -> None:
    told = TEXT.lower()
    assert [kind for kind in Delivery if kind.value not in told] == []
