"""What an attempt is booked with: told counts are believed, and what nobody told is taken for the most it can be."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.core.budget.reserving import price_at_most
from app.core.budget.settling import LINGER_S, TOKENS_A_SECOND, Heard, price_heard
from app.core.model import Usage
from app.core.prices import LISTED, SONNET
from tests.claude.world import ask_for

REQUEST = ask_for("DIFF " * 200)
MOST = price_at_most(REQUEST, LISTED) or Decimal(0)

credible = st.builds(
    Usage,
    calls=st.just(1),
    input_tokens=st.integers(0, 200),
    cache_write_tokens=st.integers(0, 200),
    output_tokens=st.integers(0, REQUEST.max_tokens),
)
heard = st.builds(
    Heard,
    usage=credible | st.just(Usage()),
    characters=st.integers(0, 10**7),
    whole=st.booleans(),
    measured=st.booleans(),
    left_after_s=st.none() | st.floats(0, 10_000),
)


def price(one: Heard) -> Decimal:
    found = price_heard(REQUEST, one, LISTED)
    assert found is not None
    return found


@given(heard)
def test_no_attempt_takes_more_than_was_set_aside_for_it_or_less_than_was_told(one: Heard) -> None:
    told = LISTED.price(SONNET, one.usage)
    assert told is not None
    assert told <= price(one) <= MOST


@given(credible, st.floats(0, 100), st.floats(0, 100), st.integers(0, 10**5), st.integers(0, 10**5))
def test_who_leaves_later_or_after_more_has_arrived_never_pays_less(
    usage: Usage, seconds: float, more_s: float, characters: int, more: int
) -> None:
    early = Heard(usage=usage, characters=characters, left_after_s=seconds)
    late = Heard(usage=usage, characters=characters + more, left_after_s=seconds + more_s)
    assert price(early) <= price(late)


@given(credible, st.floats(0, 60), st.integers(1, TOKENS_A_SECOND))
def test_who_leaves_pays_for_all_that_a_model_can_have_written_until_it_noticed(
    usage: Usage, seconds: float, pace: int
) -> None:
    written = min(int((seconds + LINGER_S) * pace), REQUEST.max_tokens)
    really = replace(usage, output_tokens=max(usage.output_tokens, written))
    assert price(Heard(usage=usage, left_after_s=seconds)) >= (LISTED.price(SONNET, really) or 0)


def test_an_answer_that_broke_off_under_its_reader_may_have_been_written_to_its_end() -> None:
    usage = Usage(calls=1, input_tokens=100, output_tokens=1)
    assert price(Heard(usage=usage)) == LISTED.price(SONNET, replace(usage, output_tokens=REQUEST.max_tokens))


def test_what_a_server_refused_takes_nothing_and_a_model_without_a_price_has_none() -> None:
    assert price(Heard()) == 0
    assert price_heard(ask_for(model="some-local-model"), Heard(left_after_s=1), LISTED) is None
