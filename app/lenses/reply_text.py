"""Replies of stages that write prose for people or other prompts: checked JSON, and text that any place can hold."""

from __future__ import annotations

import json
import re
from typing import Any

from jsonschema import Draft202012Validator

from app.core.model import Failure, FailureKind, ModelFailed, Reply

REPLY_CHARACTERS = 200_000
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")


def read_object(reply: Reply, check: Draft202012Validator, who: str) -> dict[str, Any]:
    """The reply's object. Raises `ModelFailed` (malformed) for one in any other form."""
    try:
        value: Any = json.loads(reply.text) if len(reply.text) <= REPLY_CHARACTERS else None
    except (ValueError, RecursionError):
        value = None
    if not check.is_valid(value):
        detail = f"the reply of the {who} is not what was asked for"
        raise ModelFailed(Failure(FailureKind.MALFORMED, detail, passing=False))
    found: dict[str, Any] = value
    return found


def tidy(text: str, characters: int) -> str:
    """One line without control characters, cut to a length."""
    line = " ".join(_UNPRINTABLE.sub(" ", text).split())
    return line if len(line) <= characters else f"{line[: characters - 1]}…"
