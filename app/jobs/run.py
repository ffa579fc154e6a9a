"""One run of one job: to the handler, and then to exactly one of its ends.

No task has a retry strategy. A retry in place stays `doing` for ever when a newer job waits under the same queueing
lock, and one that waits blocks newer work under its lock; so what is to be tried again is put back as a new row, and
the old row ends well. Nothing here swallows a cancellation: procrastinate would take that for success.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import AbortReason
from pydantic import JsonValue

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
from app.jobs.faults import Judge
from app.jobs.handlers import Context, Handlers
from app.store.database import Database
from app.store.faults import StoreUnavailable
from app.store.work.codec import decode
from app.store.work.queue import is_mine, put_back
from app.store.work.settlement import fail, settle

_log = logging.getLogger(__name__)

BACK_OFF_S: Final = (5.0, 30.0, 120.0, 300.0)
# A shorter wait than a limit's own would only meet the limit again; a longer one is for reconciliation.
_LONGEST_BACK_OFF_S: Final = 3600.0
_INSIST_S: Final = 0.5


class EndOutstanding(Exception):
    """The end of a job was kept from being reached by `cause`, which passes: without its end the work would be lost."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(f"its end could not be reached: {type(cause).__name__}: {cause}")
        self.cause = cause


class Runs:
    """The runs of this process. `ended` holds the jobs whose run is over, by id, with when (monotonic seconds)."""

    def __init__(
        self,
        database: Database,
        handlers: Handlers,
        judge: Judge,
        *,
        back_off_s: tuple[float, ...] = BACK_OFF_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ended: dict[int, float] = {}
        self._database = database
        self._handlers = handlers
        self._judge = judge
        self._back_off_s = back_off_s
        self._monotonic = monotonic

    async def run(self, context: JobContext, /, **args: JsonValue) -> None:
        """The body of every task. Raises JobAborted when the job was stopped for a newer one, else what failed."""
        job_id = context.job.id
        if job_id is None:
            raise LookupError("procrastinate ran a job without an id")
        try:
            await self._run(context, job_id, args)
        finally:
            self.ended[job_id] = self._monotonic()

    async def _run(self, context: JobContext, job_id: int, args: Mapping[str, JsonValue]) -> None:
        attempt = _attempt(args)
        try:
            await self._handle(decode(context.job.task_name, args), context, job_id, attempt)
        except asyncio.CancelledError:
            if not context.should_abort():
                raise
            await self._stopped(context, job_id, attempt)
        except Exception as error:  # noqa: BLE001 - the outermost place of a run: every error gets one of two ends
            await self._failed(error, context, job_id, attempt)
        else:
            # A handler that swallowed its cancellation has not done its work.
            if context.should_abort():
                await self._stopped(context, job_id, attempt)
                return
            await self._complete(partial(self._settle, job_id))

    async def _handle(self, job: Job, context: JobContext, job_id: int, attempt: int) -> None:  # noqa: C901 - one case a kind
        handlers = self._handlers
        match job:
            case ReviewJob():
                mine = partial(self._is_mine, job_id, context.job.worker_id)
                await handlers.review(job, Context(job_id=job_id, attempt=attempt, still_mine=mine))
            case MergeGroupJob():
                mine = partial(self._is_mine, job_id, context.job.worker_id)
                await handlers.merge_group(job, Context(job_id=job_id, attempt=attempt, still_mine=mine))
            case CommandJob():
                await handlers.command(job)
            case ConversationJob():
                await handlers.conversation(job)
            case RerunJob():
                await handlers.rerun(job)
            case InstallationJob():
                await handlers.installation(job)
            case ReadyJob():
                await handlers.ready(job)
            case ForgedJob():
                await handlers.forged(job)
            case PushJob():
                await handlers.push(job)
            case RedecideJob():
                await handlers.redecide(job)
            case FeedbackJob():
                await handlers.feedback(job)

    async def _is_mine(self, job_id: int, worker_id: int | None) -> bool:
        async with self._database.connection() as connection:
            return await is_mine(connection, job_id=job_id, worker_id=worker_id)

    async def _stopped(self, context: JobContext, job_id: int, attempt: int) -> None:
        # Stopped for a newer job: that one waits already and takes over the deliveries. Stopped with the worker: it
        # waits anew. Either way nothing that was accepted is forgotten.
        await self._complete(partial(self._put_back, context, job_id, attempt, 0.0))
        if context.abort_reason() is AbortReason.USER_REQUEST:
            raise JobAborted

    async def _failed(self, error: Exception, context: JobContext, job_id: int, attempt: int) -> None:
        cause, last = error, len(self._back_off_s)
        if isinstance(error, EndOutstanding):
            cause = error.cause
        fault = self._judge(cause)
        # What has not come to its end may have no successor: it is tried until it has come there.
        if fault.passing and (cause is not error or attempt < last):
            back_off_s = self._back_off_s[min(attempt, last - 1)]
            delay_s = min(_LONGEST_BACK_OFF_S, max(back_off_s, fault.retry_after_s or 0.0))
            _log.warning(
                "job %d (%s) is tried again in %.0f s: %s: %s",
                job_id,
                context.job.queueing_lock,
                delay_s,
                type(error).__name__,
                error,
            )
            await self._complete(partial(self._put_back, context, job_id, min(attempt + 1, last), delay_s))
            return
        await self._complete(partial(self._fail, job_id, error))
        # procrastinate logs it with its traceback and ends the row as failed.
        raise error

    async def _complete(self, ending: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Await the end of a run, whatever is asked meanwhile: a request to stop that comes then has been met."""
        task = asyncio.create_task(self._insist(ending))
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        task.result()

    async def _insist(self, ending: Callable[[], Coroutine[Any, Any, None]]) -> None:
        # While the database is away the row stays `doing`. Raising would let procrastinate end it, once it is back,
        # as failed and without a successor. If another worker takes the job over meanwhile, the ending finds nothing.
        while True:
            try:
                return await ending()
            except StoreUnavailable as error:
                _log.warning("the end of a run cannot be recorded yet: %s", error)
                await asyncio.sleep(_INSIST_S)

    async def _settle(self, job_id: int) -> None:
        async with self._database.transaction() as connection:
            await settle(connection, job_id)

    async def _fail(self, job_id: int, error: Exception) -> None:
        async with self._database.transaction() as connection:
            await fail(connection, job_id, f"{type(error).__name__}: {error}")

    async def _put_back(self, context: JobContext, job_id: int, attempts: int, delay_s: float) -> None:
        async with self._database.transaction() as connection:
            kept = await put_back(
                connection, job_id=job_id, worker_id=context.job.worker_id, attempts=attempts, delay_s=delay_s
            )
        if not kept:
            _log.warning("job %d had been given to another worker meanwhile", job_id)


def _attempt(args: Mapping[str, JsonValue]) -> int:
    attempts = args.get("attempts", 0)
    return attempts if isinstance(attempts, int) else 0
