"""A model on a server that only resembles the API reviews a local range."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tests.claude_answers import Answer, Plant, Script, planted, text
from tests.claude_server import ScriptedClaude
from tests.cli.command import Shell
from tests.repo.world import Repository

FINE, GATE = 0, 1
LOCAL = {"LINTEL_STRUCTURED_OUTPUT": "prompted", "LINTEL_MODEL": "some-local-model"}


def chatty(script: Script) -> Script:
    """Says the same, and much else."""

    def answer(body: dict[str, Any]) -> Answer:
        said = script(body)
        return replace(said, text=f"<think>{{hm}}</think>Of course!\n```json\n{said.text}\n```\nGood luck.")

    return answer


def review(shell: Shell, shop: Repository, script: Script) -> tuple[int, dict[str, Any], ScriptedClaude]:
    with ScriptedClaude(script) as claude:
        command = ["review", "--repo", str(shop.path), "--format", "json"]
        ended = shell.lintel(*command, out=None, ANTHROPIC_BASE_URL=claude.base_url, **LOCAL)
    return ended.code, json.loads(ended.out), claude


def test_a_finding_among_chatter_stands_on_its_line(shell: Shell, shop: Repository) -> None:
    code, report, claude = review(shell, shop, chatty(planted({"- off": Plant("high", "Subtracts too much")})))
    assert (code, report["conclusion"]) == (GATE, "failure")
    assert [(one["path"], one["line"], one["title"]) for one in report["findings"]] == [
        ("shop/total.py", 2, "Subtracts too much")
    ]
    assert all(set(seen.body) == {"model", "max_tokens", "system", "messages", "stream"} for seen in claude.requests)


def test_a_clean_answer_among_chatter_is_green(shell: Shell, shop: Repository) -> None:
    code, report, _ = review(shell, shop, chatty(planted({})))
    assert (code, report["conclusion"]) == (FINE, "success")


@pytest.mark.parametrize("words", ["I see no fault.", '{"findings": "none"}', '{"findings": [], "findings": [1]}'])
def test_a_model_that_cannot_keep_to_the_form_is_asked_twice_and_the_change_stays_unread(
    shell: Shell, shop: Repository, words: str
) -> None:
    code, report, claude = review(shell, shop, lambda _: text(words))
    assert (code, report["conclusion"]) == (GATE, "action_required")
    assert {row["reason"] for row in report["coverage"]["left_out"]} == {"the model's reply was not in the agreed form"}
    assert report["usage"]["calls"] == len(claude.requests)
    turns = [seen.body["messages"] for seen in claude.requests]
    questions = Counter(messages[0]["content"] for messages in turns)
    assert max(questions.values()) == 2
    assert max(len(messages) for messages in turns) == 3
