"""Planted holes in pipelines and images: the model that reads them is told what to look for, any other is not."""

from __future__ import annotations

import json
from typing import Any

from app.core.change.classes.delivery import Delivery
from app.lenses.delivery import NOTES, OPENING
from tests.claude_answers import Answer, Plant, findings, lens_of, planted, prompt_texts
from tests.claude_server import ScriptedClaude
from tests.cli.command import Shell
from tests.repo.world import Repository

GATE = 1
WORKFLOW = ".github/workflows/greet.yml"
INJECTED = """\
name: greet
on: pull_request_target
permissions: {}
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: echo "${{ github.event.pull_request.title }}"
"""
FOUND = planted({"github.event.pull_request.title": Plant("high", "A title is run", category="security")})


def knowing(body: dict[str, Any]) -> Answer:
    """A reader that sees the hole only if it is told of such holes."""
    return FOUND(body) if NOTES[Delivery.WORKFLOW] in "".join(prompt_texts(body)) else findings()


def review(shell: Shell, shop: Repository, claude: ScriptedClaude) -> tuple[int, dict[str, Any]]:
    command = ["review", "--repo", str(shop.path), "--format", "json"]
    ended = shell.lintel(*command, out=None, ANTHROPIC_BASE_URL=claude.base_url)
    return ended.code, json.loads(ended.out)


def test_a_hole_in_a_workflow_is_found_by_a_model_that_knows_it_from_the_notes(shell: Shell, shop: Repository) -> None:
    shop.commit({WORKFLOW: INJECTED})
    with ScriptedClaude(knowing) as claude:
        code, report = review(shell, shop, claude)
    by_model = [one for one in report["findings"] if one["source"] == "model"]
    assert [(one["path"], one["line"], one["title"]) for one in by_model] == [(WORKFLOW, 8, "A title is run")]
    assert (code, report["conclusion"]) == (GATE, "failure")
    noted = [lens_of(seen.body) for seen in claude.requests if OPENING in "".join(prompt_texts(seen.body))]
    assert noted == ["security"]


def test_a_change_of_code_alone_carries_no_notes(shell: Shell, shop: Repository) -> None:
    with ScriptedClaude(knowing) as claude:
        review(shell, shop, claude)
    assert claude.requests
    assert not any(OPENING in "".join(prompt_texts(seen.body)) for seen in claude.requests)


def test_of_several_chunks_only_that_with_such_a_file_carries_its_notes(shell: Shell, shop: Repository) -> None:
    lines = [f"const value_{line} = compute({line}, rate)\n" for line in range(2_300)]
    shop.commit({f"shop/part_{number}.ts": "".join(lines).replace("value", f"v{number}") for number in range(3)})
    above = "apiVersion: v1\nkind: Pod\nspec:\n" + "".join(f"  - n{number}\n" for number in range(40))
    shop.commit({"deploy/web.yaml": f"{above}image: web:1\n"})
    with ScriptedClaude(knowing) as claude:
        review(shell, shop, claude)
    noted = 0
    for seen in claude.requests:
        texts = "".join(prompt_texts(seen.body))
        holds = "=== FILE deploy/web.yaml" in texts and lens_of(seen.body) == "security"
        assert (NOTES[Delivery.KUBERNETES] in texts) is holds
        assert NOTES[Delivery.WORKFLOW] not in texts
        noted += holds
    assert noted == 1
