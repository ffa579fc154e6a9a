"""Accepting deliveries: one writer stores, in one transaction, whatever arrived while its last commit ran.

PostgreSQL commits one at a time what NOTIFYs, and each queued job does, so more connections would not help; batches do.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import psycopg
from psycopg import DataError, IntegrityError

from app.core.event import Event
from app.core.job import Job
from app.core.people.pushers import pushes_of
from app.store.database import Connection, connect
from app.store.faults import DeliveryRefused, StoreUnavailable
from app.store.records import pushes
from app.store.text import strip_text
from app.store.work.codec import encode
from app.store.work.queue import Arrival, store_arrivals

_log = logging.getLogger(__name__)
_BATCH = 256
_FAREWELL_S = 2.0


class Acceptance(StrEnum):
    """What became of a delivery: stored durably, or known already and finished or still waiting."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrival: Arrival
    answer: asyncio.Future[Acceptance]


class Deliveries:
    """The one way in. Open between `open` and `close`, or inside `async with`; it needs no database to be opened."""

    def __init__(self, dsn: str, *, timeout_s: float = 8.0, most_waiting: int = 5000) -> None:
        self._dsn = dsn
        self._timeout_s = timeout_s
        self._most_waiting = most_waiting
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._connection: Connection | None = None
        self._writer: asyncio.Task[None] | None = None
        self._left_behind: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Start the writer."""
        self._writer = asyncio.create_task(self._write_for_ever(), name="delivery writer")

    async def close(self) -> None:
        """Stop the writer; whoever still waits gets StoreUnavailable."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.wait({self._writer, *self._left_behind}, timeout=_FAREWELL_S)
            self._writer = None
        _refuse(self._waiting, StoreUnavailable("the server is stopping"))
        self._waiting.clear()
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def accept(self, event: Event, jobs: Sequence[Job]) -> Acceptance:
        """Store a delivery and its jobs; returns after the commit.

        Raises StoreUnavailable when that is not certain in time (a redelivery under the same GUID is then safe),
        and its kind DeliveryRefused when PostgreSQL does not take these values.
        """
        if not jobs:
            raise ValueError("a delivery that asks for nothing is not stored")
        if self._writer is None or self._writer.done():
            raise StoreUnavailable("deliveries are not accepted now")
        if len(self._waiting) >= self._most_waiting:
            raise StoreUnavailable(f"{len(self._waiting)} deliveries are waiting to be stored")
        answer: asyncio.Future[Acceptance] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(_arrival(event, jobs), answer))
        self._arrived.set()
        try:
            async with asyncio.timeout(self._timeout_s):
                return await answer
        except TimeoutError:
            raise StoreUnavailable(f"not stored within {self._timeout_s:g} s") from None

    async def _write_for_ever(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                taken = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
                # Whoever has given up has answered 503: that delivery comes again.
                batch = [one for one in taken if not one.answer.done()]
                if batch:
                    await self._write_in_time(batch)

    async def _write_in_time(self, batch: list[_Waiting]) -> None:
        writing = asyncio.create_task(self._write(batch))
        try:
            done, _ = await asyncio.wait({writing}, timeout=self._timeout_s)
        except asyncio.CancelledError:
            writing.cancel()
            self._leave_behind(writing)
            _refuse(batch, StoreUnavailable("the server is stopping"))
            raise
        if done:
            self._answer_for(writing, batch)
            return
        # A server that says nothing may not even answer a cancellation: go on with another connection meanwhile.
        _log.warning("PostgreSQL has not stored %d deliveries in time; connecting anew", len(batch))
        self._connection = None
        writing.cancel()
        self._leave_behind(writing)
        _refuse(batch, StoreUnavailable("PostgreSQL does not answer"))

    @staticmethod
    def _answer_for(writing: asyncio.Task[None], batch: list[_Waiting]) -> None:
        error = writing.exception()
        if error is not None:
            _log.error("%d deliveries not stored", len(batch), exc_info=error)
            _refuse(batch, StoreUnavailable("storing failed; the log says why"))

    def _leave_behind(self, writing: asyncio.Task[None]) -> None:
        self._left_behind.add(writing)
        writing.add_done_callback(self._left_behind.discard)

    async def _write(self, batch: list[_Waiting]) -> None:
        try:
            await self._store(batch)
        except (DataError, IntegrityError) as error:
            if len(batch) == 1:
                _log.warning("delivery %r is refused by PostgreSQL: %s", batch[0].arrival.guid, error)
                _refuse(batch, DeliveryRefused("PostgreSQL does not take these values"))
                return
            for one in batch:
                await self._write([one])
        except (psycopg.Error, OSError) as error:
            _log.warning("%d deliveries not stored: %s", len(batch), error)
            _refuse(batch, StoreUnavailable(str(error)))

    async def _store(self, batch: list[_Waiting]) -> None:
        firsts: dict[str, _Waiting] = {}
        for one in batch:
            firsts.setdefault(one.arrival.guid, one)
        connection = await self._connect()
        try:
            async with connection.transaction():
                fresh = await store_arrivals(connection, [one.arrival for one in firsts.values()])
                # Here and not by its job: of jobs that wait for the same thing the newest alone is run.
                await pushes.save(connection, [push for guid in fresh for push in firsts[guid].arrival.pushes])
        except (DataError, IntegrityError):
            raise
        except BaseException:
            await connection.close()
            raise
        for one in batch:
            new = one.arrival.guid in fresh and firsts[one.arrival.guid] is one
            if not one.answer.done():
                one.answer.set_result(Acceptance.ACCEPTED if new else Acceptance.DUPLICATE)

    async def _connect(self) -> Connection:
        # The connection that a restart of the server has cut is noticed here, not by losing a batch.
        if self._connection is None or self._connection.closed:
            self._connection = await connect(self._dsn)
        return self._connection


def _refuse(batch: Sequence[_Waiting] | deque[_Waiting], error: StoreUnavailable) -> None:
    for one in batch:
        if not one.answer.done():
            one.answer.set_exception(error)


def _arrival(event: Event, jobs: Sequence[Job]) -> Arrival:
    return Arrival(
        guid=strip_text(event.delivery),
        event=strip_text(event.name),
        action=None if event.action is None else strip_text(event.action),
        installation_id=event.installation_id,
        jobs=tuple(encode(job) for job in jobs),
        pushes=pushes_of(event),
    )
