"""Replies are kept before they are used, so that nothing that arrived whole is paid for twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from app.claude.seam import ReplyStore, Send
from app.core.model import FailureKind, ModelFailed, Reply, Request

_OF_THE_ASKER = frozenset({FailureKind.BUDGET, FailureKind.UNASKED})
"""Failures that say nothing of the question: somebody else may be answered."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Flight:
    """A question on its way, who pays for it, and who waits for it."""

    task: asyncio.Task[Reply]
    payer: Remembered
    waiting: int = 0
    begun: bool = False
    paid_for: bool = False
    ending: bool = False
    on_start: list[Callable[[], None]] = field(default_factory=list)

    def begin(self) -> None:
        """Tell everyone who waits that the answer begins to arrive."""
        self.begun = True
        for call in self.on_start:
            call()
        self.on_start.clear()


class _NotOurs(Exception):
    """A question was not asked, because whoever took it on has no money for it, or only decides."""


class Flights:
    """The questions of one process that are on their way, by digest: shared by all memories that it is given to."""

    def __init__(self) -> None:
        self.open: dict[str, _Flight] = {}


class Remembered:
    """`send` with a memory. Calls that ask the same thing at the same time share one answer.

    Those of other memories too that have the same `flights`: then the one pays whose `send` was asked.
    """

    def __init__(self, send: Send, replies: ReplyStore, flights: Flights | None = None) -> None:
        self._send = send
        self._replies = replies
        self._flights = (flights or Flights()).open

    async def __call__(self, request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        """The reply kept for this request, else a new one, kept before it is returned. Fits `seam.Send`.

        A kept or shared reply has `stored=True` and no usage: only one caller is told what was paid, be it for a reply
        or for a failure, and none of a memory that did not pay, even if all others have left. Raises
        `ModelFailed`, and whatever the store raises: a reply that could not be kept is not used. When the last
        caller that waits is cancelled, the question is, but not the keeping of a reply that is already here.

        Who shares the question of another that cannot pay for it, or asks nobody, asks for himself.
        """
        while True:
            try:
                return await self._share(request, on_start)
            except _NotOurs:
                continue

    async def _share(self, request: Request, on_start: Callable[[], None] | None) -> Reply:
        """The reply of the question that is on its way, or of a new one. Raises _NotOurs."""
        while (flight := self._flights.get(request.digest)) is not None and flight.ending:
            await asyncio.wait({flight.task})
        if flight is None:
            flight = self._take_off(request)
        if on_start is not None and not flight.begun:
            flight.on_start.append(on_start)
        elif on_start is not None:
            on_start()
        flight.waiting += 1
        try:
            reply = await asyncio.shield(flight.task)
        except ModelFailed as error:
            if error.failure.kind in _OF_THE_ASKER and flight.payer is not self:
                raise _NotOurs from None
            if not self._is_told(flight) and error.failure.paid:
                raise ModelFailed(replace(error.failure, paid=())) from None
            raise
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                await self._land(flight)
        return reply if not reply.stored and self._is_told(flight) else reply.from_memory()

    def _is_told(self, flight: _Flight) -> bool:
        """Whether this caller is the one who is told what was paid: the first that waits for it of those who pay."""
        first = flight.payer is self and not flight.paid_for
        flight.paid_for = flight.paid_for or first
        return first

    def _take_off(self, request: Request) -> _Flight:
        """Start the question."""
        task = asyncio.create_task(self._fetch(request), name=f"ask {request.digest[:12]}")
        flight = self._flights[request.digest] = _Flight(task, self)
        # Registered before anyone can wait for the task, so whoever wakes at its end finds the flight gone.
        task.add_done_callback(lambda _: self._flights.pop(request.digest))
        return flight

    async def _land(self, flight: _Flight) -> None:
        """End the question, which nobody waits for any more, if it is still on its way."""
        if flight.task.done():
            return
        flight.ending = True
        flight.task.cancel()
        await asyncio.wait({flight.task})
        _tell(flight.task)

    async def _fetch(self, request: Request) -> Reply:
        """The kept reply, or a new one once it is kept."""
        kept = await self._replies.get(request.digest)
        if kept is not None:
            return kept.from_memory()
        reply = await self._send(request, on_start=self._flights[request.digest].begin)
        keeping = asyncio.create_task(self._replies.put(reply), name=f"keep {request.digest[:12]}")
        try:
            await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await asyncio.wait({keeping})
            _tell(keeping)
            raise
        return reply


def _tell(task: asyncio.Task[Any]) -> None:
    """Log the error of a task whose caller has left."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.warning("%s failed after the last caller had left: %s", task.get_name(), type(error).__name__)
