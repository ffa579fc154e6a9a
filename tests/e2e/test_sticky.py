"""What a critical reading of the gate found: each story once opened a gate, lost a comment or left a check behind."""

from __future__ import annotations

import asyncio

from app.core.job import ReviewJob
from app.flows.review.desk.desk import Step
from app.store.work.queue import enqueue
from tests.claude_answers import Plant, findings, overloaded, planted
from tests.claude_server import ScriptedClaude
from tests.e2e.town import Town

TWO = {"app/two.py": "def low():\n    print(1)\n\n\ndef bad(price):\n    return price * 0\n"}


async def test_numbers_on_github_are_the_numbers_in_the_store(town: Town) -> None:
    await town.commit("change", TWO)
    pull = await town.open_pull()
    await town.judged(pull)
    said = {item.line: item.body for item in town.comments(pull)}
    await town.commit("change", {"app/more.py": "A = 1\n"})
    await town.judged(pull)

    assert {item.line: item.body for item in town.comments(pull)} == said


async def test_the_same_head_cannot_be_laundered_through_another_pull_request(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("change", TWO)
    pull = await town.open_pull()
    await town.judged(pull)
    claude.script = lambda _: findings()
    sha = await town.commit("change", {"app/more.py": "A = 1\n"})
    assert (await town.judged(pull)).conclusion == "failure"
    await asyncio.to_thread(town.people.push, town.repository, "other", sha, by="hubert")
    other = await town.open_pull("other")
    await town.until(lambda: len(town.checks(other)) == 2, "a check for the second pull request")
    check = await town.judged(other)

    assert (check.conclusion, check.title) == ("failure", "Blocked in another pull request")
    assert "blocked in pull request 1: F" in (check.summary or "")


async def test_a_policy_that_changes_while_the_model_answers_judges_the_change(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("main", {".github/lintel.yml": "mode: advisory\n"}, by="mona")
    await town.commit("change", TWO)
    answer = planted({r"\* 0": Plant("critical", "The total is always zero")})

    def change_policy_first(body: dict[str, object]) -> object:
        files = {".github/lintel.yml": (b"mode: gate\n")}
        town.people.commit(town.repository, "main", files, by="mona")
        claude.script = answer
        return answer(body)

    claude.script = change_policy_first  # type: ignore[assignment]  # a script that also acts
    pull = await town.open_pull()
    await town.until(lambda: Step.FINISHED in [step for step, _ in town.steps], "a finished review")
    await town.at_rest()

    assert town.checks(pull)[-1].conclusion == "failure"


async def test_a_head_left_unread_by_an_outage_is_read_again_when_it_is_over(
    town: Town, claude: ScriptedClaude
) -> None:
    working = claude.script
    claude.script = lambda _: overloaded()
    await town.commit("change", {"app/ok.py": "A = 1\n"})
    pull = await town.open_pull()
    check = await town.judged(pull)
    assert check.conclusion == "action_required"

    claude.script = working
    await town.ten_minutes_later()
    await town.until(lambda: town.checks(pull)[-1].conclusion == "success", "a green check")


async def test_a_change_that_kills_its_workers_ends_on_its_check(town: Town) -> None:
    await town.commit("change", TWO)
    job = ReviewJob(
        installation_id=next(iter(town.people.state.installations)),
        repository_id=town.repository.id,
        repository=town.repository.full_name,
        number=1,
        abandoned=True,
    )
    town.ground.app.webhook_url = None
    pull = await town.open_pull()
    async with town.database.transaction() as connection:
        await enqueue(connection, [job])
    check = await town.judged(pull)

    assert (check.conclusion, check.title) == ("action_required", "The review could not be made")
    assert "worker died on this change time and again" in (check.summary or "")
    assert not town.comments(pull)


async def test_moving_the_code_into_a_new_file_keeps_the_gate_shut(town: Town, claude: ScriptedClaude) -> None:
    await town.commit("change", TWO)
    pull = await town.open_pull()
    await town.judged(pull)
    claude.script = lambda _: findings()
    low, bad = TWO["app/two.py"].split("\n\n\n")
    await town.commit("change", {"app/two.py": f"{low}\n", "lib/x.py": bad})

    assert (await town.judged(pull)).conclusion == "failure"


async def test_a_fault_taken_out_and_put_back_is_the_same_fault(town: Town, claude: ScriptedClaude) -> None:
    await town.commit("change", TWO)
    pull = await town.open_pull()
    await town.judged(pull)
    claude.script = lambda _: findings()
    await town.commit("change", {"app/two.py": "def low():\n    print(1)\n"})
    assert (await town.judged(pull)).conclusion == "success"
    await town.commit("change", {**TWO, "app/more.py": "A = 1\n"})
    check = await town.judged(pull)

    assert (check.conclusion, check.title) == ("failure", "1 blocking finding")
    assert "fixed" not in next(item.body for item in town.comments(pull) if "always zero" in item.body)


async def test_a_head_that_was_blocked_stays_blocked_wherever_its_pull_request_has_gone(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("change", TWO)
    pull = await town.open_pull()
    await town.judged(pull)
    claude.script = lambda _: findings()
    blocked = await town.commit("change", {"app/more.py": "A = 1\n"})
    await town.judged(pull)
    await town.commit("change", {"app/two.py": "B = 1\n"})
    assert (await town.judged(pull)).conclusion == "success"
    await asyncio.to_thread(town.people.push, town.repository, "other", blocked, by="hubert")
    other = await town.open_pull("other")
    await town.until(lambda: len(town.checks(other)) == 2, "a check for the second pull request")

    assert (await town.judged(other)).title == "Blocked in another pull request"
