from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.core.budget.price_file import PriceFileFault, read_prices
from app.core.model import Usage
from app.core.prices import HAIKU, LISTED, SONNET, PriceTable

ENTRY = "{input: 3, cache_write: 3.75, cache_read: 0.3, output: 15}"
MILLION = 1_000_000


def table(models: str, as_of: str = "2026-12-24") -> PriceTable:
    return read_prices(f"as_of: {as_of}\nmodels:\n{models}", LISTED, source="prices.yml")


def test_an_entry_takes_the_place_of_the_programs_own_and_the_others_stay() -> None:
    found = table(f"  {SONNET}: {ENTRY}\n  some-local-model: {ENTRY}\n")
    used = Usage(calls=1, input_tokens=MILLION, cache_write_tokens=MILLION, cache_read_tokens=MILLION)
    assert found.price(SONNET, used) == found.price("some-local-model", used) == Decimal("7.05")
    assert found.price(f"{SONNET}-20261001", used) == Decimal("7.05")
    assert found.find(HAIKU) == LISTED.find(HAIKU)
    assert (found.as_of, found.source) == (date(2026, 12, 24), "prices.yml")
    assert found.overridden == {SONNET, "some-local-model"}
    assert not LISTED.overridden


def test_dollars_keep_their_digits() -> None:
    found = table("  tiny: {input: 0.1, cache_write: 0.125, cache_read: 0.01, output: 0.3}\n")
    assert found.price("tiny", Usage(calls=3, input_tokens=3)) == Decimal("0.0000003")


def test_a_step_and_a_window_are_as_written() -> None:
    found = table("  big: {input: 1, cache_write: 1, cache_read: 1, output: 1, above_tokens: 10, above_factor: 2.5, "
                  "window: 9000}\n")  # fmt: skip
    assert found.window("big") == 9000
    assert found.price("big", Usage(calls=1, input_tokens=10)) == Decimal("0.00001")
    assert found.price("big", Usage(calls=1, input_tokens=100)) == Decimal("0.00025")
    assert table(f"  unsaid: {ENTRY}\n").window("unsaid") is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1:1: the file must be a mapping"),
        ("- a\n", "1:1: the file must be a mapping"),
        ("as_of: [\n", "2:1: "),
        (f"models:\n  a: {ENTRY}\n", "1:1: `as_of`: field required"),
        ("as_of: 2026-12-24\n", "1:1: `models`: field required"),
        ("as_of: 2026-12-24\nmodels: {}\n", "2:1: `models`: "),
        (f"as_of: tomorrow\nmodels:\n  a: {ENTRY}\n", "1:1: `as_of`: "),
        (f"as_of: 2026-13-01\nmodels:\n  a: {ENTRY}\n", "1:1: `as_of`: "),
        ("as_of: 2026-12-24\nmodels:\n  a:\n    input: 1\n", "3:3: `models.a.cache_write`: field required"),
        (
            f"as_of: 2026-12-24\nmodels:\n  a: {ENTRY.replace('15', '15, inputs: 1')}\n",
            "3:65: unknown key `models.a.inputs`",
        ),
        (f"as_of: 2026-12-24\nnotes: x\nmodels:\n  a: {ENTRY}\n", "2:1: unknown key `notes`"),
        (f"as_of: 2026-12-24\nmodels:\n  a: {ENTRY}\n  a: {ENTRY}\n", "4:3: the key `a` stands here twice"),
        (f"as_of: 2026-12-24\nmodels:\n  a: {ENTRY.replace('15', '-1')}\n", "3:"),
        (f"as_of: 2026-12-24\nmodels:\n  a: {ENTRY.replace('15', 'true')}\n", "3:"),
        (f"as_of: 2026-12-24\nmodels:\n  a: {ENTRY.replace('15', '.inf')}\n", "3:"),
        (f"as_of: 2026-12-24\nmodels:\n  a: {ENTRY.replace('15', '15, above_tokens: 5')}\n", "3:3: `models.a`: above_"),
        (f"as_of: 2026-12-24\nmodels:\n  a: &x {ENTRY}\n  b: *x\n", "4:6: aliases"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, fault: str) -> None:
    with pytest.raises(PriceFileFault) as raised:
        read_prices(text, LISTED, source="prices.yml")
    assert str(raised.value).startswith(fault)
    assert "\n" not in str(raised.value)
