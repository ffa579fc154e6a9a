"""The tasks by their names in the database, bound to the runs of this process."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from procrastinate import App, JobContext, PsycopgConnector
from pydantic import JsonValue

from app.jobs.handlers import Schedule
from app.jobs.run import Runs
from app.store.database import KEEPALIVE, RECONNECT_S
from app.store.work.codec import HOUSEKEEPING, QUEUES

_log = logging.getLogger(__name__)
_KEEP_HOURS: Final = 7 * 24
_CLEANING: Final = "clean_queue"


def build_queue(dsn: str, runs: Runs, schedules: Sequence[Schedule] = ()) -> App:
    """Procrastinate's App with every task of ours, over a pool of its own; not open yet.

    There is always a schedule: without one, procrastinate's watch over its own side tasks ends at once, and a worker
    whose heartbeat has failed goes on working while others rescue its jobs.
    """
    kwargs = {"application_name": "lintel queue", **KEEPALIVE}
    connector = PsycopgConnector(
        conninfo=dsn, min_size=1, max_size=6, timeout=10.0, reconnect_timeout=RECONNECT_S, kwargs=kwargs
    )
    queue = App(connector=connector)
    for name, queue_name in QUEUES.items():
        queue.task(name=name, queue=queue_name, pass_context=True)(runs.run)

    async def clean() -> None:
        await queue.job_manager.delete_old_jobs(
            nb_hours=_KEEP_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )

    for schedule in (Schedule(name=_CLEANING, cron="17 3 * * *", run=clean), *schedules):
        _add_schedule(queue, schedule)
    return queue


def _add_schedule(queue: App, schedule: Schedule) -> None:
    name = f"schedule:{schedule.name}"

    async def tick(_: JobContext, /, timestamp: int, **__: JsonValue) -> None:
        _log.debug("%s for %d", name, timestamp)
        await schedule.run()

    task = queue.task(name=name, queue=HOUSEKEEPING, lock=name, queueing_lock=name, pass_context=True)(tick)
    queue.periodic(cron=schedule.cron)(task)
