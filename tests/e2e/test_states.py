"""Every state that a pull request can be in. Each story ends with whether the change can be merged now."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from app.hub.accounts import Installation
from app.hub.state import PullRequest
from tests.claude_answers import Answer
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.town import Town

BAD = {"app/pay.py": "def total(items):\n    return sum(item.price * 0 for item in items)\n"}
GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}
OTHER = {"app/other.py": "LIMIT = 3\n"}


async def in_mid_review(town: Town, claude: ScriptedClaude) -> tuple[PullRequest, threading.Event]:
    """A pull request without a fault whose first answer waits for the gate; later answers do not."""
    gate, script = threading.Event(), claude.script

    def hold_once(body: dict[str, Any]) -> Answer:
        claude.script = script
        return replace(script(body), after_start=gate)

    claude.script = hold_once
    pull = await town.propose(GOOD)
    await town.until(lambda: claude.requests, "a question")
    return pull, gate


def installation(town: Town) -> Installation:
    return next(town.people.state.installations_on(town.repository))


async def taken_up(town: Town, pull: PullRequest) -> str | None:
    """How its check ends once GitHub has told the bot that it may work again: nobody waits for such news."""
    await town.until(lambda: all(run.status == "completed" for run in town.checks(pull)), "an end")
    return (await town.judged(pull)).conclusion


def gates(town: Town, pull: PullRequest) -> dict[str, str | None]:
    """How the newest check of each name stands."""
    return {run.name: run.conclusion for run in town.checks(pull)}


async def propose_from_fork(town: Town, files: dict[str, str]) -> PullRequest:
    people = town.people
    fork = await town.do(people.fork, town.repository, "rita")
    await town.do(people.commit, fork, "change", {path: text.encode() for path, text in files.items()}, by="rita")
    return await town.open_pull("change", by="rita", fork=fork)


async def test_a_draft_has_no_check_until_it_is_ready(guarded: Town) -> None:
    pull = await guarded.propose(GOOD, draft=True)
    await guarded.at_rest()
    assert not guarded.checks(pull)
    assert not mergeable(guarded, pull)

    await guarded.do(guarded.people.ready_for_review, pull, by="hubert")
    assert (await guarded.judged(pull)).conclusion == "success"
    assert mergeable(guarded, pull)


async def test_a_policy_may_ask_for_reviews_of_drafts(guarded: Town) -> None:
    await guarded.commit("main", {".github/lintel.yml": "review: {drafts: true}\n"}, by="mona")
    await guarded.at_rest()
    pull = await guarded.propose(GOOD, draft=True)
    assert (await guarded.judged(pull)).conclusion == "success"
    assert not mergeable(guarded, pull)

    await guarded.do(guarded.people.ready_for_review, pull, by="hubert")
    await guarded.at_rest()
    assert len(await guarded.ledger(pull)) == 1
    assert mergeable(guarded, pull)


async def test_converted_to_a_draft_its_review_stops(guarded: Town, claude: ScriptedClaude) -> None:
    pull, gate = await in_mid_review(guarded, claude)
    await guarded.do(guarded.people.convert_to_draft, pull, by="hubert")
    gate.set()
    assert (await guarded.judged(pull)).conclusion == "cancelled"
    assert not mergeable(guarded, pull)

    await guarded.do(guarded.people.ready_for_review, pull, by="hubert")
    assert (await guarded.judged(pull)).conclusion == "success"
    assert mergeable(guarded, pull)


async def test_closed_its_review_stops(guarded: Town, claude: ScriptedClaude) -> None:
    pull, gate = await in_mid_review(guarded, claude)
    await guarded.do(guarded.people.close_pull, pull, by="hubert")
    gate.set()

    assert (await guarded.judged(pull)).title == "The pull request was closed"
    assert not mergeable(guarded, pull)


async def test_reopened_on_the_same_head_its_verdict_stands(guarded: Town, claude: ScriptedClaude) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    asked = len(claude.requests)
    await guarded.do(guarded.people.close_pull, pull, by="hubert")
    await guarded.at_rest()
    await guarded.do(guarded.people.reopen, pull, by="hubert")

    assert (await guarded.judged(pull)).conclusion == "success"
    assert (len(claude.requests), len(await guarded.ledger(pull))) == (asked, 1)
    assert mergeable(guarded, pull)


async def test_what_was_resumed_while_it_was_closed_is_read_when_it_is_opened_again(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    await guarded.tell(pull, "/lintel pause", by="writer")
    await guarded.commit("change", OTHER)
    assert (await guarded.judged(pull)).conclusion == "action_required"
    await guarded.do(guarded.people.close_pull, pull, by="hubert")
    await guarded.tell(pull, "/lintel resume", by="writer")

    await guarded.do(guarded.people.reopen, pull, by="hubert")
    assert (await guarded.judged(pull)).conclusion == "success"
    assert mergeable(guarded, pull)


async def test_closed_in_mid_review_and_reopened_it_is_reviewed(guarded: Town, claude: ScriptedClaude) -> None:
    pull, gate = await in_mid_review(guarded, claude)
    await guarded.do(guarded.people.close_pull, pull, by="hubert")
    gate.set()
    await guarded.judged(pull)
    await guarded.do(guarded.people.reopen, pull, by="hubert")

    assert (await guarded.judged(pull)).conclusion == "success"
    assert mergeable(guarded, pull)


async def test_reopened_with_another_head_that_head_is_reviewed(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    await guarded.do(guarded.people.close_pull, pull, by="hubert")
    await guarded.commit("change", BAD)
    await guarded.at_rest()
    await guarded.do(guarded.people.reopen, pull, by="hubert")

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_locked_it_is_judged_by_its_check_alone(guarded: Town, claude: ScriptedClaude) -> None:
    pull, gate = await in_mid_review(guarded, claude)
    await guarded.do(guarded.people.lock, pull, by="mona")
    gate.set()

    assert (await guarded.judged(pull)).conclusion == "success"
    assert not guarded.said(pull)
    assert mergeable(guarded, pull)


async def test_merged_in_mid_review_its_check_is_cancelled(guarded: Town, claude: ScriptedClaude) -> None:
    guarded.repository.required_checks.clear()  # an administrator goes past the gate
    pull, gate = await in_mid_review(guarded, claude)
    await guarded.do(guarded.people.merge, pull, by="boss")
    gate.set()
    check = await guarded.judged(pull)

    assert (check.conclusion, check.title) == ("cancelled", "The pull request was closed")
    assert not [*guarded.said(pull), *guarded.comments(pull)]
    assert not mergeable(guarded, pull)


async def test_from_a_fork_it_is_reviewed_like_any_other(guarded: Town) -> None:
    pull = await propose_from_fork(guarded, BAD)

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert [item.path for item in guarded.comments(pull)] == ["app/pay.py"]
    assert not mergeable(guarded, pull)


async def test_its_fork_deleted_it_is_still_reviewed(guarded: Town, claude: ScriptedClaude) -> None:
    async with guarded.unheard():
        pull = await propose_from_fork(guarded, GOOD)
    await guarded.do(guarded.people.delete_repository, pull.head_repository, "rita")
    await guarded.tell(pull, "/lintel review", by="writer")

    assert (await guarded.judged(pull)).conclusion == "success"
    assert claude.requests
    assert mergeable(guarded, pull)


async def test_a_bot_s_is_reviewed_unless_policy_leaves_it_out(guarded: Town) -> None:
    pull = await guarded.propose(GOOD, by="lintel[bot]")
    assert (await guarded.judged(pull)).conclusion == "success"
    assert mergeable(guarded, pull)

    await guarded.commit("main", {".github/lintel.yml": "review: {bots: false}\n"}, by="mona")
    other = await guarded.propose(OTHER, branch="other", by="lintel[bot]")
    await guarded.at_rest()
    assert not guarded.checks(other)
    assert not mergeable(guarded, other)


async def test_one_that_changes_nothing_passes_without_a_question(guarded: Town, claude: ScriptedClaude) -> None:
    pull = await guarded.propose({})

    assert (await guarded.judged(pull)).conclusion == "success"
    assert not claude.requests
    assert mergeable(guarded, pull)


async def test_stacked_on_another_it_is_judged_for_main_when_that_one_has_merged(guarded: Town) -> None:
    lower = await guarded.propose(OTHER, branch="lower")
    await guarded.judged(lower)
    await guarded.commit("upper", GOOD, onto=lower.head_sha)
    upper = await guarded.open_pull("upper", base="lower")
    await guarded.judged(upper)
    assert gates(guarded, upper) == {"lintel: lower": "success"}

    await guarded.do(guarded.people.merge, lower, by="boss")
    await guarded.do(guarded.people.delete_branch, guarded.repository, "lower", by="boss")
    await guarded.judged(upper)
    assert upper.base_ref == "main"
    assert gates(guarded, upper) == {"lintel: lower": "success", "lintel: main": "success"}
    assert mergeable(guarded, upper)


async def test_its_repository_renamed_in_mid_review_its_verdict_arrives(guarded: Town, claude: ScriptedClaude) -> None:
    pull, gate = await in_mid_review(guarded, claude)
    await guarded.do(guarded.people.rename, guarded.repository, "store", "mona")
    gate.set()

    assert (await guarded.judged(pull)).conclusion == "success"
    assert mergeable(guarded, pull)


async def test_its_repository_transferred_in_mid_review_its_new_installation_goes_on(
    guarded: Town, claude: ScriptedClaude
) -> None:
    people = guarded.people
    pull, gate = await in_mid_review(guarded, claude)
    await guarded.do(people.add_organization, "acme")
    await guarded.do(people.install, guarded.ground.app, "acme")
    await guarded.do(people.transfer, guarded.repository, "acme", "mona")
    gate.set()

    assert await taken_up(guarded, pull) == "success"
    assert mergeable(guarded, pull)


async def test_the_app_uninstalled_in_mid_review_the_gate_stays_shut(guarded: Town, claude: ScriptedClaude) -> None:
    pull, gate = await in_mid_review(guarded, claude)
    await guarded.do(guarded.people.uninstall, installation(guarded))
    gate.set()
    await guarded.at_rest()

    assert gates(guarded, pull) == {"lintel: main": None}
    assert not mergeable(guarded, pull)


async def test_suspended_in_mid_review_it_goes_on_when_the_app_may_again(guarded: Town, claude: ScriptedClaude) -> None:
    pull, gate = await in_mid_review(guarded, claude)
    await guarded.do(guarded.people.suspend, installation(guarded))
    gate.set()
    await guarded.at_rest()
    assert not mergeable(guarded, pull)

    await guarded.do(guarded.people.unsuspend, installation(guarded))
    assert await taken_up(guarded, pull) == "success"
    assert mergeable(guarded, pull)


@pytest.mark.parametrize("lost", ["checks", "pull_requests"])
async def test_a_permission_reduced_in_mid_review_the_gate_stays_shut_until_it_is_granted_again(
    guarded: Town, claude: ScriptedClaude, lost: str
) -> None:
    pull, gate = await in_mid_review(guarded, claude)
    granted = dict(installation(guarded).permissions)
    await guarded.do(guarded.people.grant, installation(guarded), {**granted, lost: "read"})
    gate.set()
    await guarded.at_rest()
    assert not mergeable(guarded, pull)

    await guarded.do(guarded.people.grant, installation(guarded), granted)
    assert await taken_up(guarded, pull) == "success"
    assert mergeable(guarded, pull)


async def test_its_base_branch_deleted_it_is_closed(guarded: Town) -> None:
    await guarded.commit("release", {}, by="mona")
    pull = await guarded.propose(GOOD, base="release")
    await guarded.judged(pull)
    await guarded.do(guarded.people.delete_branch, guarded.repository, "release", by="mona")
    await guarded.at_rest()

    assert pull.state == "closed"
    assert gates(guarded, pull) == {"lintel: release": "success"}
    assert not mergeable(guarded, pull)


async def test_its_head_branch_deleted_in_mid_review_its_check_is_cancelled(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull, gate = await in_mid_review(guarded, claude)
    await guarded.do(guarded.people.delete_branch, guarded.repository, "change", by="hubert")
    gate.set()

    assert (await guarded.judged(pull)).conclusion == "cancelled"
    assert not mergeable(guarded, pull)


async def test_the_same_head_in_two_of_them_one_that_is_blocked_holds_up_the_other(guarded: Town) -> None:
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    await guarded.do(guarded.people.push, guarded.repository, "again", pull.head_sha, by="hubert")
    other = await guarded.open_pull("again")

    assert (await guarded.judged(other)).conclusion == "failure"
    assert not mergeable(guarded, other)
    assert not mergeable(guarded, pull)
