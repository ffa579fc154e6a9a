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
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from tests.claude_answers import Answer, End, Script, counted
from tests.claude_rules import PromptCache, complain, complain_of_count, count_prompt, count_tokens

POLL_S = 0.002
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


class _ClientLeft(Exception):
    """The client closed the connection before its answer was complete."""


class ScriptedClaude:
    """`script` decides the answer to each request that the real API would take.

    `count` does so for requests to count tokens; without it they are counted as `usage` is. Those are in `counted`.
    """

    def __init__(self, script: Script, *, count: Script | None = None, api_key: str | None = None) -> None:
        self.script = script
        self.count = count
        self.requests: list[Seen] = []
        self.counted: list[Seen] = []
        self.cache = PromptCache()
        self.most_at_once = 0
        self._api_key = api_key
        self._running = 0
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._live, name="scripted-claude", daemon=True)
        self._stop: asyncio.Event | None = None

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
                await self._answer(seen, _Wire(reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client is gone, or the test is over
        finally:
            writer.close()

    async def _answer(self, seen: Seen, wire: _Wire) -> None:
        self._running += 1
        seen.at_once = self._running
        self.most_at_once = max(self.most_at_once, self._running)
        counts = seen.path == COUNT
        (self.counted if counts else self.requests).append(seen)
        try:
            answer = self._choose(seen)
            seen.status = answer.status
            await wire.hold(answer.before_headers)
            if answer.status != 200:
                wire.write_error(answer, len(self.requests))
                await wire.flush()
                return
            if counts:
                wire.write_body(answer.text)
                await wire.flush()
                return
            await self._stream(seen, answer, wire)
        except (_ClientLeft, ConnectionError):
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
        if complaint is not None:
            return Answer(status=400, error_type="invalid_request_error", message=complaint)
        if seen.path == COUNT:
            return self.count(seen.body) if self.count else counted(count_prompt(seen.body))
        return self.script(seen.body)

    async def _stream(self, seen: Seen, answer: Answer, wire: _Wire) -> None:
        usage, written = self.cache.look_up(seen.body)
        wire.write_head(200, {"content-type": "text/event-stream", "request-id": f"req_{len(self.requests)}"})
        async for event in _events(seen.body["model"], answer, usage, wire):
            wire.write_event(event)
            await wire.flush()
            if seen.began is None:
                seen.began = time.monotonic()
                self.cache.publish(written)
        if answer.end is End.ABORT:
            wire.abort()
            return
        wire.write_chunk(b"")
        await wire.flush()


class _Wire:
    """The response side of one connection, in HTTP/1.1 with chunks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def write_head(self, status: int, headers: Mapping[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} Scripted", "transfer-encoding: chunked"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join([*lines, "", ""]).encode())

    def write_chunk(self, data: bytes) -> None:
        self._writer.write(b"%x\r\n%s\r\n" % (len(data), data))

    def write_event(self, event: Mapping[str, Any] | str) -> None:
        if isinstance(event, str):
            self.write_chunk(event.encode())
        else:
            self.write_chunk(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())

    def write_error(self, answer: Answer, number: int) -> None:
        self.write_head(
            answer.status,
            {"content-type": "application/json", "request-id": f"req_{number}", **answer.headers},
        )
        self.write_chunk(json.dumps(_error(answer, f"req_{number}")).encode())
        self.write_chunk(b"")

    def write_body(self, text: str) -> None:
        self.write_head(200, {"content-type": "application/json"})
        self.write_chunk(text.encode())
        self.write_chunk(b"")

    async def flush(self) -> None:
        if self._reader.at_eof() or self._writer.is_closing():
            raise _ClientLeft
        await self._writer.drain()

    async def hold(self, gate: threading.Event | None) -> None:
        """Wait until the gate opens, or the client leaves."""
        while gate is not None and not gate.is_set():
            await self.flush()
            await asyncio.sleep(POLL_S)

    def abort(self) -> None:
        self._writer.transport.abort()


async def _events(
    model: str, answer: Answer, usage: Mapping[str, int], wire: _Wire
) -> AsyncIterator[Mapping[str, Any] | str]:
    """The events of one message, as far as the answer lets it come."""
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": []}
    opening = {"stop_reason": None, "stop_sequence": None, "usage": {**usage, "output_tokens": 1}}
    yield {"type": "message_start", "message": message | opening}
    yield {"type": "ping"}
    await wire.hold(answer.after_start)
    blocks = [("thinking", answer.thinking)] if answer.thinking else []
    blocks += [("text", answer.text[: answer.cut_at])] if answer.text else []
    for index, (kind, words) in enumerate(blocks):
        for event in _block(index, kind, words, answer.piece):
            yield event
    if answer.end is End.WHOLE:
        output = {"output_tokens": count_tokens(answer.thinking + answer.text)}
        yield {
            "type": "message_delta",
            "delta": {"stop_reason": answer.stop_reason, "stop_sequence": None},
            "usage": output,
        }
        yield {"type": "message_stop"}
    elif answer.end is End.ERROR_EVENT:
        yield _error(answer, "req_stream")
    elif answer.end is End.GARBAGE:
        yield answer.garbage
    elif answer.end is End.SILENCE:
        await wire.hold(threading.Event())


def _block(index: int, kind: str, words: str, piece: int) -> Iterator[Mapping[str, Any]]:
    empty = {"type": kind, kind: ""} | ({"signature": ""} if kind == "thinking" else {})
    yield {"type": "content_block_start", "index": index, "content_block": empty}
    for start in range(0, len(words), piece):
        delta = {"type": f"{kind}_delta", kind: words[start : start + piece]}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def _error(answer: Answer, request_id: str) -> dict[str, Any]:
    error: dict[str, Any] = {"type": answer.error_type, "message": answer.message}
    if answer.error_code is not None:
        error["details"] = {"error_code": answer.error_code}
    return {"type": "error", "error": error, "request_id": request_id}


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
