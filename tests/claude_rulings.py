"""A scripted Claude that answers about written rules as well."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.claude_answers import Answer, Plant, Script, planted, prompt_texts

_RULES = re.compile(r"<<<BEGIN RULES (?P<mark>[0-9a-f]+)\n(?P<rules>.*)\n(?P=mark) END RULES>>>", re.DOTALL)

Ruling = Callable[[str, str, dict[str, Any]], Iterable[dict[str, Any]] | None]
"""From a rule's id, its words and the request: the findings that break it, empty where it is kept; None: no answer."""


def asked_rules(body: Mapping[str, Any]) -> dict[str, str]:
    """The words of each rule that a request asks about, by id; empty where it asks about none."""
    found = _RULES.search(prompt_texts(body)[-1])
    rows = (row.split(" | ") for row in found["rules"].split("\n")) if found else ()
    return {row[0]: row[-1] for row in rows}


def ruled(otherwise: Script, ruling: Ruling, *, quote: Callable[[str], str] = str) -> Script:
    """`otherwise`, but what asks about rules is answered by `ruling`; `quote` is what is made of a rule's words."""

    def answer(body: dict[str, Any]) -> Answer:
        rules = asked_rules(body)
        if not rules:
            return otherwise(body)
        checked, findings = [], []
        for rule_id, words in rules.items():
            broken = ruling(rule_id, words, body)
            if broken is None:
                continue
            found = [{**finding, "rule_id": rule_id, "category": "rule"} for finding in broken]
            findings += found
            verdict = "violated" if found else "ok"
            checked.append({"rule_id": rule_id, "quote": quote(words) if found else "", "verdict": verdict})
        return Answer(text=json.dumps({"findings": findings, "rules_checked": checked}))

    return answer


def by_pattern(breaks: Mapping[str, str], severity: str = "high") -> Ruling:
    """Rules whose words fit a key are broken by each changed line that fits its value; all others are kept."""

    def rule(_rule_id: str, words: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        plants = {
            code: Plant(severity, "It breaks a written rule", "rule")
            for pattern, code in breaks.items()
            if re.search(pattern, words)
        }
        found: list[dict[str, Any]] = json.loads(planted(plants)(body).text)["findings"]
        return found

    return rule
