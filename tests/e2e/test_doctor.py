"""`lintel doctor` in a town: it tells what is wrong, and changes nothing."""

from __future__ import annotations

from app.core.health import Examined, State
from app.flows.doctor import examine_app, examine_work
from tests.e2e.conftest import mergeable
from tests.e2e.town import Town
from tests.e2e.wire import refused

GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}
SHOP = "gate of octo/shop"


async def examine(town: Town) -> dict[str, Examined]:
    found = [one async for one in examine_app(town.bot.services.app, None)]
    return {one.part: one for one in (*found, await examine_work(town.database))}


async def test_a_good_set_up_is_well_in_every_part(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    writes = len(guarded.wire.lines(r"^(POST|PATCH) .*/repos/"))

    found = await examine(guarded)
    assert {part: one.told for part, one in found.items() if one.state is not State.WELL} == {}
    assert {"credentials", "permissions", "events", "webhook", "deliveries", "queue", SHOP} < found.keys()
    assert len(guarded.wire.lines(r"^(POST|PATCH) .*/repos/")) == writes
    assert mergeable(guarded, pull)


async def test_a_gate_that_is_not_enforced_is_named_with_its_mend(guarded: Town) -> None:
    guarded.repository.required_checks.clear()
    found = (await examine(guarded))[SHOP]
    assert (found.state, found.told) == (State.WRONG, "NOT enforced: main does not require lintel: main")
    assert "with this App as its source" in found.mend

    await guarded.do(guarded.people.require_check, guarded.repository, "lintel: main")
    assert "it can be forged" in (await examine(guarded))[SHOP].told


async def test_the_check_that_the_policy_names_is_the_one_that_counts(guarded: Town) -> None:
    await guarded.commit("main", {".github/lintel.yml": "check: shared\n"}, by="mona")
    assert (await examine(guarded))[SHOP].told == "NOT enforced: main does not require lintel"


async def test_permissions_events_and_failed_deliveries_that_miss_are_named(guarded: Town) -> None:
    app = guarded.ground.app
    (installation,) = guarded.people.state.installations.values()
    del installation.permissions["checks"]
    app.events = app.events - {"issue_comment"}
    async with guarded.unheard():
        await guarded.propose(GOOD)

    found = await examine(guarded)
    assert found["events"].told == "not subscribed: issue_comment"
    assert found["installation on octo"].told == "missing: checks: write"
    assert found["deliveries"].state is State.WRONG


async def test_what_github_does_not_answer_is_unseen_and_not_well(guarded: Town) -> None:
    guarded.trouble(r"^GET /app/hook/config", "", refused(503, "Unavailable"), times=99)
    found = await examine(guarded)
    assert found["webhook"].state is State.UNKNOWN
    assert found["events"].state is State.WELL


async def test_an_app_that_is_installed_nowhere_or_suspended_holds_nothing(guarded: Town) -> None:
    (installation,) = guarded.people.state.installations.values()
    await guarded.do(guarded.people.suspend, installation)
    assert (await examine(guarded))["installation on octo"].told == "suspended"
    await guarded.do(guarded.people.uninstall, installation)
    assert (await examine(guarded))["installations"].state is State.WRONG
