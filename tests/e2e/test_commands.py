"""What people say to the bot, and what it answers: by the live role of whoever wrote a new comment, and once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.github.transport import TRIES
from app.hub.accounts import Role
from app.hub.state import PullRequest
from tests.claude_answers import findings
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.town import Town
from tests.e2e.wire import WRITES, bad_gateway_after, refused

BAD = {"app/pay.py": "def total(items):\n    return sum(item.price * 0 for item in items)\n"}
GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}


EDITS = r"^POST /api/graphql$"
"""Where GitHub is asked whether a comment was edited."""


def override(pull: PullRequest) -> str:
    return f"/lintel override {pull.head_sha[:12]} the invoice run must go out"


async def test_help_is_answered_to_anyone_with_the_table_of_commands(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    comment = await guarded.tell(pull, "/lintel help", by="rita")

    assert [reaction.content for reaction in comment.reactions] == ["eyes"]
    (answer,) = guarded.answers(pull)
    assert "| `/lintel review full` | write | Review everything again. |" in answer
    assert mergeable(guarded, pull)


async def test_the_author_may_ask_for_a_review_of_what_is_new(guarded: Town, claude: ScriptedClaude) -> None:
    await guarded.do(guarded.people.set_role, guarded.repository, "hubert", Role.READ)
    pull = await guarded.propose(GOOD)
    await guarded.tell(pull, "/lintel review")

    assert [run.conclusion for run in guarded.checks(pull)] == ["success", "success"]
    assert not guarded.answers(pull)
    assert len(claude.readings) == 1  # what is not new is not asked again
    assert mergeable(guarded, pull)


@pytest.mark.parametrize(("role", "command"), [(Role.READ, "review"), (Role.TRIAGE, "review full")])
async def test_who_may_not_is_told_so_once(guarded: Town, role: Role, command: str) -> None:
    await guarded.do(guarded.people.set_role, guarded.repository, "rita", role)
    pull = await guarded.propose(GOOD)
    await guarded.tell(pull, f"/lintel {command}", by="rita")

    (answer,) = guarded.answers(pull)
    assert f"does not allow `/lintel {command}`" in answer
    assert len(guarded.checks(pull)) == 1
    assert mergeable(guarded, pull)


async def test_the_role_is_the_one_of_now_and_not_of_when_it_was_written(guarded: Town) -> None:
    pull = await guarded.propose(GOOD, by="mona")
    await guarded.judged(pull)
    async with guarded.unheard():
        await guarded.tell(pull, "/lintel review full", by="hubert")
    await guarded.do(guarded.people.set_role, guarded.repository, "hubert", Role.READ)
    await guarded.redeliver(guarded.deliveries("issue_comment", "created")[-1])
    await guarded.at_rest()

    assert len(guarded.answers(pull)) == len(guarded.checks(pull)) == 1
    assert mergeable(guarded, pull)


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


async def test_what_is_quoted_code_or_only_looks_alike_is_no_command(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    comments = [await guarded.tell(pull, words) for words in NO_COMMANDS]

    assert not [reaction for comment in comments for reaction in comment.reactions]
    assert len(guarded.said(pull)) == len(guarded.checks(pull)) == 1
    assert mergeable(guarded, pull)


@pytest.mark.parametrize(
    "quote",
    [
        "hubert asked me to write:\n<blockquote>\n\n{}\n\n</blockquote>\nI do not think so.",
        "<details><summary>What was said</summary>\n\n{}\n\n</details>",
        "He wrote <q>\n{}\n</q>, and no.",
        "<del>\n\n{}\n\n</del>",
    ],
)
async def test_an_override_that_is_quoted_in_html_opens_nothing(guarded: Town, quote: str) -> None:
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    comment = await guarded.tell(pull, quote.format(override(pull)), by="keeper")

    assert not comment.reactions
    assert not guarded.answers(pull)
    assert not mergeable(guarded, pull)


async def test_a_comment_edited_into_a_command_is_none(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    comment = await guarded.tell(pull, "Looks good.")
    await guarded.do(guarded.people.edit_comment, comment, "/lintel review full", by="mona")
    await guarded.at_rest()

    assert not comment.reactions
    assert len(guarded.checks(pull)) == 1
    assert mergeable(guarded, pull)


async def test_a_command_edited_before_it_was_read_is_none(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    async with guarded.unheard():
        comment = await guarded.tell(pull, "/lintel review", by="hubert")
        await guarded.do(guarded.people.edit_comment, comment, "/lintel review full", by="mona")
        comment.updated_at += timedelta(seconds=1)
    await guarded.redeliver(guarded.deliveries("issue_comment", "created")[-1])
    await guarded.at_rest()

    assert not comment.reactions
    assert len(guarded.checks(pull)) == 1
    assert mergeable(guarded, pull)


async def test_a_command_edited_in_the_second_it_was_written_in_is_none(guarded: Town) -> None:
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    async with guarded.unheard():
        comment = await guarded.do(guarded.people.comment, pull, "/lintel status", by="keeper")
        await guarded.do(guarded.people.edit_comment, comment, override(pull), by="writer")
        comment.updated_at = comment.created_at
    await guarded.redeliver(guarded.deliveries("issue_comment", "created")[-1])
    await guarded.at_rest()

    assert guarded.wire.lines(EDITS), "nobody asked GitHub"
    assert not comment.reactions
    assert not mergeable(guarded, pull)


async def test_while_github_cannot_say_whether_it_was_edited_a_command_waits(guarded: Town) -> None:
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    guarded.trouble(EDITS, "", refused(502), times=TRIES)
    comment = await guarded.do(guarded.people.comment, pull, override(pull), by="keeper")
    await guarded.until(lambda: guarded.wire.troubles[-1].met == TRIES, "the question")
    assert not comment.reactions
    assert not mergeable(guarded, pull)
    await guarded.at_rest()

    assert [reaction.content for reaction in comment.reactions] == ["eyes"]
    assert mergeable(guarded, pull)


async def test_where_github_refuses_to_say_whether_it_was_edited_nothing_is_done_and_that_is_said(
    guarded: Town,
) -> None:
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    guarded.trouble(EDITS, "", refused(403, "Resource not accessible by integration"))
    await guarded.tell(pull, override(pull), by="keeper")

    (answer,) = guarded.answers(pull)
    assert "only unedited ones count" in answer
    assert not mergeable(guarded, pull)


async def test_a_bot_is_not_obeyed_whatever_its_role(guarded: Town) -> None:
    bot = guarded.people.register_app("helper", "octo", "", {"issues": "write"}, []).bot
    await guarded.do(guarded.people.set_role, guarded.repository, bot.login, Role.ADMIN)
    pull = await guarded.propose(GOOD)
    await guarded.tell(pull, "/lintel review full", by=bot.login)

    assert len(guarded.said(pull)) == len(guarded.checks(pull)) == 1
    assert mergeable(guarded, pull)


async def test_its_own_words_never_make_it_speak(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    await guarded.tell(pull, f"/lintel help\n{guarded.summary(pull)}", by=guarded.ground.app.bot.login)

    assert not guarded.answers(pull)
    assert mergeable(guarded, pull)


async def test_an_unknown_command_is_answered_with_the_nearest(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.tell(pull, "/lintel reveiw")

    (answer,) = guarded.answers(pull)
    assert "Did you mean `/lintel review`?" in answer
    assert len(guarded.checks(pull)) == 1
    assert mergeable(guarded, pull)


async def test_one_question_has_one_answer_though_github_says_it_failed(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    guarded.trouble(*WRITES["the summary is posted"], bad_gateway_after)
    await guarded.tell(pull, "/lintel help")
    await guarded.redeliver(guarded.deliveries("issue_comment", "created")[-1])
    await guarded.at_rest()

    assert len(guarded.answers(pull)) == 1
    assert mergeable(guarded, pull)


async def test_promise_6_a_full_review_asks_again_and_blocking_findings_stay(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    claude.script = lambda _: findings()
    await guarded.tell(pull, "/lintel review full", by="mona")

    assert [run.conclusion for run in guarded.checks(pull)] == ["failure", "failure"]
    assert len(claude.readings) == 2
    assert len(guarded.comments(pull)) == len(guarded.reviews(pull)) == 1
    assert "F1" in guarded.summary(pull)
    assert not mergeable(guarded, pull)


async def test_promise_6_pressing_again_and_again_does_not_wear_the_gate_down(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    claude.script = lambda _: findings()
    for _ in range(4):
        await guarded.do(guarded.people.rerequest, (await guarded.judged(pull)), by="hubert")
        await guarded.at_rest()

    assert [run.conclusion for run in guarded.checks(pull)] == ["failure"] * 5
    assert len(await guarded.ledger(pull)) == 5
    assert not mergeable(guarded, pull)


async def test_promise_6_an_empty_commit_asks_nothing_and_keeps_the_verdict(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    claude.script = lambda _: findings()
    await guarded.commit("change", {})

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert len(claude.readings) == 1
    assert not mergeable(guarded, pull)


async def test_the_re_run_button_makes_a_new_review_of_the_same_head(guarded: Town) -> None:
    pull = await guarded.propose(BAD)
    first = await guarded.judged(pull)
    await guarded.do(guarded.people.rerequest, first, by="hubert")
    again = await guarded.judged(pull)

    assert again.id != first.id
    assert (again.name, again.conclusion) == ("lintel: main", "failure")
    assert len(guarded.comments(pull)) == len(guarded.said(pull)) == 1
    assert not mergeable(guarded, pull)
