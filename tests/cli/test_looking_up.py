"""Models look around in what `lintel review` reviews, be it committed or not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.claude_answers import Answer, findings, is_aside, write_aside
from tests.claude_server import ScriptedClaude
from tests.claude_tools import asks, call, results_of, turns_of
from tests.cli.command import Shell
from tests.repo.world import Repository

NEW = "def total(prices, off=0):\n    return sum(prices) - 2 * off\n"


@pytest.mark.parametrize("what", [["--working-tree"], ["--staged"], []], ids=["working tree", "staged", "committed"])
def test_what_is_looked_up_is_the_tree_as_it_would_be(shell: Shell, shop: Repository, what: list[str]) -> None:
    shop.write({"shop/total.py": NEW, "shop/other.py": "OTHER = 1\n"})
    shop.git("add", "--all")
    if not what:
        shop.git("commit", "--quiet", "--message", "more")
    seen: list[str] = []

    def script(body: dict[str, Any]) -> Answer:
        if is_aside(body):
            return write_aside(body)
        if not turns_of(body):
            read = call("read_file", path="shop/total.py", start=1, end=9)
            return asks(read, call("find_callers", symbol="total"), call("list_dir", path="shop"))
        seen.append(json.dumps(results_of(body)))
        return findings()

    with ScriptedClaude(script) as claude:
        ended = shell.lintel("review", "--repo", shop.path, *what, ANTHROPIC_BASE_URL=claude.base_url)
    assert ended.code == 0, ended.err
    assert seen
    assert all("sum(prices) - 2 * off" in text for text in seen)
    assert all("other.py" in text for text in seen)
    assert not any('"is_error"' in text for text in seen)
