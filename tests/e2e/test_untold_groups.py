"""The merge queue does not tell who is in a group: those that its commits tell may still hold it up."""

from __future__ import annotations

import pytest

from app.hub.state import CheckRun, PullRequest
from tests.claude_answers import findings
from tests.claude_server import ScriptedClaude
from tests.e2e.test_ai_written import BY_CLAUDE, careful
from tests.e2e.test_decisions import GOOD, OTHER, block
from tests.e2e.test_merge_queue import checks, merges, mute, queue
from tests.e2e.town import Town, told

__all__ = ["careful"]


async def judge_untold(town: Town, pull: PullRequest, method: str = "MERGE") -> CheckRun:
    """The check of its group, after which it could not be merged."""
    town.trouble(r"^POST /api/graphql$", "", mute, times=100)
    group = await queue(town, pull, method=method)
    (check,) = checks(town, group)
    assert not await merges(town, group)
    return check


@pytest.mark.parametrize("method", ["MERGE", "SQUASH"])
async def test_one_that_waits_for_approvals_holds_it_up(careful: Town, method: str) -> None:
    await careful.commit("change", GOOD, message=BY_CLAUDE)
    pull = await careful.open_pull("change", by="hubert")
    assert (await careful.judged(pull)).conclusion == "action_required"

    check = await judge_untold(careful, pull, method)
    assert check.title == f"Blocked by pull request {pull.number}"
    assert f"did not pass: action_required on {pull.head_sha[:12]}" in told(check)


async def test_one_with_a_blocking_finding_does_though_nobody_finds_it_again(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull = await block(guarded)
    async with guarded.database.connection() as connection:
        await connection.execute("DELETE FROM lintel.reply")
    claude.script = lambda _: findings()

    check = await judge_untold(guarded, pull)
    assert f"did not pass: failure on {pull.head_sha[:12]}" in told(check)


async def test_one_that_is_paused_does(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    await guarded.tell(pull, "/lintel pause", by="keeper")
    await guarded.commit("change", OTHER)
    assert (await guarded.judged(pull)).conclusion == "action_required"

    assert (await judge_untold(guarded, pull)).conclusion == "failure"


async def test_one_without_a_verdict_is_waited_for_and_named(guarded: Town) -> None:
    pull = await guarded.propose(GOOD, draft=True)
    await guarded.at_rest()

    check = await judge_untold(guarded, pull)
    assert (check.conclusion, check.title) == ("action_required", f"No verdict on pull request {pull.number}")


async def test_one_of_which_the_commits_say_nothing_is_judged_by_the_groups_own_review(guarded: Town) -> None:
    pull = await block(guarded)
    check = await judge_untold(guarded, pull, "REBASE")
    assert "the group's own change was reviewed" in told(check)
    assert check.conclusion == "failure"
