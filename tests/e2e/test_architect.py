"""The architect on a pull request: what people read of it, and what a push costs."""

from __future__ import annotations

import pytest

from tests.claude_answers import EVIL_WORDS, FAKE_SECRETS, overloaded
from tests.claude_server import ScriptedClaude
from tests.claude_weighing import DIMENSIONS, asks_for_fit, evidence, opinion, weighed, weighing
from tests.e2e.town import Town, told
from tests.inert import assert_posted_inert

TILL = {"app/till.py": "from app.pay import total\n\n\ndef close(items):\n    return total(items)\n"}


def asked(claude: ScriptedClaude) -> int:
    return sum(asks_for_fit(seen.body) for seen in claude.asides)


@pytest.mark.parametrize("words", EVIL_WORDS)
async def test_hostile_words_about_a_true_fact_are_shown_and_do_nothing(
    town: Town, claude: ScriptedClaude, words: str
) -> None:
    items = [weighed(name, 1, evidence("E1", words, 1, words), note=words) for name in DIMENSIONS]
    claude.aside = weighing(opinion(*items, verdict="fits"))
    pull = await town.propose(TILL)
    check = await town.judged(pull)
    posted = [told(check), town.summary(pull), *(item.body for item in town.comments(pull))]

    assert "Architecture: it conflicts with the architecture" in posted[1]
    for body in posted:
        assert_posted_inert(body, links_below=f"{town.ground.server.url}/octo/shop/blob/{pull.head_sha}/")
        assert FAKE_SECRETS[0] not in body


async def test_a_push_that_touches_nothing_of_it_is_not_weighed_anew(town: Town, claude: ScriptedClaude) -> None:
    claude.aside = weighing(opinion(weighed("placement", 4, evidence("E1"))))
    pull = await town.propose(TILL)
    await town.judged(pull)
    await town.commit("change", {"app/words.py": "GREETING = 'Good morning'\n"})
    await town.judged(pull)
    assert asked(claude) == 1
    assert "Architecture: it fits (confidence 80)" in town.summary(pull)

    await town.commit("change", {"app/words.py": "import app.till\n"})
    await town.judged(pull)
    assert asked(claude) == 2


async def test_that_nobody_could_weigh_it_is_said_and_holds_nobody_up(town: Town, claude: ScriptedClaude) -> None:
    claude.aside = weighing(overloaded())
    pull = await town.propose(TILL)
    check = await town.judged(pull)
    assert check.conclusion == "success"
    assert "No model weighed it: the model was overloaded." in town.summary(pull)
