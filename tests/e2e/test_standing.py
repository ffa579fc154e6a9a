"""A verdict stands as long as the check shows it: where another pull request of its commit spoke since, it is renewed.

Each story ends with whether it can be merged now.
"""

from __future__ import annotations

import pytest

from app.hub.state import PullRequest
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.test_ai_written import ask_for
from tests.e2e.test_decisions import BAD, GOOD, OTHER
from tests.e2e.test_policy import POLICY, UGLY
from tests.e2e.test_same_head import FOOTER, paused, twin_of  # noqa: F401 - a fixture
from tests.e2e.test_shared_check import newest, offer_twice, sharing  # noqa: F401 - a fixture
from tests.e2e.town import Town

LOW = {POLICY: "check: shared\nblock_on: low\n"}


async def close(town: Town, pull: PullRequest) -> None:
    await town.do(town.people.close_pull, pull, by="hubert")
    await town.at_rest()


async def reopen(town: Town, pull: PullRequest) -> None:
    await town.do(town.people.reopen, pull, by="hubert")
    await town.at_rest()


@pytest.fixture
async def marked(guarded: Town) -> PullRequest:
    """A pull request that waits for an approval, because its description names an agent."""
    await ask_for(guarded, 1)
    await guarded.commit("change", GOOD)
    pull = await guarded.open_pull("change", by="hubert", body=FOOTER)
    assert (await guarded.judged(pull)).title == "Waiting for 1 human approval"
    return pull


async def test_one_that_is_paused_holds_again_when_it_is_reopened(
    guarded: Town,
    paused: PullRequest,  # noqa: F811
    claude: ScriptedClaude,
) -> None:
    twin = await twin_of(guarded, paused)
    await close(guarded, paused)
    assert mergeable(guarded, twin)
    asked = len(claude.requests)
    await reopen(guarded, paused)
    assert (await guarded.judged(twin)).conclusion == "action_required"
    assert len(claude.requests) == asked
    assert not mergeable(guarded, paused)
    assert not mergeable(guarded, twin)


async def test_one_that_waits_for_an_approval_waits_again_when_it_is_reopened(
    guarded: Town, marked: PullRequest, claude: ScriptedClaude
) -> None:
    twin = await twin_of(guarded, marked)
    await close(guarded, marked)
    assert mergeable(guarded, twin)
    asked = len(claude.requests)
    await reopen(guarded, marked)
    assert (await guarded.judged(twin)).conclusion == "action_required"
    assert len(claude.requests) == asked
    assert not mergeable(guarded, marked)
    assert not mergeable(guarded, twin)


async def test_one_that_was_a_draft_meanwhile_holds_again_when_it_is_ready(guarded: Town, marked: PullRequest) -> None:
    twin = await twin_of(guarded, marked)
    await guarded.do(guarded.people.convert_to_draft, marked, by="hubert")
    await guarded.at_rest()
    assert mergeable(guarded, twin)
    await guarded.do(guarded.people.ready_for_review, marked, by="hubert")
    assert (await guarded.judged(twin)).conclusion == "action_required"
    assert not mergeable(guarded, marked)
    assert not mergeable(guarded, twin)


async def test_the_override_of_one_does_not_open_the_other_that_is_reopened(guarded: Town) -> None:
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    twin = await twin_of(guarded, pull)
    await guarded.judged(twin)
    await guarded.tell(twin, f"/lintel override {twin.head_sha[:12]} it must go out", by="boss")
    await close(guarded, pull)
    assert (await guarded.judged(twin)).title == "Overridden by boss"
    await reopen(guarded, pull)
    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_one_that_is_blocked_holds_the_shared_check_again_when_it_is_reopened(sharing: Town) -> None:  # noqa: F811
    await sharing.commit("main", LOW, by="mona")
    first, second = await offer_twice(sharing, UGLY)
    await sharing.judged(second)
    assert not mergeable(sharing, first)
    await close(sharing, first)
    assert mergeable(sharing, second)
    await reopen(sharing, first)
    check = newest(sharing, second, "lintel")
    assert check.conclusion == "failure"
    assert not mergeable(sharing, first)
    assert not mergeable(sharing, second)


async def test_offered_to_another_base_and_back_it_holds_the_shared_check(sharing: Town) -> None:  # noqa: F811
    await sharing.commit("main", LOW, by="mona")
    await sharing.commit("side", {"SIDE.md": "1\n", POLICY: "check: per_base\n"}, by="mona")
    first, second = await offer_twice(sharing, UGLY)
    await sharing.judged(second)
    for base in ("side", "main"):
        await sharing.do(sharing.people.retarget, first, base, by="hubert")
        await sharing.at_rest()
    assert not mergeable(sharing, first)
    assert not mergeable(sharing, second)


async def test_pushed_away_and_back_it_holds_the_shared_check(sharing: Town) -> None:  # noqa: F811
    await sharing.commit("main", LOW, by="mona")
    first = await sharing.propose(UGLY)
    head = first.head_sha
    await sharing.do(sharing.people.push, sharing.repository, "twin", head, by="hubert")
    second = await sharing.open_pull("twin", base="release")
    await sharing.judged(second)
    await sharing.commit("change", OTHER)
    await sharing.at_rest()
    assert mergeable(sharing, second)
    await sharing.do(sharing.people.push, sharing.repository, "change", head, by="hubert", force=True)
    await sharing.judged(first)
    assert not mergeable(sharing, first)
    assert not mergeable(sharing, second)


async def test_what_another_left_on_the_head_before_it_was_closed_does_not_open_it(
    guarded: Town, marked: PullRequest
) -> None:
    twin = await twin_of(guarded, marked)
    await close(guarded, marked)
    assert mergeable(guarded, twin)
    await close(guarded, twin)
    await reopen(guarded, marked)
    assert guarded.checks(marked)[-1].title == "Waiting for 1 human approval"
    assert not mergeable(guarded, marked)

    # From then on it stands, however often it is looked at.
    shown = len(guarded.checks(marked))
    await close(guarded, marked)
    await reopen(guarded, marked)
    assert len(guarded.checks(marked)) == shown
    assert not mergeable(guarded, marked)


async def test_what_another_left_on_the_head_before_it_moved_on_does_not_open_it(
    guarded: Town, marked: PullRequest
) -> None:
    twin = await twin_of(guarded, marked)
    await close(guarded, marked)
    assert mergeable(guarded, twin)
    await guarded.commit("twin", OTHER)
    assert (await guarded.judged(twin)).conclusion == "success"
    await reopen(guarded, marked)
    assert guarded.checks(marked)[-1].title == "Waiting for 1 human approval"
    assert mergeable(guarded, twin)
    assert not mergeable(guarded, marked)


async def test_one_that_waited_for_another_stands_for_itself_when_both_were_closed(
    guarded: Town, marked: PullRequest
) -> None:
    twin = await twin_of(guarded, marked)
    assert (await guarded.judged(twin)).title == "Waiting for another pull request"
    await close(guarded, twin)
    await close(guarded, marked)
    await reopen(guarded, twin)
    assert (await guarded.judged(twin)).conclusion == "success"
    assert mergeable(guarded, twin)
