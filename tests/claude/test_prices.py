from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.model import Stage, Usage
from app.core.prices import DEFAULT_MODELS, HAIKU, LISTED, SONNET

MILLION = 1_000_000


def test_each_kind_of_token_has_its_price() -> None:
    assert LISTED.price(SONNET, Usage(calls=1, input_tokens=MILLION)) == Decimal(2)
    assert LISTED.price(SONNET, Usage(calls=1, cache_write_tokens=MILLION)) == Decimal("2.5")
    assert LISTED.price(SONNET, Usage(calls=1, cache_read_tokens=MILLION)) == Decimal("0.1")
    assert LISTED.price(SONNET, Usage(calls=1, output_tokens=MILLION)) == Decimal(10)


def test_nothing_used_costs_nothing_and_a_model_without_a_price_has_none() -> None:
    assert LISTED.price(SONNET, Usage()) == 0
    assert LISTED.price("some-local-model", Usage(calls=1, input_tokens=1)) is None


def test_a_dated_id_costs_what_the_undated_one_does() -> None:
    used = Usage(calls=1, input_tokens=10, output_tokens=10)
    assert LISTED.price(f"{SONNET}-20261001", used) == LISTED.price(SONNET, used)
    assert LISTED.price(f"{SONNET}-next", used) is None


def test_every_listed_model_has_a_window_and_no_other() -> None:
    assert all(listed.window for listed in LISTED.prices.values())
    assert LISTED.window(f"{HAIKU}-20261001") == LISTED.window(HAIKU) == MILLION
    assert LISTED.window("some-local-model") is None
    assert LISTED.find("some-local-model") is None


@pytest.mark.parametrize(
    ("prompt", "calls", "factor"), [(100_000, 1, 1), (100_001, 1, 5), (150_000, 2, 1), (200_002, 2, 5)]
)
def test_a_long_prompt_makes_every_token_of_haiku_five_times_as_dear(prompt: int, calls: int, factor: int) -> None:
    used = Usage(calls=calls, cache_read_tokens=prompt, output_tokens=MILLION)
    once = (Decimal("0.01") * prompt + Decimal("0.50") * MILLION) / MILLION
    assert LISTED.price(HAIKU, used) == once * factor


def test_every_stage_has_a_default_model_with_a_price() -> None:
    assert set(DEFAULT_MODELS) == set(Stage)
    assert set(DEFAULT_MODELS.values()) <= set(LISTED.prices)
    assert DEFAULT_MODELS[Stage.LENS] == "claude-sonnet-5-5"
