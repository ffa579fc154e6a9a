"""What a local review may cost, from the command line."""

from __future__ import annotations

import json

import pytest

from tests.claude_answers import findings
from tests.claude_server import ScriptedClaude
from tests.cli.command import Ended, Shell
from tests.repo.world import Repository

FINE, GATE, USAGE = 0, 1, 2
UNLISTED = {"LINTEL_MODEL": "some-local-model"}


def review(shell: Shell, shop: Repository, *arguments: str, **variables: str) -> tuple[Ended, int]:
    """How it ended, and how often a model was asked."""
    with ScriptedClaude(lambda _: findings()) as claude:
        command = ["review", "--repo", str(shop.path), "--format", "json", *arguments]
        ended = shell.lintel(*command, out=None, ANTHROPIC_BASE_URL=claude.base_url, **variables)
        return ended, len(claude.requests)


def test_a_budget_too_small_leaves_the_change_unread_and_says_so(shell: Shell, shop: Repository) -> None:
    ended, asked = review(shell, shop, LINTEL_REVIEW_BUDGET_USD="0.001")
    report = json.loads(ended.out)
    assert (ended.code, asked, report["conclusion"]) == (GATE, 0, "action_required")
    (left_out,) = report["coverage"]["left_out"]
    assert (left_out["path"], left_out["lines"]) == ("shop/total.py", 4)
    assert left_out["reason"] == "over the review budget of $0.001"


def test_the_bases_policy_may_lower_the_budget(shell: Shell, shop: Repository) -> None:
    shop.git("switch", "--quiet", "main")
    shop.commit({".github/lintel.yml": "budget: {review_usd: 0}\n"})
    shop.git("switch", "--quiet", "discount")
    shop.git("rebase", "--quiet", "main")
    ended, asked = review(shell, shop)
    assert (ended.code, asked) == (GATE, 0)
    assert json.loads(ended.out)["reasons"] == [
        "4 changed lines in 1 file not reviewed: over the review budget of $0.00."
    ]


@pytest.mark.parametrize("variables", [{}, {"LINTEL_REVIEW_BUDGET_USD": "1"}])
def test_an_ordinary_change_is_read_within_the_budget(
    shell: Shell, shop: Repository, variables: dict[str, str]
) -> None:
    ended, asked = review(shell, shop, **variables)
    assert (ended.code, asked) == (FINE, 2)


def test_a_model_without_a_price_reads_as_long_as_nobody_asks_for_a_limit(shell: Shell, shop: Repository) -> None:
    ended, asked = review(shell, shop, **UNLISTED)
    assert (ended.code, asked) == (FINE, 2)
    assert json.loads(ended.out)["usage"]["usd"] is None


def test_a_limit_that_nothing_can_be_held_to_is_refused(shell: Shell, shop: Repository) -> None:
    ended, asked = review(shell, shop, LINTEL_REVIEW_BUDGET_USD="1", **UNLISTED)
    assert (ended.code, asked, ended.out) == (USAGE, 0, "")
    assert ended.complaint.startswith("A review may cost $1.00, but the model some-local-model has no listed price")


def test_a_policys_limit_is_refused_likewise(shell: Shell, shop: Repository) -> None:
    policy = shop.path / "policy.yml"
    policy.write_text("budget: {review_usd: 2}\n")
    ended, asked = review(shell, shop, "--policy", str(policy), **UNLISTED)
    assert (ended.code, asked) == (USAGE, 0)
    assert ended.complaint.startswith("A review may cost $2.00")


def test_without_a_model_no_limit_is_in_the_way(shell: Shell, shop: Repository) -> None:
    ended, asked = review(shell, shop, "--no-model", LINTEL_REVIEW_BUDGET_USD="0", **UNLISTED)
    assert (ended.code, asked) == (FINE, 0)


def test_a_bot_that_could_not_keep_its_limit_does_not_start(shell: Shell) -> None:
    app = {"LINTEL_APP_ID": "1", "LINTEL_PRIVATE_KEY": "none", "LINTEL_WEBHOOK_SECRET": "secret"}
    ended = shell.lintel("worker", out=None, **app, **UNLISTED, ANTHROPIC_API_KEY="none", LINTEL_REVIEW_BUDGET_USD="3")
    assert ended.code == USAGE
    assert ended.complaint.startswith(
        "LINTEL_REVIEW_BUDGET_USD: A review may cost $3.00, but the model some-local-model"
    )
