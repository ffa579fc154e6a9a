"""When a head that a passing cause kept from being read is looked at again unasked. Pure.

The law: such a head is reviewed again within ten minutes of recovery, however long it waited. Nothing gives up.
A look costs requests to GitHub, so of many heads that wait for one model one finds out, and the others are held: that
costs nothing but a row of the queue, and they look again `HELD_S` later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.core.budget.limits import Account, find_overdrawn
from app.core.model import Failure

OUTAGE_S: Final = 300.0
"""How long after a passing cause (an outage, a limit) a head is looked at again.

Half of the ten minutes: who is asked just before it recovers may let a question hang for three.
"""

HELD_S: Final = 120.0
"""How long a look is held that would be in vain: with the next one that finds out, well within ten minutes."""

LEAST_S: Final = 30.0
MOST_S: Final = 6 * 3600.0
"""Between these a server's own word counts. Each look in vain doubles the least, up to that of an outage."""

_DOUBLINGS: Final = 10


class Waits(StrEnum):
    """What keeps a head from being read that is seen to be over without reading the head."""

    NOTHING = ""
    MODEL = "model"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Again:
    """In how many seconds a head is looked at unasked, and what it waits for."""

    in_s: float
    waits_for: Waits


def find_waits(*, passing: bool, unread: Iterable[str]) -> Waits:
    """What is waited for. `passing`: all questions that failed may be answered later; `unread` are all reasons."""
    if passing:
        return Waits.MODEL
    return Waits.MONTH if any(find_overdrawn(reason) is Account.MONTH for reason in unread) else Waits.NOTHING


def has_more(left: Decimal | None, before: Decimal | None) -> bool:
    """Whether a month can pay for more than when it was refused: a new one, a higher limit, money that came back.

    `left` is what it has left now, `before` what it had; None: there is no limit, or nobody knows.
    """
    return left is None or before is None or left > before


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
