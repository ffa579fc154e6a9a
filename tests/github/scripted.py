"""A GitHub on a socket that answers as a test tells it, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKENS = "/app/installations/7/access_tokens"


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Said:
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Drop:
    """Read the request and close the connection."""


class Reset:
    """Read the request and reset the connection."""


class Hang:
    """Read the request and never answer."""


Line = Said | Drop | Reset | Hang | Callable[[Asked], Said]


class Time:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.sleeps: list[float] = []

    def clock(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.passed += seconds
        await asyncio.sleep(0)


class ScriptedGitHub:
    """Lines are answered in order, for each method and path; the last one is repeated. Unscripted: 404.

    Tokens are minted unless a test scripts that too: `ghs_1`, `ghs_2`, ….
    """

    def __init__(self, time: Time) -> None:
        self.asked: list[Asked] = []
        self.url = ""
        self.connections = 0
        self._time = time
        self._lines: dict[tuple[str, str], list[Line]] = {}
        self._minted = 0
        self.script("POST", TOKENS, self._mint)

    def script(self, method: str, path: str, *lines: Line) -> None:
        self._lines[method, path] = list(lines)

    def requests(self, method: str, path: str) -> list[Asked]:
        return [asked for asked in self.asked if (asked.method, asked.path) == (method, path)]

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[ScriptedGitHub]:
        tasks: set[asyncio.Task[None]] = set()

        def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            tasks.add(asyncio.create_task(self._talk(reader, writer)))

        server = await asyncio.start_server(connect, "127.0.0.1", 0)
        self.url = "http://{}:{}".format(*server.sockets[0].getsockname()[:2])
        try:
            yield self
        finally:
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.wait_closed()

    def _mint(self, asked: Asked) -> Said:
        self._minted += 1
        expires = (self._time.clock() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = {"token": f"ghs_{self._minted}", "expires_at": expires, "permissions": asked.json["permissions"]}
        return Said(201, body)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                asked = await _read(reader)
                self.asked.append(asked)
                line = self._next_line(asked)
                if isinstance(line, Hang):
                    await asyncio.Event().wait()
                if isinstance(line, Reset):
                    # Closing with nothing left to linger for sends a reset instead of an end.
                    linger = struct.pack("ii", 1, 0)
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                if isinstance(line, Drop | Reset | Hang):
                    return
                writer.write(_written(line(asked) if callable(line) else line))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def _next_line(self, asked: Asked) -> Line:
        lines = self._lines.get((asked.method, asked.path))
        if not lines:
            return Said(404, {"message": "Not Found"})
        return lines.pop(0) if len(lines) > 1 else lines[0]


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *rest = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    split = urlsplit(target)
    return Asked(method, split.path, dict(parse_qsl(split.query, keep_blank_values=True)), headers, body)


def _written(said: Said) -> bytes:
    body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **said.headers}
    lines = [f"HTTP/1.1 {said.status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
