"""The one owner of retries: how often a question is asked again, and how long to wait between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tenacity import AsyncRetrying, RetryCallState

from app.claude.failures import Missed
from app.core.model import Reply

Attempt = Callable[[], Awaitable[Reply | Missed]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How patient one question is.

    `attempts` is the most a question is asked; `patience_s` the longest from the first attempt's start to the last
    one's. Before attempt n+1 it waits from 1 to min(`longest_pause_s`, 2ⁿ) seconds, where `jitter` (0 ≤ x < 1) says,
    and never less than the server's `retry-after`. A `retry-after` above `longest_retry_after_s` ends it: the caller
    has better things to do than to hold a job.
    """

    jitter: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    attempts: int = 4
    patience_s: float = 1800.0
    longest_pause_s: float = 30.0
    longest_retry_after_s: float = 120.0

    async def run(self, attempt: Attempt) -> Reply | Missed:
        """The first reply, or the last miss. What `attempt` raises is not retried."""
        started = self.clock()

        def stop(state: RetryCallState) -> bool:
            waited = self.clock() - started + state.upcoming_sleep
            return state.attempt_number >= self.attempts or waited > self.patience_s

        policy = AsyncRetrying(
            sleep=self.sleep,
            retry=self._asks_again,
            wait=self._pause,
            stop=stop,
            retry_error_callback=_outcome,
        )
        outcome: Reply | Missed = await policy(attempt)
        return outcome

    def _asks_again(self, state: RetryCallState) -> bool:
        """Whether the attempt missed in a way worth another one."""
        if state.outcome is None or state.outcome.failed:
            return False
        missed = state.outcome.result()
        if not isinstance(missed, Missed) or not missed.again:
            return False
        return (missed.failure.retry_after_s or 0.0) <= self.longest_retry_after_s

    def _pause(self, state: RetryCallState) -> float:
        """Seconds to wait before the next attempt."""
        longest = min(self.longest_pause_s, 2.0**state.attempt_number)
        pause = 1.0 + self.jitter() * (longest - 1.0)
        outcome = _outcome(state)
        asked = outcome.failure.retry_after_s if isinstance(outcome, Missed) else None
        return max(pause, asked or 0.0)


def _outcome(state: RetryCallState) -> Reply | Missed:
    """What the latest attempt gave."""
    if state.outcome is None:
        raise RuntimeError("asked for the outcome of an attempt that has none")
    outcome: Reply | Missed = state.outcome.result()
    return outcome
