"""A scripted Claude that asks for tools before it answers, and what the real API refuses of what it is then given.

https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview and …/build-with-claude/extended-thinking: every
call is answered in the very next message, and what stood before a thought may not change once it was thought.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.claude_answers import Answer, Script

Message = Mapping[str, Any]


def call(name: str, /, **arguments: Any) -> dict[str, Any]:
    """A call of a tool; `asks` gives it an id."""
    return {"type": "tool_use", "name": name, "input": arguments}


def asks(*blocks: Mapping[str, Any], thinking: str = "", text: str = "") -> Answer:
    """A turn that asks for tools. Blocks without an id that need one get their place as an id."""
    said = [
        {"id": f"toolu_{_digest(block, index)}", **block} if block["type"] == "tool_use" else dict(block)
        for index, block in enumerate(blocks)
    ]
    return Answer(text=text, thinking=thinking, content=tuple(said), stop_reason="tool_use")


def by_turn(*answers: Answer) -> Script:
    """The answer of the turn that a request is in; the last from then on."""
    return lambda body: answers[min(turns_of(body), len(answers) - 1)]


def turns_of(body: Mapping[str, Any]) -> int:
    """How often the model has asked for tools so far."""
    return sum(message["role"] == "assistant" for message in body["messages"])


def results_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All that tools have given so far."""
    given = (block for message in body["messages"][1:] for block in _blocks(message))
    return [block for block in given if block.get("type") == "tool_result"]


def said_whole(answer: Answer) -> list[dict[str, Any]]:
    """The blocks of an answer, as they have to come back."""
    blocks = [thought(answer.thinking)] if answer.thinking else []
    blocks += [{"type": "text", "text": answer.text}] if answer.text else []
    return [*blocks, *(dict(block) for block in answer.content)]


def thought(words: str) -> dict[str, Any]:
    return {"type": "thinking", "thinking": words, "signature": hashlib.sha256(words.encode()).hexdigest()}


class Conversations:
    """What was said to whom, so that nobody goes on from something else."""

    def __init__(self) -> None:
        self._said: dict[str, list[str]] = {}

    def hear(self, body: Mapping[str, Any], answer: Answer) -> None:
        """An answer is given."""
        if answer.stop_reason == "tool_use":
            said = json.dumps(said_whole(answer), sort_keys=True)
            self._said.setdefault(_name_prefix(body, body["messages"]), []).append(said)

    def complain(self, body: Mapping[str, Any]) -> str | None:
        """Why the API would answer 400 to the turns of a request, or None."""
        messages: Sequence[Message] = body["messages"]
        for index, message in enumerate(messages):
            if message["role"] != "assistant" or not body.get("tools"):
                continue
            asked = [block["id"] for block in _blocks(message) if block.get("type") == "tool_use"]
            given = [block.get("tool_use_id") for block in _blocks(messages[index + 1])]
            if asked != given:
                return f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after"
            said = json.dumps(_bare(_blocks(message)), sort_keys=True)
            if said not in self._said.get(_name_prefix(body, messages[:index]), ()):
                return f"messages.{index}: blocks must remain as they were in the original response"
        return None


def complain_of_tools(body: Mapping[str, Any]) -> str | None:
    """Why the API would answer 400 to the tools of a request, or None."""
    tools = body.get("tools") or []
    names = [tool.get("name") for tool in tools]
    if len(set(names)) != len(names):
        return "tools: Tool names must be unique."
    open_ones = [tool["name"] for tool in tools if tool["input_schema"].get("additionalProperties") is not False]
    if open_ones:
        return f"tools: {open_ones[0]}: additionalProperties must be false"
    turns = [block for message in body["messages"] for block in _blocks(message) if block.get("type") == "tool_use"]
    return "tools: Field required where tool_use blocks are" if turns and not tools else None


def _name_prefix(body: Mapping[str, Any], messages: Sequence[Message]) -> str:
    """What identifies all that stood before a turn; where breakpoints are does not belong to it."""
    parts = [body.get(name) for name in ("model", "system", "tools", "output_config")]
    return hashlib.sha256(json.dumps(_bare([*parts, *messages]), sort_keys=True).encode()).hexdigest()


def _bare(value: Any) -> Any:
    """The same without breakpoints."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, dict):
        return {name: _bare(item) for name, item in value.items() if name != "cache_control"}
    return value


def _blocks(message: Message) -> list[dict[str, Any]]:
    content = message.get("content") or []
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _digest(block: Mapping[str, Any], index: int) -> str:
    return hashlib.sha256(f"{index}{json.dumps(block, sort_keys=True)}".encode()).hexdigest()[:12]
