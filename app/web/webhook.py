"""POST /webhooks/github: raw bytes → signature → what it says → jobs → stored durably → 202.

Plain ASGI, in front of the framework: this is the one route that a burst of GitHub's hits. What is cheap to refuse is
refused first, and nothing is parsed before its signature holds.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from starlette.types import Message, Receive, Scope, Send

from app.core.event import Event
from app.core.job import Job
from app.store.faults import StoreUnavailable
from app.store.work.deliveries import Acceptance

_log = logging.getLogger(__name__)

# https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap
MOST_BYTES: Final = 25 * 1024 * 1024

IGNORED: Final = "ignored"


class Accept(Protocol):
    """Stores a delivery and its jobs, as `Deliveries.accept` does. Raises StoreUnavailable."""

    def __call__(self, event: Event, jobs: Sequence[Job], /) -> Awaitable[Acceptance]:
        """Return after the commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookParts:
    """What the route does with a delivery. `decode` raises ValueError for what is no delivery.

    `refusal` says in one line why none can be taken now (set-up mode, a full disk), or None.
    """

    verify: Callable[[bytes, str | None], bool]
    decode: Callable[[Mapping[str, str], bytes], Event]
    jobs_for: Callable[[Event], Sequence[Job]]
    accept: Accept
    refusal: Callable[[], str | None]


class _Gone(Exception):
    """The client left before its body was whole; there is nobody to answer."""


class Webhook:
    """The ASGI application of the route."""

    def __init__(self, parts: WebhookParts) -> None:
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] != "POST":
            await _answer(send, 405, {"error": "POST only"}, (b"allow", b"POST"))
            return
        try:
            status, body = await self._take(_headers(scope), receive)
        except _Gone:
            return
        await _answer(send, status, body)

    async def _take(self, headers: Mapping[str, str], receive: Receive) -> tuple[int, Mapping[str, str]]:
        refusal = self._parts.refusal()
        if refusal is not None:
            return 503, {"error": refusal}
        payload = await _read(headers, receive)
        if payload is None:
            return 413, {"error": f"more than {MOST_BYTES} bytes"}
        if not self._parts.verify(payload, headers.get("x-hub-signature-256")):
            return 401, {"error": "the signature is missing or wrong"}
        try:
            event = self._parts.decode(headers, payload)
        except ValueError as error:
            return 400, {"error": str(error)}
        return await self._store(event)

    async def _store(self, event: Event) -> tuple[int, Mapping[str, str]]:
        jobs = self._parts.jobs_for(event)
        if not jobs:
            return 202, {"delivery": event.delivery, "status": IGNORED}
        try:
            acceptance = await self._parts.accept(event, jobs)
        except StoreUnavailable as error:
            _log.warning("delivery %r refused: %s", event.delivery, error)
            return 503, {"error": "the store cannot take it now"}
        return 202, {"delivery": event.delivery, "status": acceptance.value}


def _headers(scope: Scope) -> dict[str, str]:
    # Repeated headers are joined as HTTP says, so a second signature makes the first one wrong (RFC 9110, 5.2).
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def _read(headers: Mapping[str, str], receive: Receive) -> bytes | None:
    """The body, or None as soon as it is, or says it will be, too long."""
    declared = headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > MOST_BYTES:
        return None
    chunks: list[bytes] = []
    size = 0
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MOST_BYTES:
            return None
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _answer(send: Send, status: int, body: Mapping[str, str], *more: tuple[bytes, bytes]) -> None:
    content = json.dumps(body).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
