"""When a head is looked at again after a passing failure: when the server said, within bounds, else in five minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.coverage import Coverage
from app.core.change.plan import LeftOut
from app.core.gate.again import OUTAGE_S, find_retry, look_again_at, look_again_in
from app.core.gate.policy import Policy
from app.core.gate.verdict import GateFacts, decide
from app.core.model import Failure, FailureKind
from app.core.report.words import mend
from tests.build import a_coverage, a_report

AGAIN = "will be tried again at 12:40 UTC, and from then on until it works; comment `/lintel review` to try at once."
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def limited(seconds: float | None) -> Failure:
    return Failure(FailureKind.RATE_LIMITED, "", passing=True, retry_after_s=seconds)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [(None, 300), (2, 30), (30, 30), (125.5, 125.5), (3 * 3600, 3 * 3600), (7 * 24 * 3600, 6 * 3600)],
)
def test_the_servers_word_counts_between_half_a_minute_and_six_hours(told: float | None, seconds: float) -> None:
    assert look_again_in(told) == seconds


def test_a_server_that_always_says_in_a_moment_is_looked_at_ever_less_often_but_within_ten_minutes() -> None:
    assert [look_again_in(1, looks) for looks in range(7)] == [30, 60, 120, 240, 300, 300, 300]
    assert look_again_in(1, 10**9) == look_again_in(None, 10**9) == OUTAGE_S


@given(st.floats(0, 1e6), st.integers(0, 10**6))
def test_looking_in_vain_never_makes_the_next_look_sooner_nor_later_than_six_hours(told: float, looks: int) -> None:
    assert look_again_in(told) <= look_again_in(told, looks) <= look_again_in(told, looks + 1) <= 6 * 3600


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        ([], None),
        ([limited(None)], None),
        ([limited(900), limited(1200)], 1200),
        ([limited(900), limited(None)], OUTAGE_S),
        ([limited(60), limited(None)], 60),
    ],
)
def test_of_several_failures_the_last_limit_counts_unless_something_else_may_pass_sooner(
    failures: list[Failure], seconds: float | None
) -> None:
    assert find_retry(failures) == seconds


@given(st.floats(0, 1e6), st.timedeltas(timedelta(0), timedelta(days=800)))
def test_people_are_told_a_full_minute_that_is_not_too_early_and_not_a_minute_late(
    told: float, past_noon: timedelta
) -> None:
    now = NOON + past_noon
    at = look_again_at(now, told)
    due = now + timedelta(seconds=look_again_in(told))
    assert (at.second, at.microsecond) == (0, 0)
    assert due <= at < due + timedelta(minutes=1)


def test_an_outage_at_noon_is_over_by_ten_past() -> None:
    assert f"{look_again_at(NOON, None):%H:%M}" == "12:05"
    assert f"{look_again_at(NOON, 2390):%H:%M}" == "12:40"


@pytest.mark.parametrize(
    ("coverage", "obstacle", "told"),
    [
        (
            a_coverage(10, 0, LeftOut("app/pay.py", 10, "the model's rate limit was reached", excused=False)),
            None,
            f"What stood in the way may pass: it {AGAIN}",
        ),
        (
            a_coverage(),
            "The change could not be fetched.",
            f"It {AGAIN}",
        ),
    ],
    ids=["unread", "not done"],
)
def test_people_are_told_when_it_is_tried_again_and_how_not_to_wait(
    coverage: Coverage, obstacle: str | None, told: str
) -> None:
    verdict = decide(GateFacts(policy=Policy(), coverage=coverage, obstacle=obstacle, passing=True))
    report = a_report(coverage=coverage, verdict=verdict, again_at=NOON + timedelta(minutes=40))
    assert mend(report).text == told
    assert "omment `/lintel review` to try again." in mend(replace(report, again_at=None)).text
