"""`check: shared`: one check speaks for all open pull requests of a commit, and says the worst of them."""

from __future__ import annotations

import pytest

from app.hub.state import CheckRun, PullRequest
from tests.e2e.conftest import mergeable
from tests.e2e.test_merge_queue import checks, merges, queue
from tests.e2e.town import Town, told

SHARED = {".github/lintel.yml": "check: shared\n"}
BAD = {"app/pay.py": "def total(items):\n    return sum(item.price * 0 for item in items)\n"}
GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}


@pytest.fixture
async def sharing(town: Town) -> Town:
    """`main` and `release` both ask for the shared check of this very App, and for no other."""
    town.repository.required_checks.clear()
    await town.commit("main", SHARED, by="mona")
    await town.commit("release", {"RELEASE.md": "1\n"}, by="mona")
    for branch in ("main", "release"):
        await town.do(town.people.require_check, town.repository, "lintel", app=town.ground.app, branch=branch)
    return town


async def offer_twice(town: Town, files: dict[str, str]) -> tuple[PullRequest, PullRequest]:
    """The same head, into both branches."""
    first = await town.propose(files)
    await town.at_rest()
    return first, await town.open_pull("change", base="release")


def newest(town: Town, pull: PullRequest, name: str) -> CheckRun:
    return [run for run in town.checks(pull) if run.name == name][-1]


async def test_the_check_has_the_shared_name_alone(sharing: Town) -> None:
    pull = await sharing.propose(GOOD)
    await sharing.judged(pull)
    assert {run.name for run in sharing.checks(pull)} == {"lintel"}
    assert mergeable(sharing, pull)


async def test_a_blocked_pull_request_of_the_same_commit_blocks_both(sharing: Town) -> None:
    # What is new in `main` alone is `GOOD`'s; into `release` the same head brings a fault that `main` has already.
    await sharing.commit("main", BAD, by="mona")
    first, second = await offer_twice(sharing, {"app/more.py": "MORE = 1\n"})
    await sharing.judged(second)
    check = newest(sharing, first, "lintel")
    assert check.conclusion == "failure"
    assert not mergeable(sharing, first)
    assert not mergeable(sharing, second)
    assert f"pull request {second.number} into release" in sharing.summary(first)

    await sharing.do(sharing.people.close_pull, second, by="mona")
    assert (await sharing.judged(first)).conclusion == "success"
    assert mergeable(sharing, first)


async def test_both_turn_green_when_both_are_fine(sharing: Town) -> None:
    first, second = await offer_twice(sharing, GOOD)
    await sharing.judged(second)
    assert {run.conclusion for run in sharing.checks(first)} >= {"success"}
    assert newest(sharing, first, "lintel").conclusion == "success"
    assert mergeable(sharing, first)
    assert mergeable(sharing, second)


async def test_one_that_is_paused_holds_the_other_and_says_so(sharing: Town) -> None:
    sharing.people.add_person("writer")
    first, second = await offer_twice(sharing, GOOD)
    await sharing.judged(second)
    await sharing.tell(second, "/lintel pause", by="mona")
    await sharing.commit("change", {"app/more.py": "MORE = 1\n"})
    check = await sharing.judged(first)
    assert check.conclusion == "action_required"
    assert "Waiting for another pull request" in sharing.summary(first)
    assert not mergeable(sharing, first)

    await sharing.tell(second, "/lintel resume", by="mona")
    assert (await sharing.judged(first)).conclusion == "success"
    assert mergeable(sharing, first)


async def test_a_bots_that_is_not_reviewed_does_not_borrow_from_another_base(sharing: Town) -> None:
    await sharing.commit("main", {".github/lintel.yml": "check: shared\nreview: {bots: false}\n"}, by="mona")
    tip = await sharing.commit("evil", BAD | SHARED, by="hubert")
    await sharing.commit("change", {"app/more.py": "MORE = 1\n"}, onto=tip)
    bots = await sharing.open_pull("change", base="main", by="lintel[bot]")
    await sharing.at_rest()
    check = await sharing.judged(await sharing.open_pull("change", base="evil"))
    assert check.title == "Waiting for another pull request"
    assert f"pull request {bots.number} into main, of the same commit, is a bot" in told(check)
    assert not mergeable(sharing, bots)


async def test_a_draft_for_another_base_holds_the_shared_check_until_it_is_ready(sharing: Town) -> None:
    first = await sharing.propose(GOOD)
    assert (await sharing.judged(first)).conclusion == "success"
    second = await sharing.open_pull("change", base="release", draft=True)
    assert "make it ready, close it" in told(await sharing.judged(first))
    assert not mergeable(sharing, first)

    await sharing.do(sharing.people.ready_for_review, second, by="hubert")
    assert (await sharing.judged(first)).conclusion == "success"
    assert mergeable(sharing, first)


async def test_a_push_that_parts_them_frees_the_one_that_stays(sharing: Town) -> None:
    await sharing.commit("main", BAD, by="mona")
    first = await sharing.propose({"app/more.py": "MORE = 1\n"})
    await sharing.do(sharing.people.push, sharing.repository, "twin", first.head_sha, by="hubert")
    second = await sharing.open_pull("twin", base="release")
    assert (await sharing.judged(first)).conclusion == "failure"
    assert not mergeable(sharing, first)

    await sharing.commit("twin", {"app/other.py": "LIMIT = 3\n"})
    assert (await sharing.judged(second)).conclusion == "failure"
    assert (await sharing.judged(first)).conclusion == "success"
    assert mergeable(sharing, first)


async def test_another_base_frees_the_one_that_stays(sharing: Town) -> None:
    await sharing.commit("main", BAD, by="mona")
    await sharing.commit("side", {"SIDE.md": "1\n"}, by="mona")
    first, second = await offer_twice(sharing, {"app/more.py": "MORE = 1\n"})
    await sharing.judged(second)
    assert not mergeable(sharing, first)
    await sharing.do(sharing.people.retarget, second, "side", by="mona")
    assert (await sharing.judged(first)).conclusion == "success"
    assert mergeable(sharing, first)


async def test_where_two_bases_disagree_both_names_are_kept_up_to_date(sharing: Town) -> None:
    await sharing.commit("release", {".github/lintel.yml": "check: per_base\n"}, by="mona")
    await sharing.commit("main", BAD, by="mona")
    first, second = await offer_twice(sharing, {"app/more.py": "MORE = 1\n"})
    await sharing.judged(second)
    assert newest(sharing, second, "lintel: release").conclusion == "failure"
    shared = newest(sharing, first, "lintel")
    assert shared.conclusion == "failure"
    assert "release" in told(shared)
    assert not mergeable(sharing, first)


async def test_a_policy_that_cannot_be_read_shuts_the_gate_under_both_names(sharing: Town) -> None:
    pull = await sharing.propose(GOOD)
    await sharing.judged(pull)
    await sharing.commit("main", {".github/lintel.yml": "check: everywhere\n"}, by="mona")
    await sharing.commit("change", {"app/more.py": "MORE = 1\n"})
    await sharing.judged(pull)
    assert {run.name: run.conclusion for run in sharing.checks(pull)} == {
        "lintel": "failure",
        "lintel: main": "failure",
    }
    assert not mergeable(sharing, pull)


async def test_a_green_shared_check_does_not_outlive_the_policy_it_was_for(sharing: Town) -> None:
    pull = await sharing.propose(GOOD)
    await sharing.judged(pull)
    assert mergeable(sharing, pull)
    await sharing.commit("main", {".github/lintel.yml": "check: per_base\nmodel: required\n"}, by="mona")
    await sharing.tell(pull, "/lintel review", by="mona")
    await sharing.judged(pull)
    assert newest(sharing, pull, "lintel").conclusion == newest(sharing, pull, "lintel: main").conclusion == "success"
    assert mergeable(sharing, pull)


async def test_status_says_what_one_is_worth_by_itself_and_what_the_shared_check_says(sharing: Town) -> None:
    await sharing.commit("main", BAD, by="mona")
    first, second = await offer_twice(sharing, {"app/more.py": "MORE = 1\n"})
    await sharing.judged(second)
    await sharing.tell(first, "/lintel status", by="mona")

    (answer,) = sharing.answers(first)
    assert "**success** by itself on" in answer
    assert "says the worst of them: **failure**" in answer
    assert f"Pull request {second.number} into `release`: failure." in answer
    assert not mergeable(sharing, first)


async def test_the_merge_queue_takes_what_the_shared_check_says(sharing: Town) -> None:
    await sharing.commit("main", BAD, by="mona")
    first, second = await offer_twice(sharing, {"app/more.py": "MORE = 1\n"})
    await sharing.judged(second)
    group = await queue(sharing, first)
    (check,) = checks(sharing, group)
    assert (check.name, check.title) == ("lintel", f"Blocked by pull request {first.number}")
    assert f"pull request {second.number} into release, of the same commit, ended with failure" in told(check)
    assert not await merges(sharing, group)

    await sharing.do(sharing.people.close_pull, second, by="mona")
    await sharing.at_rest()
    # Merged once more within a second it would be the very commit that was judged.
    group = await queue(sharing, first, method="SQUASH")
    assert checks(sharing, group)[0].conclusion == "success"
    assert await merges(sharing, group)
