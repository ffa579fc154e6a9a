"""A second reader for the scripted Claude: what it answers about claims, and the fixes it offers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.claude_answers import Answer, Script, prompt_texts

_CLAIM = re.compile(
    r"^Claim (?P<number>\d+), of (?P<path>.*?)(?:, lines? (?P<first>\d+)(?: to (?P<last>\d+))?)?"
    r" of the (?P<version>new|old) version: (?P<title>.*)$",
    re.MULTILINE,
)
_FILE = re.compile(r"=== (?:FILE (?P<path>.*) \([^()]*\)|(?P<version>NEW|OLD) VERSION OF (?P<file>.*)) ===")
_LINE = re.compile(r"(?P<side>[RL]) (?P<number>\d+) +\|[-+ ](?P<text>.*)")


@dataclass(frozen=True)
class Told:
    """A claim as the verifier was told it, with the text of the line that it names."""

    number: int
    path: str
    line: int
    title: str
    text: str


Opinion = Callable[[Told], dict[str, Any]]


def asks_for_verdicts(body: Mapping[str, Any]) -> bool:
    return '"verdicts"' in json.dumps(body.get("output_config", {}))


def asks_for_fixes(body: Mapping[str, Any]) -> bool:
    return '"fixes"' in json.dumps(body.get("output_config", {}))


def seconded(
    script: Script, opinion: Opinion | None = None, *, fix: Callable[[Told], str | None] = lambda _: None
) -> Script:
    """The script, and a second reader with this opinion of each claim: without one, that it is right."""

    def answer(body: dict[str, Any]) -> Answer:
        if asks_for_verdicts(body):
            verdicts = [{"claim": told.number, **(opinion or confirm)(told)} for told in read_claims(body)]
            return Answer(text=json.dumps({"verdicts": verdicts}))
        if asks_for_fixes(body):
            fixes = [{"claim": told.number, "replacement": fix(told)} for told in read_claims(body)]
            return Answer(text=json.dumps({"fixes": fixes}))
        return script(body)

    return answer


def verdict(**fields: Any) -> dict[str, Any]:
    return {
        "quoted_evidence": [],
        "reachable_trigger": "",
        "counter_evidence": [],
        "pre_existing": False,
        "verdict": "uncertain",
        "severity": "critical",
        "confidence": 95,
    } | fields


def quote(told: Told, text: str | None = None) -> dict[str, Any]:
    return {"path": told.path, "line": told.line, "quote": told.text if text is None else text}


def confirm(told: Told, **fields: Any) -> dict[str, Any]:
    return verdict(verdict="confirmed", quoted_evidence=[quote(told)], reachable_trigger="any call", **fields)


def refute(told: Told, **fields: Any) -> dict[str, Any]:
    return verdict(verdict="refuted", counter_evidence=[quote(told)], **fields)


def read_claims(body: Mapping[str, Any]) -> list[Told]:
    """The claims in a prompt, each with its line as the prompt shows it."""
    prompt = "\n".join(prompt_texts(body))
    lines: dict[tuple[str, str, int], str] = {}
    path = ""
    for row in prompt.split("\n"):
        if file := _FILE.fullmatch(row):
            path = file["path"] or file["file"]
        elif line := _LINE.fullmatch(row):
            lines[path, line["side"], int(line["number"])] = line["text"]
    found: list[Told] = []
    for claim in _CLAIM.finditer(prompt):
        number = int(claim["first"] or 0)
        text = lines.get((claim["path"], "R" if claim["version"] == "new" else "L", number), "")
        found.append(Told(int(claim["number"]), claim["path"], number, claim["title"], text))
    return found
