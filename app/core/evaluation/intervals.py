"""How sure a figure is that was counted over a few cases: 95 % intervals.

A share (precision, recall, silence) has Wilson's score interval, which stays honest for few and for extreme counts:
https://www.itl.nist.gov/div898/handbook/prc/section2/prc241.htm. F1 is no share of anything, so its interval is drawn:
whole cases, because the findings of one case hang together, with replacement, `RESAMPLES` times, and the middle 95 % of
what comes out (percentile bootstrap). The draw is the same each time: it is read off a hash of a fixed seed.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeVar

LEVEL = 0.95
Z = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution."""

RESAMPLES = 2_000
SEED = 20_261_121
LEAST_CASES = 5
"""With fewer cases than these a bootstrap says next to nothing, and says it too surely."""

_WORD = 4

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, at `LEVEL`."""

    low: float
    high: float


def wilson(hits: int, of: int) -> Interval | None:
    """The interval of a share of `hits` among `of`; None of none."""
    if not of:
        return None
    share, square = hits / of, Z * Z / of
    centre = (share + square / 2) / (1 + square)
    reach = Z * sqrt(share * (1 - share) / of + square / (4 * of)) / (1 + square)
    # At the ends the formula gives the end itself, but for rounding.
    return Interval(0.0 if hits == 0 else centre - reach, 1.0 if hits == of else centre + reach)


def bootstrap(items: Sequence[T], figure: Callable[[Sequence[T]], float | None]) -> Interval | None:
    """The interval of `figure` over `items`.

    None for fewer than `LEAST_CASES`, where most draws have no figure, and where all draws agree: that cases are all
    alike says nothing about how far others may differ.
    """
    if len(items) < LEAST_CASES:
        return None
    stream = hashlib.shake_256(f"{SEED}:{len(items)}".encode()).digest(_WORD * RESAMPLES * len(items))
    words = struct.unpack(f"<{RESAMPLES * len(items)}I", stream)
    drawn = (
        [items[word % len(items)] for word in words[start : start + len(items)]]
        for start in range(0, len(words), len(items))
    )
    figures = sorted(value for sample in drawn if (value := figure(sample)) is not None)
    if 2 * len(figures) < RESAMPLES:
        return None
    cut = (1 - LEVEL) / 2
    last = len(figures) - 1
    low, high = figures[round(cut * last)], figures[round((1 - cut) * last)]
    return Interval(low, high) if low < high else None
