"""GET /healthz: this process answers. GET /readyz: it reaches its database, and some worker lives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Response

from app.store.faults import StoreUnavailable

CountWorkers = Callable[[], Awaitable[int]]
"""How many workers gave a sign of life just now. Raises StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class Health:
    """`ready`, or the reason why not."""

    status: str
    reason: str = ""


def build_health(count_workers: CountWorkers) -> APIRouter:
    """The two routes."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> Health:
        """Alive."""
        return Health("alive")

    @router.get("/readyz")
    async def readyz(response: Response) -> Health:
        """Ready to take deliveries and to work on them."""
        health = await _look(count_workers)
        if health.reason:
            response.status_code = 503
        return health

    return router


async def _look(count_workers: CountWorkers) -> Health:
    try:
        workers = await count_workers()
    except StoreUnavailable:
        return Health("not ready", "the database cannot be reached")
    return Health("ready") if workers else Health("not ready", "no worker gives a sign of life")
