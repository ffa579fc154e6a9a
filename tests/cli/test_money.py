"""Money that is reserved before each call, and the prices that it is reserved by, from the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.claude_answers import Answer, Plant, findings, lens_of, planted
from tests.claude_server import ScriptedClaude
from tests.cli.command import Ended, Shell
from tests.repo.world import Repository

FINE, GATE, USAGE = 0, 1, 2
PRICES = """\
as_of: 2026-12-01
models:
  some-local-model: {input: 0.5, cache_write: 0.5, cache_read: 0.05, output: 2, window: 131072}
"""
LENSES = {"correctness", "contracts", "security"}
WORDY = "x" * 80_000
"""Thoughts of nearly as many tokens as a lens may write."""


def review(shell: Shell, shop: Repository, claude: ScriptedClaude, **variables: str) -> Ended:
    command = ["review", "--repo", str(shop.path), "--format", "json"]
    return shell.lintel(*command, out=None, ANTHROPIC_BASE_URL=claude.base_url, **variables)


def write_module(shop: Repository) -> None:
    """A change that three lenses read, each by itself."""
    lines = [f"VALUE_{number} = compute({number})" for number in range(80)]
    shop.commit({"shop/values.ts": "\n".join([*lines, "RATE = 5 * 0", ""])})


def wordy(body: dict[str, Any]) -> Answer:
    """A lens that thinks for long, and finds what is there."""
    answer = planted({"RATE = 5": Plant("low")})(body)
    return replace(answer, thinking=WORDY) if lens_of(body) in LENSES else answer


def lenses_asked(claude: ScriptedClaude) -> int:
    return sum(lens_of(seen.body) in LENSES for seen in claude.requests)


def test_dearer_than_planned_a_review_ends_at_its_limit_and_says_which_lens_was_not_asked(
    shell: Shell, shop: Repository
) -> None:
    write_module(shop)
    with ScriptedClaude(wordy) as claude:
        ended = review(shell, shop, claude, LINTEL_REVIEW_BUDGET_USD="1.15")
    report = json.loads(ended.out)
    asked = lenses_asked(claude)

    assert (ended.code, report["conclusion"]) == (GATE, "action_required")
    assert 0 < asked < 3
    assert report["usage"]["usd"] <= 1.15
    assert any("lens: over the review budget of $1.15" in reason for reason in report["reasons"])
    # What the others found stands.
    assert [item["path"] for item in report["findings"]] == ["shop/values.ts"]


def test_with_money_enough_the_same_review_is_whole(shell: Shell, shop: Repository) -> None:
    write_module(shop)
    with ScriptedClaude(wordy) as claude:
        report = json.loads(review(shell, shop, claude, LINTEL_REVIEW_BUDGET_USD="5").out)
    assert lenses_asked(claude) == 3
    assert not any("budget" in reason for reason in report["reasons"])


def test_a_price_of_ones_own_makes_a_limit_possible_for_ones_own_model(
    shell: Shell, shop: Repository, tmp_path: Path
) -> None:
    prices = tmp_path / "prices.yml"
    prices.write_text(PRICES)
    given = {"LINTEL_MODEL": "some-local-model", "LINTEL_REVIEW_BUDGET_USD": "1", "LINTEL_PRICES_FILE": str(prices)}
    with ScriptedClaude(lambda _: findings()) as claude:
        ended = review(shell, shop, claude, **given)
        report = json.loads(ended.out)
        assert (ended.code, len(claude.requests)) == (FINE, 2)
        assert 0 < report["usage"]["usd"] < 1
        assert {seen.body["model"] for seen in claude.requests} == {"some-local-model"}
    plan = shell.lintel("plan", "--repo", str(shop.path), "--format", "json", out=None, **given)
    assert json.loads(plan.out)["totals"]["usd"] > 0


def test_the_version_tells_the_day_of_the_prices_and_which_are_ones_own(shell: Shell, tmp_path: Path) -> None:
    own = shell.lintel("version", out=None).out
    assert "as of 2026-11-21" in own
    assert "prices set" not in own
    prices = tmp_path / "prices.yml"
    prices.write_text(PRICES)
    told = shell.lintel("version", out=None, LINTEL_PRICES_FILE=str(prices)).out
    assert "as of 2026-12-01" in told
    assert "some-local-model" in told


@pytest.mark.parametrize("command", ["version", "plan", "review", "worker"])
def test_prices_that_cannot_be_used_refuse_the_start_with_file_and_line(
    shell: Shell, shop: Repository, tmp_path: Path, command: str
) -> None:
    prices = tmp_path / "prices.yml"
    prices.write_text(PRICES.replace("output: 2", "output: much"))
    app = {"LINTEL_APP_ID": "1", "LINTEL_PRIVATE_KEY": "none", "LINTEL_WEBHOOK_SECRET": "secret"}
    where = ["--repo", str(shop.path)] if command in {"plan", "review"} else []
    ended = shell.lintel(command, *where, out=None, LINTEL_PRICES_FILE=str(prices), ANTHROPIC_API_KEY="none", **app)
    assert (ended.code, ended.out) == (USAGE, "")
    assert ended.complaint.startswith(f"LINTEL_PRICES_FILE {prices}:3:")


def test_a_month_that_nothing_can_be_held_to_keeps_the_bot_from_starting(shell: Shell) -> None:
    app = {"LINTEL_APP_ID": "1", "LINTEL_PRIVATE_KEY": "none", "LINTEL_WEBHOOK_SECRET": "secret"}
    given = {"LINTEL_MODEL_BRIEF": "some-local-model", "LINTEL_MONTHLY_BUDGET_USD": "100", "ANTHROPIC_API_KEY": "none"}
    ended = shell.lintel("worker", out=None, **app, **given)
    assert ended.code == USAGE
    assert ended.complaint.startswith(
        "LINTEL_MONTHLY_BUDGET_USD: A month may cost $100.00, but the model some-local-model"
    )
