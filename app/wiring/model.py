"""The wire to a model, for those who need nothing else: the rest of the bot takes seconds to load."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.claude.client import connect
from app.claude.prompted import Prompted
from app.claude.retries import Retries
from app.claude.seam import Send
from app.claude.stand_in import StandIn
from app.core.model import Stage
from app.lenses.findings import read_findings
from app.settings import Settings

CHANCE = random.SystemRandom()
"""What chance a running program has; everything else is handed it."""


@asynccontextmanager
async def open_model(
    settings: Settings, *, without: bool, retries: Retries | None = None
) -> AsyncIterator[Send | None]:
    """The wire to a model, to be wrapped in a memory, and that in `in_form`; None if none is configured or wanted."""
    if without or not settings.model_configured:
        yield None
        return
    wait = retries or Retries(jitter=CHANCE.random)
    key = settings.anthropic_api_key
    async with connect(key.get_secret_value() if key else None, settings.anthropic_base_url, retries=wait) as claude:
        yield StandIn(claude.send)


@asynccontextmanager
async def open_local_model(settings: Settings, *, without: bool) -> AsyncIterator[Send | None]:
    """A model to ask, without a memory of earlier replies; None if none is configured or wanted."""
    async with open_model(settings, without=without) as send:
        yield in_form(send, settings) if send else None


def in_form(send: Send, settings: Settings) -> Send:
    """`send`, asked for the form of its answers as the settings say.

    Outermost, around every memory: what is kept is kept under the digest of what is really asked.
    """
    return Prompted(send, {Stage.LENS: read_findings}) if settings.structured_output == "prompted" else send
