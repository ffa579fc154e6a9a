"""The worker of one process: keeps procrastinate's workers running, rescues what dead ones left, stops in time."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from procrastinate.exceptions import ProcrastinateException
from procrastinate.worker import Worker as QueueWorker

from app.jobs.faults import Judge, judge_fault
from app.jobs.handlers import Handlers, Schedule
from app.jobs.run import BACK_OFF_S, Runs
from app.jobs.tasks import build_queue
from app.store.database import Database
from app.store.faults import StoreUnavailable
from app.store.work.codec import COMMANDS, HOUSEKEEPING, REVIEWS
from app.store.work.settlement import disown, fail_orphans, rescue

_log = logging.getLogger(__name__)
_INSIST_S: Final = 0.2
_DOWN = (ProcrastinateException, psycopg.Error, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The times of a worker, in seconds, and how often a job may be tried whose worker dies.

    All workers of a database share `heartbeat_s` and `stalled_s`. `hard_stop_s` counts from the request to stop.
    PostgreSQL tells of new jobs and of requests to stop one. `poll_s` is for what nobody tells of: that a wait is
    over, or that a lock has become free; `abort_poll_s` for a request that came before its job was known here.
    """

    poll_s: float = 0.5
    abort_poll_s: float = 2.0
    heartbeat_s: float = 3.0
    stalled_s: float = 10.0
    rescue_s: float = 2.0
    grace_s: float = 10.0
    hard_stop_s: float = 20.0
    longest_pause_s: float = 5.0
    most_attempts: int = 5
    back_off_s: tuple[float, ...] = BACK_OFF_S


class Worker:
    """Runs jobs until it is told to stop."""

    def __init__(
        self,
        database: Database,
        handlers: Handlers,
        *,
        exit_hard: Callable[[int], object],
        concurrency: int = 8,
        judge: Judge = judge_fault,
        schedules: Sequence[Schedule] = (),
        pace: Pace | None = None,
    ) -> None:
        """`concurrency` counts reviews; commands run beside them. `exit_hard` is `os._exit`, or stands in for it."""
        self._database = database
        self._exit_hard = exit_hard
        self._opening = asyncio.Lock()
        self._concurrency = concurrency
        self._pace = pace or Pace()
        self._runs = Runs(database, handlers, judge, back_off_s=self._pace.back_off_s)
        self._working: list[QueueWorker] = []
        self._ending = asyncio.Event()
        self._queue = build_queue(database.dsn, self._runs, schedules)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set: then take no new job, give running ones their grace, put back what is left.

        If that hangs (a dead connection can), `exit_hard(3)` is called `hard_stop_s` after the request, from a
        thread of its own; the jobs are then rescued by another worker, or by this one's successor.
        """
        keepers = [
            asyncio.create_task(self._keep_working("reviews", [REVIEWS], self._concurrency)),
            asyncio.create_task(self._keep_working("commands", [COMMANDS, HOUSEKEEPING], 4)),
            asyncio.create_task(self._keep_rescuing()),
        ]
        stopping = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait({*keepers, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()
        finally:
            with self._hard_stop():
                await self._end({*keepers, stopping})
                await self._queue.close_async()

    async def _end(self, tasks: set[asyncio.Task[Any]]) -> None:
        """Cancel what runs, and insist: a cancellation that comes as a connection of a pool comes free is lost.

        It is in Python 3.11 (https://github.com/python/cpython/issues/86296); what runs on then is asked once more,
        in the one way that shortens no job's grace.
        """
        self._ending.set()
        for task in tasks:
            task.cancel()
        while tasks:
            _, tasks = await asyncio.wait(tasks, timeout=_INSIST_S)
            for worker in self._working:
                worker.stop()  # type: ignore[no-untyped-call]  # procrastinate has left it without types

    async def _keep_working(self, name: str, queues: list[str], concurrency: int) -> None:
        # A worker's run also returns, as if all were well, when the database goes away.
        pause_s = 0.1
        while not self._ending.is_set():
            began = time.monotonic()
            try:
                async with self._opening:
                    await self._queue.open_async()
                await self._work(name, queues, concurrency)
                if self._ending.is_set():
                    return
                _log.warning("the worker for %s has stopped by itself", name)
            except _DOWN as error:
                _log.warning("the worker for %s has stopped: %s: %s", name, type(error).__name__, error)
            pause_s = 0.1 if time.monotonic() - began > self._pace.stalled_s else pause_s
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, self._pace.longest_pause_s)

    async def _work(self, name: str, queues: list[str], concurrency: int) -> None:
        worker = QueueWorker(
            app=self._queue,
            name=name,
            queues=queues,
            concurrency=concurrency,
            fetch_job_polling_interval=self._pace.poll_s,
            abort_job_polling_interval=self._pace.abort_poll_s,
            update_heartbeat_interval=self._pace.heartbeat_s,
            stalled_worker_timeout=self._pace.stalled_s,
            shutdown_graceful_timeout=self._pace.grace_s,
            install_signal_handlers=False,
        )
        self._working.append(worker)
        try:
            await worker.run()  # type: ignore[no-untyped-call]  # as above
        finally:
            self._working.remove(worker)

    async def _keep_rescuing(self) -> None:
        # Outside the queue: a rescue job could itself be left behind by a dead worker.
        while True:
            try:
                await self._rescue()
            except StoreUnavailable as error:
                _log.warning("cannot look for jobs of dead workers: %s", error)
            await asyncio.sleep(self._pace.rescue_s)

    async def _rescue(self) -> None:
        # Procrastinate tries once to end a row; if that fails, the row is `doing` under a healthy worker for ever.
        over = time.monotonic() - 2 * self._pace.rescue_s
        ended = [job_id for job_id, at in self._runs.ended.items() if at < over]
        async with self._database.transaction() as connection:
            await disown(connection, ended)
            rescued = await rescue(connection, stalled_s=self._pace.stalled_s, most=self._pace.most_attempts)
            orphans = await fail_orphans(connection)
        for job_id in ended:
            del self._runs.ended[job_id]
        for job in rescued:
            verdict = "waits again" if job.again else "is given up"
            _log.warning(
                "job %d (%s) lost its worker in attempt %d; it %s", job.job_id, job.subject, job.tried, verdict
            )
        if orphans:
            _log.error("deliveries %s failed: their jobs ended without having been run", ", ".join(orphans))

    @contextmanager
    def _hard_stop(self) -> Iterator[None]:
        def exit_hard() -> None:
            _log.critical("not stopped after %.0f s: ending the process", self._pace.hard_stop_s)
            self._exit_hard(3)

        # A thread: the event loop may be what hangs.
        timer = threading.Timer(self._pace.hard_stop_s, exit_hard)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
