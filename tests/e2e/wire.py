"""The wire between the bot and the local GitHub: GitHub's contract is held on it, and stories cut, hold or bend it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.hub.graphql import GRAPHQL
from app.hub.rest.dispatch import BASE
from tests.github_contract import check_request, check_response

JSON = {"content-type": "application/json"}


# Every write of one review with a finding, in order: the pattern of its line, and the state in its body.
WRITES = {
    "the check is created": (r"^POST .*/check-runs$", ""),
    "the check is in progress": (r"^PATCH .*/check-runs/\d+$", "in_progress"),
    "the review is posted": (r"^POST .*/pulls/\d+/reviews$", ""),
    "the summary is posted": (r"^POST .*/issues/\d+/comments$", ""),
    "the check is completed": (r"^PATCH .*/check-runs/\d+$", "completed"),
}


@dataclass
class Exchange:
    """One request of the bot's as it came, and what it was answered (status 0: nothing yet)."""

    method: str
    path: str
    body: Any
    status: int = 0
    answer: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Passage:
    """One request on its way. An effect lets the hub do it or not, and then answers or does not."""

    exchange: Exchange
    _do: Callable[[Exchange], Awaitable[None]]
    _send: Send

    async def forward(self) -> None:
        """GitHub does it; nobody is answered yet."""
        await self._do(self.exchange)

    async def deliver(self) -> None:
        """Answer with what GitHub said."""
        await self.answer(self.exchange.status, self.exchange.answer, self.exchange.headers)

    async def answer(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        raw = [(name.encode(), value.encode()) for name, value in headers.items() if name != "content-length"]
        raw.append((b"content-length", b"%d" % len(content)))
        await self._send({"type": "http.response.start", "status": status, "headers": raw})
        await self._send({"type": "http.response.body", "body": content})

    async def refuse(self, status: int, message: str, headers: Mapping[str, str]) -> None:
        words = {"message": message, "documentation_url": "https://docs.github.com/rest"}
        await self.answer(status, json.dumps(words).encode(), {**JSON, **headers})

    async def cut(self) -> None:
        """End the connection in the middle of an answer: the server closes what was begun and not ended."""
        await self._send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await self._send({"type": "http.response.body", "body": b"{", "more_body": True})


Effect = Callable[[Passage], Awaitable[None]]


@dataclass
class Trouble:
    """What happens to the next `times` requests whose line (`POST /repos/…`) the pattern finds.

    `state` is the `status` that the request's body must hold, if it is not empty.
    """

    where: str
    state: str
    does: Effect
    times: int = 1
    met: int = 0

    def befalls(self, exchange: Exchange) -> bool:
        if self.met >= self.times or not re.search(self.where, exchange.line):
            return False
        return not self.state or exchange.body["status"] == self.state


def refused(status: int, message: str = "Refused", **headers: str) -> Effect:
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def refuse(passage: Passage) -> None:
        await passage.refuse(status, message, named)

    return refuse


def refused_query(word: str, status: int, message: str) -> Effect:
    """GraphQL refuses the queries that hold a word, and answers all others."""

    async def refuse(passage: Passage) -> None:
        if word in passage.exchange.body["query"]:
            await passage.refuse(status, message, {})
            return
        await passage.forward()
        await passage.deliver()

    return refuse


async def bad_gateway_after(passage: Passage) -> None:
    """GitHub does it, and says it failed."""
    await passage.forward()
    await passage.refuse(502, "Server Error", {})


async def cut_after(passage: Passage) -> None:
    """GitHub does it, and its answer is lost on the way."""
    await passage.forward()
    await passage.cut()


async def cut_before(passage: Passage) -> None:
    """It never reaches GitHub."""
    await passage.cut()


def first(action: Callable[[], Awaitable[object]]) -> Effect:
    """Something happens in the world just before GitHub does it."""

    async def act(passage: Passage) -> None:
        await action()
        await passage.forward()
        await passage.deliver()

    return act


@dataclass
class Wire:
    """Wraps the hub. `complaints` are breaches of GitHub's published contract, on either side.

    `git_status` is what a proxy answers to git, None: it lets git through.
    """

    git_status: int | None = None
    git_refused: int = 0
    exchanges: list[Exchange] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    def lines(self, where: str) -> list[str]:
        """The requests so far whose line the pattern finds."""
        return [one.line for one in self.exchanges if re.search(where, one.line)]

    def wrap(self, app: ASGIApp) -> ASGIApp:
        async def pass_on(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and ".git/" in scope["path"] and self.git_status is not None:
                self.git_refused += 1
                await send({"type": "http.response.start", "status": self.git_status, "headers": []})
                await send({"type": "http.response.body", "body": b"Not through this proxy."})
                return
            if scope["type"] != "http" or not scope["path"].startswith((f"{BASE}/", GRAPHQL)):
                await app(scope, receive, send)
                return
            raw = await _read(receive)
            if raw is not None:
                await self._carry(app, scope, raw, send)

        return pass_on

    async def _carry(self, app: ASGIApp, scope: Scope, raw: bytes, send: Send) -> None:
        exchange = Exchange(scope["method"], scope["path"].removeprefix(BASE), json.loads(raw) if raw else None)
        self.exchanges.append(exchange)
        self._hold(check_request, exchange.method, exchange.path, exchange.body)

        async def do(done: Exchange) -> None:
            await _ask(app, scope, raw, done)
            content = json.loads(done.answer) if done.answer else None
            self._hold(check_response, done.method, done.path, done.status, content)

        passage = Passage(exchange, do, send)
        for trouble in self.troubles:
            if trouble.befalls(exchange):
                trouble.met += 1
                await trouble.does(passage)
                return
        await passage.forward()
        await passage.deliver()

    def _hold(self, check: Callable[..., None], method: str, path: str, *about: object) -> None:
        if path == GRAPHQL:
            return  # the published contract is REST's
        try:
            check(method, path, *about)
        except AssertionError as breach:
            self.complaints.append(str(breach))


async def _read(receive: Receive) -> bytes | None:
    """The body; None where the client went away before its end: that was no request."""
    content = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        content += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(content)


async def _ask(app: ASGIApp, scope: Scope, raw: bytes, exchange: Exchange) -> None:
    """Let the application answer into the exchange."""
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            await asyncio.Event().wait()  # the client stays on the line
        given = True
        return {"type": "http.request", "body": raw, "more_body": False}

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            exchange.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            exchange.answer += message.get("body", b"")

    await app(scope, receive, keep)
