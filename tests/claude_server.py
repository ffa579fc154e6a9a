"""A Claude that follows a script, on a real socket: the tests speak to it through the real SDK.

    with ScriptedClaude(planted({"eval": Plant("critical", "Runs input")})) as claude:
        ...claude.base_url, claude.requests

It runs on a thread of its own, so it serves blocking tests and child processes as well; `async with` does the same.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from tests.claude_answers import Answer, End, Script, counted, is_aside, lens_of, write_aside
from tests.claude_limits import ScriptedLimits
from tests.claude_rules import PromptCache, complain, complain_of_count, count_prompt, count_tokens
from tests.claude_tools import Conversations
from tests.claude_wire import POLL_S, ClientLeft, Wire, stream_events

MESSAGES = "/v1/messages"
COUNT = "/v1/messages/count_tokens"


@dataclass
class Seen:
    """One request as the server saw it. Times are `time.monotonic()`."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    arrived: float
    at_once: int = 1
    began: float | None = None
    ended: float | None = None
    closed_by_client: bool = False
    status: int = 200


class ScriptedClaude:
    """`script` decides the answer to each request that the real API would take.

    `count` does so for requests to count tokens; without it they are counted as `usage` is. Those are in `counted`.
    `aside` answers what is asked beside the review of lines, the change map and the summary: those are in `asides`.
    `limits` refuse what is too much for them.
    """

    def __init__(
        self,
        script: Script,
        *,
        count: Script | None = None,
        aside: Script = write_aside,
        api_key: str | None = None,
        limits: ScriptedLimits | None = None,
    ) -> None:
        self.script = script
        self.count = count
        self.limits = limits
        self.aside = aside
        self.asides: list[Seen] = []
        self.requests: list[Seen] = []
        self.counted: list[Seen] = []
        self.cache = PromptCache()
        self._conversations = Conversations()
        self.most_at_once = 0
        self._api_key = api_key
        self._running = 0
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._live, name="scripted-claude", daemon=True)
        self._stop: asyncio.Event | None = None

    @property
    def idle(self) -> bool:
        """Whether no request is being answered."""
        return self._running == 0

    @property
    def readings(self) -> list[Seen]:
        """The questions of the lens that reads every chunk, correctness, by itself or with others: one a chunk."""
        return [seen for seen in self.requests if lens_of(seen.body).startswith("correctness")]

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise TimeoutError("the scripted Claude did not start")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.__exit__)

    async def until(self, holds: Callable[[], bool], *, within_s: float = 5.0) -> None:
        """Wait until `holds` is true; raises TimeoutError if it does not become so."""
        async with asyncio.timeout(within_s):
            while not holds():
                await asyncio.sleep(POLL_S)

    def _live(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """All requests of one connection."""
        try:
            while (seen := await _read_request(reader)) is not None:
                await self._answer(seen, Wire(reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client is gone, or the test is over
        finally:
            writer.close()

    async def _answer(self, seen: Seen, wire: Wire) -> None:
        self._running += 1
        seen.at_once = self._running
        self.most_at_once = max(self.most_at_once, self._running)
        counts = seen.path == COUNT
        (self.counted if counts else self.asides if is_aside(seen.body) else self.requests).append(seen)
        try:
            answer = self._choose(seen)
            seen.status = answer.status
            await wire.hold(answer.before_headers)
            if answer.end is End.HANG_UP:
                wire.abort()
                return
            if answer.status != 200:
                wire.write_error(answer, len(self.requests))
                await wire.flush()
                return
            if counts:
                wire.write_body(answer.text)
                await wire.flush()
                return
            await self._stream(seen, answer, wire)
        except (ClientLeft, ConnectionError):
            seen.closed_by_client = True
            raise ConnectionResetError from None
        finally:
            self._running -= 1
            seen.ended = time.monotonic()

    def _choose(self, seen: Seen) -> Answer:
        """The script's answer, unless the real API would not even ask the model."""
        key = seen.headers.get("authorization", "").removeprefix("Bearer ")
        if not key or (self._api_key is not None and key != self._api_key):
            return Answer(status=401, error_type="authentication_error", message="invalid bearer token")
        if (seen.method, seen.path) not in {("POST", MESSAGES), ("POST", COUNT)}:
            return Answer(status=404, error_type="not_found_error", message="no such route")
        if "anthropic-version" not in seen.headers:
            return Answer(status=400, error_type="invalid_request_error", message="anthropic-version: required")
        complaint = complain_of_count(seen.body) if seen.path == COUNT else complain(seen.body)
        complaint = complaint or self._conversations.complain(seen.body)
        if complaint is not None:
            return Answer(status=400, error_type="invalid_request_error", message=complaint)
        if seen.path == COUNT:
            return self.count(seen.body) if self.count else counted(count_prompt(seen.body))
        if self.limits is not None and not self.limits.take(seen.body["model"], self._charge(seen)):
            return Answer(status=429, error_type="rate_limit_error", headers=self.limits.headers(seen.body["model"]))
        answer = self.aside(seen.body) if is_aside(seen.body) else self.script(seen.body)
        self._conversations.hear(seen.body, answer)
        return answer

    def _charge(self, seen: Seen) -> int:
        """The tokens of a prompt that a limit counts: not those read from the cache."""
        usage, _ = self.cache.look_up(seen.body)
        return usage["input_tokens"] + usage["cache_creation_input_tokens"]

    async def _stream(self, seen: Seen, answer: Answer, wire: Wire) -> None:
        usage, written = self.cache.look_up(seen.body)
        told = {"content-type": "text/event-stream", "request-id": f"req_{len(self.requests)}", **answer.headers}
        if self.limits is not None:
            told |= self.limits.headers(seen.body["model"])
        wire.write_head(200, told)
        async for event in stream_events(seen.body["model"], answer, usage, wire):
            wire.write_event(event)
            await wire.flush()
            if seen.began is None:
                seen.began = time.monotonic()
                self.cache.publish(written)
        if self.limits is not None:
            self.limits.write(seen.body["model"], count_tokens(answer.thinking + answer.text))
        if answer.end is End.ABORT:
            wire.abort()
            return
        wire.write_chunk(b"")
        await wire.flush()


async def _read_request(reader: asyncio.StreamReader) -> Seen | None:
    """The next request of a connection, None at its end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
    raw = await reader.readexactly(int(headers.get("content-length", "0")))
    body = json.loads(raw) if raw else {}
    return Seen(method, target.partition("?")[0], headers, body, time.monotonic())
