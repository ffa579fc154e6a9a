from __future__ import annotations

from starlette.types import Message, Receive, Scope, Send

from app.hub.rest.dispatch import BASE
from tests.e2e.wire import Wire


async def test_a_client_gone_before_the_end_of_its_body_asked_for_nothing() -> None:
    """A worker's request is cut like this when a newer head cancels its job."""
    wire = Wire()
    reached: list[str] = []
    coming: list[Message] = [
        {"type": "http.request", "body": b'{"bo', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def hub(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope["path"])

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        raise AssertionError(f"nobody is there to be told {message}")

    scope = {"type": "http", "method": "POST", "path": f"{BASE}/repos/acme/shop/issues/1/comments"}
    await wire.wrap(hub)(scope, receive, send)

    assert (reached, wire.exchanges, wire.complaints) == ([], [], [])
