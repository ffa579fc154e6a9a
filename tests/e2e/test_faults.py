"""Promise 3: GitHub, the network, the model and the database fail in every way; what people see stays the same."""

from __future__ import annotations

import asyncio
import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.hub.state import PullRequest
from tests.claude_answers import Answer
from tests.claude_server import ScriptedClaude
from tests.e2e.town import PATIENCE_S, Town, told
from tests.e2e.wire import WRITES, Effect, Passage, bad_gateway_after, cut_after, cut_before, first, refused
from tests.postgres.world import kill_all

BAD = {"app/pay.py": "def total(items):\n    return sum(item.price * 0 for item in items)\n"}
GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}
HERE = ("app/pay.py", 2)
REVIEW = WRITES["the review is posted"]
LIMIT = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.mark.parametrize("effect", [bad_gateway_after, cut_before], ids=["502 after it was done", "cut before"])
@pytest.mark.parametrize("write", WRITES)
async def test_a_write_of_unknown_outcome_is_looked_for_before_it_is_made_again(
    town: Town, write: str, effect: Effect
) -> None:
    town.trouble(*WRITES[write], effect)

    assert (await town.assert_said_once(await town.propose(BAD), HERE)).conclusion == "failure"


@pytest.mark.parametrize(
    ("where", "times"),
    [(r"/pulls/\d+$", 2), ("/compare/", 5), ("/check-runs$", 5), (r"/issues/\d+/comments$", 5)],
    ids=["twice", "beyond one attempt", "before the check", "after the comments"],
)
async def test_reads_that_fail_are_tried_again(town: Town, where: str, times: int) -> None:
    town.trouble(f"^GET .*{where}", "", refused(503), times=times)

    assert (await town.assert_said_once(await town.propose(BAD), HERE)).conclusion == "failure"


async def test_an_answer_cut_off_after_the_review_was_posted_posts_no_second_one(town: Town) -> None:
    town.trouble(*REVIEW, cut_after)

    assert (await town.assert_said_once(await town.propose(BAD), HERE)).conclusion == "failure"


async def test_what_never_comes_back_shuts_the_gate_with_the_reason(town: Town) -> None:
    town.trouble(r"^GET .*/issues/\d+/comments$", "", refused(503), times=1000)
    pull = await town.propose(GOOD)
    for _ in range(2):  # the first back-offs are seconds, the last two minutes
        await town.at_rest()
        await town.ten_minutes_later()
    check = await town.judged(pull)

    assert (check.conclusion, check.title) == ("action_required", "The review could not be made")
    assert "Lintel could not finish the review." in told(check)


@pytest.mark.parametrize(
    ("effect", "wait_s"),
    [
        (refused(403, LIMIT, retry_after="7"), 7),
        (refused(429, LIMIT, retry_after="7"), 7),
        (refused(403, LIMIT), 60),
        (refused(403, "API rate limit exceeded", x_ratelimit_remaining="0"), 60),
    ],
    ids=["403 told", "429 told", "403 untold", "primary"],
)
async def test_a_limit_is_waited_for_as_github_says(town: Town, effect: Effect, wait_s: float) -> None:
    waits: list[float] = []

    async def limit(passage: Passage) -> None:
        waits.append(-town.haste.monotonic())
        await effect(passage)

    async def allow(passage: Passage) -> None:
        waits.append(town.haste.monotonic())
        await passage.forward()
        await passage.deliver()

    town.trouble(*REVIEW, limit)
    town.trouble(*REVIEW, allow)
    await town.assert_said_once(await town.propose(BAD), HERE)

    assert sum(waits) >= wait_s


async def test_a_token_that_expires_in_mid_review_is_minted_anew(town: Town) -> None:
    async def expire() -> None:
        for token in town.people.state.tokens.values():
            token.expires_at = datetime(2000, 1, 1, tzinfo=UTC)

    town.trouble(*REVIEW, first(expire))

    assert (await town.assert_said_once(await town.propose(BAD), HERE)).conclusion == "failure"


async def test_a_suspended_installation_ends_the_work_without_a_storm(town: Town, claude: ScriptedClaude) -> None:
    pull, gate = await _in_mid_review(town, claude)
    await town.do(town.people.suspend, next(town.people.state.installations_on(town.repository)))
    before = len(town.wire.exchanges)
    gate.set()
    await town.at_rest()

    assert len(town.wire.exchanges) - before < 12
    assert not town.said(pull)


@pytest.mark.parametrize("guid", ["the same", "another each time"])
async def test_a_delivery_that_comes_ten_times_at_once_has_one_outcome(
    town: Town, claude: ScriptedClaude, guid: str
) -> None:
    async with town.unheard():
        pull = await town.propose(BAD)
    (opened,) = town.deliveries("pull_request", "opened")
    guids = [opened.guid if guid == "the same" else str(uuid.UUID(int=n)) for n in range(10)]
    answers = await asyncio.gather(*(town.post(opened, **{"X-GitHub-Delivery": name}) for name in guids))

    assert {answer.status_code for answer in answers} == {202}
    await town.assert_said_once(pull, HERE)
    assert len(claude.readings) == 1


async def test_a_delivery_replayed_after_the_verdict_changes_nothing(town: Town, claude: ScriptedClaude) -> None:
    pull = await town.propose(BAD)
    await town.judged(pull)
    (opened,) = town.deliveries("pull_request", "opened")
    same = await town.post(opened)
    await town.post(opened, **{"X-GitHub-Delivery": str(uuid.UUID(int=7))})

    assert same.json()["status"] == "duplicate"
    await town.assert_said_once(pull, HERE)
    assert len(claude.readings) == 1


async def test_deliveries_in_reverse_order_end_where_github_stands(town: Town) -> None:
    async with town.unheard():
        pull = await town.propose(GOOD)
        old = pull.head_sha
        await town.commit("change", BAD)
        await town.do(town.people.close_pull, pull, by="hubert")
        await town.do(town.people.reopen, pull, by="hubert")
    for delivery in reversed(town.deliveries("pull_request")):
        await town.redeliver(delivery)

    assert (await town.assert_said_once(pull, HERE)).conclusion == "failure"
    assert not town.checks(pull, old)


async def test_a_push_during_the_review_ends_it_and_the_new_head_is_judged(town: Town, claude: ScriptedClaude) -> None:
    pull, _ = await _in_mid_review(town, claude)
    old = pull.head_sha
    await town.commit("change", GOOD)

    assert (await town.assert_said_once(pull)).conclusion == "success"
    assert [(run.conclusion, run.title) for run in town.checks(pull, old)] == [
        ("cancelled", "Superseded by a newer head")
    ]
    assert claude.requests[0].closed_by_client


async def test_a_push_whose_delivery_is_lost_is_noticed_before_anything_is_posted(
    town: Town, claude: ScriptedClaude
) -> None:
    pull, gate = await _in_mid_review(town, claude)
    old = pull.head_sha
    async with town.unheard():
        await town.commit("change", GOOD)
    gate.set()

    assert (await town.assert_said_once(pull)).conclusion == "success"
    assert [run.conclusion for run in town.checks(pull, old)] == ["cancelled"]


@pytest.mark.parametrize("write", WRITES)
async def test_a_push_just_before_a_write_never_makes_the_new_head_look_reviewed(town: Town, write: str) -> None:
    async def push() -> None:
        await town.commit("change", {"app/tax.py": "RATE = 3 * 0\n", **GOOD})

    town.trouble(*WRITES[write], first(push))
    pull = await town.propose(BAD)
    old = pull.head_sha
    await town.until(lambda: pull.head_sha != old, "the push")
    check = await town.judged(pull)

    assert check.conclusion == "failure"
    assert "`app/tax.py:1`" in told(check)
    assert {run.conclusion for run in town.checks(pull, old)} <= {"cancelled", "failure"}
    assert all(run.status == "completed" for run in town.checks(pull, old))
    assert "app/tax.py" in town.summary(pull)


async def test_closed_during_the_review_its_check_is_cancelled_and_nothing_is_said(
    town: Town, claude: ScriptedClaude
) -> None:
    pull, gate = await _in_mid_review(town, claude)
    await town.do(town.people.close_pull, pull, by="hubert")
    check = await town.judged(pull)
    gate.set()

    assert (check.conclusion, check.title) == ("cancelled", "The pull request was closed")
    assert not [*town.said(pull), *town.comments(pull), *town.reviews(pull)]


async def test_a_pass_on_a_throw_away_base_is_none_on_the_real_one(town: Town) -> None:
    pull = await town.propose(BAD)
    await town.judged(pull)
    await town.do(town.people.push, town.repository, "thrown-away", pull.head_sha, by="hubert")
    await town.do(town.people.retarget, pull, "thrown-away", by="hubert")
    await town.at_rest()
    gates = {run.name: run.conclusion for run in town.checks(pull)}
    await town.do(town.people.retarget, pull, "main", by="hubert")

    assert gates == {"lintel: main": "failure", "lintel: thrown-away": "success"}
    assert (await town.judged(pull)).conclusion == "failure"


async def test_another_base_during_the_review_cancels_the_check_of_the_first(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("release", {}, by="mona")
    pull, gate = await _in_mid_review(town, claude)
    await town.do(town.people.retarget, pull, "release", by="hubert")
    gate.set()
    await town.at_rest()

    assert {run.name: run.conclusion for run in town.checks(pull)} == {
        "lintel: main": "cancelled",
        "lintel: release": "failure",
    }


async def test_one_comment_that_github_refuses_does_not_lose_the_others(town: Town) -> None:
    town.trouble(*REVIEW, refused(422, "Validation Failed"))
    town.trouble(r"^POST .*/pulls/\d+/comments$", "", refused(422, "Validation Failed"))
    pull = await town.propose({**BAD, "app/tax.py": "RATE = 3 * 0\n"})
    check = await town.judged(pull)

    assert check.conclusion == "failure"
    assert [item.path for item in town.comments(pull)] == ["app/tax.py"]
    assert "GitHub did not take the comment of F1." in told(check)


async def test_a_locked_pull_request_is_judged_by_its_check_alone(town: Town, claude: ScriptedClaude) -> None:
    pull, gate = await _in_mid_review(town, claude)
    await town.do(town.people.lock, pull, by="mona")
    gate.set()
    check = await town.judged(pull)

    assert check.conclusion == "failure"
    assert "GitHub did not take the line comments" in told(check)
    assert not [*town.said(pull), *town.comments(pull)]


async def test_postgresql_dies_in_mid_review_and_the_review_goes_on(
    town_of_its_own: Town, claude: ScriptedClaude, tmp_path: Path
) -> None:
    town = town_of_its_own
    pull, gate = await _in_mid_review(town, claude)
    await town.do(kill_all, tmp_path / "lintel")
    await _revive(town)
    gate.set()

    assert (await town.assert_said_once(pull, HERE)).conclusion == "failure"


async def test_without_a_database_a_delivery_is_refused_and_its_redelivery_works(
    town_of_its_own: Town, tmp_path: Path
) -> None:
    town = town_of_its_own
    await town.do(kill_all, tmp_path / "lintel")
    pull = await town.propose(BAD)
    await town.people.settle()
    (opened,) = town.deliveries("pull_request", "opened")
    await _revive(town)
    again = await town.redeliver(opened)

    assert (opened.status_code, again.status_code) == (503, 202)
    await town.assert_said_once(pull, HERE)


async def _revive(town: Town) -> None:
    """What the server's watchdog does: a killed process can look alive for a moment longer."""
    cluster = town.bot.cluster
    assert cluster is not None
    async with asyncio.timeout(PATIENCE_S):
        while not await town.do(cluster.revive):
            await asyncio.sleep(0.02)


async def _in_mid_review(town: Town, claude: ScriptedClaude) -> tuple[PullRequest, threading.Event]:
    """A pull request with a critical fault whose first answer waits for the gate; later answers do not."""
    gate, script = threading.Event(), claude.script

    def hold_once(body: dict[str, Any]) -> Answer:
        claude.script = script
        return replace(script(body), after_start=gate)

    claude.script = hold_once
    pull = await town.propose(BAD)
    await town.until(lambda: claude.requests, "a question")
    return pull, gate
