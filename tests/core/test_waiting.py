"""What a head waits for, and the law: reviewed within ten minutes of recovery, one look for all that wait."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claude.limits.outages import PROBE_S, Outages
from app.core.gate.again import HELD_S, OUTAGE_S, Waits, find_waits, has_more
from app.core.model import Failure, FailureKind

MODEL = "reader"
DOWN = Failure(FailureKind.OVERLOADED, "", passing=True)
MONTH = "over this month's budget of $3.00"
REVIEW = "over the review budget of $5.00"
FIRST_BYTE_S = 20.0


@pytest.mark.parametrize(
    ("passing", "unread", "waits"),
    [
        (True, ["the model was overloaded"], Waits.MODEL),
        (True, ["the model was overloaded", MONTH], Waits.MODEL),
        (False, [MONTH], Waits.MONTH),
        (False, [REVIEW, f"the security lens: {MONTH}"], Waits.MONTH),
        (False, [REVIEW], Waits.NOTHING),
        (False, ["the model's reply was cut at its length limit"], Waits.NOTHING),
        (False, [], Waits.NOTHING),
    ],
)
def test_a_head_waits_for_a_model_or_for_a_months_money_or_for_nothing(
    passing: bool, unread: list[str], waits: Waits
) -> None:
    assert find_waits(passing=passing, unread=unread) is waits


@pytest.mark.parametrize(
    ("left", "before", "more"),
    [("0.1", "0.1", False), ("0.05", "0.1", False), ("0.2", "0.1", True), (None, "0.1", True), ("0.1", None, True)],
)
def test_a_month_is_asked_again_only_when_it_can_pay_for_more(left: str | None, before: str | None, more: bool) -> None:
    assert has_more(*(None if usd is None else Decimal(usd) for usd in (left, before))) is more


@dataclass
class Hours:
    """Heads that wait for one model, each look at its time. A look in vain takes `patience` seconds."""

    recovery: float
    patience: float
    now: float = 0.0
    read: dict[int, float] = field(default_factory=dict)
    in_vain: list[float] = field(default_factory=list)

    def pass_by(self, starts: list[float]) -> None:
        outages, order = Outages(lambda: self.now), itertools.count()
        due = [(start, next(order), head, "look") for head, start in enumerate(starts)]
        heapq.heapify(due)
        while due:
            self.now, _, head, what = heapq.heappop(due)
            later = (self.now + HELD_S, "look")
            if what == "answered":
                outages.note_answer(MODEL)
                continue
            if what == "failed":
                outages.note_failure(MODEL, DOWN)
                later = (self.now + OUTAGE_S, "look")
            elif outages.admit(MODEL):
                if self.now + self.patience >= self.recovery:
                    self.read[head] = self.now
                    later = (max(self.now, self.recovery) + FIRST_BYTE_S, "answered")
                else:
                    self.in_vain.append(self.now)
                    later = (self.now + self.patience, "failed")
            heapq.heappush(due, (later[0], next(order), head, later[1]))


@given(
    st.lists(st.floats(0, 900), min_size=1, max_size=30),
    st.floats(1000, 20_000),
    st.floats(0, 180),
)
def test_every_head_is_read_within_ten_minutes_of_recovery(
    starts: list[float], recovery: float, patience: float
) -> None:
    hours = Hours(recovery, patience)
    hours.pass_by(starts)
    assert set(hours.read) == set(range(len(starts)))
    assert max(hours.read.values()) <= recovery + 600


def test_of_five_hundred_heads_one_at_a_time_finds_out_that_the_model_is_still_away() -> None:
    hours = Hours(recovery=6 * 3600.0, patience=30)
    hours.pass_by([float(head) for head in range(500)])
    settled = [at for at in hours.in_vain if at > 600]
    assert len(settled) <= 6 * 3600 / PROBE_S
    assert all(later - earlier >= PROBE_S for earlier, later in itertools.pairwise(settled))


@pytest.mark.parametrize(("told", "seconds"), [(None, PROBE_S), (2, 30), (60, 60), (3600, PROBE_S)])
def test_a_model_that_failed_is_asked_again_unasked_when_its_time_has_come(told: float | None, seconds: float) -> None:
    now = 0.0
    outages = Outages(lambda: now)
    outages.note_failure(MODEL, Failure(FailureKind.RATE_LIMITED, "", passing=True, retry_after_s=told))
    now = seconds - 1
    assert not outages.admit(MODEL)
    assert outages.admit("another")
    now = seconds
    assert outages.admit(MODEL)
    assert not outages.admit(MODEL), "one is enough"
    outages.note_answer(MODEL)
    assert outages.admit(MODEL)


def test_a_reply_that_is_cut_is_no_outage() -> None:
    outages = Outages(lambda: 0.0)
    outages.note_failure(MODEL, Failure(FailureKind.TRUNCATED, "", passing=False))
    assert outages.admit(MODEL)
