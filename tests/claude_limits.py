"""The limits of an account by the minute, as the API keeps and tells them, on whatever clock it is given.

https://platform.claude.com/docs/en/api/rate-limits: each limit is a bucket that fills all the time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

EPOCH = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass
class _Bucket:
    """So much a minute at most; `level` is what was left at `seen`. It can be overdrawn by what is known too late."""

    limit: int
    level: float
    seen: float

    def fill(self, now: float) -> None:
        self.level = min(self.limit, self.level + (now - self.seen) * self.limit / 60)
        self.seen = now

    def seconds_to(self, level: float) -> float:
        return max(0.0, (level - self.level) * 60 / self.limit)


class ScriptedLimits:
    """Limits of each model. Requests and prompts are charged when they come, answers when they are written."""

    def __init__(self, clock: Callable[[], float], *, requests: int, prompt: int, output: int) -> None:
        self._clock = clock
        self._limits = {"requests": requests, "input-tokens": prompt, "output-tokens": output}
        self._buckets: dict[str, dict[str, _Bucket]] = {}
        self._needed: dict[str, dict[str, float]] = {}
        self.refused = 0

    def take(self, model: str, prompt: int) -> bool:
        """Charge a request; False if it is refused, and charged nothing."""
        buckets = self._filled(model)
        need = {"requests": 1.0, "input-tokens": float(prompt), "output-tokens": 1.0}
        self._needed[model] = need
        if any(buckets[name].level < amount for name, amount in need.items()):
            self.refused += 1
            return False
        buckets["requests"].level -= 1
        buckets["input-tokens"].level -= prompt
        return True

    def write(self, model: str, output: int) -> None:
        """Charge an answer."""
        self._filled(model)["output-tokens"].level -= output

    def headers(self, model: str) -> dict[str, str]:
        """What a response says of them."""
        buckets = self._filled(model)
        now = EPOCH + timedelta(seconds=self._clock())
        told = {"date": format_datetime(now, usegmt=True)}
        for name, bucket in buckets.items():
            full = now + timedelta(seconds=bucket.seconds_to(bucket.limit))
            told[f"anthropic-ratelimit-{name}-limit"] = str(bucket.limit)
            told[f"anthropic-ratelimit-{name}-remaining"] = str(max(0, math.floor(bucket.level)))
            told[f"anthropic-ratelimit-{name}-reset"] = full.isoformat().replace("+00:00", "Z")
        wait = max(buckets[name].seconds_to(amount) for name, amount in self._needed[model].items())
        return told | ({"retry-after": str(math.ceil(wait))} if wait else {})

    def _filled(self, model: str) -> dict[str, _Bucket]:
        now = self._clock()
        fresh = {name: _Bucket(limit, limit, now) for name, limit in self._limits.items()}
        buckets = self._buckets.setdefault(model, fresh)
        for bucket in buckets.values():
            bucket.fill(now)
        return buckets
