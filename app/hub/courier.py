"""Delivers signed webhooks in the background, once each, and remembers how it went."""

import asyncio
import hashlib
import hmac
import logging
import ssl
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache

import httpx

from app.hub.accounts import App, Delivery
from app.hub.state import State

TIME_LIMIT_SECONDS = 10.0  # https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks
MAX_PAYLOAD_BYTES = 25 * 1024 * 1024  # above it GitHub fires nothing at all
_KEPT_RESPONSE_CHARACTERS = 10_000
_log = logging.getLogger(__name__)


class DeliveriesOutstandingError(TimeoutError):
    """Deliveries were still under way when the waiting ended."""


@cache
def trust() -> ssl.SSLContext:
    """Whose certificates are believed: read once for all couriers, since reading them takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


class Courier:
    """Sends in order, `parallel` at a time (1: one after the other; more: they overtake, as GitHub's do)."""

    def __init__(
        self,
        state: State,
        clock: Callable[[], datetime],
        entropy: Callable[[int], bytes],
        *,
        parallel: int = 1,
        time_limit: float = TIME_LIMIT_SECONDS,
    ) -> None:
        self._state = state
        self._clock = clock
        self._entropy = entropy
        self._client = httpx.Client(verify=trust(), timeout=time_limit, trust_env=False, follow_redirects=False)
        self._threads = ThreadPoolExecutor(max_workers=parallel, thread_name_prefix="hub-webhooks")
        self._outstanding = 0
        self._changed = threading.Condition()

    def send(
        self,
        app: App,
        event: str,
        action: str | None,
        body: bytes,
        ids: tuple[int | None, int | None],
    ) -> Delivery | None:
        """Deliver an event; `ids` are installation and repository. None: no webhook, or too large."""
        if app.webhook_url is None or len(body) > MAX_PAYLOAD_BYTES:
            return None
        guid = str(uuid.UUID(bytes=self._entropy(16), version=4))
        return self._dispatch(app, guid, event, action, body, ids, redelivery=False)

    def redeliver(self, delivery: Delivery) -> Delivery | None:
        """Deliver the same bytes under the same GUID again, as a new delivery."""
        if delivery.app.webhook_url is None:
            return None
        ids = (delivery.installation_id, delivery.repository_id)
        return self._dispatch(
            delivery.app, delivery.guid, delivery.event, delivery.action, delivery.body, ids, redelivery=True
        )

    def _dispatch(
        self,
        app: App,
        guid: str,
        event: str,
        action: str | None,
        body: bytes,
        ids: tuple[int | None, int | None],
        *,
        redelivery: bool,
    ) -> Delivery:
        delivery = Delivery(
            id=self._state.next_id(),
            guid=guid,
            app=app,
            event=event,
            action=action,
            body=body,
            headers=sign(app, guid, event, body),
            delivered_at=self._clock(),
            installation_id=ids[0],
            repository_id=ids[1],
            redelivery=redelivery,
        )
        with self._state.lock:
            self._state.deliveries[delivery.id] = delivery
        with self._changed:
            self._outstanding += 1
        self._threads.submit(self._carry, delivery)
        return delivery

    def _carry(self, delivery: Delivery) -> None:
        started = time.monotonic()
        try:
            self._post(delivery)
        except httpx.TimeoutException:
            delivery.status = "timed out"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            delivery.status = "failed to connect to host"
            _log.debug("webhook %s to %s: %r", delivery.guid, delivery.app.webhook_url, error)
        finally:
            delivery.duration = round(time.monotonic() - started, 3)
            with self._changed:
                self._outstanding -= 1
                self._changed.notify_all()

    def _post(self, delivery: Delivery) -> None:
        url = delivery.app.webhook_url or ""
        answer = self._client.post(url, content=delivery.body, headers=delivery.headers)
        delivery.status_code = answer.status_code
        delivery.response_headers = dict(answer.headers)
        delivery.response_body = answer.text[:_KEPT_RESPONSE_CHARACTERS]
        delivery.status = "OK" if answer.is_success else f"Invalid HTTP Response: {answer.status_code}"

    def wait(self, seconds: float = 30.0) -> None:
        """Block until nothing is under way. Raises DeliveriesOutstandingError."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._outstanding == 0, seconds):
                raise DeliveriesOutstandingError(f"{self._outstanding} deliveries after {seconds} s")

    async def settle(self, seconds: float = 30.0) -> None:
        """The same for a coroutine."""
        await asyncio.to_thread(self.wait, seconds)

    def close(self) -> None:
        """Drop what has not begun, wait for what has, close the connections."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._client.close()


def sign(app: App, guid: str, event: str, body: bytes) -> dict[str, str]:
    """The headers of a delivery; both signatures are over exactly these bytes."""
    secret = app.webhook_secret.encode()
    return {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/hub",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": guid,
        "X-GitHub-Hook-ID": str(app.hook_id),
        "X-GitHub-Hook-Installation-Target-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
        "X-Hub-Signature": "sha1=" + hmac.new(secret, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest(),
    }
