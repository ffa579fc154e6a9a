"""One commit in several pull requests into one base: its check belongs to the commit, and says the worst of them."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from app.hub.state import PullRequest
from tests.claude_answers import Plant, planted
from tests.claude_server import ScriptedClaude
from tests.claude_verdicts import seconded
from tests.e2e.conftest import mergeable
from tests.e2e.test_ai_written import ask_for
from tests.e2e.test_decisions import GOOD, OTHER
from tests.e2e.test_merge_queue import checks, merges
from tests.e2e.town import Town, told

FOOTER = "Sums.\n\nGenerated with [Claude Code](https://claude.com/claude-code)\n"


async def twin_of(town: Town, pull: PullRequest, **more: Any) -> PullRequest:
    """The same head under another branch's name, into the same base."""
    await town.do(town.people.push, town.repository, "twin", pull.head_sha, by="hubert")
    return await town.open_pull("twin", by="hubert", **more)


@pytest.fixture
async def paused(guarded: Town) -> PullRequest:
    """A pull request whose head nobody reads."""
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    await guarded.tell(pull, "/lintel pause", by="keeper")
    await guarded.commit("change", OTHER)
    assert (await guarded.judged(pull)).conclusion == "action_required"
    return pull


async def test_a_paused_head_is_not_opened_by_offering_it_once_more(guarded: Town, paused: PullRequest) -> None:
    twin = await twin_of(guarded, paused)
    check = await guarded.judged(twin)
    assert check.title == "Waiting for another pull request"
    assert f"pull request {paused.number} into main, of the same commit, ended with action_required" in told(check)
    assert not mergeable(guarded, paused)
    assert not mergeable(guarded, twin)

    await guarded.tell(paused, "/lintel resume", by="keeper")
    assert (await guarded.judged(twin)).conclusion == "success"
    assert mergeable(guarded, paused)
    assert mergeable(guarded, twin)


async def test_once_the_paused_one_is_closed_the_other_stands_for_itself(guarded: Town, paused: PullRequest) -> None:
    twin = await twin_of(guarded, paused)
    await guarded.judged(twin)
    await guarded.do(guarded.people.close_pull, paused, by="hubert")
    assert (await guarded.judged(twin)).conclusion == "success"
    assert mergeable(guarded, twin)


async def test_the_merge_queue_waits_for_the_paused_one_too(guarded: Town, paused: PullRequest) -> None:
    twin = await twin_of(guarded, paused)
    await guarded.judged(twin)
    group = await guarded.do(guarded.people.queue_together, [twin], by="mona")
    waits = f"Waiting for pull request {twin.number}"
    await guarded.until(lambda: [run.title for run in checks(guarded, group)] == [waits], waits)
    assert f"{twin.number} passed by itself" in told(checks(guarded, group)[0])
    assert not await merges(guarded, group)

    await guarded.do(guarded.people.close_pull, paused, by="hubert")
    await guarded.at_rest()
    assert await merges(guarded, group)


async def test_a_description_without_the_mark_does_not_open_the_head_that_has_one(guarded: Town) -> None:
    await ask_for(guarded, 1)
    await guarded.commit("change", GOOD)
    pull = await guarded.open_pull("change", by="hubert", body=FOOTER)
    assert (await guarded.judged(pull)).title == "Waiting for 1 human approval"
    twin = await twin_of(guarded, pull)
    assert (await guarded.judged(twin)).conclusion == "action_required"
    await guarded.tell(twin, "/lintel status", by="hubert")
    (answer,) = guarded.answers(twin)
    assert "The check `lintel: main` stands for all open pull requests of this commit into the same base" in answer
    assert not mergeable(guarded, pull)


async def test_a_draft_of_the_same_head_holds_nobody_up(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    asked = len(guarded.checks(pull))
    await twin_of(guarded, pull, draft=True)
    assert (await guarded.judged(pull)).conclusion == "success"
    assert len(guarded.checks(pull)) == asked
    assert mergeable(guarded, pull)


async def test_an_override_of_one_does_not_open_the_other(guarded: Town, paused: PullRequest) -> None:
    twin = await twin_of(guarded, paused)
    await guarded.judged(twin)
    await guarded.tell(twin, f"/lintel override {twin.head_sha[:12]} it must go out", by="keeper")
    assert not mergeable(guarded, paused)
    await guarded.tell(paused, f"/lintel override {twin.head_sha[:12]} it must go out", by="keeper")
    assert mergeable(guarded, paused)


async def test_two_of_one_head_that_end_together_leave_the_worse_verdict(guarded: Town, claude: ScriptedClaude) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    twin = await twin_of(guarded, pull)
    await guarded.judged(twin)
    assert mergeable(guarded, pull)

    seen, free = threading.Event(), threading.Event()
    bad = seconded(planted({r"item.net": Plant("critical", "Net is wrong")}))

    def slow(body: dict[str, Any]) -> Any:
        seen.set()
        free.wait(20)
        return bad(body)

    claude.script = slow
    await guarded.do(guarded.people.comment, twin, "/lintel review full", by="writer")
    await asyncio.to_thread(seen.wait, 20)
    # While the twin is read, the first one is decided again: what is not known yet holds it.
    runs = len(guarded.checks(pull))
    await guarded.do(guarded.people.comment, pull, "/lintel review", by="hubert")
    await guarded.until(
        lambda: len(guarded.checks(pull)) > runs and guarded.checks(pull)[-1].status == "completed", "its verdict"
    )
    assert not mergeable(guarded, pull)
    free.set()
    await guarded.judged(twin)
    assert guarded.checks(pull)[-1].conclusion == "failure"
    assert not mergeable(guarded, pull)
