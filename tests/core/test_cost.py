"""How the answer to `/lintel cost` reads, and that nothing foreign gets through it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from app.core.change.plan import LeftOut
from app.core.findings.finding import Standing, Verification
from app.core.model import Stage, Usage
from app.core.report.cost import Balance, Costs, ReviewTally, StageTally, Tally, answer_cost, show_cost, show_share
from app.core.report.report import Spending
from app.core.report.sparing import name_given_up
from app.core.report.summary import summary
from app.core.report.words import Links
from app.core.text.markdown import comment_marker
from tests.build import a_coverage, a_finding, a_report

BRIEF = Tally(Usage(calls=2, input_tokens=41_200, output_tokens=2_100), Decimal("0.00517"))
READING = Tally(
    Usage(calls=6, input_tokens=5_400, cache_read_tokens=171_000, cache_write_tokens=52_000, output_tokens=31_250),
    Decimal("0.4704"),
)
SECOND = Tally(Usage(calls=3, input_tokens=18_000, output_tokens=7_400), unpriced=3)
COSTS = Costs(
    head_sha="1" * 40,
    running=False,
    detail=ReviewTally(
        stages=(
            StageTally("brief", "claude-haiku-5-5", BRIEF),
            StageTally("lens", "claude-sonnet-5-5", READING),
            StageTally("verify", "local|`model` @octocat", SECOND),
        ),
        refused=(("over the review budget of $5", 2),),
        lost=1,
    ),
    review=Balance(Tally(BRIEF.usage + READING.usage + SECOND.usage, BRIEF.usd + READING.usd, 3), Decimal(5)),
    pull_request=Balance(Tally(READING.usage + READING.usage, Decimal("12.5")), Decimal(20)),
    month=Balance(Tally(Usage(calls=4_120, input_tokens=9_000_000, output_tokens=812_000), Decimal("1234.567"))),
    given_up=("120 changed lines in 2 files were not read.",),
)


def test_the_answer_reads(check_golden: Callable[[str, str], None]) -> None:
    check_golden("answer-cost.md", answer_cost(COSTS).text + "\n")


def test_before_the_first_review_and_before_its_first_call_it_says_so() -> None:
    none = Balance()
    asked_nothing = Costs(
        head_sha="1" * 40, running=True, detail=ReviewTally(), review=none, pull_request=none, month=none
    )
    assert answer_cost(None).text == "No review of this pull request has begun, so it has cost nothing."
    told = answer_cost(asked_nothing).text
    assert "The review that runs now is of head `111111111111`." in told
    assert "This review has asked no model anything." in told
    assert "| this review | 0 | 0 | 0 (0%) | 0 | 0 | \\$0.00 | none |" in told


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_has_a_name_for_people(stage: Stage) -> None:
    none = Balance()
    detail = ReviewTally(stages=(StageTally(stage, "m", Tally()),))
    costs = Costs(head_sha="1" * 40, running=False, detail=detail, review=none, pull_request=none, month=none)
    assert "| `m` | 0 |" in answer_cost(costs).text


@pytest.mark.parametrize(
    ("usd", "told"), [("0", "$0.00"), ("0.00004", "under $0.0001"), ("0.01234", "$0.0123"), ("1234.567", "$1,234.57")]
)
def test_dollars_are_precise_where_they_are_few(usd: str, told: str) -> None:
    assert show_cost(Decimal(usd)) == told


def test_the_cached_share_is_of_what_was_read() -> None:
    assert show_share(Usage(input_tokens=50, cache_read_tokens=100, cache_write_tokens=50, output_tokens=900)) == "50%"
    assert show_share(Usage()) == "0%"


OVER = "over the review budget of $5.00"


def test_the_summary_tells_what_a_review_cost_against_its_limit_and_what_it_gave_up(
    check_golden: Callable[[str, str], None],
) -> None:
    unheard = Verification(standing=Standing.UNVERIFIED, evidence=(), reason=OVER)
    report = a_report(
        a_finding(7, verification=unheard),
        a_finding(9),
        coverage=a_coverage(30, 10, *(LeftOut(f"app/{name}.py", 10, OVER, excused=False) for name in "ab")),
        notes=(f"No fixes are suggested: {OVER}.", "The map could not be made."),
        spending=Spending(
            usage=READING.usage, usd=4.9812, limit_usd=Decimal(5), recalled=frozenset(("d1", "d2", "d3"))
        ),
    )
    check_golden(
        "summary-spent.md", summary(report, Links("https://github.com"), comment_marker("summary")).text + "\n"
    )
    assert name_given_up(report) == (
        f"20 changed lines in 2 files not reviewed: {OVER}.",
        "No second look at F7.",
        f"No fixes are suggested: {OVER}.",
    )


def test_a_review_with_money_for_all_gave_nothing_up() -> None:
    assert name_given_up(a_report(a_finding(1), notes=("The map could not be made.",))) == ()
