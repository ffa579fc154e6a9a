"""An outage ends, or a limit: what waited for it is reviewed unasked, and then it can be merged."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.hub.state import PullRequest
from tests.claude_answers import Answer, lens_of, overloaded, spend_limit, unauthorized
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.town import Town, told
from tests.e2e.wire import refused


async def offer(town: Town, name: str) -> PullRequest:
    return await town.propose({f"app/{name}.py": "LIMIT = 3\n"}, branch=name)


def looked_at(town: Town, pulls: list[PullRequest]) -> list[int]:
    """How often GitHub was asked about each."""
    return [len(town.wire.lines(rf"^GET .*/pulls/{pull.number}$")) for pull in pulls]


async def later(town: Town) -> None:
    await town.ten_minutes_later()
    await town.at_rest()


def summaries(claude: ScriptedClaude) -> int:
    """How often a model was asked something else than to read."""
    return len(claude.requests) - len(claude.readings)


async def spent(town: Town, usd: float) -> None:
    async with town.database.connection() as connection:
        await connection.execute("UPDATE lintel.account SET booked_usd = %s WHERE kind = 'month'", [usd])


@pytest.mark.parametrize("fails", [overloaded, unauthorized, spend_limit])
async def test_however_long_it_lasts_one_look_finds_out_for_all_and_then_all_are_reviewed(
    guarded: Town, claude: ScriptedClaude, fails: Callable[[], Answer]
) -> None:
    working, claude.script = claude.script, lambda _: fails()
    pulls = [await offer(guarded, name) for name in ("one", "two", "three")]
    assert {(await guarded.judged(pull)).conclusion for pull in pulls} == {"action_required"}
    for _ in range(4):
        before = looked_at(guarded, pulls)
        await later(guarded)
        assert sum(now > then for now, then in zip(looked_at(guarded, pulls), before, strict=True)) == 1
    assert not any(mergeable(guarded, pull) for pull in pulls)

    claude.script = working
    await later(guarded)
    await later(guarded)
    assert all(mergeable(guarded, pull) for pull in pulls)


async def test_who_pushes_or_asks_while_others_wait_is_not_held(guarded: Town, claude: ScriptedClaude) -> None:
    working, claude.script = claude.script, lambda _: overloaded()
    first, second = await offer(guarded, "one"), await offer(guarded, "two")
    await guarded.judged(first)
    await guarded.judged(second)
    await later(guarded)
    claude.script = working
    await guarded.tell(first, "/lintel review")
    await guarded.commit("two", {"app/more.py": "MORE = 1\n"})
    await guarded.judged(second)

    assert mergeable(guarded, first)
    assert mergeable(guarded, second)


async def test_what_was_paused_or_closed_meanwhile_is_not_read(guarded: Town, claude: ScriptedClaude) -> None:
    working, claude.script = claude.script, lambda _: overloaded()
    paused, closed = await offer(guarded, "one"), await offer(guarded, "two")
    await guarded.judged(paused)
    await guarded.judged(closed)
    await guarded.tell(paused, "/lintel pause", by="writer")
    await guarded.do(guarded.people.close_pull, closed, by="mona")
    await guarded.at_rest()
    claude.script, asked, checks = working, len(claude.requests), len(guarded.checks(closed))
    await later(guarded)
    await later(guarded)

    assert len(claude.requests) == asked
    assert len(guarded.checks(closed)) == checks
    assert guarded.checks(paused)[-1].title == "Paused by writer"
    assert not mergeable(guarded, paused)


async def test_a_full_review_that_an_outage_broke_off_is_not_paid_for_twice(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull = await offer(guarded, "one")
    assert (await guarded.judged(pull)).conclusion == "success"
    working, once = claude.script, summaries(claude)
    claude.script = lambda body: overloaded() if lens_of(body).startswith("correctness") else working(body)
    await guarded.tell(pull, "/lintel review full", by="writer")
    assert not mergeable(guarded, pull)
    claude.script = working
    await later(guarded)

    assert mergeable(guarded, pull)
    assert summaries(claude) == once + 1


async def test_a_limit_of_github_that_lasts_an_hour_is_waited_out(guarded: Town) -> None:
    hour = refused(403, "API rate limit exceeded", retry_after="3000")
    guarded.trouble("^POST .*/check-runs$", "", hour)
    pull = await offer(guarded, "one")
    await guarded.at_rest()
    assert not guarded.checks(pull)
    guarded.haste.skipped_s += 3000
    await later(guarded)

    assert mergeable(guarded, pull)


@pytest.fixture
def month_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINTEL_MONTHLY_BUDGET_USD", "3")


async def test_a_month_that_can_pay_again_reviews_what_waited_for_it(
    month_of_three: None, guarded: Town, claude: ScriptedClaude
) -> None:
    await guarded.judged(await offer(guarded, "one"))
    await spent(guarded, 2.9)
    pull, asked = await offer(guarded, "two"), len(claude.requests)
    check = await guarded.judged(pull)
    assert "Once there is more, this is reviewed by itself within ten minutes." in told(check).replace("\\", "")
    looked = looked_at(guarded, [pull])
    for _ in range(3):
        await later(guarded)
    assert (looked_at(guarded, [pull]), len(claude.requests)) == (looked, asked)
    assert not mergeable(guarded, pull)

    await spent(guarded, 0)
    await later(guarded)
    assert mergeable(guarded, pull)
