from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from app.core.model import Block, Reply, Request, Stage, Usage

CANARY = "sk-ant-canary-0123456789"
SCHEMA = {
    "type": "object",
    "properties": {"findings": {"type": "array", "items": {"type": "string"}}},
    "required": ["findings"],
    "additionalProperties": False,
}


def ask_for(words: str = "DIFF", *, system: str = "Review.", model: str = "claude-sonnet-5-5") -> Request:
    return Request(
        stage=Stage.LENS,
        lens="correctness",
        model=model,
        system=(Block(system, cache=True),),
        blocks=(Block(words, cache=True), Block("Find faults.")),
        schema=SCHEMA,
        max_tokens=8_000,
        effort="high",
    )


def a_reply(request: Request, text: str = "{}") -> Reply:
    usage = Usage(calls=1, input_tokens=10, output_tokens=5)
    return Reply(
        digest=request.digest,
        text=text,
        model=request.model,
        stop_reason="end_turn",
        usage=usage,
        request_id="req_1",
        seconds=0.1,
    )


class Clock:
    """A clock that only sleeping moves on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        self.on_sleep: Callable[[], Awaitable[None]] | None = None

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds
        if self.on_sleep is not None:
            await self.on_sleep()


class StoreLost(Exception):
    """The database went away."""


class Shelf:
    """A reply store that survives what the process does not, and breaks when told to."""

    def __init__(self) -> None:
        self.kept: dict[str, Reply] = {}
        self.broken = False
        self.gate: asyncio.Event | None = None
        self.putting = asyncio.Event()

    async def get(self, digest: str) -> Reply | None:
        return self.kept.get(digest)

    async def put(self, reply: Reply) -> None:
        self.putting.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.broken:
            raise StoreLost
        self.kept[reply.digest] = reply
