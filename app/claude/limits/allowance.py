"""What a model's server still allows, as the headers of its responses tell, and whether a call fits into it.

https://platform.claude.com/docs/en/api/rate-limits: limits count by the minute and fill up again all the time; `reset`
is when one is full. A call is charged its prompt when it comes in, and its answer while that is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

WINDOW_S = 60.0
"""In so many seconds an empty limit fills up."""


class Meter(StrEnum):
    """What is limited, as the headers name it."""

    REQUESTS = "requests"
    INPUT = "input-tokens"
    OUTPUT = "output-tokens"


@dataclass(frozen=True, slots=True)
class Allowance:
    """One limit: `remaining` until `full_at`, in seconds of the clock that it was read by, and `limit` from then on.

    `reset` is the same time as the server told it, in seconds since 1970; None if it told none.
    """

    limit: int
    remaining: int
    full_at: float
    reset: float | None = None

    def left(self, now: float) -> int:
        """What is certainly left: what has come back since it was told is not counted before all has."""
        return self.limit if now >= self.full_at else self.remaining

    def less(self, amount: int, now: float) -> Allowance:
        """What is allowed once `amount` has been taken of it."""
        full_at = max(self.full_at, now) + WINDOW_S * amount / self.limit
        return replace(self, remaining=self.left(now) - amount, full_at=full_at)

    def after(self, before: Allowance | None) -> Allowance:
        """What holds once this was told too.

        Responses overtake each other. What is taken puts `reset` off, and what comes back leaves it as it is, so the
        response that was sent later tells of a later time.
        """
        if before is None or before.reset is None or self.reset is None or before.reset < self.reset:
            return self
        return before if self.reset < before.reset or before.remaining < self.remaining else self


def read_allowances(headers: Mapping[str, str], now: float) -> dict[Meter, Allowance]:
    """What the headers of a response that came at `now` tell; a limit they do not tell in full is left out.

    Their times are the server's: they are compared with the `date` it gives, never with a clock of this machine.
    """
    date = _read_date(headers.get("date", ""))
    found: dict[Meter, Allowance] = {}
    for meter in Meter:
        limit, remaining = (_read_count(headers.get(f"anthropic-ratelimit-{meter}-{part}")) for part in _COUNTS)
        reset = _read_time(headers.get(f"anthropic-ratelimit-{meter}-reset", ""))
        if limit and remaining is not None:
            known = date is not None and reset is not None
            wait = (reset - date).total_seconds() if known and date and reset else WINDOW_S
            told = None if reset is None else reset.timestamp()
            found[meter] = Allowance(limit, remaining, now + max(0.0, wait), told)
    return found


_COUNTS = ("limit", "remaining")


def _read_count(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 16 else None


def _read_time(text: str) -> datetime | None:
    """A time of RFC 3339 with its offset."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None


def _read_date(text: str) -> datetime | None:
    """A time as in the `date` of HTTP."""
    try:
        time = parsedate_to_datetime(text)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None
