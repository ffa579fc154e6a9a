"""Who may ask GitHub when: writes one after another with a pause, and nothing at all while GitHub says wait.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#pause-between-mutative-requests
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class _Lane:
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_write: float = 0.0
    held_until: float = 0.0


class Pacing:
    """The pace of each lane; an installation is a lane, and the App itself is one."""

    def __init__(self, *, monotonic: Callable[[], float], sleep: Sleep, gap_s: float = 1.0) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._gap_s = gap_s
        self._lanes: dict[int, _Lane] = {}

    @contextlib.asynccontextmanager
    async def write(self, lane_id: int) -> AsyncIterator[None]:
        """Hold the lane's only place for a write, begun at least the gap after the last one ended."""
        lane = self._lane(lane_id)
        async with lane.writing:
            wait = lane.next_write - self._monotonic()
            if wait > 0:
                await self._sleep(wait)
            try:
                yield
            finally:
                lane.next_write = self._monotonic() + self._gap_s

    def hold(self, lane_id: int, seconds: float) -> None:
        """GitHub wants this lane to wait."""
        lane = self._lane(lane_id)
        lane.held_until = max(lane.held_until, self._monotonic() + seconds)

    def held_s(self, lane_id: int) -> float:
        """For how long the lane must still wait; 0 if it may go."""
        return max(0.0, self._lane(lane_id).held_until - self._monotonic())

    def _lane(self, lane_id: int) -> _Lane:
        return self._lanes.setdefault(lane_id, _Lane())
