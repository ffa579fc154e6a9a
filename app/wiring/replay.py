"""What `lintel audit replay` is made of: a store that is never written, the mirrors, and the App if there is one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.claude.seam import Send
from app.flows.replay.objects import Objects
from app.flows.replay.replay import Player
from app.flows.review.inputs import Means
from app.postgres import ClusterAbsent
from app.repo.mirror import Mirrors
from app.settings import Settings, UnusableSettings
from app.store.database import Database
from app.store.records.inputs import Inputs
from app.store.records.replies import Replies
from app.wiring.bot import Outside, open_dsn, open_github
from app.wiring.model import in_form
from app.wiring.recording import store_key

_READ_ONLY = "-c default_transaction_read_only=on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The store, the recorded inputs in it, and who plays them."""

    database: Database
    inputs: Inputs
    player: Player


@asynccontextmanager
async def open_records(settings: Settings, outside: Outside | None = None) -> AsyncIterator[Records]:
    """The records of this data directory or database. PostgreSQL itself refuses to write in these connections.

    Raises UnusableSettings, PostgresFault and StoreUnavailable.
    """
    world = outside or Outside()
    key = store_key(settings, make=False)
    async with AsyncExitStack() as stack:
        app = None
        if settings.configured:
            app = open_github(settings, world)
            stack.push_async_callback(app.aclose)
        dsn = await _find_dsn(settings, stack)
        database = await stack.enter_async_context(Database(make_conninfo(dsn, options=_forbid_writing(dsn))))

        def put(send: Send, means: Means) -> Send:
            return in_form(send, settings.model_copy(update={"structured_output": means.structured_output}))

        objects = Objects(mirrors=Mirrors(settings.data_dir / "mirrors"), app=app, github_url=settings.github_url)
        player = Player(
            replies=Replies(database, key, clock=world.now),
            fetch_objects=objects.fetch,
            put=put,
            monotonic=world.monotonic,
        )
        yield Records(database=database, inputs=Inputs(key), player=player)


def _forbid_writing(dsn: str) -> str:
    """The options of a connection that reads alone, behind those that it has; the last one counts."""
    return f"{conninfo_to_dict(dsn).get('options') or ''} {_READ_ONLY}".strip()


async def _find_dsn(settings: Settings, stack: AsyncExitStack) -> str:
    """A running server is used, a resting one of this data directory is started for as long as this takes."""
    try:
        dsn, _ = await stack.enter_async_context(open_dsn(settings, owner=False))
    except ClusterAbsent:
        if not await asyncio.to_thread(_holds_cluster, settings.data_dir):
            raise UnusableSettings(
                f"{settings.data_dir} holds no database: set LINTEL_DATA_DIR, or LINTEL_DATABASE_URL"
            ) from None
        dsn, _ = await stack.enter_async_context(open_dsn(settings, owner=True))
    return dsn


def _holds_cluster(directory: Path) -> bool:
    return any(directory.glob("postgres-*"))
