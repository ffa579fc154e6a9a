"""The pool of connections to PostgreSQL. Every statement of ours runs through `connection` or `transaction`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self

from psycopg import AsyncConnection, InterfaceError, OperationalError
from psycopg.conninfo import make_conninfo
from psycopg.errors import IdleInTransactionSessionTimeout
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from app.store.faults import StoreUnavailable

Connection = AsyncConnection[TupleRow]

# A remote server that vanishes without a word is noticed by the kernel, not by a hanging job.
KEEPALIVE = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "tcp_user_timeout": 15_000}

# Psycopg calls the last one an internal error; it is a connection that PostgreSQL took from who was silent for long.
_AWAY = (OperationalError, InterfaceError, PoolTimeout, PoolClosed, TooManyRequests, IdleInTransactionSessionTimeout)

# The pool doubles its pauses between attempts up to this; the default lets minutes pass after a long outage.
RECONNECT_S = 5.0


async def connect(dsn: str) -> Connection:
    """A connection of one's own, outside the pool, on which each statement commits by itself."""
    return await AsyncConnection.connect(make_conninfo(dsn, application_name="lintel", **KEEPALIVE), autocommit=True)


@contextmanager
def named_faults() -> Iterator[None]:
    """Raise StoreUnavailable for whatever PostgreSQL says is about itself and not about our statement."""
    try:
        yield
    except _AWAY as error:
        raise StoreUnavailable(f"{type(error).__name__}: {error}") from error


class Database:
    """A pool that is open between `open` and `close`, or inside `async with`."""

    def __init__(self, dsn: str, *, max_size: int = 8, patience_s: float = 5.0) -> None:
        """`patience_s` is how long a caller waits for a free connection before StoreUnavailable."""
        self.dsn = dsn
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            dsn,
            min_size=1,
            max_size=max_size,
            timeout=patience_s,
            reconnect_timeout=RECONNECT_S,
            open=False,
            kwargs={"autocommit": True, "application_name": "lintel", **KEEPALIVE},
            check=AsyncConnectionPool.check_connection,
        )

    async def open(self) -> None:
        """Connect. Raises StoreUnavailable when nobody answers in time; then nothing is left open."""
        with named_faults():
            try:
                await self._pool.open(wait=True)
            except BaseException:
                await self._pool.close()
                raise

    async def close(self) -> None:
        """Give back every connection; doing it twice is fine."""
        await self._pool.close(timeout=2.0)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection on which each statement commits by itself. Raises StoreUnavailable."""
        with named_faults():
            async with self._lend() as connection:
                yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside one transaction, committed at the end of the block. Raises StoreUnavailable."""
        with named_faults():
            async with self._lend() as connection, connection.transaction():
                yield connection

    @asynccontextmanager
    async def _lend(self) -> AsyncIterator[Connection]:
        """A connection of the pool's; whoever is cancelled as it comes free, is cancelled.

        The pool waits with `asyncio.wait_for`, which in Python 3.11 loses a cancellation at that very moment
        (https://github.com/python/cpython/issues/86296). And it loses a connection for good whose borrower is cancelled
        in the middle of giving it back.
        """
        asked = _count_cancellations()
        connection = await self._pool.getconn()
        try:
            if _count_cancellations() > asked:
                raise asyncio.CancelledError
            async with connection:
                yield connection
        finally:
            await _bring_to_its_end(self._pool.putconn(connection))


async def _bring_to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Await it whatever is asked meanwhile; a cancellation goes on after that."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    if cancelled is not None:
        raise cancelled


def _count_cancellations() -> int:
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()
