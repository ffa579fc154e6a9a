"""What is asked of a model, and what comes back, as plain values. Nothing here knows a network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any


class Stage(StrEnum):
    """Which stage of a review asks."""

    BRIEF = "brief"
    LENS = "lens"
    VERIFY = "verify"
    FIX = "fix"
    ARCHITECTURE = "architecture"
    JUDGE = "judge"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a prompt. `cache` ends a stretch that later requests share byte for byte."""

    text: str
    cache: bool = False


@dataclass(frozen=True, slots=True)
class Repair:
    """A question's answer that could not be used, as the model wrote it, and what to say to that."""

    answer: str
    words: str


@dataclass(frozen=True, slots=True)
class Tool:
    """Something a model may ask for before it answers. `schema` is that of its arguments: static and closed."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What a model asks for. Name and arguments are its words: any value may stand there."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What is given for the call of this `id`; `error`: the call could not be answered, and `text` says why."""

    id: str
    text: str
    error: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What a model said when it asked for tools (its content as JSON, exactly as received), and what it was given."""

    said: str
    results: tuple[ToolResult, ...]


@dataclass(frozen=True)
class Request:
    """One question to a model: stable parts first, so that requests of one review share a cached prefix.

    `salt` is empty, or differs to ask the same question anew (a full review). `prompted`: the form of the answer is
    asked for in words alone, and `schema` is empty; only then `repair` can go on from an earlier answer. `turns` are
    what was asked of `tools` so far and given: they only grow. `instead_of` is the model that refused the question when
    `model` is its stand-in: nobody else is asked then. It changes no answer.
    """

    stage: Stage
    lens: str
    model: str
    system: tuple[Block, ...]
    blocks: tuple[Block, ...]
    schema: Mapping[str, Any]
    max_tokens: int
    effort: str
    salt: str = ""
    prompted: bool = False
    repair: Repair | None = None
    tools: tuple[Tool, ...] = ()
    turns: tuple[Turn, ...] = ()
    instead_of: str = ""

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hex over everything that can change the answer; the key under which the reply is stored."""
        body = {
            "stage": self.stage,
            "lens": self.lens,
            "model": self.model,
            "system": [block.text for block in self.system],
            "blocks": [block.text for block in self.blocks],
            "schema": self.schema,
            "max_tokens": self.max_tokens,
            "effort": self.effort,
            "salt": self.salt,
        }
        if self.prompted:
            body["prompted"] = None if self.repair is None else [self.repair.answer, self.repair.words]
        if self.tools:
            body["tools"] = [[tool.name, tool.description, tool.schema] for tool in self.tools]
            body["turns"] = [
                [turn.said, [[result.id, result.text, result.error] for result in turn.results]] for turn in self.turns
            ]
        return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one or more calls. `input_tokens` is the uncached rest, as the API counts."""

    calls: int = 0
    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        """The sum of both."""
        return Usage(
            calls=self.calls + other.calls,
            input_tokens=self.input_tokens + other.input_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True, slots=True)
class Paid:
    """What calls of one model took."""

    model: str
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply that arrived whole. `model` is the id the server says answered. `stored`: it was not paid for again.

    `also_paid` is what other models took for the same question, who did not answer it. `said` is the content as JSON,
    exactly as received, where the model asks for tools instead of answering (stop reason `tool_use`). `asked` is the id
    that was asked: the server may tell a more exact one. It is empty in replies kept before it was recorded.
    """

    digest: str
    text: str
    model: str
    stop_reason: str
    usage: Usage
    request_id: str
    seconds: float
    stored: bool = False
    also_paid: tuple[Paid, ...] = ()
    said: str = ""
    asked: str = ""

    def from_memory(self) -> Reply:
        """The same reply where it is given once more: nothing was paid for it."""
        return replace(self, stored=True, usage=Usage(), also_paid=())


class FailureKind(StrEnum):
    """Why a question has no usable answer; each ends in "not reviewed", never in "nothing found"."""

    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    SERVER_ERROR = "server_error"
    SPEND_LIMIT = "spend_limit"
    UNAUTHORIZED = "unauthorized"
    REJECTED = "rejected"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    INCOMPLETE = "incomplete"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    TOO_LONG = "too_long"
    MALFORMED = "malformed"
    UNANSWERED = "unanswered"
    ENDLESS = "endless"
    BUDGET = "budget"
    UNASKED = "unasked"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class Failure:
    """A named failure. `passing` ones may be gone in a while (outage, limits); `detail` is safe to log, not to post.

    `paid` is what the calls took that ended in it: a model is paid for what it wrote, whatever became of it.
    `repeated`: asking once more has been tried, to no avail.
    """

    kind: FailureKind
    detail: str
    passing: bool
    retry_after_s: float | None = None
    paid: tuple[Paid, ...] = ()
    repeated: bool = False


class ModelFailed(Exception):
    """A question got no usable answer."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.kind}: {failure.detail}")
        self.failure = failure
