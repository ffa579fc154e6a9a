"""What the real API refuses with 400 from models of the 5.5 family, and how it counts and caches a prompt.

Sources: https://platform.claude.com/docs/en/about-claude/models/migration-guide and
…/build-with-claude/{structured-outputs,prompt-caching}.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.claude_tools import complain_of_tools

SAMPLING = ("temperature", "top_p", "top_k")
EFFORTS = ("low", "medium", "high", "xhigh", "max")
UNSUPPORTED = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength")
UNSUPPORTED_TOO = ("pattern", "maxItems", "uniqueItems", "oneOf", "patternProperties")
LARGEST_OUTPUT = 128_000
SMALLEST_CACHED_PREFIX = 512
LOOK_BACK = 20


def complain(body: Mapping[str, Any]) -> str | None:
    """Why the API would answer 400, or None."""
    messages = body.get("messages") or [{}]
    complaints = {
        "model: Field required": not body.get("model"),
        "max_tokens: out of range": not 1 <= body.get("max_tokens", 0) <= LARGEST_OUTPUT,
        "sampling parameters are not supported by this model": any(name in body for name in SAMPLING),
        "this model does not support assistant message prefill": messages[-1].get("role") != "user",
        "tool_choice forces tool use": (body.get("tool_choice") or {}).get("type") in ("any", "tool"),
        "thinking.type: use adaptive": (body.get("thinking") or {}).get("type") in ("enabled", "disabled"),
        "a maximum of 4 blocks with cache_control may be provided": sum(marked for _, marked in _texts(body)) > 4,
        "text content blocks must be non-empty": any(not text.strip() for text, _ in _texts(body)),
        "this server is scripted for streams": body.get("stream") is not True,
    }
    for complaint, holds in complaints.items():
        if holds:
            return complaint
    if (refusal := complain_of_tools(body)) is not None:
        return refusal
    config = body.get("output_config") or {}
    if config.get("effort") not in (None, *EFFORTS):
        return "output_config.effort: not one of the levels"
    return _complain_of_schema((config.get("format") or {}).get("schema"), "schema")


def complain_of_count(body: Mapping[str, Any]) -> str | None:
    """The same for a request to count its tokens, which has a prompt and no answer."""
    extra = sorted(set(body) & {"max_tokens", "stream"})
    return (
        f"{extra[0]}: Extra inputs are not permitted" if extra else complain({**body, "max_tokens": 1, "stream": True})
    )


def _complain_of_schema(schema: Any, place: str) -> str | None:
    if isinstance(schema, list):
        parts = [_complain_of_schema(part, f"{place}[{index}]") for index, part in enumerate(schema)]
        return next((part for part in parts if part), None)
    if not isinstance(schema, dict):
        return None
    for word in (*UNSUPPORTED, *UNSUPPORTED_TOO):
        if word in schema and not place.endswith(".properties"):
            return f"output_config.format.{place}: {word} is not supported"
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        return f"output_config.format.{place}: additionalProperties must be false"
    if schema.get("minItems", 0) not in (0, 1):
        return f"output_config.format.{place}: minItems must be 0 or 1"
    parts = [_complain_of_schema(value, f"{place}.{name}") for name, value in schema.items()]
    return next((part for part in parts if part), None)


@dataclass
class PromptCache:
    """Prefixes that earlier requests wrote. An entry can be read once `publish` was called for it."""

    readable: set[str] = field(default_factory=set)

    def look_up(self, body: Mapping[str, Any]) -> tuple[dict[str, int], list[str]]:
        """The input side of `usage`, and the entries that this request writes.

        From each breakpoint the API looks so many blocks back for an entry.
        """
        steps = list(_steps(body))
        ends = [index for index, (_, _, marked) in enumerate(steps) if marked]
        near = [
            (size, key)
            for index, (size, key, _) in enumerate(steps)
            if any(end - LOOK_BACK <= index <= end for end in ends)
        ]
        prefixes = [(size, key) for size, key, marked in steps if marked]
        whole = count_prompt(body)
        read = max((size for size, key in near if key in self.readable), default=0)
        written = max((size for size, _ in prefixes if size >= SMALLEST_CACHED_PREFIX), default=read)
        usage = {
            "input_tokens": whole - max(read, written),
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": max(0, written - read),
        }
        return usage, [key for size, key in prefixes if size >= SMALLEST_CACHED_PREFIX]

    def publish(self, keys: list[str]) -> None:
        self.readable.update(keys)


def count_prompt(body: Mapping[str, Any]) -> int:
    """The tokens of all texts of a prompt."""
    return sum(count_tokens(text) for text, _ in _texts(body))


def count_tokens(text: str) -> int:
    return math.ceil(len(text.encode()) / 2.7)


def _texts(body: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Every block in the order of the prompt as a text, tools first, and whether a breakpoint follows it."""
    yield from ((json.dumps(tool, sort_keys=True), False) for tool in body.get("tools") or [])
    system = body.get("system") or []
    contents = [system, *(message.get("content", []) for message in body.get("messages", []))]
    for content in contents:
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for block in blocks:
            yield _show_block(block), bool(block.get("cache_control"))


def _show_block(block: Mapping[str, Any]) -> str:
    if block.get("type", "text") == "text":
        return str(block.get("text", ""))
    return json.dumps({name: value for name, value in block.items() if name != "cache_control"}, sort_keys=True)


def _steps(body: Mapping[str, Any]) -> Iterator[tuple[int, str, bool]]:
    """Tokens up to each block, what identifies that prefix (model, effort and format too), whether it is marked."""
    start = json.dumps([body.get("model"), body.get("tools"), body.get("output_config")], sort_keys=True)
    digest = hashlib.sha256(start.encode())
    size = 0
    for text, marked in _texts(body):
        digest.update(f"{len(text)}:{text}".encode())
        size += count_tokens(text)
        yield size, digest.hexdigest(), marked
