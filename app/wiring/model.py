"""The wire to a model, for those who need nothing else: the rest of the bot takes seconds to load."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.claude.client import Claude, connect
from app.claude.form.prompted import Prompted
from app.claude.retries import Retries
from app.claude.seam import Send
from app.core.model import Stage
from app.core.prices import PriceTable
from app.lenses.findings import read_findings
from app.settings import Settings
from app.wiring.money import Till, Wrap

CHANCE = random.SystemRandom()
"""What chance a running program has; everything else is handed it."""


@asynccontextmanager
async def open_client(
    settings: Settings, prices: PriceTable, *, retries: Retries | None = None
) -> AsyncIterator[Claude | None]:
    """The wire to a model, which all reviews share; None if none is configured."""
    if not settings.model_configured:
        yield None
        return
    wait = retries or Retries(jitter=CHANCE.random)
    key = settings.anthropic_api_key.get_secret_value() if settings.anthropic_api_key else None
    async with connect(key, settings.anthropic_base_url, retries=wait, prices=prices) as claude:
        yield claude


@asynccontextmanager
async def open_till(settings: Settings, prices: PriceTable, wrap: Wrap | None = None) -> AsyncIterator[Till | None]:
    """Where reviews of local ranges pay, each from a purse of its own; None if no model is configured.

    `wrap` goes around what is paid for, and within the form of the answers; without it nothing is remembered.
    """
    async with open_client(settings, prices) as client:
        if client is None:
            yield None
            return
        yield Till(client=client, prices=prices, wrap=lambda send: in_form(wrap(send) if wrap else send, settings))


def in_form(send: Send, settings: Settings) -> Send:
    """`send`, asked for the form of its answers as the settings say.

    Outermost, around every memory: what is kept is kept under the digest of what is really asked.
    """
    return Prompted(send, {Stage.LENS: read_findings}) if settings.structured_output == "prompted" else send
