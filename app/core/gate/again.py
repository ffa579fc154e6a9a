"""When a head that a passing cause kept from being read is looked at again unasked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from app.core.model import Failure

OUTAGE_S: Final = 540.0
"""How long after a passing cause (an outage, a limit) a head is looked at again: within ten minutes."""

LEAST_S: Final = 30.0
MOST_S: Final = 6 * 3600.0
"""Between these a server's own word counts. Each look in vain doubles the least, up to that of an outage."""

_DOUBLINGS: Final = 10


def find_retry(failures: Sequence[Failure]) -> float | None:
    """The seconds after which the server says that asking again makes sense; None if it said nothing.

    Where some failed for another reason, which may be gone sooner, that is not waited for longer than it needs.
    """
    told = [failure.retry_after_s for failure in failures if failure.retry_after_s is not None]
    if not told:
        return None
    return max(told) if len(told) == len(failures) else min(max(told), OUTAGE_S)


def look_again_in(retry_after_s: float | None, looks: int = 0) -> float:
    """In how many seconds the head is looked at again, by what the server said, after so many looks in vain.

    A server that always says "in a moment" is not asked every half minute for ever.
    """
    if retry_after_s is None:
        return OUTAGE_S
    least = min(LEAST_S * 2.0 ** min(max(looks, 0), _DOUBLINGS), OUTAGE_S)
    return min(max(retry_after_s, least), MOST_S)


def look_again_at(now: datetime, retry_after_s: float | None, looks: int = 0) -> datetime:
    """The same as a time that people can be told: the next full minute."""
    due = now + timedelta(seconds=look_again_in(retry_after_s, looks))
    minute = due.replace(second=0, microsecond=0)
    return minute if minute == due else minute + timedelta(minutes=1)
