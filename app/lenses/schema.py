"""The shape that all answers share: objects with exactly the properties that are named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object with exactly these properties."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
