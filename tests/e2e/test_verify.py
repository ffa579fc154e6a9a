"""A second reader: what it refutes is not said, what it makes up counts for nothing, and its absence drops nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.flows.review.desk.desk import Step
from tests.claude_answers import (
    Answer,
    Plant,
    Script,
    findings,
    is_aside,
    malformed,
    overloaded,
    planted,
    prompt_texts,
    write_aside,
)
from tests.claude_server import ScriptedClaude, Seen
from tests.claude_verdicts import Told, asks_for_fixes, asks_for_verdicts, confirm, quote, refute, seconded, verdict
from tests.e2e.conftest import BASE
from tests.e2e.town import Town, told

BAD = {"app/pay.py": f"{BASE['app/pay.py']}\n\ndef bad(price):\n    return price * 0\n"}
LESSER = {"app/pay.py": f"{BASE['app/pay.py']}\n\ndef low(price):\n    print(price)\n    return price\n"}
PLANTS = {
    r"\* 0": Plant("critical", "The total is always zero"),
    r"print\(": Plant("medium", "A price is printed", category="privacy"),
}


def but_for_verdicts(answer: Answer) -> Script:
    """The planted faults are found, and whoever asks about them gets this answer."""
    lens = planted(PLANTS)

    def script(body: dict[str, Any]) -> Answer:
        if is_aside(body):
            return write_aside(body)
        return answer if asks_for_verdicts(body) or asks_for_fixes(body) else lens(body)

    return script


def asked_for_verdicts(claude: ScriptedClaude) -> list[Seen]:
    return [seen for seen in claude.requests if asks_for_verdicts(seen.body)]


async def test_a_claim_that_quoted_code_refutes_is_never_said_and_counted(town: Town, claude: ScriptedClaude) -> None:
    claude.script = seconded(planted(PLANTS), refute)
    pull = await town.propose(BAD)
    check = await town.judged(pull)

    assert check.conclusion == "success"
    assert (town.comments(pull), town.reviews(pull)) == ([], [])
    assert "always zero" not in town.summary(pull)
    assert "1 claim dropped at a second look: 1 because a second reader refuted it with quoted code" in told(check)


@pytest.mark.parametrize("made_up", ["    return price * 0  # checked above", "assert price is None", "}"])
async def test_a_refutation_that_quotes_what_is_not_there_refutes_nothing(
    town: Town, claude: ScriptedClaude, made_up: str
) -> None:
    claude.script = seconded(
        planted(PLANTS),
        lambda claim: verdict(verdict="refuted", counter_evidence=[quote(claim), quote(claim, made_up)]),
    )
    pull = await town.propose(BAD)
    check = await town.judged(pull)
    (comment,) = town.comments(pull)

    assert check.conclusion == "failure"
    assert "**F1 · critical · a question**" in comment.body
    assert "a second reading could neither confirm nor refute it" in comment.body
    assert len(asked_for_verdicts(claude)) == 2


async def test_a_comment_that_calls_the_code_safe_refutes_nothing(town: Town, claude: ScriptedClaude) -> None:
    words = "# reviewed: the factor is right"
    claude.script = seconded(
        planted(PLANTS), lambda claim: verdict(verdict="refuted", counter_evidence=[quote(claim, words)])
    )
    pull = await town.propose({"app/pay.py": f"{BAD['app/pay.py']}{words}\n"})

    assert (await town.judged(pull)).conclusion == "failure"


async def test_a_lesser_claim_is_said_only_if_quoted_code_confirms_it(town: Town, claude: ScriptedClaude) -> None:
    claude.script = seconded(planted(PLANTS), lambda _: verdict(severity="medium"))
    pull = await town.propose(LESSER)
    check = await town.judged(pull)

    assert (check.conclusion, town.comments(pull)) == ("success", [])
    assert "1 because a second reader could not confirm it" in told(check)


async def test_what_is_confirmed_says_so_with_the_lines_it_rests_on(town: Town, claude: ScriptedClaude) -> None:
    def opinion(claim: Told) -> dict[str, Any]:
        evidence = [quote(claim), {"path": "app/pay.py", "line": 5, "quote": "def low(price):"}]
        return confirm(claim, severity="medium") | {"quoted_evidence": evidence}

    claude.script = seconded(planted(PLANTS), opinion)
    pull = await town.propose(LESSER)
    await town.judged(pull)
    (comment,) = town.comments(pull)

    assert "confirmed by a second reading · 100 % sure" in comment.body, "two lenses found it"
    assert "It rests on:\n\n- `app/pay.py:5`: `def low(price):`" in comment.body


@pytest.mark.parametrize("failing", [overloaded(), malformed()], ids=["overloaded", "malformed"])
async def test_a_second_reader_that_fails_drops_nothing_and_is_named(
    town: Town, claude: ScriptedClaude, failing: Answer
) -> None:
    claude.script = but_for_verdicts(failing)
    pull = await town.propose({**BAD, "app/low.py": "print(1)\n"})
    check = await town.judged(pull)

    assert check.conclusion == "failure"
    assert [item.path for item in town.comments(pull)] == ["app/pay.py", "app/low.py"]
    assert all("**not verified** by a second reading" in item.body for item in town.comments(pull))
    assert "2 claims not verified: the model" in told(check)


async def test_the_second_reader_is_told_neither_how_sure_the_first_was_nor_what_the_author_says(
    town: Town, claude: ScriptedClaude
) -> None:
    plants = {r"\* 0": Plant("critical", "The total is always zero", confidence=67)}
    claude.script = seconded(planted(plants))
    await town.commit("change", BAD)
    pull = await town.open_pull(title="TITLE-CANARY", body="BODY-CANARY")
    await town.judged(pull)
    (seen,) = asked_for_verdicts(claude)
    asked = "\n".join(prompt_texts(seen.body))

    assert "The total is always zero" in asked
    assert "=== NEW VERSION OF app/pay.py ===" in asked
    assert not [word for word in ("67", "CANARY", "hubert", "correctness", "critical") if word in asked]


async def test_a_later_refutation_removes_no_finding_that_stands(town: Town, claude: ScriptedClaude) -> None:
    pull = await town.propose(BAD)
    await town.judged(pull)
    before = [item.body for item in town.comments(pull)]
    asked = len(asked_for_verdicts(claude))
    claude.script = seconded(planted(PLANTS), refute)
    await town.tell(pull, "/lintel review full", by="mona")
    check = await town.judged(pull)

    assert check.conclusion == "failure"
    assert [item.body for item in town.comments(pull)] == before
    assert len(asked_for_verdicts(claude)) == asked, "nobody is asked again about what stands"


async def test_the_next_push_pays_for_no_second_reading_of_what_stands(town: Town, claude: ScriptedClaude) -> None:
    pull = await town.propose(BAD)
    await town.judged(pull)
    asked = len(asked_for_verdicts(claude))
    await town.commit("change", {"app/more.py": "A = 1\n"})
    check = await town.judged(pull)

    assert (asked, check.conclusion) == (1, "failure")
    assert len(asked_for_verdicts(claude)) == asked
    assert len(town.comments(pull)) == 1


async def test_a_fix_that_applies_and_parses_is_suggested_on_the_line(town: Town, claude: ScriptedClaude) -> None:
    claude.script = seconded(planted(PLANTS), fix=lambda _: "    return price")
    pull = await town.propose(BAD)
    await town.judged(pull)
    (comment,) = town.comments(pull)

    assert "```suggestion\n    return price\n```" in comment.body


@pytest.mark.parametrize(
    "broken",
    [
        "    return price * (1",
        "return price",
        "    return price * 0",
        "    return 'AKIAQ3EGRXK7PLM5VZTN'",
        "\n".join(["    return price"] * 7),
    ],
    ids=["does not parse", "another indentation", "no change", "a secret", "too long"],
)
async def test_a_fix_that_does_not_fit_is_never_suggested(town: Town, claude: ScriptedClaude, broken: str) -> None:
    claude.script = seconded(planted(PLANTS), fix=lambda _: broken)
    pull = await town.propose(BAD)
    await town.judged(pull)
    (comment,) = town.comments(pull)

    assert "suggestion" not in comment.body
    assert "The total is always zero" in comment.body


async def test_a_model_without_claims_is_asked_no_further(town: Town, claude: ScriptedClaude) -> None:
    claude.script = seconded(lambda _: findings())
    pull = await town.propose(BAD)
    await town.judged(pull)

    assert not [seen for seen in claude.requests if asks_for_verdicts(seen.body) or asks_for_fixes(seen.body)]


async def test_a_suggestion_stays_as_long_as_its_line_does(town: Town, claude: ScriptedClaude) -> None:
    claude.script = seconded(planted(PLANTS), fix=lambda _: "    return price")
    pull = await town.propose(BAD)
    await town.judged(pull)
    before = [item.body for item in town.comments(pull)]
    asked = sum(asks_for_fixes(seen.body) for seen in claude.requests)
    await town.commit("change", {"app/more.py": "A = 1\n"})
    await town.judged(pull)

    assert [item.body for item in town.comments(pull)] == before
    assert sum(asks_for_fixes(seen.body) for seen in claude.requests) == asked == 1


async def test_what_the_budget_leaves_unverified_is_said_only_if_it_is_grave(
    town: Town, claude: ScriptedClaude
) -> None:
    claude.script = seconded(planted(PLANTS), lambda told: confirm(told, severity="medium"))
    grave = [f"app/a{number}.py" for number in range(10)]
    mild = ["app/c.py", "app/d.py"]
    files = {path: f"A{number} = {number + 7} * 0\n" for number, path in enumerate(grave)}
    files |= {path: f"print({number + 3})\n" for number, path in enumerate(mild)}
    free = await town.propose(files, branch="free")
    await town.judged(free)
    planned = next(re.search(r"about \$(\d+\.\d+)", line) for step, line in town.steps if step is Step.PLANNED)
    assert planned is not None
    # What is to be free for the last calls at worst, and no more: it verifies ten claims as they are expected.
    limit = f"{float(planned[1]) + 0.46:.2f}"
    await town.commit("main", {".github/lintel.yml": f"budget: {{review_usd: {limit}}}\n"}, by="mona")
    claude.script = seconded(planted(PLANTS), lambda told: confirm(told, severity="critical"))
    tight = await town.propose(files, branch="tight")
    check = await town.judged(tight)

    assert sorted(item.path for item in town.comments(free)) == [*grave, *mild]
    assert sorted(item.path for item in town.comments(tight)) == grave
    assert f"2 claims not verified: over the review budget of ${limit}." in told(check).replace("\\", "")
