"""Running again: GitHub's re-run, the button *Full review*, the first check of a repository."""

from __future__ import annotations

import pytest

from app.core.report.button import FULL_REVIEW
from app.hub.accounts import Role
from app.hub.state import CheckRun
from tests.claude_answers import findings
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.town import Town
from tests.e2e.wire import Passage
from tests.e2e.wire import first as just_before

BAD = {"app/pay.py": "def total(items):\n    return sum(item.price * 0 for item in items)\n"}
GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}


async def press(town: Town, run: CheckRun, by: str) -> None:
    await town.do(town.people.press, run, FULL_REVIEW.identifier, by=by)
    await town.at_rest()


def first_checks(town: Town, branch: str = "main") -> list[CheckRun]:
    """Our checks on the tip of a branch of the shop."""
    return [run for run in town.people.state.check_runs.values() if run.suite.head_branch == branch]


async def gates(town: Town) -> list[dict[str, int]]:
    async with town.database.connection() as connection:
        cursor = await connection.execute("SELECT body FROM lintel.ledger WHERE kind = 'gate.set'")
        return [row[0] for row in await cursor.fetchall()]


async def test_the_button_reads_everything_again_for_who_may_write(guarded: Town, claude: ScriptedClaude) -> None:
    pull = await guarded.propose(GOOD)
    first = await guarded.judged(pull)
    assert [action["label"] for action in first.actions] == ["Full review"]
    read = len(claude.readings)
    await press(guarded, first, by="writer")

    again = await guarded.judged(pull)
    assert again.id != first.id
    assert len(claude.readings) == 2 * read
    assert mergeable(guarded, pull)


@pytest.mark.parametrize("who", ["hubert", "passer-by"])
async def test_for_anybody_else_the_button_does_nothing(guarded: Town, claude: ScriptedClaude, who: str) -> None:
    if who == "passer-by":
        guarded.people.add_person(who)
    await guarded.do(guarded.people.set_role, guarded.repository, "hubert", Role.TRIAGE)
    pull = await guarded.propose(BAD)
    first = await guarded.judged(pull)
    read = len(claude.readings)
    await press(guarded, first, by=who)

    assert guarded.checks(pull) == [first]
    assert len(claude.readings) == read
    assert not mergeable(guarded, pull)


async def test_promise_6_four_full_reviews_by_button_change_no_verdict(guarded: Town, claude: ScriptedClaude) -> None:
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    claude.script = lambda _: findings()
    for _ in range(4):
        await press(guarded, await guarded.judged(pull), by="keeper")

    assert [run.conclusion for run in guarded.checks(pull)] == ["failure"] * 5
    assert not mergeable(guarded, pull)


async def test_re_running_all_checks_reviews_every_pull_request_of_that_head(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.commit("release", {"RELEASE": "1\n"}, by="mona")
    other = await guarded.open_pull("change", base="release")
    await guarded.judged(other)
    first = await guarded.judged(pull)
    before = len(guarded.checks(pull))
    await guarded.do(guarded.people.rerequest_all, first, by="writer")

    await guarded.judged(pull)
    new = guarded.checks(pull)[before:]
    assert sorted(run.name for run in new) == ["lintel: main", "lintel: release"]
    assert mergeable(guarded, pull)


async def test_a_new_repository_is_shown_one_green_check_so_that_it_can_be_required(guarded: Town) -> None:
    guarded.people.state.check_runs.clear()
    ((installation,),) = [tuple(guarded.people.state.installations.values())]
    await guarded.do(guarded.people.suspend, installation)
    await guarded.at_rest()
    await guarded.do(guarded.people.unsuspend, installation)
    await guarded.at_rest()
    await guarded.until(lambda: [run for run in first_checks(guarded) if run.conclusion], "a check on main")

    (check,) = first_checks(guarded)
    assert (check.name, check.conclusion, check.title) == ("lintel: main", "success", "Ready: no change")
    pull = await guarded.propose(BAD)
    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_under_a_shared_check_the_first_one_has_that_name_and_ends_when_its_head_is_offered(
    guarded: Town,
) -> None:
    await guarded.commit("release", {"RELEASE": "1\n"}, by="mona")
    await guarded.commit("main", {".github/lintel.yml": "check: shared\n", **BAD}, by="mona")
    await guarded.commit("release", {".github/lintel.yml": "check: shared\n"}, by="mona")
    await guarded.do(
        guarded.people.require_check, guarded.repository, "lintel", app=guarded.ground.app, branch="release"
    )
    (installation,) = guarded.people.state.installations.values()
    await guarded.do(guarded.people.suspend, installation)
    await guarded.at_rest()
    await guarded.do(guarded.people.unsuspend, installation)
    await guarded.at_rest()
    await guarded.until(
        lambda: [run for run in first_checks(guarded) if run.name == "lintel" and run.conclusion], "a check on main"
    )
    first = first_checks(guarded)[-1]
    assert (first.name, first.conclusion, first.title) == ("lintel", "success", "Ready: no change")
    seen: list[bool] = []

    async def look() -> None:
        (offered,) = [one for one in guarded.people.state.pulls.values() if one.base_ref == "release"]
        seen.append(mergeable(guarded, offered))

    guarded.trouble(r"^PATCH .*/check-runs/\d+$", "in_progress", just_before(look))
    pull = await guarded.open_pull("main", base="release")
    assert (await guarded.judged(pull)).conclusion == "failure"
    assert seen == [False]
    assert not mergeable(guarded, pull)


async def test_the_first_check_is_shown_once_and_again_when_somebody_runs_it_again(guarded: Town) -> None:
    (installation,) = guarded.people.state.installations.values()
    for _ in range(2):
        await guarded.do(guarded.people.suspend, installation)
        await guarded.at_rest()
        await guarded.do(guarded.people.unsuspend, installation)
        await guarded.at_rest()
    await guarded.until(lambda: [run for run in first_checks(guarded) if run.conclusion], "a check on main")
    (first,) = first_checks(guarded)
    await guarded.do(guarded.people.rerequest, first, by="mona")
    await guarded.at_rest()
    await guarded.do(guarded.people.rerequest_all, first, by="mona")
    await guarded.at_rest()

    assert [run.conclusion for run in first_checks(guarded)] == ["success"] * 3
    assert all(entry["pull_request"] for entry in await gates(guarded))
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    assert not mergeable(guarded, pull)


async def test_a_suspension_that_ends_before_anybody_noticed_costs_no_first_check(guarded: Town) -> None:
    (installation,) = guarded.people.state.installations.values()
    refusals: list[str] = []

    async def suspended_while_it_is_shown(passage: Passage) -> None:
        if "repository_ids" in (passage.exchange.body or {}) and not refusals:
            refusals.append(passage.exchange.path)
            await passage.refuse(403, "This installation has been suspended", {})
            return
        await passage.forward()
        await passage.deliver()

    await guarded.do(guarded.people.suspend, installation)
    await guarded.at_rest()
    guarded.trouble(r"^POST .*/access_tokens$", "", suspended_while_it_is_shown, times=10)
    await guarded.do(guarded.people.unsuspend, installation)
    await guarded.until(lambda: [run for run in first_checks(guarded) if run.conclusion], "a check on main")

    assert len(refusals) == 1
    assert [run.conclusion for run in first_checks(guarded)] == ["success"]
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    assert not mergeable(guarded, pull)


async def test_an_empty_repository_gets_no_check_and_stops_nobody(guarded: Town) -> None:
    empty = await guarded.do(guarded.people.create_repository, "octo", "empty")
    await guarded.do(guarded.people.install, guarded.ground.app, "octo", [empty])
    await guarded.at_rest()

    assert not [run for run in guarded.people.state.check_runs.values() if run.repository is empty]
    pull = await guarded.propose(GOOD)
    assert (await guarded.judged(pull)).conclusion == "success"
    assert mergeable(guarded, pull)
