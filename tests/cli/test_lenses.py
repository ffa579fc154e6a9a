"""Several lenses over a local range: who is asked what, what the cache serves, and what is named when one fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.claude_answers import Answer, Plant, Script, findings, lens_of, planted, prompt_texts, refusal, server_error
from tests.claude_server import ScriptedClaude
from tests.cli.command import Ended, Shell
from tests.repo.world import Repository

FINE, GATE = 0, 1
TOKEN = "ghp_" + "A1b2C3d4E5" * 3 + "f6G7h8"


def _find_nothing(_: dict[str, Any]) -> Answer:
    return findings()


def by_lens(scripts: dict[str, Script]) -> Script:
    """Each lens its own script; the others find nothing."""
    return lambda body: scripts.get(lens_of(body), _find_nothing)(body)


def review(shell: Shell, shop: Repository, claude: ScriptedClaude, **variables: str) -> tuple[Ended, dict[str, Any]]:
    ended = shell.lintel(
        "review",
        "--repo",
        str(shop.path),
        "--format",
        "json",
        out=None,
        ANTHROPIC_BASE_URL=claude.base_url,
        **variables,
    )
    return ended, json.loads(ended.out)


def write_module(number: int, lines: int) -> str:
    return "".join(f"const value_{number}_{line} = compute({line}, rate_{number})\n" for line in range(lines))


@pytest.fixture
def large(shop: Repository) -> Repository:
    """A change of three chunks."""
    shop.commit({f"shop/part_{number}.ts": write_module(number, 2_300) for number in range(3)})
    return shop


def test_a_small_change_is_asked_about_twice_and_has_no_map(shell: Shell, shop: Repository) -> None:
    with ScriptedClaude(lambda _: findings()) as claude:
        ended, report = review(shell, shop, claude)
    assert (ended.code, report["conclusion"]) == (FINE, "success")
    assert sorted(lens_of(seen.body) for seen in claude.requests) == ["correctness and contracts", "security"]
    assert not claude.asides


def test_each_lens_reports_the_fault_that_it_looks_for(shell: Shell, large: Repository) -> None:
    plants = {
        "correctness": planted({"value_0_7 ": Plant("high", "Off by one")}),
        "contracts": planted({"value_1_8 ": Plant("high", "A caller breaks", category="contract")}),
        "security": planted({"value_2_9 ": Plant("high", "Input is run", category="security")}),
    }
    with ScriptedClaude(by_lens(plants)) as claude:
        _, report = review(shell, large, claude)
    assert {(item["path"], item["line"], item["title"]) for item in report["findings"]} == {
        ("shop/part_0.ts", 8, "Off by one"),
        ("shop/part_1.ts", 9, "A caller breaks"),
        ("shop/part_2.ts", 10, "Input is run"),
    }


def test_three_chunks_are_read_by_three_lenses_mostly_from_the_cache(shell: Shell, large: Repository) -> None:
    with ScriptedClaude(lambda _: findings()) as claude:
        _, report = review(shell, large, claude)
    usage = report["usage"]
    share = usage["cache_read_tokens"] / usage["input_tokens"]
    assert report["coverage"]["reviewed_lines"] == report["coverage"]["changed_lines"]
    assert (len(claude.requests), len(claude.asides)) == (9, 1)
    assert share >= 0.6, f"{share:.1%} of {usage['input_tokens']:,} input tokens were served from the cache"


def test_all_lenses_of_a_chunk_see_the_same_map_and_the_same_lines(shell: Shell, large: Repository) -> None:
    told = {"files": [{"path": "shop/part_1.ts", "does": "Computes.", "must_hold": "", "risk": 2}], "whole": "All."}
    with ScriptedClaude(lambda _: findings(), aside=lambda _: Answer(text=json.dumps(told))) as claude:
        review(shell, large, claude)
    seen: dict[str, set[str]] = {}
    for request in claude.requests:
        change_map, diff, task = prompt_texts(request.body)
        assert "shop/part_1.ts (risk 2 of 3): Computes.\nAll." in change_map
        seen.setdefault(diff, set()).add(task)
    assert [len(tasks) for tasks in seen.values()] == [3, 3, 3]
    assert {seen.body["model"] for seen in claude.requests} == {"claude-sonnet-5-5"}
    assert {seen.body["model"] for seen in claude.asides} == {"claude-haiku-5-5"}


def gone_for_long() -> Answer:
    """Overloaded, and not worth waiting for."""
    return server_error(529, retry_after="600")


@pytest.mark.parametrize("answer", [gone_for_long, refusal, lambda: Answer(text="{}")])
def test_without_a_map_the_change_is_read_all_the_same(
    shell: Shell, large: Repository, answer: Callable[[], Answer]
) -> None:
    with ScriptedClaude(lambda _: findings(), aside=lambda _: answer()) as claude:
        ended, report = review(shell, large, claude)
    assert (ended.code, report["conclusion"]) == (FINE, "success")
    assert all(len(prompt_texts(seen.body)) == 2 for seen in claude.requests)
    assert len(claude.requests) == 9


def test_a_lens_that_failed_on_one_chunk_is_named_with_it_and_shuts_the_gate(shell: Shell, large: Repository) -> None:
    def refusing(body: dict[str, Any]) -> Answer:
        return refusal() if "const value_1_0 =" in prompt_texts(body)[1] else findings()

    with ScriptedClaude(by_lens({"security": refusing})) as claude:
        ended, report = review(shell, large, claude)
    assert (ended.code, report["conclusion"]) == (GATE, "action_required")
    (left_out,) = report["coverage"]["left_out"]
    assert left_out["path"] == "shop/part_1.ts"
    assert left_out["reason"] == "the security lens: the model declined to answer"
    assert 0 < left_out["lines"] <= 2_300


def test_where_every_lens_failed_alike_no_lens_is_named(shell: Shell, shop: Repository) -> None:
    with ScriptedClaude(lambda _: refusal()) as claude:
        _, report = review(shell, shop, claude)
    assert [item["reason"] for item in report["coverage"]["left_out"]] == ["the model declined to answer"]


def test_the_bases_policy_says_which_lenses_read(shell: Shell, shop: Repository) -> None:
    policy = shop.path / "policy.yml"
    policy.write_text("review: {lenses: {correctness: false, contracts: false, rules: false}}\n", encoding="utf-8")
    with ScriptedClaude(lambda _: findings()) as claude:
        shell.lintel(
            "review", "--repo", str(shop.path), "--policy", str(policy), out=None, ANTHROPIC_BASE_URL=claude.base_url
        )
    assert [lens_of(seen.body) for seen in claude.requests] == ["security"]


def test_a_policy_without_any_lens_shuts_the_gate_and_asks_nobody(shell: Shell, shop: Repository) -> None:
    policy = shop.path / "policy.yml"
    off = "{correctness: false, contracts: false, security: false, rules: false}"
    policy.write_text(f"review: {{lenses: {off}}}\n", encoding="utf-8")
    with ScriptedClaude(lambda _: findings()) as claude:
        ended = shell.lintel(
            *("review", "--repo", str(shop.path), "--format", "json", "--policy", str(policy)),
            out=None,
            ANTHROPIC_BASE_URL=claude.base_url,
        )
    assert ended.code == GATE
    assert json.loads(ended.out)["reasons"] == ["4 changed lines in 1 file not reviewed: the policy has no lens on."]
    assert not claude.requests


def test_what_a_budget_cannot_pay_one_by_one_is_asked_about_in_one_question(shell: Shell, large: Repository) -> None:
    with ScriptedClaude(lambda _: findings()) as claude:
        _, report = review(shell, large, claude, LINTEL_REVIEW_BUDGET_USD="2.20")
    asked = [lens_of(seen.body) for seen in claude.requests]
    assert report["coverage"]["reviewed_lines"] == report["coverage"]["changed_lines"]
    assert 0 < asked.count("correctness, contracts and security") < 3
    assert len(asked) < 9
    assert report["usage"]["usd"] <= 2.20


def test_stages_have_models_of_their_own(shell: Shell, large: Repository) -> None:
    with ScriptedClaude(lambda _: findings()) as claude:
        review(shell, large, claude, LINTEL_MODEL="claude-opus-5-5", LINTEL_MODEL_BRIEF="claude-sonnet-5-5")
    assert {seen.body["model"] for seen in claude.requests} == {"claude-opus-5-5"}
    assert {seen.body["model"] for seen in claude.asides} == {"claude-sonnet-5-5"}


def test_no_prompt_holds_a_secret_of_the_change(shell: Shell, large: Repository) -> None:
    large.commit({"shop/token.ts": f"TOKEN = '{TOKEN}'\n" + write_module(9, 70)})
    with ScriptedClaude(lambda _: findings()) as claude:
        review(shell, large, claude)
    sent = json.dumps([seen.body for seen in (*claude.requests, *claude.asides)], ensure_ascii=False)
    assert "shop/token.ts" in sent
    assert TOKEN not in sent


def test_a_plan_says_how_often_each_chunk_is_asked_about_and_what_that_costs(shell: Shell, large: Repository) -> None:
    def plan(**variables: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(
            shell.lintel("plan", "--repo", str(large.path), "--format", "json", out=None, **variables).out
        )
        return told

    free, tight = plan(), plan(LINTEL_REVIEW_BUDGET_USD="2.20")
    assert [chunk["questions"] for chunk in free["chunks"]] == [3, 3, 3]
    assert [chunk["questions"] for chunk in tight["chunks"]] == [3, 1, 1]
    assert tight["totals"]["usd"] < free["totals"]["usd"]
    assert tight["totals"]["planned_lines"] == free["totals"]["planned_lines"]
