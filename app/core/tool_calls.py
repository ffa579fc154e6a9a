"""What a model asks for when it stops to use tools, read from its content as it arrived."""

from __future__ import annotations

import json
from typing import Any

from app.core.model import Failure, FailureKind, ModelFailed, ToolCall


def read_tool_calls(said: str) -> tuple[ToolCall, ...]:
    """Every call in a model's content (JSON, `Reply.said`), in its order; at least one, each with an id of its own.

    Raises `ModelFailed` (malformed) for anything else: a call that is passed over could never be answered.
    https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview
    """
    try:
        content: Any = json.loads(said)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, list) or not all(isinstance(block, dict) for block in content):
        raise _broken("a turn is no list of blocks")
    calls = tuple(_read(block) for block in content if block.get("type") == "tool_use")
    if not calls:
        raise _broken("it stops for tools and asks for none")
    if len({call.id for call in calls}) != len(calls):
        raise _broken("two calls of tools have one id")
    return calls


def _read(block: dict[str, Any]) -> ToolCall:
    call_id, name, arguments = block.get("id"), block.get("name"), block.get("input")
    if not isinstance(call_id, str) or not call_id or not isinstance(name, str):
        raise _broken("a call of a tool has no id or no name")
    if not isinstance(arguments, dict):
        raise _broken("the arguments of a tool are no object")
    return ToolCall(call_id, name, arguments)


def _broken(detail: str) -> ModelFailed:
    return ModelFailed(Failure(FailureKind.MALFORMED, detail, passing=False))
