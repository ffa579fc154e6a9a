"""A question whose model may look around before it answers: it asks for tools, is given what they find, and goes on.

What was said is only ever added to. A model's thinking is bound to all that stood before it, so system prompt and
tools are made once, every turn goes back exactly as it came, and nothing is trimmed.
https://platform.claude.com/docs/en/build-with-claude/extended-thinking#preserving-thinking-blocks
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol

from app.claude.once import Once
from app.claude.seam import Send
from app.claude.stand_in import join_failures
from app.core.change.tokens import DEFAULT_RATE, count_bytes
from app.core.model import (
    Failure,
    FailureKind,
    ModelFailed,
    Paid,
    Reply,
    Request,
    Stage,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
    Usage,
)
from app.core.prices import find_stand_in
from app.core.tool_calls import read_tool_calls

USED = "tool budget used; give your answer now"
LEFT = "\n\nTool calls left: {left}."
_log = logging.getLogger(__name__)


class Toolbox(Protocol):
    """What a model may ask for. Whatever it asks, it is answered: what cannot be done is an error's text."""

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools, sorted by name: always the same ones."""
        ...

    async def answer(self, call: ToolCall) -> ToolResult:
        """What a call comes to."""
        ...


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one question may look around: calls of tools, turns in which they are answered, tokens of results."""

    calls: int
    turns: int
    tokens: int


REACHES: Mapping[Stage, Reach] = MappingProxyType(
    {
        Stage.LENS: Reach(calls=8, turns=6, tokens=30_000),
        Stage.VERIFY: Reach(calls=4, turns=4, tokens=30_000),
        Stage.ASK: Reach(calls=6, turns=4, tokens=30_000),
    }
)
"""The stages that are given tools."""


@dataclass(frozen=True, slots=True)
class Explored:
    """`send`, with the tools of `toolbox` for the stages of `reaches`. `find` names the stand-in of a model, or None.

    It goes around the memory, so that each turn is kept before it is used, and the same question asked again after a
    crash takes the same way without paying for it.
    """

    send: Send
    toolbox: Toolbox
    reaches: Mapping[Stage, Reach] = field(default_factory=lambda: REACHES)
    find: Callable[[str], str | None] = find_stand_in

    async def __call__(self, request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        """The last reply, under the digest of what was asked last, for what all turns took. Fits `seam.Send`.

        Raises `ModelFailed`: endless for a model that goes on asking when nothing is left to be given. Where one
        refuses in the middle, its stand-in begins anew, once.
        """
        reach = self.reaches.get(request.stage)
        if reach is None:
            return await self.send(request, on_start=on_start)
        begin = Once(on_start)
        first = _Loop(self.send, self.toolbox, reach, begin)
        try:
            return await first.run(_equip(request, self.toolbox.tools))
        except ModelFailed as error:
            refused = error.failure
        # Where a stand-in went on from the first turn, there is nobody left to ask.
        midway = refused.kind is FailureKind.REFUSED and first.turns and first.model == request.model
        other = self.find(request.model) if midway else None
        if other is None:
            raise ModelFailed(refused)
        _log.info("%s %s is begun anew by %s", request.stage, request.digest[:12], other)
        second = _Loop(self.send, self.toolbox, reach, begin, list(refused.paid), stored=not refused.paid)
        try:
            return await second.run(_equip(replace(request, model=other, instead_of=request.model), self.toolbox.tools))
        except ModelFailed as error:
            failure = replace(error.failure, paid=error.failure.paid[len(refused.paid) :])
        raise ModelFailed(join_failures(refused, failure))


@dataclass(slots=True)
class _Loop:
    """One way from a question to its answer: the model that goes it, its turns, and what was paid on it."""

    send: Send
    toolbox: Toolbox
    reach: Reach
    begin: Callable[[], None]
    paid: list[Paid] = field(default_factory=list)
    model: str = ""
    turns: tuple[Turn, ...] = ()
    calls: int = 0
    tokens: int = 0
    spent: bool = False
    stored: bool = True
    seconds: float = 0.0

    async def run(self, request: Request) -> Reply:
        """The answer, for what the whole way took. Raises `ModelFailed`, with all that was paid."""
        self.model = request.model
        try:
            while (reply := await self._ask(request)).said:
                if self.spent:
                    raise _endless(request)
                calls = read_tool_calls(reply.said)
                self.turns = (*self.turns, Turn(reply.said, await self._answer_all(calls)))
        except ModelFailed as error:
            raise ModelFailed(replace(error.failure, paid=(*self.paid, *error.failure.paid))) from None
        return self._settle(reply)

    async def _ask(self, request: Request) -> Reply:
        """The next reply. Who answered first goes on: a stand-in may have."""
        reply = await self.send(replace(request, model=self.model, turns=self.turns), on_start=self.begin)
        self.model = reply.asked or self.model
        self.seconds += 0.0 if reply.stored else reply.seconds
        if not reply.stored:
            self.stored = False
            self.paid += [*reply.also_paid, Paid(reply.model, reply.usage)]
        return reply

    async def _answer_all(self, calls: Sequence[ToolCall]) -> tuple[ToolResult, ...]:
        """Every call answered, in its order: what is not can never be gone on from."""
        return tuple([await self._answer(call) for call in calls])

    async def _answer(self, call: ToolCall) -> ToolResult:
        if self.spent or self.calls >= self.reach.calls or len(self.turns) >= self.reach.turns:
            self.spent = True
            return ToolResult(call.id, USED, error=True)
        result = await self.toolbox.answer(call)
        tokens = DEFAULT_RATE.tokens(count_bytes(result.text))
        if self.tokens + tokens > self.reach.tokens:
            self.spent = True
            return ToolResult(call.id, USED, error=True)
        self.calls += 1
        self.tokens += tokens
        left = self.reach.calls - self.calls if len(self.turns) + 1 < self.reach.turns else 0
        return ToolResult(call.id, result.text + LEFT.format(left=left), result.error)

    def _settle(self, reply: Reply) -> Reply:
        usages: dict[str, Usage] = {}
        for one in self.paid:
            usages[one.model] = usages.get(one.model, Usage()) + one.usage
        own = usages.pop(reply.model, Usage())
        others = tuple(Paid(model, usage) for model, usage in usages.items())
        seconds = reply.seconds if self.stored else self.seconds
        return replace(reply, usage=own, also_paid=others, stored=self.stored, seconds=seconds)


def _equip(request: Request, tools: Sequence[Tool]) -> Request:
    """The question with tools. What its turns share is marked for the cache, unless it is as far as they need it."""
    *before, last = request.blocks
    marked = any(block.cache for block in request.blocks)
    blocks = request.blocks if marked else (*before, replace(last, cache=True))
    return replace(request, blocks=tuple(blocks), tools=tuple(sorted(tools, key=lambda tool: tool.name)))


def _endless(request: Request) -> ModelFailed:
    _log.warning("%s %s: asked for tools once they were used up", request.stage, request.digest[:12])
    return ModelFailed(Failure(FailureKind.ENDLESS, "it went on asking for tools", passing=False))
