"""A request as the Messages API wants it, and a stream of its events as a reply.

https://platform.claude.com/docs/en/api/messages and …/build-with-claude/{streaming,structured-outputs,prompt-caching}.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from anthropic import AsyncMessageStream
from anthropic.types import Message, TextBlockParam

from app.claude.failures import Missed, miss, name_stop
from app.core.model import Block, FailureKind, Request, Usage

BREAKPOINTS = 4
REPLY_CHARACTERS = 16 * 1024 * 1024
"""No model writes as much; a server that does is cut off before it fills the memory."""

_GROWING = ("text", "thinking", "partial_json")


class TooManyBreakpoints(ValueError):
    """A request marks more blocks for caching than the API takes."""


def parameters(request: Request) -> dict[str, Any]:
    """The keyword arguments of `messages.stream` for `request`. Raises `TooManyBreakpoints`.

    A prompted one has nothing but plain text, which every server takes that only resembles the API. Lone surrogates,
    which JSON in UTF-8 cannot carry, are sent as U+FFFD.
    """
    if request.prompted:
        return _plain(request)
    if sum(block.cache for block in (*request.system, *request.blocks)) > BREAKPOINTS:
        raise TooManyBreakpoints(f"{request.stage} asks for more than {BREAKPOINTS} cache breakpoints")
    return {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "system": _texts(request.system),
        "messages": [{"role": "user", "content": _texts(request.blocks)}],
        "output_config": {
            "effort": request.effort,
            "format": {"type": "json_schema", "schema": request.schema},
        },
    }


def _plain(request: Request) -> dict[str, Any]:
    """The parameters without anything of structured outputs, effort or caching."""
    question = "\n\n".join(_pair(block.text) for block in request.blocks)
    turns = [{"role": "user", "content": question}]
    if request.repair is not None:
        turns.append({"role": "assistant", "content": _pair(request.repair.answer)})
        turns.append({"role": "user", "content": _pair(request.repair.words)})
    return {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "system": "\n\n".join(_pair(block.text) for block in request.system),
        "messages": turns,
    }


class Arrival:
    """One answer while it arrives: what is there of it can be counted even if the rest never comes."""

    def __init__(self, on_start: Callable[[], None]) -> None:
        self._on_start = on_start
        self._message: Message | None = None
        self._characters = 0
        self._whole = False

    async def read(self, stream: AsyncMessageStream[None]) -> Missed | None:
        """Read to the end; None if the text can be used, else why not.

        What the API and the socket report as errors passes through; what the SDK trips over is named here.
        """
        try:
            async for event in stream:
                if event.type == "message_start":
                    self._message = stream.current_message_snapshot
                    self._on_start()
                elif event.type == "content_block_delta":
                    self._characters += sum(len(getattr(event.delta, part, None) or "") for part in _GROWING)
                elif event.type == "message_stop":
                    self._whole = True
                if self._characters > REPLY_CHARACTERS:
                    return miss(FailureKind.MALFORMED, f"more than {REPLY_CHARACTERS} characters")
        except (ValueError, LookupError, TypeError, AttributeError, RuntimeError) as error:
            return miss(FailureKind.MALFORMED, f"the stream broke the protocol ({type(error).__name__})")
        if not self._whole:
            return miss(FailureKind.INCOMPLETE, "the stream ended before the message did")
        return name_stop(self.stop_reason, self.text)

    @property
    def text(self) -> str:
        """All text so far. Thinking is not text, nor is what a server put where text belongs."""
        if self._message is None:
            return ""
        return "".join(
            block.text for block in self._message.content if block.type == "text" and isinstance(block.text, str)
        )

    @property
    def stop_reason(self) -> str | None:
        """Why the model stopped, if it said so."""
        reason: object = None if self._message is None else self._message.stop_reason
        return reason if isinstance(reason, str) else None

    @property
    def model(self) -> str:
        """The model that the server says answers; empty before it said so."""
        return "" if self._message is None else str(self._message.model)

    @property
    def usage(self) -> Usage:
        """What was counted so far, as one call; nothing before the answer began."""
        if self._message is None:
            return Usage()
        usage = self._message.usage
        return Usage(
            calls=1,
            input_tokens=_count(usage.input_tokens),
            cache_read_tokens=_count(usage.cache_read_input_tokens),
            cache_write_tokens=_count(usage.cache_creation_input_tokens),
            output_tokens=_count(usage.output_tokens),
        )


def _texts(blocks: Sequence[Block]) -> list[TextBlockParam]:
    """Text blocks in order, with a breakpoint where a block says so."""
    texts: list[TextBlockParam] = []
    for block in blocks:
        text = _pair(block.text)
        if block.cache:
            texts.append({"type": "text", "text": text, "cache_control": {"type": "ephemeral"}})
        else:
            texts.append({"type": "text", "text": text})
    return texts


def _pair(text: str) -> str:
    """The text with each lone surrogate replaced, and each pair of them made one character."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _count(value: object) -> int:
    """A count of tokens; 0 for anything else (the SDK does not check what it builds)."""
    return value if isinstance(value, int) and value > 0 else 0
