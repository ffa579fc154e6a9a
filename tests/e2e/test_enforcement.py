"""Whether the check can hold a merge up at all, said where people look."""

from __future__ import annotations

from typing import Any

import pytest

from app.hub.accounts import App
from app.hub.checks import Output, Report, create_check_run
from app.hub.state import PullRequest
from app.hub.world import World
from tests.e2e.conftest import mergeable
from tests.e2e.town import Town, told
from tests.e2e.wire import refused

BAD = {"app/pay.py": "def total(items):\n    return sum(item.price * 0 for item in items)\n"}
GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}
NOT_REQUIRED = "This check is not required for `main`: it cannot block a merge."
"""What an administrator has to hear."""


async def require(town: Town, **how: Any) -> None:
    town.repository.required_checks.clear()
    await town.do(town.people.require_check, town.repository, "lintel: main", **how)


async def forge(town: Town, pull: PullRequest, conclusion: str = "success") -> None:
    """Another App completes a check of our name."""

    def act(people: World, app: App) -> None:
        with people.state.lock:
            report = Report(status="completed", conclusion=conclusion, output=Output("Fine", "Fine"))
            create_check_run(people.hub, app, pull.repository, "lintel: main", pull.head_sha, report)

    await town.do(act, town.people, await town.do(other_app, town))
    await town.at_rest()


def other_app(town: Town) -> App:
    known = next((app for app in town.people.state.apps.values() if app.slug == "actions"), None)
    if known is not None:
        return known
    return town.people.register_app("actions", "octo", town.ground.app.public_key_pem, {"checks": "write"}, [])


async def forged(town: Town) -> list[dict[str, Any]]:
    async with town.database.connection() as connection:
        cursor = await connection.execute("SELECT body FROM lintel.ledger WHERE kind = 'check.forged' ORDER BY seq")
        return [row[0] for row in await cursor.fetchall()]


async def test_a_check_that_nobody_requires_says_so_and_blocks_nothing(town: Town) -> None:
    town.repository.required_checks.clear()
    pull = await town.propose(BAD)

    check = await town.judged(pull)
    assert check.conclusion == "failure"
    assert NOT_REQUIRED in told(check)
    assert NOT_REQUIRED in town.summary(pull)
    assert mergeable(town, pull)


@pytest.mark.parametrize("classic", [False, True])
async def test_required_and_pinned_it_is_enforced_and_nothing_is_said(town: Town, classic: bool) -> None:
    await require(town, app=town.ground.app, classic=classic)
    pull = await town.propose(BAD)

    check = await town.judged(pull)
    assert "required" not in told(check)
    assert not mergeable(town, pull)


@pytest.mark.parametrize("classic", [False, True])
async def test_required_from_any_source_it_can_be_forged_and_says_so(town: Town, classic: bool) -> None:
    await require(town, classic=classic)
    pull = await town.propose(BAD)

    assert "from any source: whoever has write access can set it green" in told(await town.judged(pull))
    assert not mergeable(town, pull)


async def test_pinned_to_another_app_it_cannot_block_and_says_so(town: Town) -> None:
    await require(town, app=await town.do(other_app, town))
    pull = await town.propose(GOOD)

    assert "requires is another App's" in told(await town.judged(pull))
    assert not mergeable(town, pull)


async def test_what_may_not_be_read_is_named_and_breaks_no_review(town: Town) -> None:
    town.trouble(r"^GET .*/rules/branches/", "", refused(403, "Resource not accessible by integration"), times=9)
    town.repository.required_checks.clear()
    pull = await town.propose(GOOD)

    check = await town.judged(pull)
    assert check.conclusion == "success"
    assert "cannot be told: the rulesets cannot be read (the permission metadata: read is missing" in told(check)
    assert mergeable(town, pull)


async def test_in_advisory_mode_nobody_hears_that_nothing_is_held_up(town: Town) -> None:
    await town.commit("main", {".github/lintel.yml": "mode: advisory\n"}, by="mona")
    town.repository.required_checks.clear()
    pull = await town.propose(BAD)

    assert "not required" not in told(await town.judged(pull))
    assert mergeable(town, pull)


async def test_another_apps_check_of_our_name_is_recorded_told_and_counts_for_nothing(guarded: Town) -> None:
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    await forge(guarded, pull)
    await forge(guarded, pull)

    (entry,) = await forged(guarded)
    assert (entry["app"], entry["name"], entry["pull_requests"]) == ("actions", "lintel: main", [pull.number])
    assert "Another App set a check of the same name on this head (`actions`)" in guarded.summary(pull)
    assert "so it counts for nothing" in told(await guarded.judged(pull))
    assert not mergeable(guarded, pull)


async def test_where_the_branch_takes_any_source_a_forgery_is_told_for_what_it_is(town: Town) -> None:
    await require(town)
    pull = await town.propose(BAD)
    await town.judged(pull)
    await forge(town, pull)

    assert "it may count in this one's place" in told(await town.judged(pull))
    assert len(await forged(town)) == 1
    assert not mergeable(town, pull)  # ours is red beside it


async def test_a_check_of_another_name_is_nobodys_business(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    app = await guarded.do(other_app, guarded)
    report = Report(status="completed", conclusion="success", output=Output("Fine", "Fine"))
    with guarded.people.state.lock:
        create_check_run(guarded.people.hub, app, pull.repository, "build", pull.head_sha, report)

    await guarded.judged(pull)
    assert not await forged(guarded)
    assert mergeable(guarded, pull)
