"""A bench for the queue: deliveries in, workers of this process or of others, and a look at the rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from psycopg.rows import dict_row

from app.core.job import (
    CommandJob,
    ConversationJob,
    FeedbackJob,
    ForgedJob,
    InstallationJob,
    Job,
    MergeGroupJob,
    PushJob,
    ReadyJob,
    RedecideJob,
    RerunJob,
    ReviewJob,
)
from app.jobs.handlers import Context, Handlers
from app.jobs.worker import Pace, Worker
from app.store.database import Database
from app.store.work.deliveries import Acceptance, Deliveries
from app.store.work.settlement import read_delivery
from tests.store.rows import delivery

FAST = Pace(
    poll_s=0.05, heartbeat_s=0.2, stalled_s=1.0, rescue_s=0.2, grace_s=0.3, hard_stop_s=10.0, longest_pause_s=0.2
)


class Hold:
    """A handler that a test lets go: each run is noted, then waits at the gate."""

    def __init__(self, *, is_open: bool = False) -> None:
        self.started: list[Job] = []
        self.ended: list[Job] = []
        self.contexts: list[Context] = []
        self.gate = asyncio.Event()
        if is_open:
            self.gate.set()

    async def __call__(self, job: Job, context: Context | None = None) -> None:
        self.started.append(job)
        if context is not None:
            self.contexts.append(context)
        await self.gate.wait()
        self.ended.append(job)

    @property
    def heads(self) -> list[str | None]:
        return [job.head_sha for job in self.ended if isinstance(job, ReviewJob)]


def build_handlers(
    review: Callable[[ReviewJob, Context], Awaitable[None]] | None = None,
    command: Callable[[CommandJob], Awaitable[None]] | None = None,
) -> Handlers:
    async def conversation(_: ConversationJob) -> None:
        """Nothing to do."""

    async def rerun(_: RerunJob) -> None:
        """Nothing to do."""

    async def installation(_: InstallationJob) -> None:
        """Nothing to do."""

    async def ready(_: ReadyJob) -> None:
        """Nothing to do."""

    async def forged(_: ForgedJob) -> None:
        """Nothing to do."""

    async def merge_group(_: MergeGroupJob, __: Context) -> None:
        """Nothing to do."""

    async def push(_: PushJob) -> None:
        """Nothing to do."""

    async def redecide(_: RedecideJob) -> None:
        """Nothing to do."""

    async def feedback(_: FeedbackJob) -> None:
        """Nothing to do."""

    done = Hold(is_open=True)
    return Handlers(
        review=review or done,
        command=command or done,
        conversation=conversation,
        rerun=rerun,
        merge_group=merge_group,
        installation=installation,
        ready=ready,
        forged=forged,
        push=push,
        redecide=redecide,
        feedback=feedback,
    )


@dataclass
class Bench:
    database: Database
    deliveries: Deliveries
    exits: list[int] = field(default_factory=list)

    async def deliver(self, guid: str, *jobs: Job) -> None:
        assert await self.deliveries.accept(delivery(guid), jobs) is Acceptance.ACCEPTED

    @asynccontextmanager
    async def working(self, handlers: Handlers, pace: Pace = FAST, **more: Any) -> AsyncIterator[asyncio.Event]:
        """A worker for the time of the block; the event that is given stops it before."""
        stop = asyncio.Event()
        worker = Worker(self.database, handlers, exit_hard=self.exits.append, pace=pace, **more)
        running = asyncio.create_task(worker.run(stop))
        try:
            yield stop
        finally:
            stop.set()
            await running

    async def rows(self, status: str | None = None) -> list[dict[str, Any]]:
        async with self.database.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(
                "SELECT * FROM procrastinate_jobs WHERE task_name NOT LIKE 'schedule:%%'"
                " AND (%s::text IS NULL OR status::text = %s) ORDER BY id",
                [status, status],
            )
            return await cursor.fetchall()

    async def statuses(self) -> list[str]:
        return [row["status"] for row in await self.rows()]

    async def status(self, guid: str) -> str | None:
        async with self.database.connection() as connection:
            row = await read_delivery(connection, guid)
        return None if row is None else row.status

    async def error(self, guid: str) -> str | None:
        async with self.database.connection() as connection:
            row = await read_delivery(connection, guid)
        return None if row is None else row.error

    async def finished(self, *guids: str) -> None:
        """Return when all these deliveries are finished."""
        await until(lambda: self._all(guids, "finished"))

    async def failed(self, *guids: str) -> None:
        """Return when all these deliveries are failed."""
        await until(lambda: self._all(guids, "failed"))

    async def _all(self, guids: tuple[str, ...], status: str) -> bool:
        return [await self.status(guid) for guid in guids] == [status] * len(guids)

    async def execute(self, statement: str) -> None:
        async with self.database.connection() as connection:
            await connection.execute(statement.encode())


@asynccontextmanager
async def open_bench(dsn: str) -> AsyncIterator[Bench]:
    async with Database(dsn) as database, Deliveries(dsn) as deliveries:
        yield Bench(database, deliveries)


async def until(condition: Callable[[], bool | Awaitable[bool]], within_s: float = 15.0) -> None:
    """Return as soon as the condition holds; fail if it does not in time."""
    async with asyncio.timeout(within_s):
        while True:
            holds = condition()
            if holds if isinstance(holds, bool) else await holds:
                return
            await asyncio.sleep(0.01)


def hasty(**changes: Any) -> Pace:
    return replace(FAST, **changes)
