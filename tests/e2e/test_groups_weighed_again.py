"""Between a group's verdict and the moment it is shown, members and policy may turn: what is shown is how they are."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from app.hub import git
from app.hub.state import PullRequest, Review
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.test_ai_written import BY_CLAUDE, approve, careful
from tests.e2e.test_decisions import SMALL
from tests.e2e.test_merge_queue import GOOD, checks, entries, merges, mute, propose, queue
from tests.e2e.test_policy import found_organisation
from tests.e2e.town import Town, told
from tests.e2e.wire import Passage

__all__ = ["careful"]


def hold(claude: ScriptedClaude) -> threading.Event:
    """The next question is answered once this is set."""
    gate, script = threading.Event(), claude.script

    def once(body: dict[str, Any]) -> Any:
        claude.script = script
        return replace(script(body), after_start=gate)

    claude.script = once
    return gate


async def approved(town: Town, pull: PullRequest) -> Review:
    """The approval that a pull request written by an agent passed with."""
    await town.judged(pull)
    await approve(town, pull, "writer")
    assert (await town.judged(pull)).conclusion == "success"
    return next(one for one in town.people.state.reviews_of(pull) if one.author.login == "writer")


async def take_back(town: Town, pull: PullRequest, approval: Review) -> None:
    """The approval is dismissed, and its pull request waits for another one."""
    await town.do(town.people.dismiss_review, approval, by="boss")
    await town.until(lambda: town.checks(pull)[-1].conclusion == "action_required")


async def test_a_member_that_turns_while_the_groups_own_change_is_read_blocks_it(
    careful: Town, claude: ScriptedClaude
) -> None:
    lines = "".join(f"LINE_{n} = {n}\n" for n in range(12))
    await careful.commit("main", {"app/lines.py": lines}, by="mona")
    tip = git.tip(careful.repository.path, "main")
    await careful.commit("change", {"app/lines.py": lines.replace("= 5", "= 55")}, onto=tip, message=BY_CLAUDE)
    pull = await careful.open_pull("change", by="hubert")
    approval = await approved(careful, pull)
    await careful.commit("main", {"app/lines.py": lines.replace("= 8", "= 88")}, by="mona")
    await careful.at_rest()
    gate, asked = hold(claude), len(claude.requests)
    group = await careful.do(careful.people.queue_together, [pull], by="mona", method="SQUASH")
    await careful.until(lambda: len(claude.requests) > asked, "a question")
    await take_back(careful, pull, approval)
    gate.set()
    await careful.at_rest()

    (check,) = checks(careful, group)
    assert (check.conclusion, check.title) == ("failure", f"Blocked by pull request {pull.number}")
    assert f"did not pass: action_required on {pull.head_sha[:12]}" in told(check)
    assert [body["conclusion"] for _, body in await entries(careful, group)] == ["success", "failure"]
    assert not mergeable(careful, pull)
    assert not await merges(careful, group)


async def test_a_green_verdict_that_could_not_be_shown_is_decided_again(careful: Town) -> None:
    await careful.commit("change", GOOD, message=BY_CLAUDE)
    pull = await careful.open_pull("change", by="hubert")
    approval = await approved(careful, pull)

    turned: list[bool] = []

    async def turn(passage: Passage) -> None:
        if passage.exchange.body["output"]["title"] != "1 pull request passed":
            await passage.forward()
            await passage.deliver()
            return
        if not turned:
            turned.append(True)
            await take_back(careful, pull, approval)
        await passage.refuse(502, "Bad Gateway", {})

    careful.trouble(r"^PATCH .*/check-runs/\d+$", "completed", turn, times=6)
    group = await queue(careful, pull)

    (check,) = checks(careful, group)
    assert (check.conclusion, check.title) == ("failure", f"Blocked by pull request {pull.number}")
    assert not mergeable(careful, pull)
    assert not await merges(careful, group)


async def test_a_policy_that_changes_between_attempts_at_its_own_review_does_not_break_it(guarded: Town) -> None:
    shared = await found_organisation(guarded, "block_on: high\n")
    pull = await propose(guarded, GOOD)
    guarded.trouble(r"^POST /api/graphql$", "", mute, times=100)

    async def turn(passage: Passage) -> None:
        floor = {"lintel.yml": b"floor: {block_on: medium}\n"}
        await guarded.do(guarded.people.commit, shared, "main", floor, by="mona")
        await passage.refuse(502, "Bad Gateway", {})

    guarded.trouble(r"^PATCH .*/check-runs/\d+$", "completed", turn, times=6)
    group = await queue(guarded, pull, method="REBASE")

    (check,) = checks(guarded, group)
    assert check.conclusion == "success"
    bodies = [body for _, body in await entries(guarded, group)]
    assert len({body["policy"] for body in bodies}) == 2
    assert await merges(guarded, group)


async def test_a_policy_that_is_tightened_while_its_own_change_is_read_is_the_one_it_is_held_to(
    guarded: Town, claude: ScriptedClaude
) -> None:
    shared = await found_organisation(guarded, "block_on: high\n")
    pull = await propose(guarded, SMALL)
    async with guarded.database.connection() as connection:
        await connection.execute("DELETE FROM lintel.reply")
    guarded.trouble(r"^POST /api/graphql$", "", mute, times=100)
    gate, asked = hold(claude), len(claude.requests)
    group = await guarded.do(guarded.people.queue_together, [pull], by="mona", method="REBASE")
    for _ in range(4):
        await guarded.ten_minutes_later()
        if len(claude.requests) > asked:
            break
    await guarded.until(lambda: len(claude.requests) > asked, "a question")
    await guarded.do(guarded.people.commit, shared, "main", {"lintel.yml": b"floor: {block_on: low}\n"}, by="mona")
    gate.set()
    await guarded.at_rest()

    (check,) = checks(guarded, group)
    assert (check.conclusion, check.title) == ("failure", "1 blocking finding")
    assert not await merges(guarded, group)
