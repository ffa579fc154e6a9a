"""What a review cost is told on the pull request to the cent, whoever paid it, and limits are waited out as told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.hub.accounts import Role
from tests.claude_answers import Answer
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
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
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    comment = await guarded.tell(pull, "/lintel cost")
    (answer,) = guarded.answers(pull)
    made = len(claude.requests) + len(claude.asides)

    assert [reaction.content for reaction in comment.reactions] == ["eyes"]
    assert f"The newest review is of head `{pull.head_sha[:12]}`." in answer
    assert re.search(r"\| reading \| `claude-sonnet-5-5` \| \d+ \|.*\\\$0\.\d{4} \|", answer)
    assert re.search(rf"\| this review \| {made} \|.*\\\$0\.\d{{4}} \| \\\$5\.00 \|", answer)
    assert re.search(rf"\| this pull request \| {made} \|.*\| \\\$20\.00 \|", answer)
    assert re.search(rf"\| this installation, this month \| {made} \|.*\| none \|", answer)
    assert f"{made} calls: " in guarded.summary(pull)
    assert mergeable(guarded, pull)


async def test_what_came_from_memory_is_said_and_costs_nothing(guarded: Town, claude: ScriptedClaude) -> None:
    await guarded.judged(await guarded.propose(GOOD))
    asked = len(claude.requests)
    twin = await guarded.propose(GOOD, branch="twin")
    await guarded.judged(twin)

    assert len(claude.requests) == asked
    assert re.search(rf"of at most \\\$5\.00 · {asked} repl(y|ies) from memory", guarded.summary(twin))
    await guarded.tell(twin, "/lintel cost")
    (answer,) = guarded.answers(twin)
    assert "| reading |" not in answer
    assert mergeable(guarded, twin)


async def test_before_the_first_review_there_is_nothing_to_tell(guarded: Town) -> None:
    pull = await guarded.propose(GOOD, draft=True)
    await guarded.tell(pull, "/lintel cost")

    (answer,) = guarded.answers(pull)
    assert "No review of this pull request has begun" in answer
    assert not mergeable(guarded, pull)


@pytest.mark.parametrize(("role", "may"), [(Role.READ, False), (Role.TRIAGE, True)])
async def test_money_is_told_to_those_who_triage(guarded: Town, role: Role, may: bool) -> None:
    await guarded.do(guarded.people.set_role, guarded.repository, "rita", role)
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    await guarded.tell(pull, "/lintel cost", by="rita")

    (answer,) = guarded.answers(pull)
    assert ("| this pull request |" in answer) == may
    assert ("does not allow `/lintel cost`" in answer) != may
    assert mergeable(guarded, pull)


@pytest.mark.parametrize(("said", "seconds"), [("2400", 2400), ("999999", 6 * 3600)])
async def test_a_limit_is_waited_out_as_long_as_the_server_said_and_people_are_told_when(
    guarded: Town, claude: ScriptedClaude, said: str, seconds: int
) -> None:
    script, claude.script = claude.script, lambda _: limited(said)
    began = datetime.now(UTC)  # noqa: TID251 - the bot's clock is the real one
    pull = await guarded.propose(GOOD)
    check = await guarded.judged(pull)

    assert (check.conclusion, check.title) == ("action_required", "Not everything was reviewed")
    assert "rate limit was reached" in told(check)
    (hour, minute) = re.findall(r"it will be tried again at (\d\d):(\d\d) UTC", told(check))[0]
    due = began + timedelta(seconds=seconds)
    late = (datetime(due.year, due.month, due.day, int(hour), int(minute), tzinfo=UTC) - due) % timedelta(days=1)
    assert late < timedelta(minutes=2)
    assert timedelta(seconds=seconds - 60) < await due_in(guarded) <= timedelta(seconds=seconds)

    claude.script = script
    guarded.haste.skipped_s += float(said)
    await guarded.ten_minutes_later()
    assert (await guarded.judged(pull)).conclusion == "success"
    assert mergeable(guarded, pull)


async def test_a_server_that_always_says_in_a_moment_is_asked_ever_less_often_until_a_push(
    guarded: Town, claude: ScriptedClaude
) -> None:
    script, claude.script = claude.script, lambda _: limited("61")
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    waits = [await due_in(guarded)]
    for _ in range(3):
        await guarded.ten_minutes_later()
        await guarded.judged(pull)
        waits.append(await due_in(guarded))
    assert [round(wait.total_seconds() / 10) * 10 for wait in waits] == [60, 60, 120, 240]

    await guarded.commit(pull.head_ref, {"app/other.py": "RATE = 5\n"})
    await guarded.judged(pull)
    assert round((await due_in(guarded)).total_seconds() / 10) * 10 == 60

    claude.script = script
    await guarded.ten_minutes_later()
    assert (await guarded.judged(pull)).conclusion == "success"
    assert mergeable(guarded, pull)


async def test_what_was_given_up_for_money_is_told_with_the_limit_that_it_was_for(guarded: Town) -> None:
    await guarded.commit("main", {".github/lintel.yml": "budget: {review_usd: 0}\n"}, by="mona")
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    await guarded.tell(pull, "/lintel cost")

    (answer,) = guarded.answers(pull)
    assert "- 2 changed lines in 1 file not reviewed: over the review budget of \\$0.00." in answer
    assert re.search(r"\| this review \| 0 \|.*\| \\\$0\.00 \| \\\$0\.00 \|", answer)
    assert not mergeable(guarded, pull)
