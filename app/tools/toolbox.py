"""All tools that a model may ask for, and the one place that answers: within limits, whatever was asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.model import Tool, ToolCall, ToolResult
from app.core.text.fence import fence
from app.tools import find_callers, find_definition, grep, list_dir, read_file
from app.tools.reader import Means, Reader, Told, ToolRefused
from app.tools.tree import Tree, TreeUnreadable

_Run = Callable[[Reader, Mapping[str, Any]], Awaitable[Told]]

_MODULES = (find_callers, find_definition, grep, list_dir, read_file)
TOOLS: tuple[Tool, ...] = tuple(
    sorted((Tool(one.NAME, one.DESCRIPTION, one.SCHEMA) for one in _MODULES), key=lambda tool: tool.name)
)
"""By name; the same for every repository, so that prompts share them."""
_BY_NAME = {tool.name: tool for tool in TOOLS}
_RUNS: Mapping[str, _Run] = {one.NAME: one.run for one in _MODULES}
_TYPES: Mapping[str, type] = {"string": str, "integer": int, "null": type(None)}
_FENCE_LABEL = "REPOSITORY TEXT"
_FENCE_CHARACTERS = 400
"""Room for what stands around the rows: the marks of the fence, and what is said of rows left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call may take, and how many characters its answer may have (at least a few hundred)."""

    seconds: float = 20
    characters: int = 24_000


class Toolbox:
    """The tools over one tree."""

    def __init__(self, tree: Tree, means: Means, limits: Limits | None = None) -> None:
        self._reader = Reader(tree, means.offload)
        self._within = means.within
        self._limits = limits or Limits()

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools, by name: the same for every tree."""
        return TOOLS

    async def answer(self, call: ToolCall) -> ToolResult:
        """What is given for a call. Nothing that a model wrote raises: it is told what was wrong, in a sentence.

        Text of the repository stands in a fence, as data; all outside it are our words.
        """
        try:
            _check(call)
            async with self._within(self._limits.seconds):
                told = await _RUNS[call.name](self._reader, call.arguments)
        except ToolRefused as refusal:
            return self._result(call, str(refusal), refusal.rows, error=True)
        except TimeoutError:
            seconds = f"{self._limits.seconds:g} s"
            return self._result(call, f"This took longer than {seconds} and was stopped. Ask for less.", error=True)
        except TreeUnreadable:
            return self._result(call, "The repository cannot be read here. Go on without it.", error=True)
        return self._result(call, told.summary, told.rows)

    def _result(self, call: ToolCall, summary: str, rows: Sequence[str] = (), *, error: bool = False) -> ToolResult:
        if not rows:
            return ToolResult(call.id, summary, error)
        kept = _fit(rows, self._limits.characters - len(summary) - _FENCE_CHARACTERS)
        if kept < len(rows):
            summary += f" Of {len(rows)} rows only the first {kept} fit into an answer: ask for less at once."
        body = "\n".join(rows[:kept])
        return ToolResult(call.id, f"{summary}\n{fence(_FENCE_LABEL, body)}" if kept else summary, error)


def _fit(rows: Sequence[str], room: int) -> int:
    """How many rows, from the first on, have room."""
    for index, row in enumerate(rows):
        room -= len(row) + 1
        if room < 0:
            return index
    return len(rows)


def _check(call: ToolCall) -> None:
    """Hold the arguments against the tool's schema. Raises ToolRefused."""
    tool = _BY_NAME.get(call.name)
    if tool is None:
        raise ToolRefused(f"There is no such tool. The tools are {', '.join(_BY_NAME)}.")
    properties: Mapping[str, Mapping[str, Any]] = tool.schema["properties"]
    if set(call.arguments) != set(properties):
        raise ToolRefused(f"{tool.name} takes exactly these arguments: {', '.join(properties)}.")
    for name, shape in properties.items():
        kinds = [option["type"] for option in shape.get("anyOf", (shape,))]
        # A bool is an int to Python, and is none to JSON.
        if type(call.arguments[name]) not in [_TYPES[kind] for kind in kinds]:
            raise ToolRefused(f"The argument {name} of {tool.name} has to be of type {' or '.join(kinds)}.")
