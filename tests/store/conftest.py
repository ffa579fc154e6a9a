from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.store.database import Database


@pytest.fixture
async def database(postgres_dsn: str) -> AsyncIterator[Database]:
    """The store, open."""
    async with Database(postgres_dsn) as opened:
        yield opened
