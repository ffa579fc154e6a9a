"""What a review cost is told on the pull request to the cent, whoever paid it, and limits are waited out as told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.hub.accounts import Role
from tests.claude_answers import Answer
from tests.claude_server import ScriptedClaude
from tests.e2e.town import Town, told

GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}


def limited(seconds: str) -> Answer:
    return Answer(status=429, error_type="rate_limit_error", headers={"retry-after": seconds})


async def due_in(town: Town) -> timedelta:
    """How long until the one job that waits for its time."""
    async with town.database.connection() as connection:
        cursor = await connection.execute(
            "SELECT scheduled_at - now() FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at > now()"
        )
        ((due,),) = await cursor.fetchall()
        assert isinstance(due, timedelta)
        return due


async def test_lintel_cost_tells_calls_tokens_and_dollars_against_each_limit(
    town: Town, claude: ScriptedClaude
) -> None:
    pull = await town.propose(GOOD)
    await town.judged(pull)
    comment = await town.tell(pull, "/lintel cost")
    (answer,) = town.answers(pull)
    made = len(claude.requests) + len(claude.asides)

    assert [reaction.content for reaction in comment.reactions] == ["eyes"]
    assert f"The newest review is of head `{pull.head_sha[:12]}`." in answer
    assert re.search(r"\| reading \| `claude-sonnet-5-5` \| \d+ \|.*\\\$0\.\d{4} \|", answer)
    assert re.search(rf"\| this review \| {made} \|.*\\\$0\.\d{{4}} \| \\\$5\.00 \|", answer)
    assert re.search(rf"\| this pull request \| {made} \|.*\| \\\$20\.00 \|", answer)
    assert re.search(rf"\| this installation, this month \| {made} \|.*\| none \|", answer)
    assert f"{made} calls: " in town.summary(pull)


async def test_what_came_from_memory_is_said_and_costs_nothing(town: Town, claude: ScriptedClaude) -> None:
    await town.judged(await town.propose(GOOD))
    asked = len(claude.requests)
    twin = await town.propose(GOOD, branch="twin")
    await town.judged(twin)

    assert len(claude.requests) == asked
    assert re.search(rf"of at most \\\$5\.00 · {asked} repl(y|ies) from memory", town.summary(twin))
    await town.tell(twin, "/lintel cost")
    (answer,) = town.answers(twin)
    assert "| reading |" not in answer


async def test_before_the_first_review_there_is_nothing_to_tell(town: Town) -> None:
    pull = await town.propose(GOOD, draft=True)
    await town.tell(pull, "/lintel cost")

    (answer,) = town.answers(pull)
    assert "No review of this pull request has begun" in answer


@pytest.mark.parametrize(("role", "may"), [(Role.READ, False), (Role.TRIAGE, True)])
async def test_money_is_told_to_those_who_triage(town: Town, role: Role, may: bool) -> None:
    await town.do(town.people.set_role, town.repository, "rita", role)
    pull = await town.propose(GOOD)
    await town.judged(pull)
    await town.tell(pull, "/lintel cost", by="rita")

    (answer,) = town.answers(pull)
    assert ("| this pull request |" in answer) == may
    assert ("does not allow `/lintel cost`" in answer) != may


@pytest.mark.parametrize(("said", "seconds"), [("2400", 2400), ("999999", 6 * 3600)])
async def test_a_limit_is_waited_out_as_long_as_the_server_said_and_people_are_told_when(
    town: Town, claude: ScriptedClaude, said: str, seconds: int
) -> None:
    script, claude.script = claude.script, lambda _: limited(said)
    began = datetime.now(UTC)  # noqa: TID251 - the bot's clock is the real one
    pull = await town.propose(GOOD)
    check = await town.judged(pull)

    assert (check.conclusion, check.title) == ("action_required", "Not everything was reviewed")
    assert "rate limit was reached" in told(check)
    (hour, minute) = re.findall(r"it will be tried again at (\d\d):(\d\d) UTC", told(check))[0]
    due = began + timedelta(seconds=seconds)
    late = (datetime(due.year, due.month, due.day, int(hour), int(minute), tzinfo=UTC) - due) % timedelta(days=1)
    assert late < timedelta(minutes=2)
    assert timedelta(seconds=seconds - 60) < await due_in(town) <= timedelta(seconds=seconds)

    claude.script = script
    town.haste.skipped_s += float(said)
    await town.ten_minutes_later()
    assert (await town.judged(pull)).conclusion == "success"


async def test_a_server_that_always_says_in_a_moment_is_asked_ever_less_often_until_a_push(
    town: Town, claude: ScriptedClaude
) -> None:
    script, claude.script = claude.script, lambda _: limited("61")
    pull = await town.propose(GOOD)
    await town.judged(pull)
    waits = [await due_in(town)]
    for _ in range(3):
        await town.ten_minutes_later()
        await town.judged(pull)
        waits.append(await due_in(town))
    assert [round(wait.total_seconds() / 10) * 10 for wait in waits] == [60, 60, 120, 240]

    await town.commit(pull.head_ref, {"app/other.py": "RATE = 5\n"})
    await town.judged(pull)
    assert round((await due_in(town)).total_seconds() / 10) * 10 == 60

    claude.script = script
    await town.ten_minutes_later()
    assert (await town.judged(pull)).conclusion == "success"


async def test_what_was_given_up_for_money_is_told_with_the_limit_that_it_was_for(town: Town) -> None:
    await town.commit("main", {".github/lintel.yml": "budget: {review_usd: 0}\n"}, by="mona")
    pull = await town.propose(GOOD)
    await town.judged(pull)
    await town.tell(pull, "/lintel cost")

    (answer,) = town.answers(pull)
    assert "- 2 changed lines in 1 file not reviewed: over the review budget of \\$0.00." in answer
    assert re.search(r"\| this review \| 0 \|.*\| \\\$0\.00 \| \\\$0\.00 \|", answer)
