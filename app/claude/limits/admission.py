"""Who may ask a model now: calls wait here in the order they came, instead of being refused for a limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.claude.limits.allowance import read_allowances
from app.claude.limits.lane import Lane, Load
from app.core.change.tokens import DEFAULT_RATE, count_request_bytes
from app.core.model import Failure, FailureKind, Request, Usage


class LimitReached(Exception):
    """A model's limit does not let the next call go for `seconds`, which is longer than a job is held."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the limit is reached for another {seconds:.0f} s")
        self.seconds = seconds


class Admission:
    """One for all calls of a process to one account.

    `at_once` calls of each model run at most; `clock` counts seconds; nobody waits for a limit longer than
    `longest_wait_s`, but for the calls before him as long as they take.
    """

    def __init__(
        self,
        *,
        at_once: int,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        longest_wait_s: float,
    ) -> None:
        self._at_once = at_once
        self._clock = clock
        self._sleep = sleep
        self._longest_wait_s = longest_wait_s
        self._lanes: dict[str, Lane] = {}
        self._changes: dict[str, asyncio.Event] = {}

    @asynccontextmanager
    async def enter(self, request: Request, ticket: int) -> AsyncIterator[Call]:
        """Wait until the call may be made. Lower tickets go first. Raises LimitReached."""
        load = Load(DEFAULT_RATE.tokens(count_request_bytes(request)), request.max_tokens)
        lane = self._lanes.setdefault(request.model, Lane(self._at_once))
        await self._wait(request.model, lane, ticket, load)
        call = Call(lane, ticket, self._clock, lambda: self._tell(request.model))
        try:
            yield call
        finally:
            lane.end(ticket, load, call.usage, self._clock())
            self._tell(request.model)

    async def _wait(self, model: str, lane: Lane, ticket: int, load: Load) -> None:
        lane.queue(ticket)
        try:
            while (seconds := self._see(lane, ticket, load)) != 0:
                await self._pause(self._changes.setdefault(model, asyncio.Event()), seconds)
        except BaseException:
            lane.waiting.remove(ticket)
            self._tell(model)
            raise
        lane.start(ticket, load)
        self._tell(model)

    def _see(self, lane: Lane, ticket: int, load: Load) -> float | None:
        """As `Lane.wait`. Raises LimitReached for longer than anybody waits."""
        seconds = lane.wait(ticket, load, self._clock())
        if seconds is not None and seconds > self._longest_wait_s:
            raise LimitReached(seconds)
        return seconds

    async def _pause(self, change: asyncio.Event, seconds: float | None) -> None:
        """Until something changes, or for so long."""
        if seconds is None:
            await change.wait()
            return
        ends = {asyncio.ensure_future(change.wait()), asyncio.ensure_future(self._sleep(seconds))}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            await asyncio.wait(ends)

    def _tell(self, model: str) -> None:
        """Wake all who wait for the model."""
        change = self._changes.pop(model, None)
        if change is not None:
            change.set()


@dataclass(slots=True)
class Call:
    """One admitted call. `usage` is what it took; None where it was refused for a limit, or given up."""

    _lane: Lane
    _ticket: int
    _clock: Callable[[], float]
    _tell: Callable[[], None]
    usage: Usage | None = None

    def hear(self, headers: Mapping[str, str], *, welcome: bool) -> None:
        """The response begins with `headers`; `welcome`: it is an answer."""
        self._lane.hear(self._ticket, read_allowances(headers, self._clock()), welcome=welcome)
        self._tell()

    def close(self, failure: Failure | None, usage: Usage) -> None:
        """It is over, and took so much."""
        self.usage = usage
        if failure is not None and failure.kind is FailureKind.RATE_LIMITED:
            self.usage = None
            self._lane.shut(failure.retry_after_s, self._clock())
