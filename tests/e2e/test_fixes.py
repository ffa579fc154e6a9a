"""Suggestions on the line: only where a parser has taken the file with them, and all around them stays what it was."""

from __future__ import annotations

import pytest

from tests.claude_answers import Plant, planted
from tests.claude_server import ScriptedClaude
from tests.claude_verdicts import asks_for_fixes, seconded
from tests.e2e.town import Town

PLANTS = {r"\* 0": Plant("critical", "The total is always zero"), r"debug": Plant("high", "This prints a secret")}
GO = "package pay\n\nfunc Pay(price int) int {\n\tdebug(price)\n\treturn price * 0\n}\n"
SHELL = "#!/bin/sh\necho $((7 * 0))\n"


def fixes_asked(claude: ScriptedClaude) -> int:
    return sum(asks_for_fixes(seen.body) for seen in claude.requests)


async def test_a_fix_in_another_language_is_offered_and_an_empty_one_deletes_the_line(
    town: Town, claude: ScriptedClaude
) -> None:
    fixes = {4: "", 5: "\treturn price"}
    claude.script = seconded(planted(PLANTS), fix=lambda told: fixes[told.line])
    pull = await town.propose({"pay/pay.go": GO})
    await town.judged(pull)
    bodies = {item.line: item.body for item in town.comments(pull)}

    assert "```suggestion\n```" in bodies[4]
    assert "```suggestion\n\treturn price\n```" in bodies[5]


@pytest.mark.parametrize(
    "bad",
    [
        "\treturn (price",
        "\treturn price }\nfunc Other(price int) int {\n\treturn price",
        "\treturn price * 0 // free",
        "\treturn price /* to be continued",
    ],
    ids=["does not parse", "moves what follows", "changes a comment", "opens a comment"],
)
async def test_a_fix_that_does_not_fit_another_language_is_not_offered(
    town: Town, claude: ScriptedClaude, bad: str
) -> None:
    claude.script = seconded(planted({r"\* 0": PLANTS[r"\* 0"]}), fix=lambda _: bad)
    pull = await town.propose({"pay/pay.go": GO})
    await town.judged(pull)
    (comment,) = town.comments(pull)

    assert "suggestion" not in comment.body
    assert fixes_asked(claude) == 1


async def test_nobody_is_asked_for_a_fix_that_nobody_can_read(town: Town, claude: ScriptedClaude) -> None:
    claude.script = seconded(planted(PLANTS), fix=lambda _: "echo 7")
    pull = await town.propose({"bin/pay.sh": SHELL})
    await town.judged(pull)
    (comment,) = town.comments(pull)

    assert "suggestion" not in comment.body
    assert fixes_asked(claude) == 0
