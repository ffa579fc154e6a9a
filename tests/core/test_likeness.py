from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.findings.anchor import normalise
from app.core.findings.likeness import alike
from app.core.secrecy.echo import is_sought
from app.core.secrecy.placeholder import is_placeholder
from tests.core.changes import patient

TOKEN = "‹secret:jwt›"
secrets = st.text("abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ23456789", min_size=16, max_size=24).map("9Z".__add__)
words = st.tuples(st.sampled_from(["", "key=", "f('", "a://u:"]), secrets, st.sampled_from(["", "')", "@h/x", ";"]))
plain = st.text(st.characters(exclude_characters="‹›"), max_size=12)


@patient
@given(st.lists(st.tuples(plain, words, st.booleans(), st.booleans()), min_size=1, max_size=4))
def test_whatever_redaction_covers_on_either_side_a_line_is_like_itself(
    parts: list[tuple[str, tuple[str, str, str], bool, bool]],
) -> None:
    # `XXXX` in a value says that it is none.
    assume(all(is_sought(secret) and not is_placeholder(secret) for _, (_, secret, _), _, _ in parts))
    one = " ".join(f"{text} {head}{TOKEN if cut else secret}{tail}" for text, (head, secret, tail), cut, _ in parts)
    other = " ".join(f"{text} {head}{TOKEN if cut else secret}{tail}" for text, (head, secret, tail), _, cut in parts)
    assert alike(normalise(one), normalise(other))


@given(plain, plain)
def test_lines_that_hold_no_secret_are_alike_if_they_are_equal(one: str, other: str) -> None:
    assert alike(one, other) is (one == other)


@pytest.mark.parametrize(
    ("quote", "line"),
    [
        (f"a = {TOKEN}", f"b = {TOKEN}"),
        (f"a = {TOKEN}", f"a = {TOKEN} or b"),
        (f"f('{TOKEN}')", "f('short')"),
        (f"f('{TOKEN}')", "f('')"),
        ("a + b", f"a + {TOKEN}"),
        ("exit()", TOKEN),
        (f"x{TOKEN}y{TOKEN}z", "xy2Wq7hZk29LmPx4Rz"),
    ],
)
def test_a_token_stands_for_what_can_be_a_secret_alone(quote: str, line: str) -> None:
    assert not alike(quote, line)


def test_hostile_lines_take_time_in_proportion_to_their_length() -> None:
    begun = time.monotonic()
    assert not alike(f"a{TOKEN}" * 10_000, "ab" * 100_000)
    assert not alike(f"{TOKEN}b" * 10_000, "ab" * 100_000 + "c")
    assert time.monotonic() - begun < 5
