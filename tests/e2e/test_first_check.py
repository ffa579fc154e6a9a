"""The first check of a repository beside reviews of the very commit that it stands on."""

from __future__ import annotations

import pytest

from app.hub.state import CheckRun, PullRequest
from tests.e2e.conftest import mergeable
from tests.e2e.test_policy import BAD, GOOD, POLICY
from tests.e2e.town import Town
from tests.e2e.wire import Effect, Passage, cut_after

SHARED = "check: shared\n"
# What is asked of GitHub before the first check is created, in this order.
CHECKS_THERE = r"^GET .*/check-runs"
PULLS_THERE = r"^GET .*/pulls(\?|$)"


async def share(town: Town, change: dict[str, str]) -> None:
    """`main` brings a change that `release` does not have; both have one check for all bases, and ask for it."""
    await town.commit("release", {"RELEASE": "1\n"}, by="mona")
    await town.commit("main", {POLICY: SHARED, **change}, by="mona")
    await town.commit("release", {POLICY: SHARED}, by="mona")
    await town.do(town.people.require_check, town.repository, "lintel", app=town.ground.app, branch="release")
    await town.at_rest()


async def come_back(town: Town) -> None:
    (installation,) = town.people.state.installations.values()
    await town.do(town.people.suspend, installation)
    await town.at_rest()
    await town.do(town.people.unsuspend, installation)
    await town.at_rest()


def shown(town: Town, name: str = "lintel") -> list[CheckRun]:
    """The first checks on the tip of `main`, of which a review knows nothing."""
    return [run for run in town.people.state.check_runs.values() if run.name == name and ":ready" in run.external_id]


def conclusions(runs: list[CheckRun]) -> list[str | None]:
    return [run.conclusion for run in runs]


def offered_meanwhile(town: Town, opened: list[PullRequest]) -> Effect:
    """GitHub has answered; before we hear of it, somebody offers the head to `release` and it is judged."""

    async def offer(passage: Passage) -> None:
        await passage.forward()
        opened.append(await town.open_pull("main", base="release"))
        await town.until(lambda: [run for run in town.checks(opened[0]) if reviewed(run)], "a verdict")
        await passage.deliver()

    return offer


def reviewed(run: CheckRun) -> bool:
    return run.conclusion is not None and ":ready" not in run.external_id


async def test_run_again_the_first_check_hides_no_review_of_its_head(guarded: Town) -> None:
    await share(guarded, BAD)
    await come_back(guarded)
    (first,) = shown(guarded)
    pull = await guarded.open_pull("main", base="release")
    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)
    await guarded.do(guarded.people.rerequest, first, by="writer")
    await guarded.at_rest()

    assert shown(guarded) == [first]
    assert conclusions(guarded.checks(pull)) == ["success", "failure", "failure"]
    assert not mergeable(guarded, pull)


async def test_run_again_with_all_others_the_first_check_hides_no_review_of_its_head(guarded: Town) -> None:
    await share(guarded, BAD)
    await come_back(guarded)
    (first,) = shown(guarded)
    pull = await guarded.open_pull("main", base="release")
    await guarded.judged(pull)
    await guarded.do(guarded.people.rerequest_all, first, by="writer")
    await guarded.at_rest()

    assert shown(guarded) == [first]
    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_run_again_the_first_check_hides_no_review_of_a_closed_one(guarded: Town) -> None:
    await share(guarded, BAD)
    await come_back(guarded)
    (first,) = shown(guarded)
    pull = await guarded.open_pull("main", base="release")
    await guarded.judged(pull)
    await guarded.do(guarded.people.close_pull, pull, by="writer")
    await guarded.at_rest()
    await guarded.do(guarded.people.rerequest, first, by="writer")
    await guarded.at_rest()

    assert shown(guarded) == [first]
    await guarded.do(guarded.people.reopen, pull, by="writer")
    await guarded.at_rest()
    assert not mergeable(guarded, pull)


@pytest.mark.parametrize(
    ("look", "change", "verdict"),
    [(CHECKS_THERE, BAD, "failure"), (PULLS_THERE, BAD, "failure"), (PULLS_THERE, GOOD, "success")],
)
async def test_judged_while_the_first_check_is_made_a_head_has_the_verdict_of_its_review(
    guarded: Town, look: str, change: dict[str, str], verdict: str
) -> None:
    await share(guarded, change)
    opened: list[PullRequest] = []
    guarded.trouble(look, "", offered_meanwhile(guarded, opened))
    await come_back(guarded)
    await guarded.until(lambda: opened)
    await guarded.at_rest()

    (pull,) = opened
    assert conclusions(shown(guarded)) == (["cancelled"] if look == PULLS_THERE else [])
    assert (await guarded.judged(pull)).conclusion == verdict
    assert mergeable(guarded, pull) is (verdict == "success")


async def test_a_first_check_that_github_made_without_an_answer_hides_no_review_either(guarded: Town) -> None:
    await share(guarded, BAD)
    opened: list[PullRequest] = []
    guarded.trouble(PULLS_THERE, "", offered_meanwhile(guarded, opened))
    guarded.trouble(r"^POST .*/check-runs$", "in_progress", cut_after)
    await come_back(guarded)
    await guarded.until(lambda: opened)
    await guarded.at_rest()

    (pull,) = opened
    assert conclusions(shown(guarded)) == ["cancelled"]
    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_a_repository_whose_tip_is_offered_already_has_that_judged_instead(guarded: Town) -> None:
    await share(guarded, BAD)
    (installation,) = guarded.people.state.installations.values()
    await guarded.do(guarded.people.suspend, installation)
    await guarded.at_rest()
    pull = await guarded.open_pull("main", base="release")
    await guarded.do(guarded.people.unsuspend, installation)
    await guarded.at_rest()

    assert not shown(guarded)
    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_a_tip_that_is_offered_elsewhere_has_a_first_check_where_names_carry_the_base(guarded: Town) -> None:
    await guarded.commit("release", {"RELEASE": "1\n"}, by="mona")
    await guarded.commit("main", BAD, by="mona")
    pull = await guarded.open_pull("main", base="release")
    await guarded.do(guarded.people.require_check, guarded.repository, "lintel: release", branch="release")
    assert (await guarded.judged(pull)).conclusion == "failure"
    await come_back(guarded)

    (first,) = shown(guarded, "lintel: main")
    assert first.conclusion == "success"
    await guarded.do(guarded.people.rerequest, first, by="writer")
    await guarded.at_rest()
    assert conclusions(shown(guarded, "lintel: main")) == ["success"] * 2
    assert not mergeable(guarded, pull)
