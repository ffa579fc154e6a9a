from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.change.tokens import (
    DEFAULT_RATE,
    LEAST_CENTIBYTES,
    LEAST_SAMPLES,
    MOST_CENTIBYTES,
    SLACK_CENTIBYTES,
    STEP_CENTIBYTES,
    Observed,
    TokenRate,
    count_bytes,
    estimate,
    next_rate,
    reserve_bytes,
)

rates = st.one_of(st.just(DEFAULT_RATE), st.integers(4, 24).map(lambda step: TokenRate(step * STEP_CENTIBYTES)))
calls = st.tuples(st.integers(-5, 10**7), st.integers(-5, 10**7))


def seen(centibytes: int, samples: int = LEAST_SAMPLES) -> Observed:
    """What so many calls leave that all have so many centibytes a token."""
    return Observed(size=centibytes * 1_000, tokens=100_000, samples=samples)


def test_tokens_are_bytes_by_the_measured_ratio_rounded_up() -> None:
    assert [DEFAULT_RATE.tokens(size) for size in (0, 1, 27, 28, 2_700)] == [0, 1, 10, 11, 1000]
    assert estimate("é" * 27) == 20
    assert count_bytes("\udcff漢") == 6


@given(st.integers(0, 10**7), st.integers(1, 20))
def test_what_is_reserved_is_more_than_what_is_planned(size: int, messages: int) -> None:
    assert reserve_bytes(size, messages=messages) > DEFAULT_RATE.tokens(size)


@given(rates, st.lists(calls, max_size=200))
def test_whatever_a_server_counts_the_rate_stays_within_its_bounds(
    rate: TokenRate, counted: list[tuple[int, int]]
) -> None:
    observed = Observed()
    for size, tokens in counted:
        observed = observed.plus(size, tokens)
        rate = next_rate(rate, observed)
        assert LEAST_CENTIBYTES <= rate.centibytes <= MOST_CENTIBYTES
    assert observed.samples == sum(size > 0 and tokens > 0 for size, tokens in counted)


@given(rates, st.integers(1, 2_000), st.integers(1, 2_000))
def test_more_bytes_a_token_never_lower_the_rate(rate: TokenRate, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert next_rate(rate, seen(low)).centibytes <= next_rate(rate, seen(high)).centibytes


@given(rates, st.integers(1, 2_000))
def test_the_rate_moves_in_steps_and_rests_where_it_came_to(rate: TokenRate, measured: int) -> None:
    moved = next_rate(rate, seen(measured))
    assert moved == rate or moved.centibytes % STEP_CENTIBYTES == 0
    assert next_rate(moved, seen(measured)) == moved
    for nudged in range(moved.centibytes - SLACK_CENTIBYTES + 1, moved.centibytes + SLACK_CENTIBYTES):
        assert next_rate(moved, seen(nudged)) == moved


@given(rates, st.integers(1, 2_000), st.integers(0, LEAST_SAMPLES - 1))
def test_a_few_calls_change_nothing(rate: TokenRate, measured: int, samples: int) -> None:
    assert next_rate(rate, seen(measured, samples)) == rate


@given(st.integers(LEAST_CENTIBYTES, MOST_CENTIBYTES), st.lists(st.integers(20_000, 200_000), min_size=50, max_size=80))
def test_a_model_that_keeps_its_ratio_ends_within_a_step_of_it(centibytes: int, sizes: list[int]) -> None:
    observed, rate = Observed(), DEFAULT_RATE
    for size in sizes:
        observed = observed.plus(size, size * 100 // centibytes)
        rate = next_rate(rate, observed)
    assert abs(rate.centibytes - centibytes) <= STEP_CENTIBYTES


def test_an_old_ratio_is_forgotten() -> None:
    observed, rate = Observed(), DEFAULT_RATE
    for tokens in (*[50_000] * 400, *[25_000] * 800):
        observed = observed.plus(100_000, tokens)
        rate = next_rate(rate, observed)
    assert rate == TokenRate(400)


def test_one_lie_hardly_moves_what_hundreds_of_calls_have_shown() -> None:
    observed, rate = Observed(), DEFAULT_RATE
    for _ in range(300):
        observed = observed.plus(100_000, 37_000)
    rate = next_rate(rate, observed)
    assert next_rate(rate, observed.plus(100_000, 10**9)) == next_rate(rate, observed.plus(100_000, 1)) == rate
