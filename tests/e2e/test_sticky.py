"""What a critical reading of the gate found: each story once opened a gate, lost a comment or left a check behind."""

from __future__ import annotations

import asyncio

from app.core.job import ReviewJob
from app.flows.review.desk.desk import Step
from app.store.work.queue import enqueue
from tests.claude_answers import Plant, findings, overloaded, planted
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.town import Town

TWO = {"app/two.py": "def low():\n    print(1)\n\n\ndef bad(price):\n    return price * 0\n"}


async def test_numbers_on_github_are_the_numbers_in_the_store(guarded: Town) -> None:
    await guarded.commit("change", TWO)
    pull = await guarded.open_pull()
    await guarded.judged(pull)
    said = {item.line: item.body for item in guarded.comments(pull)}
    await guarded.commit("change", {"app/more.py": "A = 1\n"})
    await guarded.judged(pull)

    assert {item.line: item.body for item in guarded.comments(pull)} == said
    assert not mergeable(guarded, pull)


async def test_the_same_head_cannot_be_laundered_through_another_pull_request(
    guarded: Town, claude: ScriptedClaude
) -> None:
    await guarded.commit("change", TWO)
    pull = await guarded.open_pull()
    await guarded.judged(pull)
    claude.script = lambda _: findings()
    sha = await guarded.commit("change", {"app/more.py": "A = 1\n"})
    assert (await guarded.judged(pull)).conclusion == "failure"
    await asyncio.to_thread(guarded.people.push, guarded.repository, "other", sha, by="hubert")
    other = await guarded.open_pull("other")
    await guarded.until(lambda: len(guarded.checks(other)) == 2, "a check for the second pull request")
    check = await guarded.judged(other)

    assert (check.conclusion, check.title) == ("failure", "1 blocking finding")
    assert "blocked in pull request" in (check.summary or "")
    assert not mergeable(guarded, other)


async def test_a_policy_that_changes_while_the_model_answers_judges_the_change(
    guarded: Town, claude: ScriptedClaude
) -> None:
    await guarded.commit("main", {".github/lintel.yml": "mode: advisory\n"}, by="mona")
    await guarded.commit("change", TWO)
    answer = planted({r"\* 0": Plant("critical", "The total is always zero")})

    def change_policy_first(body: dict[str, object]) -> object:
        files = {".github/lintel.yml": (b"mode: gate\n")}
        guarded.people.commit(guarded.repository, "main", files, by="mona")
        claude.script = answer
        return answer(body)

    claude.script = change_policy_first  # type: ignore[assignment]  # a script that also acts
    pull = await guarded.open_pull()
    await guarded.until(lambda: Step.FINISHED in [step for step, _ in guarded.steps], "a finished review")
    await guarded.at_rest()

    assert guarded.checks(pull)[-1].conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_a_head_left_unread_by_an_outage_is_read_again_when_it_is_over(
    guarded: Town, claude: ScriptedClaude
) -> None:
    working = claude.script
    claude.script = lambda _: overloaded()
    await guarded.commit("change", {"app/ok.py": "A = 1\n"})
    pull = await guarded.open_pull()
    check = await guarded.judged(pull)
    assert check.conclusion == "action_required"

    claude.script = working
    await guarded.ten_minutes_later()
    await guarded.until(lambda: guarded.checks(pull)[-1].conclusion == "success", "a green check")
    assert mergeable(guarded, pull)


async def test_a_change_that_kills_its_workers_ends_on_its_check(guarded: Town) -> None:
    await guarded.commit("change", TWO)
    job = ReviewJob(
        installation_id=next(iter(guarded.people.state.installations)),
        repository_id=guarded.repository.id,
        repository=guarded.repository.full_name,
        number=1,
        abandoned=True,
    )
    guarded.ground.app.webhook_url = None
    pull = await guarded.open_pull()
    async with guarded.database.transaction() as connection:
        await enqueue(connection, [job])
    check = await guarded.judged(pull)

    assert (check.conclusion, check.title) == ("action_required", "The review could not be made")
    assert "worker died on this change time and again" in (check.summary or "")
    assert not guarded.comments(pull)
    assert not mergeable(guarded, pull)


async def test_moving_the_code_into_a_new_file_keeps_the_gate_shut(guarded: Town, claude: ScriptedClaude) -> None:
    await guarded.commit("change", TWO)
    pull = await guarded.open_pull()
    await guarded.judged(pull)
    claude.script = lambda _: findings()
    low, bad = TWO["app/two.py"].split("\n\n\n")
    await guarded.commit("change", {"app/two.py": f"{low}\n", "lib/x.py": bad})

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_a_fault_taken_out_and_put_back_is_the_same_fault(guarded: Town, claude: ScriptedClaude) -> None:
    await guarded.commit("change", TWO)
    pull = await guarded.open_pull()
    await guarded.judged(pull)
    claude.script = lambda _: findings()
    await guarded.commit("change", {"app/two.py": "def low():\n    print(1)\n"})
    assert (await guarded.judged(pull)).conclusion == "success"
    await guarded.commit("change", {**TWO, "app/more.py": "A = 1\n"})
    check = await guarded.judged(pull)

    assert (check.conclusion, check.title) == ("failure", "1 blocking finding")
    assert "fixed" not in next(item.body for item in guarded.comments(pull) if "always zero" in item.body)
    assert not mergeable(guarded, pull)


async def test_a_head_that_was_blocked_stays_blocked_wherever_its_pull_request_has_gone(
    guarded: Town, claude: ScriptedClaude
) -> None:
    await guarded.commit("change", TWO)
    pull = await guarded.open_pull()
    await guarded.judged(pull)
    claude.script = lambda _: findings()
    blocked = await guarded.commit("change", {"app/more.py": "A = 1\n"})
    await guarded.judged(pull)
    await guarded.commit("change", {"app/two.py": "B = 1\n"})
    assert (await guarded.judged(pull)).conclusion == "success"
    await asyncio.to_thread(guarded.people.push, guarded.repository, "other", blocked, by="hubert")
    other = await guarded.open_pull("other")
    await guarded.until(lambda: len(guarded.checks(other)) == 2, "a check for the second pull request")

    assert (await guarded.judged(other)).title == "1 blocking finding"
    assert not mergeable(guarded, other)
