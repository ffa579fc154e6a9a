"""A toolbox over a few texts, and questions that may use it, put through the real SDK to a scripted Claude."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.claude.client import Claude
from app.claude.exploring import Explored
from app.claude.seam import Send
from app.core.model import FailureKind, ModelFailed, Reply, Request, Tool, ToolCall, ToolResult
from tests.claude.world import ask_for
from tests.claude_answers import (
    Script,
    findings,
)
from tests.claude_server import ScriptedClaude
from tests.claude_tools import call

Dial = Callable[..., Claude]
K = FailureKind

READ = Tool(
    "read_file",
    "Reads a file.",
    {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"], "additionalProperties": False},
)
GREP = Tool("grep", "Searches.", {**READ.schema})
ANSWER = findings()


@dataclass
class Shelves:
    """A toolbox over a few texts; it notes what it is asked."""

    files: Mapping[str, str] = field(default_factory=dict)
    asked: list[ToolCall] = field(default_factory=list)
    gate: asyncio.Event | None = None
    busy: asyncio.Event = field(default_factory=asyncio.Event)
    left: bool = False

    @property
    def tools(self) -> tuple[Tool, ...]:
        return (GREP, READ)

    async def answer(self, call: ToolCall) -> ToolResult:
        self.asked.append(call)
        self.busy.set()
        try:
            if self.gate is not None:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.left = True
            raise
        text = self.files.get(str(call.arguments.get("path")))
        return ToolResult(call.id, text or f"no tool or no file: {call.name}", error=text is None)


def read(path: str = "a.py") -> dict[str, Any]:
    return call("read_file", path=path)


def bodies(server: ScriptedClaude) -> list[dict[str, Any]]:
    return [seen.body for seen in server.requests]


async def explore(
    dial: Dial,
    script: Script,
    toolbox: Shelves | None = None,
    request: Request | None = None,
    wrap: Callable[[Send], Send] = lambda send: send,
) -> tuple[Reply | ModelFailed, ScriptedClaude]:
    """What comes of a question through the real SDK, and the server that it was put to."""
    with ScriptedClaude(script) as server:
        async with dial(server) as claude:
            try:
                reply = await Explored(wrap(claude.send), toolbox or Shelves({"a.py": "A = 1"}))(request or ask_for())
            except ModelFailed as error:
                return error, server
    return reply, server


async def whole(*arguments: Any, **named: Any) -> tuple[Reply, ScriptedClaude]:
    outcome, server = await explore(*arguments, **named)
    assert isinstance(outcome, Reply), outcome
    return outcome, server


async def failed(*arguments: Any, **named: Any) -> tuple[ModelFailed, ScriptedClaude]:
    outcome, server = await explore(*arguments, **named)
    assert isinstance(outcome, ModelFailed), outcome
    return outcome, server
