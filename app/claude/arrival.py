"""A stream of the API's events as an answer, put together from their plain JSON.

The SDK's own message is a reading of these events: what it does not know of a block may be lost or changed in it. A
turn that asks for tools has to go back exactly as it came, so the blocks are kept as the server wrote them.
https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.claude.failures import Missed, miss, name_stop
from app.claude.form.extraction import Unreadable, read_json
from app.core.model import FailureKind, ModelFailed, Usage
from app.core.tool_calls import read_tool_calls

REPLY_CHARACTERS = 16 * 1024 * 1024
"""No model writes as much; a server that does is cut off before it fills the memory."""

MOST_TOKENS = 10_000_000
"""Many times what any model reads or writes at once; a server that tells more cannot count."""

EVENT_CHARACTERS = 16
"""What an event counts beside its text: endless empty ones fill the memory as well."""

_GROWING = {"text_delta": "text", "thinking_delta": "thinking"}
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, RuntimeError)


@dataclass(slots=True)
class _Block:
    """One block: how it began, and the pieces that came of each of its fields. `odd`: something else came of it."""

    start: dict[str, Any]
    pieces: dict[str, list[str]] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)
    citations: list[Any] = field(default_factory=list)
    odd: bool = False

    def grow(self, delta: Mapping[str, Any]) -> int:
        """Take a piece; how many characters it has. Raises LookupError, TypeError."""
        match kind := delta["type"]:
            case "text_delta" | "thinking_delta":
                return _push(self.pieces.setdefault(_GROWING[kind], []), delta[_GROWING[kind]])
            case "input_json_delta":
                return _push(self.arguments, delta["partial_json"])
            case "signature_delta":
                self.start["signature"] = delta["signature"]
                return len(delta["signature"])
            case "citations_delta":
                self.citations.append(delta["citation"])
            case _:
                self.odd = True
        return 0

    @property
    def text(self) -> str:
        """Its text, if it is one; what a server put where text belongs is none."""
        begun = self.start.get("text")
        if self.start.get("type") != "text" or not isinstance(begun, str):
            return ""
        return begun + "".join(self.pieces.get("text", ()))

    def whole(self) -> dict[str, Any]:
        """The block as the server would have sent it at once. Raises Unreadable, TypeError."""
        if self.odd:
            raise Unreadable("something of a block that nobody knows")
        block = dict(self.start)
        for name, pieces in self.pieces.items():
            block[name] = block.get(name, "") + "".join(pieces)
        if self.citations:
            block["citations"] = [*(block.get("citations") or []), *self.citations]
        written = "".join(self.arguments)
        return block | {"input": read_json(written)} if written else block


class Arrival:
    """One answer while it arrives: what is there of it can be counted even if the rest never comes.

    `tools`: the model may ask for some instead of answering. `said` is its content as JSON once it did.
    """

    def __init__(self, on_start: Callable[[], None], *, tools: bool = False) -> None:
        self.said = ""
        self._on_start = on_start
        self._tools = tools
        self._message: dict[str, Any] | None = None
        self._usage: dict[str, Any] = {}
        self._blocks: list[_Block] = []
        self._stop_reason: object = None
        self.characters = 0
        self.whole = False
        self._told_length = False

    async def read(self, events: AsyncIterator[object]) -> Missed | None:
        """Read to the end; None if it can be used, else why not.

        What the API and the socket report as errors passes through; what breaks the protocol is named here.
        """
        try:
            async for event in events:
                self._take(event)
                if self.characters > REPLY_CHARACTERS:
                    return miss(FailureKind.MALFORMED, f"more than {REPLY_CHARACTERS} characters")
        except _BROKEN as error:
            return miss(FailureKind.MALFORMED, f"the stream broke the protocol ({type(error).__name__})")
        if not self.whole:
            return miss(FailureKind.INCOMPLETE, "the stream ended before the message did")
        missed = name_stop(self.stop_reason, self.text, tools=self._tools)
        return self._keep() if missed is None and self.stop_reason == "tool_use" else missed

    def _take(self, event: object) -> None:
        """One event. Raises TypeError, LookupError, ValueError, AttributeError where it breaks the protocol."""
        if not isinstance(event, dict):
            raise TypeError
        self.characters += EVENT_CHARACTERS
        match event.get("type"):
            case "message_start":
                self._begin(event["message"])
            case "content_block_start":
                self._open(event["index"], event["content_block"])
            case "content_block_delta":
                self.characters += self._blocks[event["index"]].grow(event["delta"])
            case "message_delta":
                self._stop_reason = event["delta"].get("stop_reason")
                self._usage |= {name: value for name, value in event["usage"].items() if value is not None}
                self._told_length = event["usage"].get("output_tokens") is not None
            case "message_stop":
                self.whole = self._message is not None

    def _begin(self, message: object) -> None:
        if self._message is not None or not isinstance(message, dict) or message.get("content"):
            raise ValueError
        self._message = dict(message)
        self._usage = dict(message.get("usage") or {})
        self._on_start()

    def _open(self, index: object, block: object) -> None:
        """Blocks come one by one, numbered from 0."""
        if self._message is None or index != len(self._blocks) or not isinstance(block, dict):
            raise ValueError
        self._blocks.append(_Block(dict(block)))
        self.characters += sum(len(value) for value in block.values() if isinstance(value, str))

    def _keep(self) -> Missed | None:
        """Keep what the model said before it stopped for tools, if all of its calls can be answered."""
        try:
            # In ASCII a lone surrogate of a model's text survives.
            self.said = json.dumps([block.whole() for block in self._blocks], ensure_ascii=True, allow_nan=False)
            read_tool_calls(self.said)
        except ModelFailed as error:
            return miss(error.failure.kind, error.failure.detail)
        except (Unreadable, ValueError, TypeError, RecursionError):
            return miss(FailureKind.MALFORMED, "a call of a tool is not in form")
        return None

    @property
    def text(self) -> str:
        """All text so far. Thinking is not text."""
        return "".join(block.text for block in self._blocks)

    @property
    def stop_reason(self) -> str | None:
        """Why the model stopped, if it said so."""
        return self._stop_reason if isinstance(self._stop_reason, str) else None

    @property
    def model(self) -> str:
        """The model that the server says answers; empty before it said so."""
        return "" if self._message is None else str(self._message.get("model", ""))

    @property
    def measured(self) -> bool:
        """Whether the server told at the end how long the answer was. Text that took no tokens was not counted."""
        return self._told_length and bool(_count(self._usage.get("output_tokens")) or not self.text)

    @property
    def usage(self) -> Usage:
        """What was counted so far, as one call; nothing before the answer began."""
        if self._message is None:
            return Usage()
        return Usage(
            calls=1,
            input_tokens=_count(self._usage.get("input_tokens")),
            cache_read_tokens=_count(self._usage.get("cache_read_input_tokens")),
            cache_write_tokens=_count(self._usage.get("cache_creation_input_tokens")),
            output_tokens=_count(self._usage.get("output_tokens")),
        )


def _push(pieces: list[str], piece: object) -> int:
    if not isinstance(piece, str):
        raise TypeError
    pieces.append(piece)
    return len(piece)


def _count(value: object) -> int:
    """A count of tokens; 0 for anything else (nobody checks what a server sends)."""
    return min(value, MOST_TOKENS) if isinstance(value, int) and value > 0 else 0
