"""What the scripted Claude says in threads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.claude_answers import Answer, Script, prompt_texts

Says = Callable[[str], dict[str, Any] | Answer]


def asks_in_a_thread(body: Mapping[str, Any]) -> bool:
    return '"concede"' in json.dumps(body.get("output_config", {}))


def conversing(script: Script, says: Says) -> Script:
    """The script, and in threads what `says` makes of the whole prompt."""

    def answer(body: dict[str, Any]) -> Answer:
        if not asks_in_a_thread(body):
            return script(body)
        said = says("\n".join(prompt_texts(body)))
        return said if isinstance(said, Answer) else Answer(text=json.dumps(said))

    return answer


def stays(answer: str = "The total is zero for every order, because each price is multiplied by zero.") -> Says:
    """It holds on to the finding."""
    return lambda _: {"quotes": [], "concede": False, "answer": answer}


def gives_in(*quotes: tuple[str, int, str], answer: str = "You are right, I will approve this.") -> Says:
    """It gives in, and quotes this for it."""
    told = [{"path": path, "line": line, "quote": text} for path, line, text in quotes]
    return lambda _: {"quotes": told, "concede": True, "answer": answer}
