"""GitHub's own webhook examples, as deliveries."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent.parent / "data" / "webhooks" / "examples.json"


@dataclass(frozen=True)
class Example:
    name: str
    payload: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"X-GitHub-Event": self.name, "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958"}

    @property
    def body(self) -> bytes:
        return json.dumps(self.payload).encode()


@functools.cache
def examples() -> tuple[Example, ...]:
    return tuple(Example(**entry) for entry in json.loads(_FILE.read_text(encoding="utf-8")))


def example(name: str, action: str | None) -> Example:
    found = (entry for entry in examples() if (entry.name, entry.payload.get("action")) == (name, action))
    return next(found)
