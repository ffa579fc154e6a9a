from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.jobs.bench import Bench, open_bench


@pytest.fixture
async def bench(postgres_dsn: str) -> AsyncIterator[Bench]:
    async with open_bench(postgres_dsn) as opened:
        yield opened


@pytest.fixture
async def own_bench(spoilable_dsn: str) -> AsyncIterator[Bench]:
    """A bench whose schema a test may change."""
    async with open_bench(spoilable_dsn) as opened:
        yield opened
