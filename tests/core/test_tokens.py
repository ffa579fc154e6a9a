from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.change.tokens import DEFAULT_RATE, count_bytes, estimate, reserve_bytes


def test_tokens_are_bytes_by_the_measured_ratio_rounded_up() -> None:
    assert [DEFAULT_RATE.tokens(size) for size in (0, 1, 27, 28, 2_700)] == [0, 1, 10, 11, 1000]
    assert estimate("é" * 27) == 20
    assert count_bytes("\udcff漢") == 6


@given(st.integers(0, 10**7), st.integers(1, 20))
def test_what_is_reserved_is_more_than_what_is_planned(size: int, messages: int) -> None:
    assert reserve_bytes(size, messages=messages) > DEFAULT_RATE.tokens(size)
