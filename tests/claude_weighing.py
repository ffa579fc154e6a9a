"""An architect for the scripted Claude: what it answers about the fit of a change."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.claude_answers import Answer, Script, prompt_texts, write_aside

DIMENSIONS = (
    "layering",
    "dependency_direction",
    "placement",
    "duplication",
    "contracts",
    "data_ownership",
    "conventions",
    "testability",
)
_BLOCK = re.compile(
    r"<<<BEGIN (?P<label>[A-Z]+) (?P<mark>[0-9a-f]+)\n(?P<body>.*)\n(?P=mark) END (?P=label)>>>", re.DOTALL
)


def asks_for_fit(body: Mapping[str, Any]) -> bool:
    """Whether a request is the architect's."""
    system = body.get("system") or ""
    return str(system if isinstance(system, str) else system[0]["text"]).startswith("You weigh whether")


def blocks_of(body: Mapping[str, Any]) -> dict[str, str]:
    """What the architect was given, by label: `FACTS`, `CHANGE` and, if they were there, `RULES` and `ANALOGUES`."""
    return {found["label"]: found["body"] for text in prompt_texts(body) if (found := _BLOCK.fullmatch(text))}


def evidence(fact: str = "", path: str = "", line: int = 0, quote: str = "") -> dict[str, Any]:
    return {"fact": fact, "path": path, "line": line, "quote": quote}


def weighed(name: str, score: float | None, *items: Mapping[str, Any], note: str = "So it is.") -> dict[str, Any]:
    return {"name": name, "evidence": [dict(item) for item in items], "note": note, "score": score}


def opinion(*dimensions: Mapping[str, Any], verdict: str = "fits", confidence: float = 80) -> Answer:
    """An answer of the architect. What is not weighed in it has no score."""
    told = {"dimensions": [dict(item) for item in dimensions], "verdict": verdict, "confidence": confidence}
    return Answer(text=json.dumps(told))


def weighing(answer: Answer | Callable[[dict[str, Any]], Answer], otherwise: Script = write_aside) -> Script:
    """An `aside` in which the architect answers so; what else is asked beside the review is answered by `otherwise`."""

    def reply(body: dict[str, Any]) -> Answer:
        if not asks_for_fit(body):
            return otherwise(body)
        return answer if isinstance(answer, Answer) else answer(body)

    return reply
