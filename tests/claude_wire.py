"""The scripted Claude's side of a connection: HTTP/1.1 with chunks, and the events of a message."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from tests.claude_answers import Answer, End
from tests.claude_rules import count_tokens
from tests.claude_tools import thought

POLL_S = 0.002


class ClientLeft(Exception):
    """The client closed the connection before its answer was complete."""


class Wire:
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
        body = answer.garbage if answer.end is End.GARBAGE else json.dumps(_error(answer, f"req_{number}"))
        self.write_chunk(body.encode())
        self.write_chunk(b"")

    def write_body(self, text: str) -> None:
        self.write_head(200, {"content-type": "application/json"})
        self.write_chunk(text.encode())
        self.write_chunk(b"")

    async def flush(self) -> None:
        if self._reader.at_eof() or self._writer.is_closing():
            raise ClientLeft
        await self._writer.drain()

    async def hold(self, gate: threading.Event | None) -> None:
        """Wait until the gate opens, or the client leaves."""
        while gate is not None and not gate.is_set():
            await self.flush()
            await asyncio.sleep(POLL_S)

    def abort(self) -> None:
        self._writer.transport.abort()


async def stream_events(
    model: str, answer: Answer, usage: Mapping[str, int], wire: Wire
) -> AsyncIterator[Mapping[str, Any] | str]:
    """The events of one message, as far as the answer lets it come."""
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": []}
    opening = {"stop_reason": None, "stop_sequence": None, "usage": {**usage, "output_tokens": 1}}
    if answer.told_first is not None:
        opening["usage"] = dict(answer.told_first)
    yield {"type": "message_start", "message": message | opening}
    yield {"type": "ping"}
    await wire.hold(answer.after_start)
    blocks = [thought(answer.thinking)] if answer.thinking else []
    blocks += [{"type": "text", "text": answer.text[: answer.cut_at]}] if answer.text else []
    blocks += map(dict, answer.content)
    for index, block in enumerate(blocks):
        for event in _block(index, block, answer.piece):
            yield event
    if answer.end is End.WHOLE:
        written = "".join([answer.thinking, answer.text, *map(json.dumps, answer.content)])
        output = {"output_tokens": count_tokens(written)}
        yield {
            "type": "message_delta",
            "delta": {"stop_reason": answer.stop_reason, "stop_sequence": None},
            "usage": output if answer.told_last is None else dict(answer.told_last),
        }
        yield {"type": "message_stop"}
    elif answer.end is End.ERROR_EVENT:
        yield _error(answer, "req_stream")
    elif answer.end is End.GARBAGE:
        yield answer.garbage
    elif answer.end is End.SILENCE:
        await wire.hold(threading.Event())


_PIECES = {"text": {"text": "text_delta"}, "thinking": {"thinking": "thinking_delta"}}


def _block(index: int, block: Mapping[str, Any], piece: int) -> Iterator[Mapping[str, Any]]:
    """One block: begun empty, then in pieces; what has no pieces in the API comes with the beginning."""
    grown = dict(_PIECES.get(block["type"], {}))
    empty = {**block, **dict.fromkeys(grown, "")}
    deltas = [
        {"type": kind, name: block[name][start : start + piece]}
        for name, kind in grown.items()
        for start in range(0, len(block[name]), piece)
    ]
    if block["type"] == "tool_use":
        empty["input"] = {}
        written = block["input"] if isinstance(block["input"], str) else json.dumps(block["input"])
        parts = ["", *(written[start : start + piece] for start in range(0, len(written), piece))]
        deltas = [{"type": "input_json_delta", "partial_json": part} for part in parts if written != "{}"]
    if "signature" in block:
        empty["signature"] = ""
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    yield {"type": "content_block_start", "index": index, "content_block": empty}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def _error(answer: Answer, request_id: str) -> dict[str, Any]:
    error: dict[str, Any] = {"type": answer.error_type, "message": answer.message}
    if answer.error_code is not None:
        error["details"] = {"error_code": answer.error_code}
    return {"type": "error", "error": error, "request_id": request_id}
