from __future__ import annotations

from typing import Any

import pytest

from tests.claude_rules import complain

CLOSED = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def a_body(**changes: Any) -> dict[str, Any]:
    return {
        "model": "claude-sonnet-5-5",
        "max_tokens": 100,
        "stream": True,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
        "output_config": {"effort": "high", "format": {"type": "json_schema", "schema": CLOSED}},
    } | changes


def with_schema(schema: Any) -> dict[str, Any]:
    return a_body(output_config={"format": {"type": "json_schema", "schema": schema}})


def test_a_plain_request_is_taken() -> None:
    assert complain(a_body()) is None


def test_a_property_may_be_named_like_a_keyword() -> None:
    assert complain(with_schema(CLOSED | {"properties": {"pattern": {"type": "string"}}})) is None


@pytest.mark.parametrize(
    "body",
    [
        a_body(temperature=1),
        a_body(top_k=3),
        a_body(tool_choice={"type": "any"}),
        a_body(tool_choice={"type": "tool", "name": "report"}),
        a_body(thinking={"type": "enabled", "budget_tokens": 1024}),
        a_body(thinking={"type": "disabled"}),
        a_body(max_tokens=200_000),
        a_body(stream=False),
        a_body(messages=[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "{"}]),
        a_body(system=[{"type": "text", "text": str(n), "cache_control": {"type": "ephemeral"}} for n in range(5)]),
        a_body(system=[{"type": "text", "text": ""}]),
        a_body(output_config={"effort": "extreme"}),
        with_schema({"type": "object", "properties": {}}),
        with_schema(CLOSED | {"properties": {"n": {"type": "integer", "minimum": 0}}}),
        with_schema(CLOSED | {"properties": {"list": {"type": "array", "items": {"type": "object"}}}}),
        with_schema(CLOSED | {"properties": {"list": {"type": "array", "minItems": 2}}}),
    ],
)
def test_what_the_models_refuse_is_refused(body: dict[str, Any]) -> None:
    assert complain(body) is not None
