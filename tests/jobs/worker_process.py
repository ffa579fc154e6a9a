"""A worker as a process of its own, to be killed. Its review notes `start`, waits while its key is held, notes `end`.

What it notes stands in tables of the test, so that it outlives the process.
"""

import asyncio
import os
import signal
import sys

from app.core.job import ReviewJob
from app.jobs.handlers import Context
from app.jobs.worker import Worker
from app.store.database import Database
from tests.jobs.bench import FAST, build_handlers, hasty

TABLES = """
CREATE TABLE note (id bigserial PRIMARY KEY, key text, head text, pid int, phase text);
CREATE TABLE held (key text PRIMARY KEY);
"""


async def run(dsn: str, *, stuck: bool) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Database(dsn) as database:

        async def note(job: ReviewJob, phase: str) -> None:
            async with database.connection() as connection:
                await connection.execute(
                    "INSERT INTO note (key, head, pid, phase) VALUES (%s, %s, %s, %s)",
                    [job.key, job.head_sha, os.getpid(), phase],
                )

        async def held(job: ReviewJob) -> bool:
            async with database.connection() as connection:
                cursor = await connection.execute("SELECT 1 FROM held WHERE key = %s", [job.key])
                return await cursor.fetchone() is not None

        async def review(job: ReviewJob, context: Context) -> None:
            await note(job, "start")
            waiting = True
            while waiting:
                try:
                    waiting = await held(job)
                    await asyncio.sleep(0.02)
                except asyncio.CancelledError:
                    if not stuck:
                        raise
            await note(job, "end" if await context.still_mine() else "lost")

        pace = hasty(hard_stop_s=1.0) if stuck else FAST
        await Worker(database, build_handlers(review), exit_hard=os._exit, concurrency=4, pace=pace).run(stop)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], stuck="stuck" in sys.argv))
