"""Looks that nobody asked for wait until they may be of use: a head is read again once what it waits for is there."""

from __future__ import annotations

import logging
from dataclasses import replace

from app.core.gate.again import HELD_S, Waits, has_more
from app.core.job import ReviewJob
from app.core.model import Stage
from app.flows.pull_request.forge import GitHubServices
from app.flows.review.desk.desk import Desk
from app.store.records import costs
from app.store.work.queue import enqueue

_log = logging.getLogger(__name__)


async def is_held(services: GitHubServices, desk: Desk, job: ReviewJob) -> bool:
    """Whether looking at the head now would be in vain. Asks neither GitHub nor a model. Raises StoreUnavailable.

    Of all that wait for a model one is let through at a time, and finds out.
    """
    match job.waits_for:
        case Waits.MODEL:
            return desk.outages is not None and not desk.outages.admit(desk.models[Stage.LENS])
        case Waits.MONTH if desk.month is not None:
            async with services.database.connection() as connection:
                day = services.now().date()
                left = await costs.left_of_month(connection, job.installation_id, day, limit=desk.month.usd)
            return not has_more(left, job.left_usd)
        case _:
            return False


async def hold(services: GitHubServices, job: ReviewJob) -> None:
    """Let the look wait again. What joins it meanwhile (a push, a command) is not held."""
    _log.debug("%s is held: it waits for a %s", job.key, job.waits_for)
    async with services.database.transaction() as connection:
        await enqueue(connection, [replace(job, delay_s=HELD_S)])
