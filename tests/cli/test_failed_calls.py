"""Calls that failed cost money too, and a local review says how much."""

from __future__ import annotations

import json

import pytest

from tests.claude_answers import Answer, Script, findings, malformed, refusal, truncated
from tests.claude_server import ScriptedClaude
from tests.cli.command import Shell
from tests.repo.world import Repository

FINE, GATE = 0, 1


def answer_of(model: str, answer: Answer) -> Script:
    return lambda body: answer if body["model"] == model else findings()


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
