from __future__ import annotations

import json

import pytest

from tests.claude_answers import Answer, overloaded, refusal, truncated, unauthorized
from tests.claude_server import ScriptedClaude
from tests.e2e.town import Town, told

BAD = {"app/pay.py": "def total(items):\n    return sum(item.price * 0 for item in items)\n"}
GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}


async def test_a_bad_change_is_commented_on_its_line_and_blocked(town: Town) -> None:
    await town.commit("change", BAD)
    pull = await town.open_pull()
    check = await town.judged(pull)

    assert (check.name, check.conclusion, check.title) == ("lintel: main", "failure", "1 blocking finding")
    assert [(item.path, item.line, item.side) for item in town.comments(pull)] == [("app/pay.py", 2, "RIGHT")]
    assert "The total is always zero" in town.comments(pull)[0].body
    assert len(town.reviews(pull)) == len(town.said(pull)) == 1
    assert "F1" in town.said(pull)[0].body


async def test_a_good_change_passes_without_a_word_on_its_lines(town: Town) -> None:
    await town.commit("change", GOOD)
    pull = await town.open_pull()

    assert (await town.judged(pull)).conclusion == "success"
    assert not town.comments(pull)
    assert not town.reviews(pull)
    assert "2 of 2 changed lines read by a model" in town.said(pull)[0].body


async def test_the_check_goes_from_queued_over_in_progress_to_completed(town: Town) -> None:
    await town.commit("change", GOOD)
    pull = await town.open_pull()
    await town.judged(pull)

    states = [
        json.loads(delivery.body)["check_run"]["status"]
        for delivery in town.people.state.deliveries.values()
        if delivery.event == "check_run"
    ]
    assert states[0] == "queued"
    assert states[-1] == "completed"


async def test_a_push_that_mends_it_opens_the_gate_and_marks_the_finding_fixed(town: Town) -> None:
    await town.commit("change", BAD)
    pull = await town.open_pull()
    await town.judged(pull)
    await town.commit("change", GOOD)

    assert (await town.judged(pull)).conclusion == "success"
    assert "**F1 · fixed**" in town.comments(pull)[0].body
    assert "Gone since earlier heads: F1." in town.said(pull)[0].body


async def test_a_finding_that_stays_is_not_raised_twice(town: Town) -> None:
    await town.commit("change", BAD)
    pull = await town.open_pull()
    await town.judged(pull)
    await town.commit("change", {"app/tax.py": "RATE = 20\n", **BAD})

    assert (await town.judged(pull)).conclusion == "failure"
    assert len(town.comments(pull)) == len(town.reviews(pull)) == len(town.said(pull)) == 1


async def test_a_new_finding_on_a_later_head_has_the_next_number(town: Town) -> None:
    await town.commit("change", BAD)
    pull = await town.open_pull()
    await town.judged(pull)
    await town.commit("change", {"app/tax.py": "RATE = 5 * 0\n"})
    await town.judged(pull)

    assert [item.body.split("**")[1] for item in town.comments(pull)] == ["F1 · critical", "F2 · critical"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (refusal(), "the model declined to answer"),
        (truncated(), "the model's reply was cut at its length limit"),
        (unauthorized(), "the model's server refused the key"),
        (overloaded(), "the model was overloaded"),
    ],
)
async def test_promise_1_a_model_that_fails_never_gives_a_green_check(
    town: Town, claude: ScriptedClaude, answer: Answer, reason: str
) -> None:
    claude.script = lambda _: answer
    await town.commit("change", GOOD)
    pull = await town.open_pull()
    check = await town.judged(pull)

    assert check.conclusion == "action_required"
    assert f"2 changed lines in 1 file not reviewed: {reason}." in told(check)
    assert f"`app/pay.py`, 2 lines: {reason} **(keeps the gate shut)**" in told(check)


async def test_without_a_model_analyzers_review_and_the_verdict_says_so(town_without_model: Town) -> None:
    town = town_without_model
    await town.commit("change", {"app/run.py": "import os\n\n\ndef go(a=[]):\n    os.system(a[0])\n"})
    pull = await town.open_pull()
    check = await town.judged(pull)

    assert check.conclusion == "action_required"
    assert "no model is configured" in told(check)
    assert town.comments(pull)


async def test_policy_may_accept_reviews_that_no_model_made(town_without_model: Town) -> None:
    town = town_without_model
    await town.commit("main", {".github/lintel.yml": "model: optional\n"}, by="mona")
    await town.commit("change", GOOD)
    check = await town.judged(await town.open_pull())

    assert (check.conclusion, check.title) == ("success", "No model read this")


async def test_a_broken_policy_shuts_the_gate_with_its_line(town: Town) -> None:
    await town.commit("main", {".github/lintel.yml": "mode: gate\nblok_on: high\n"}, by="mona")
    await town.commit("change", GOOD)
    check = await town.judged(await town.open_pull())

    assert check.conclusion == "failure"
    assert ".github/lintel.yml:2:1: unknown key" in told(check)


async def test_promise_5_a_pull_request_is_judged_by_the_policy_of_its_base(town: Town) -> None:
    await town.commit("change", {".github/lintel.yml": "mode: advisory\nreview: {exclude: ['**']}\n", **BAD})
    check = await town.judged(await town.open_pull())

    assert check.conclusion == "failure"


async def test_what_the_base_excludes_is_named_with_the_rule(town: Town) -> None:
    await town.commit("main", {".github/lintel.yml": "review:\n  exclude: ['vendor/**']\n"}, by="mona")
    await town.commit("change", {"vendor/x.py": "RATE = 7 * 0\n", **GOOD})
    check = await town.judged(await town.open_pull())

    assert check.conclusion == "success"
    assert "`vendor/x.py`, 1 line: excluded by `vendor/**` in .github/lintel.yml" in told(check)


async def test_the_prompt_has_the_change_and_nothing_its_author_says_about_it(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("change", {**GOOD, "app/k.py": "KEY = 'AKIAQ3EGRXK7PLM5VZTN'\n"})
    pull = await town.open_pull(title="TITLE-CANARY", body="BODY-CANARY")
    await town.judged(pull)
    asked = "".join(str(seen.body) for seen in claude.requests)

    assert "item.net" in asked
    for secret in ("TITLE-CANARY", "BODY-CANARY", "hubert", "AKIAQ3EGRXK7PLM5VZTN", "Change"):
        assert secret not in asked
