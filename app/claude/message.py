"""A request as the Messages API wants it.

https://platform.claude.com/docs/en/api/messages and …/build-with-claude/{structured-outputs,prompt-caching}.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from anthropic.types import TextBlockParam, ToolParam, ToolResultBlockParam

from app.core.model import Block, Request, Tool, ToolResult

BREAKPOINTS = 4


class TooManyBreakpoints(ValueError):
    """A request marks more blocks for caching than the API takes."""


def parameters(request: Request) -> dict[str, Any]:
    """The keyword arguments of `messages.stream` for `request`. Raises `TooManyBreakpoints`.

    A prompted one has nothing but plain text, which every server takes that only resembles the API. Lone surrogates,
    which JSON in UTF-8 cannot carry, are sent as U+FFFD.

    What was said and given before is repeated byte for byte, with a breakpoint behind the newest of it alone: a
    request of a loop begins with the whole of the one before.
    """
    if request.prompted:
        return _plain(request)
    marked = sum(block.cache for block in (*request.system, *request.blocks)) + bool(request.turns)
    if marked > BREAKPOINTS:
        raise TooManyBreakpoints(f"{request.stage} asks for more than {BREAKPOINTS} cache breakpoints")
    return {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "system": _texts(request.system),
        "messages": [{"role": "user", "content": _texts(request.blocks)}, *_tell_turns(request)],
        "output_config": {
            "effort": request.effort,
            "format": {"type": "json_schema", "schema": request.schema},
        },
        **({"tools": [_tell_tool(tool) for tool in request.tools]} if request.tools else {}),
    }


def _tell_tool(tool: Tool) -> ToolParam:
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": dict(tool.schema),
        "strict": True,
    }


def _tell_turns(request: Request) -> list[dict[str, Any]]:
    """Each turn as two messages: what the model said, and every result in one."""
    messages: list[dict[str, Any]] = []
    for turn in request.turns:
        newest = turn is request.turns[-1]
        given = [_tell_result(result, cache=newest and result is turn.results[-1]) for result in turn.results]
        messages.append({"role": "assistant", "content": _pair_all(json.loads(turn.said))})
        messages.append({"role": "user", "content": given})
    return messages


def _tell_result(result: ToolResult, *, cache: bool) -> ToolResultBlockParam:
    told: ToolResultBlockParam = {"type": "tool_result", "tool_use_id": _pair(result.id), "content": _pair(result.text)}
    if result.error:
        told["is_error"] = True
    if cache:
        told["cache_control"] = {"type": "ephemeral"}
    return told


def _pair_all(value: object) -> object:
    """The same JSON, each text of it as `_pair` makes it."""
    if isinstance(value, str):
        return _pair(value)
    if isinstance(value, list):
        return [_pair_all(item) for item in value]
    if isinstance(value, dict):
        return {_pair(name): _pair_all(item) for name, item in value.items()}
    return value


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
