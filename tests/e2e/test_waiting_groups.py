"""What the check on a merge queue's group says before its verdict, and what holds for members by then."""

from __future__ import annotations

from app.hub import git
from tests.claude_server import ScriptedClaude
from tests.e2e.test_merge_queue import BAD, GOOD, OTHER, checks, merges, mute, propose, queue
from tests.e2e.town import Town, told


def shown(town: Town, state: str, words: str = "") -> list[str]:
    """What GitHub was given to show on checks in this state, title and text, where these words are in it."""
    outputs = [
        one.body["output"]
        for one in town.wire.exchanges
        if "/check-runs" in one.path and one.method in {"POST", "PATCH"} and one.body.get("status") == state
    ]
    told = [f"{output['title']}\n{output['summary']}" for output in outputs if output]
    return [text for text in told if words in text]


async def test_a_group_that_waits_for_a_member_says_for_which(guarded: Town) -> None:
    green = await propose(guarded, OTHER, "other")
    async with guarded.unheard():
        pull = await guarded.propose(GOOD)
    group = await queue(guarded, green, pull)

    assert shown(guarded, "queued", "Looking up the pull requests of this group")
    (waiting,) = shown(guarded, "in_progress", "This is a group of the merge queue")
    assert waiting.startswith(f"Waiting for pull request {pull.number}\n")
    assert f"Pull request {pull.number} has no verdict yet on {pull.head_sha[:12]}" in waiting
    assert "1 of 2 pull requests passed" in waiting
    assert [run.title for run in checks(guarded, group)] == ["2 pull requests passed"]
    assert await merges(guarded, group)


async def test_a_group_that_is_reviewed_itself_says_so_meanwhile(guarded: Town) -> None:
    pull = await propose(guarded, BAD)
    guarded.trouble(r"^POST /api/graphql$", "", mute, times=100)
    group = await queue(guarded, pull, method="REBASE")

    told = shown(guarded, "in_progress", "the group's own change is being reviewed")
    assert any(text.startswith("Waiting for the merge queue") for text in shown(guarded, "in_progress"))
    assert any(text.startswith("Reading the change") for text in told)
    assert not await merges(guarded, group)


async def test_a_rebased_member_is_known_by_its_change(guarded: Town, claude: ScriptedClaude) -> None:
    await guarded.commit("change", GOOD)
    pull = await propose(guarded, {"app/more.py": "MORE = 1\n"})
    await guarded.commit("main", OTHER, by="mona")
    asked = len(claude.readings)
    group = await queue(guarded, pull, method="REBASE")

    (check,) = checks(guarded, group)
    assert "the queue's commits make the same change" in told(check)
    assert len(claude.readings) == asked
    assert git.count(guarded.repository.path, f"{group.base_sha}..{group.head_sha}") == 2
    assert await merges(guarded, group)
