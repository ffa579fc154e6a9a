"""Calls that failed cost money too, and a local review says how much."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.claude_answers import Answer, Script, findings, malformed, refusal, schema_breaking, text, truncated
from tests.claude_server import ScriptedClaude
from tests.cli.command import Shell
from tests.repo.world import Repository

FINE, GATE = 0, 1
NOT_IN_FORM = "the model's reply was not in the agreed form"


def answer_of(model: str, answer: Answer) -> Script:
    return lambda body: answer if body["model"] == model else findings()


@pytest.mark.parametrize("answer", [malformed(), schema_breaking(), text("I see no fault."), text("null")])
def test_an_answer_in_another_form_is_asked_for_once_more_and_then_honestly_unread(
    shell: Shell, shop: Repository, answer: Answer
) -> None:
    with ScriptedClaude(lambda _: answer) as claude:
        ended = shell.lintel(
            "review", "--repo", str(shop.path), "--format", "json", out=None, ANTHROPIC_BASE_URL=claude.base_url
        )
    report = json.loads(ended.out)
    asked = Counter(json.dumps(seen.body) for seen in claude.requests)
    assert (ended.code, report["conclusion"]) == (GATE, "action_required")
    assert {row["reason"] for row in report["coverage"]["left_out"]} == {NOT_IN_FORM}
    assert max(asked.values()) == 2


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (lambda _: truncated(), GATE),
        (lambda _: refusal(), GATE),
        (lambda _: malformed(), GATE),
        (answer_of("claude-sonnet-5-5", refusal()), FINE),
    ],
    ids=["truncated", "refused", "malformed", "refused by one model"],
)
def test_every_call_that_began_is_in_the_bill(shell: Shell, shop: Repository, script: Script, code: int) -> None:
    with ScriptedClaude(script) as claude:
        command = ["review", "--repo", str(shop.path), "--format", "json"]
        ended = shell.lintel(*command, out=None, ANTHROPIC_BASE_URL=claude.base_url)
        counts = [claude.cache.look_up(seen.body)[0] for seen in claude.requests]
    usage = json.loads(ended.out)["usage"]
    assert ended.code == code
    assert usage["calls"] == len(counts) > 1
    assert usage["usd"] > 0
    assert usage["input_tokens"] + usage["cache_read_tokens"] > len(counts) * min(one["input_tokens"] for one in counts)
