"""Queue or commits do not tell who is in a group: those that either of them tells may still hold it up."""

from __future__ import annotations

import asyncio

import pytest

from app.hub import git
from app.hub.state import CheckRun, PullRequest
from tests.claude_answers import findings
from tests.claude_server import ScriptedClaude
from tests.e2e.test_ai_written import BY_CLAUDE, careful
from tests.e2e.test_decisions import BAD, GOOD, OTHER, block
from tests.e2e.test_merge_queue import checks, merges, mute, propose, queue
from tests.e2e.town import Town, told
from tests.e2e.wire import refused

__all__ = ["careful"]
MORE_THAN_ARE_ASKED = 101
WHOSE_A_COMMIT_IS = r"^GET .*/commits/[0-9a-f]+/pulls"
OPEN_ONES = r"^GET .*/pulls\?"


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


def merge_crowd(town: Town, files: dict[str, str]) -> str:
    """A change whose one commit merges more commits of its author's than are asked whose they are."""
    path = town.repository.path
    base = git.tip(path, "main")
    assert base is not None
    who = ("hubert", "hubert@example.org", town.people.hub.clock())
    twigs = [git.write_commit(path, {}, base, f"Twig {n}", who) for n in range(MORE_THAN_ARE_ASKED)]
    top = git.write_commit(path, {name: text.encode() for name, text in files.items()}, base, "Change", who)
    tree = git.run(path, "rev-parse", f"{top}^{{tree}}").decode().strip()
    return git.commit_tree(path, tree, [top, *twigs], "Merge twigs", git.read_commit(path, top).author)


async def propose_crowd(town: Town, files: dict[str, str]) -> PullRequest:
    """Such a change as a pull request, judged."""
    sha = await asyncio.to_thread(merge_crowd, town, files)
    await town.do(town.people.push, town.repository, "change", sha, by="hubert")
    pull = await town.open_pull("change", by="hubert")
    await town.judged(pull)
    return pull


async def forget_findings(town: Town, claude: ScriptedClaude) -> None:
    """Nobody finds again what was found: the group's own review would pass."""
    async with town.database.connection() as connection:
        await connection.execute("DELETE FROM lintel.reply")
    claude.script = lambda _: findings()


async def test_one_that_merged_a_crowd_of_commits_does_not_hide_behind_them(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull = await propose_crowd(guarded, BAD)
    await forget_findings(guarded, claude)

    assert (await judge_untold(guarded, pull)).title == f"Blocked by pull request {pull.number}"


async def test_nor_where_one_of_the_crowd_is_offered_as_well_without_being_queued(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull = await propose_crowd(guarded, BAD)
    twig = git.read_commit(guarded.repository.path, pull.head_sha).parents[1]
    await guarded.do(guarded.people.push, guarded.repository, "twig", twig, by="hubert")
    other = await guarded.open_pull("twig", by="hubert")
    await guarded.judged(other)
    await forget_findings(guarded, claude)
    group = await queue(guarded, pull)

    (check,) = checks(guarded, group)
    assert check.title == f"Blocked by pull request {pull.number}"
    assert not await merges(guarded, group)


async def test_a_crowd_that_brings_nobody_along_is_no_trouble(guarded: Town) -> None:
    group = await queue(guarded, await propose_crowd(guarded, GOOD))
    assert [run.title for run in checks(guarded, group)] == ["1 pull request passed"]
    assert await merges(guarded, group)


async def test_where_github_does_not_tell_whose_a_commit_is_the_open_ones_tell_it(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    guarded.trouble(WHOSE_A_COMMIT_IS, "", refused(403), times=1)
    group = await queue(guarded, pull)
    assert [run.title for run in checks(guarded, group)] == ["1 pull request passed"]
    assert await merges(guarded, group)


async def test_where_only_the_queue_tells_one_that_waits_for_approvals_holds_it_up(careful: Town) -> None:
    await careful.commit("change", GOOD, message=BY_CLAUDE)
    pull = await careful.open_pull("change", by="hubert")
    assert (await careful.judged(pull)).conclusion == "action_required"
    careful.trouble(WHOSE_A_COMMIT_IS, "", refused(403), times=100)
    careful.trouble(OPEN_ONES, "", refused(403), times=100)
    group = await queue(careful, pull)

    (check,) = checks(careful, group)
    assert check.title == f"Blocked by pull request {pull.number}"
    assert not await merges(careful, group)


async def test_where_neither_queue_nor_commits_tell_its_own_review_does_not_open_the_gate(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    guarded.trouble(WHOSE_A_COMMIT_IS, "", refused(403), times=100)
    guarded.trouble(OPEN_ONES, "", refused(403), times=100)

    check = await judge_untold(guarded, pull)
    assert (check.conclusion, check.title) == ("action_required", "The review could not be made")
    assert "put its pull requests into the queue once more" in told(check)
