"""The look at a head that nobody asks for: queued with what the month had left, so that it is seen when it has more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.core.job import ReviewJob
from app.store.database import Connection
from app.store.records import costs
from app.store.work.queue import enqueue


async def enqueue_look(connection: Connection, look: ReviewJob, day: date) -> None:
    """Let it wait, in the caller's transaction. `day`: today, in UTC."""
    left = await costs.left_of_month(connection, look.installation_id, day)
    await enqueue(connection, [replace(look, left_usd=left)])
