"""A group that GitHub, or a withdrawn permission, keeps from being judged gets its check once that is over."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.hub.state import MergeGroup
from tests.claude_answers import Answer
from tests.claude_server import ScriptedClaude
from tests.e2e.test_merge_queue import GOOD, checks, merges, mute, propose, queue
from tests.e2e.test_states import installation
from tests.e2e.town import Town, told
from tests.e2e.wire import refused


async def later(town: Town) -> None:
    await town.ten_minutes_later()
    await town.at_rest()


async def grant(town: Town, permissions: Mapping[str, str]) -> None:
    await town.do(town.people.grant, installation(town), permissions)
    await town.at_rest()


async def failed_jobs(town: Town) -> list[str]:
    async with town.database.connection() as connection:
        cursor = await connection.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'failed'")
        return [row[0] for row in await cursor.fetchall()]


async def test_one_that_github_takes_no_check_for_gets_it_after_the_outage(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    outage = guarded.trouble(r"^POST .*/check-runs$", "", refused(502), times=100_000)
    group = await queue(guarded, pull)
    for _ in range(5):
        await later(guarded)
    assert not checks(guarded, group)
    assert not await failed_jobs(guarded)

    outage.times = 0
    await later(guarded)
    assert [run.title for run in checks(guarded, group)] == ["1 pull request passed"]
    assert await merges(guarded, group)


@pytest.fixture
def two_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.jobs.merge_groups.MOST_LOOKS", 1)


async def test_one_whose_last_look_meets_the_outage_too_says_so_after_it(two_looks: None, guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    outage = guarded.trouble(r"^POST .*/check-runs$", "", refused(502), times=100_000)
    group = await queue(guarded, pull)
    for _ in range(6):
        await later(guarded)
    assert not await failed_jobs(guarded)

    outage.times = 0
    await later(guarded)
    (check,) = checks(guarded, group)
    assert "put its pull requests into the queue once more" in told(check)
    assert not await merges(guarded, group)


async def test_one_that_cannot_be_judged_at_its_last_look_says_so(two_looks: None, guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    guarded.trouble(r"^POST /api/graphql$", "", refused(502), times=100_000)
    group = await queue(guarded, pull)
    for _ in range(5):
        await later(guarded)

    (check,) = checks(guarded, group)
    assert check.conclusion == "action_required"
    assert "put its pull requests into the queue once more" in told(check)
    assert not await merges(guarded, group)


async def test_one_that_a_permission_was_lacking_for_gets_its_check_when_it_is_granted_again(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    granted = dict(installation(guarded).permissions)
    await grant(guarded, {**granted, "checks": "read"})
    group = await queue(guarded, pull)
    await later(guarded)
    assert not checks(guarded, group)

    await grant(guarded, granted)
    await later(guarded)
    assert [run.conclusion for run in checks(guarded, group)] == ["success"]
    assert await merges(guarded, group)


async def test_one_that_came_while_the_app_was_suspended_gets_its_check_after_that(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    group = await guarded.do(guarded.people.queue_together, [pull], by="mona", method="MERGE")
    await guarded.do(guarded.people.suspend, installation(guarded))
    await later(guarded)
    await guarded.do(guarded.people.unsuspend, installation(guarded))
    await later(guarded)

    assert [run.conclusion for run in checks(guarded, group)] == ["success"]
    assert await merges(guarded, group)


async def reading_own(town: Town, claude: ScriptedClaude) -> tuple[MergeGroup, threading.Event]:
    """A group whose own change is being read: the answer waits for the gate."""
    pull = await propose(town, GOOD)
    async with town.database.connection() as connection:
        await connection.execute("DELETE FROM lintel.reply")
    town.trouble(r"^POST /api/graphql$", "", mute, times=100)
    gate, script, asked = threading.Event(), claude.script, len(claude.requests)

    def hold_once(body: dict[str, Any]) -> Answer:
        claude.script = script
        return replace(script(body), after_start=gate)

    claude.script = hold_once
    group = await town.do(town.people.queue_together, [pull], by="mona", method="REBASE")
    for _ in range(3):
        await town.until(lambda: checks(town, group) or len(claude.requests) > asked, "a look")
        await town.ten_minutes_later()
    return group, gate


async def test_one_that_was_reviewed_itself_gets_its_check_after_that_too(
    guarded: Town, claude: ScriptedClaude
) -> None:
    """Refused a token, it goes on; refused a request before that, it was given up, and says so now."""
    group, gate = await reading_own(guarded, claude)
    granted = dict(installation(guarded).permissions)
    await guarded.do(guarded.people.grant, installation(guarded), {**granted, "checks": "read"})
    gate.set()
    await guarded.at_rest()
    assert all(run.status != "completed" for run in checks(guarded, group))

    await grant(guarded, granted)
    await later(guarded)
    (run,) = checks(guarded, group)
    assert run.conclusion in ("success", "action_required")
    assert not guarded.wire.lines(r"^GET .*/pulls/-")
    assert not await failed_jobs(guarded)
    assert await merges(guarded, group) is (run.conclusion == "success")
