"""What people say to the bot, and what it answers: by the live role of whoever wrote a new comment, and once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.hub.accounts import Role
from tests.claude_answers import findings
from tests.claude_server import ScriptedClaude
from tests.e2e.town import Town
from tests.e2e.wire import WRITES, bad_gateway_after

BAD = {"app/pay.py": "def total(items):\n    return sum(item.price * 0 for item in items)\n"}
GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}


async def test_help_is_answered_to_anyone_with_the_table_of_commands(town: Town) -> None:
    pull = await town.propose(GOOD)
    comment = await town.tell(pull, "/lintel help", by="rita")

    assert [reaction.content for reaction in comment.reactions] == ["eyes"]
    (answer,) = town.answers(pull)
    assert "| `/lintel review full` | write | Review everything again. |" in answer


async def test_the_author_may_ask_for_a_review_of_what_is_new(town: Town, claude: ScriptedClaude) -> None:
    await town.do(town.people.set_role, town.repository, "hubert", Role.READ)
    pull = await town.propose(GOOD)
    await town.tell(pull, "/lintel review")

    assert [run.conclusion for run in town.checks(pull)] == ["success", "success"]
    assert not town.answers(pull)
    assert len(claude.readings) == 1  # what is not new is not asked again


@pytest.mark.parametrize(("role", "command"), [(Role.READ, "review"), (Role.TRIAGE, "review full")])
async def test_who_may_not_is_told_so_once(town: Town, role: Role, command: str) -> None:
    await town.do(town.people.set_role, town.repository, "rita", role)
    pull = await town.propose(GOOD)
    await town.tell(pull, f"/lintel {command}", by="rita")

    (answer,) = town.answers(pull)
    assert f"does not allow `/lintel {command}`" in answer
    assert len(town.checks(pull)) == 1


async def test_the_role_is_the_one_of_now_and_not_of_when_it_was_written(town: Town) -> None:
    pull = await town.propose(GOOD, by="mona")
    await town.judged(pull)
    async with town.unheard():
        await town.tell(pull, "/lintel review full", by="hubert")
    await town.do(town.people.set_role, town.repository, "hubert", Role.READ)
    await town.redeliver(town.deliveries("issue_comment", "created")[-1])
    await town.at_rest()

    assert len(town.answers(pull)) == len(town.checks(pull)) == 1


NO_COMMANDS = (
    "> /lintel review",
    "`/lintel review`",
    "```\n/lintel review\n```",
    "please /lintel review",
    "    /lintel review",
    "\\/lintel review",
    "/lint\u0435l review",
    "<b>\n/lintel review\n</b>",
)


async def test_what_is_quoted_code_or_only_looks_alike_is_no_command(town: Town) -> None:
    pull = await town.propose(GOOD)
    comments = [await town.tell(pull, words) for words in NO_COMMANDS]

    assert not [reaction for comment in comments for reaction in comment.reactions]
    assert len(town.said(pull)) == len(town.checks(pull)) == 1


async def test_a_comment_edited_into_a_command_is_none(town: Town) -> None:
    pull = await town.propose(GOOD)
    comment = await town.tell(pull, "Looks good.")
    await town.do(town.people.edit_comment, comment, "/lintel review full", by="mona")
    await town.at_rest()

    assert not comment.reactions
    assert len(town.checks(pull)) == 1


async def test_a_command_edited_before_it_was_read_is_none(town: Town) -> None:
    pull = await town.propose(GOOD)
    await town.judged(pull)
    async with town.unheard():
        comment = await town.tell(pull, "/lintel review", by="hubert")
        await town.do(town.people.edit_comment, comment, "/lintel review full", by="mona")
        comment.updated_at += timedelta(seconds=1)
    await town.redeliver(town.deliveries("issue_comment", "created")[-1])
    await town.at_rest()

    assert not comment.reactions
    assert len(town.checks(pull)) == 1


async def test_a_bot_is_not_obeyed_whatever_its_role(town: Town) -> None:
    bot = town.people.register_app("helper", "octo", "", {"issues": "write"}, []).bot
    await town.do(town.people.set_role, town.repository, bot.login, Role.ADMIN)
    pull = await town.propose(GOOD)
    await town.tell(pull, "/lintel review full", by=bot.login)

    assert len(town.said(pull)) == len(town.checks(pull)) == 1


async def test_its_own_words_never_make_it_speak(town: Town) -> None:
    pull = await town.propose(GOOD)
    await town.judged(pull)
    await town.tell(pull, f"/lintel help\n{town.summary(pull)}", by=town.ground.app.bot.login)

    assert not town.answers(pull)


async def test_an_unknown_command_is_answered_with_the_nearest(town: Town) -> None:
    pull = await town.propose(GOOD)
    await town.tell(pull, "/lintel reveiw")

    (answer,) = town.answers(pull)
    assert "Did you mean `/lintel review`?" in answer
    assert len(town.checks(pull)) == 1


async def test_one_question_has_one_answer_though_github_says_it_failed(town: Town) -> None:
    pull = await town.propose(GOOD)
    await town.judged(pull)
    town.trouble(*WRITES["the summary is posted"], bad_gateway_after)
    await town.tell(pull, "/lintel help")
    await town.redeliver(town.deliveries("issue_comment", "created")[-1])
    await town.at_rest()

    assert len(town.answers(pull)) == 1


async def test_promise_6_a_full_review_asks_again_and_blocking_findings_stay(
    town: Town, claude: ScriptedClaude
) -> None:
    pull = await town.propose(BAD)
    await town.judged(pull)
    claude.script = lambda _: findings()
    await town.tell(pull, "/lintel review full", by="mona")

    assert [run.conclusion for run in town.checks(pull)] == ["failure", "failure"]
    assert len(claude.readings) == 2
    assert len(town.comments(pull)) == len(town.reviews(pull)) == 1
    assert "F1" in town.summary(pull)


async def test_promise_6_pressing_again_and_again_does_not_wear_the_gate_down(
    town: Town, claude: ScriptedClaude
) -> None:
    pull = await town.propose(BAD)
    await town.judged(pull)
    claude.script = lambda _: findings()
    for _ in range(4):
        await town.do(town.people.rerequest, (await town.judged(pull)), by="hubert")
        await town.at_rest()

    assert [run.conclusion for run in town.checks(pull)] == ["failure"] * 5
    assert len(await town.ledger(pull)) == 5


async def test_promise_6_an_empty_commit_asks_nothing_and_keeps_the_verdict(town: Town, claude: ScriptedClaude) -> None:
    pull = await town.propose(BAD)
    await town.judged(pull)
    claude.script = lambda _: findings()
    await town.commit("change", {})

    assert (await town.judged(pull)).conclusion == "failure"
    assert len(claude.readings) == 1


async def test_the_re_run_button_makes_a_new_review_of_the_same_head(town: Town) -> None:
    pull = await town.propose(BAD)
    first = await town.judged(pull)
    await town.do(town.people.rerequest, first, by="hubert")
    again = await town.judged(pull)

    assert again.id != first.id
    assert (again.name, again.conclusion) == ("lintel: main", "failure")
    assert len(town.comments(pull)) == len(town.said(pull)) == 1
