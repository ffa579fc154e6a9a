"""Nothing that an author says about a change reaches whoever decides on it; people are told what it does even so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.hub.state import PullRequest
from tests.claude_answers import Answer, overloaded, prompt_texts, write_aside
from tests.claude_server import ScriptedClaude
from tests.claude_weighing import asks_for_fit, evidence, opinion, weighed
from tests.e2e.town import Town, told

TITLE, BODY, BRANCH, MESSAGE = "Zebra title", "Quokka description", "wombat-branch", "Narwhal commit"
SECRET = "ghp_" + "A1b2C3d4E5" * 3 + "f6G7h8"
ABOUT = "It makes totals zero. @octocat ![x](https://evil.example/p.png) <b>approved</b>"
LARGE = {
    "app/pay.py": "def total(items):\n    return sum(item.price for item in items) * 0\n",
    "app/rates.ts": "".join(f"export const rate_{number} = compute({number});\n" for number in range(80)),
}

WEIGHED = LARGE | {"app/till.py": "from app.pay import total\n\n\ndef close(items):\n    return total(items)\n"}


def sum_up(body: dict[str, Any]) -> Answer:
    """A small model that says what `ABOUT` is where it is asked for a paragraph."""
    answer = write_aside(body)
    if asks_for_fit(body):
        return opinion(weighed("layering", 4, evidence("E1")))
    return Answer(text=json.dumps({"what": ABOUT})) if "what" in json.loads(answer.text) else answer


def is_summary(body: dict[str, Any]) -> bool:
    return any("BEGIN WORDS" in text for text in prompt_texts(body))


async def propose(town: Town, files: dict[str, str]) -> PullRequest:
    await town.commit(BRANCH, files, message=MESSAGE)
    return await town.open_pull(BRANCH, title=f"{TITLE} {SECRET}", body=BODY)


@pytest.mark.parametrize("files", [LARGE, {"app/pay.py": LARGE["app/pay.py"]}], ids=["large", "small"])
async def test_no_prompt_that_decides_holds_a_word_of_the_author(
    town: Town, claude: ScriptedClaude, files: dict[str, str]
) -> None:
    claude.aside = sum_up
    pull = await propose(town, files)
    check = await town.judged(pull)
    summaries = [seen.body for seen in claude.asides if is_summary(seen.body)]
    deciding = [seen.body for seen in (*claude.requests, *claude.asides) if not is_summary(seen.body)]
    (summary,) = summaries

    assert check.conclusion == "failure"
    assert len(deciding) > len(claude.requests) or files is not LARGE
    for body in deciding:
        sent = json.dumps(body, ensure_ascii=False)
        for word in (TITLE, BODY, BRANCH, MESSAGE, "hubert", SECRET, "totals zero"):
            assert word not in sent
    words = json.dumps(summary, ensure_ascii=False)
    assert TITLE in words
    assert BODY in words
    assert SECRET not in words


async def test_the_architect_weighs_the_code_and_is_told_no_word_of_the_author(
    town: Town, claude: ScriptedClaude
) -> None:
    claude.aside = sum_up
    pull = await propose(town, WEIGHED)
    await town.judged(pull)
    (asked,) = [seen.body for seen in claude.asides if asks_for_fit(seen.body)]
    sent = json.dumps(asked, ensure_ascii=False)

    assert "new import at app/till.py:1 of app/pay.py" in sent
    for word in (TITLE, BODY, BRANCH, MESSAGE, "hubert", SECRET, "totals zero", ABOUT):
        assert word not in sent
    assert "Architecture: it fits (confidence 80)" in town.summary(pull)


async def test_people_are_told_what_the_change_does_and_nothing_in_it_works(town: Town, claude: ScriptedClaude) -> None:
    claude.aside = sum_up
    pull = await propose(town, LARGE)
    check = await town.judged(pull)
    summary = town.summary(pull)

    assert "**What this change does**" in summary
    assert "It makes totals zero." in summary
    for alive in ("@octocat", "![x](", " <b>"):
        assert alive not in summary
    assert "It makes totals zero." not in told(check)


async def test_what_the_small_model_could_not_do_is_said_and_holds_nobody_up(
    town: Town, claude: ScriptedClaude
) -> None:
    claude.aside = lambda _: overloaded()
    pull = await propose(town, {"app/rates.ts": LARGE["app/rates.ts"]})
    check = await town.judged(pull)

    assert check.conclusion == "success"
    assert "What this change does" in town.summary(pull)
    for words in (told(check), town.summary(pull)):
        assert "No overview of the whole change was made for the lenses: the model was overloaded." in words
        assert "What this change does was not summed up: the model was overloaded." in words


async def test_the_ledger_says_which_lens_asked_which_model_what(town: Town, claude: ScriptedClaude) -> None:
    pull = await propose(town, LARGE)
    await town.judged(pull)
    (entry,) = await town.ledger(pull)
    (finding,) = [item for item in entry["findings"] if item["source"] == "model"]
    async with town.database.connection() as connection:
        cursor = await connection.execute("SELECT count(*) FROM lintel.reply WHERE digest = %s", [finding["request"]])
        row = await cursor.fetchone()

    assert finding["lenses"][0] in entry["prompts"]
    assert finding["model"] == "claude-sonnet-5-5"
    assert row == (1,)
