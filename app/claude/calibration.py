"""Every call that was really made tells how many bytes a token of its model has."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.claude.seam import Send
from app.core.change.tokens import count_request_bytes
from app.core.model import Reply, Request

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sample:
    """One prompt of `model`: its bytes, system prompt and schema included, and the tokens its server counted."""

    model: str
    size: int
    tokens: int


class NotRecorded(Exception):
    """A sample is lost; the next one will do."""


Record = Callable[[Sample], Awaitable[None]]
"""Keeps a sample. Raises NotRecorded."""


class Calibrated:
    """`send`, each paid reply recorded.

    It goes around the memory: a reply is kept before anything else is waited for, and one that comes from memory was
    recorded when it was paid for.
    """

    def __init__(self, send: Send, record: Record) -> None:
        self._send = send
        self._record = record

    async def __call__(self, request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        """The reply of `send`, whatever becomes of its sample. Fits `seam.Send`."""
        reply = await self._send(request, on_start=on_start)
        usage = reply.usage
        if reply.stored or not usage.calls or reply.also_paid or request.turns:
            # Where another model was paid too, it is the other that was asked for. What a model thought in earlier
            # turns goes back sealed: its bytes are no text.
            return reply
        # Attempts that broke off have the same prompt as the one that did not.
        tokens = (usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens) // usage.calls
        try:
            await self._record(Sample(request.model, count_request_bytes(request), tokens))
        except NotRecorded as error:
            _log.warning("the token rate of %s goes without the sample of %s: %s", request.model, reply.digest, error)
        return reply
