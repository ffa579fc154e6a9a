"""Text and JSON that PostgreSQL takes: it refuses NUL and lone surrogates, and one such value fails a statement."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb
from pydantic import JsonValue


def strip_text(text: str) -> str:
    """The text without NUL and without surrogates."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def strip_json(value: JsonValue) -> JsonValue:
    """The same value, every text and key in it stripped."""
    if isinstance(value, str):
        return strip_text(value)
    if isinstance(value, list):
        return [strip_json(item) for item in value]
    if isinstance(value, dict):
        return {strip_text(key): strip_json(item) for key, item in value.items()}
    return value


def to_jsonb(value: Any) -> Jsonb:  # noqa: ANN401 - what TypeAdapter.dump_python returns
    """A parameter for a jsonb column."""
    return Jsonb(strip_json(value))
