"""Faults that show off the diff: said at the changed line that enables them, proved against the tree, refuted by it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.claude_answers import finding, findings, prompt_texts
from tests.claude_server import ScriptedClaude
from tests.claude_verdicts import Told, asks_for_verdicts, confirm, quote, seconded, verdict
from tests.e2e.town import Town, told

TOKEN = "ghp_" + "A1b2C3d4E5" * 3 + "f6G7h8"
CALLER = f"""from app.pay import total

KEY = "{TOKEN}"


def sell(items):
    return total(items)
"""
BROKEN = "def total(items, tax):\n    return sum(item.price for item in items) + tax\n"
MENDED = CALLER.replace("total(items)\n", "total(items, 0)\n")
ENABLING = {"path": "app/pay.py", "side": "R", "line": 1, "quote": "def total(items, tax):"}
TITLE = "sell calls total without tax"


def a_broken_caller(**fields: Any) -> dict[str, Any]:
    found = finding(path="app/sell.py", start_line=7, end_line=7, quote="    return total(items)", title=TITLE)
    return found | {"enabled_by": ENABLING} | fields


def verdicts_asked(claude: ScriptedClaude) -> list[str]:
    return ["\n".join(prompt_texts(seen.body)) for seen in claude.requests if asks_for_verdicts(seen.body)]


async def test_a_caller_that_the_change_breaks_is_told_at_the_changed_line_until_it_is_mended(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("main", {"app/sell.py": CALLER}, by="mona")
    claude.script = seconded(lambda _: findings(a_broken_caller()))
    pull = await town.propose({"app/pay.py": BROKEN})
    check = await town.judged(pull)
    (comment,) = town.comments(pull)

    assert check.conclusion == "failure"
    assert (comment.path, comment.line) == ("app/pay.py", 1)
    assert "It shows at `app/sell.py:7`: `return total(items)`" in comment.body
    (asked,) = verdicts_asked(claude)
    assert "It shows in app/sell.py:7: return total(items)" in asked
    assert "=== NEW VERSION OF app/sell.py ===" in asked
    assert "R 1     |+def total(items, tax):" in asked
    assert "R 7     |     return total(items)" in asked
    assert TOKEN not in json.dumps([seen.body for seen in claude.requests])

    claude.script = seconded(lambda _: findings())
    await town.commit("change", {"docs/tax.md": "# Tax\n"})
    assert (await town.judged(pull)).conclusion == "failure", "the caller is as it was"
    await town.commit("change", {"app/sell.py": MENDED})
    check = await town.judged(pull)
    assert check.conclusion == "success"
    assert "F1" in town.summary(pull)
    assert "fixed" in town.comments(pull)[0].body
    await town.commit("change", {"app/sell.py": CALLER})
    assert (await town.judged(pull)).conclusion == "failure", "the caller is broken again"
    assert len(town.comments(pull)) == 1


async def test_lines_that_enabled_a_fault_are_read_anew_once_the_line_where_it_showed_is_gone(
    town: Town, claude: ScriptedClaude
) -> None:
    shelf = "def show(shelf):\n    print(shelf.label)\n"
    await town.commit("main", {"app/shelf.py": shelf}, by="mona")
    shows = finding(path="app/shelf.py", start_line=2, end_line=2, quote="    print(shelf.label)", title="It is gone")
    claude.script = seconded(lambda _: findings(shows | {"enabled_by": ENABLING}))
    pull = await town.propose({"app/pay.py": BROKEN})
    assert (await town.judged(pull)).conclusion == "failure"
    claude.script = seconded(lambda _: findings())
    before = len(claude.requests)
    await town.commit("change", {"app/shelf.py": shelf.replace("shelf.label", "shelf.label, flush=True")})
    await town.judged(pull)
    asked = [text for seen in claude.requests[before:] for text in prompt_texts(seen.body)]

    assert any("+def total(items, tax):" in text and "(read before)" not in text for text in asked)


@pytest.mark.parametrize(
    ("fields", "counted"),
    [
        ({"enabled_by": None}, "dropped: off the diff"),
        ({"enabled_by": {**ENABLING, "quote": "def refund(items):"}}, "dropped: off the diff"),
        ({"quote": "    return total(items, None)[0]"}, "dropped: the quoted code or rule does not exist"),
        ({"path": "app/nowhere.py"}, "dropped: the quoted code or rule does not exist"),
        ({"path": "../../etc/passwd", "quote": "root:x:0:0"}, "dropped: the quoted code or rule does not exist"),
    ],
    ids=["no enabling line", "a made-up one", "a made-up far line", "no such file", "outside the tree"],
)
async def test_what_is_not_proved_on_both_ends_is_never_said(
    town: Town, claude: ScriptedClaude, fields: dict[str, Any], counted: str
) -> None:
    await town.commit("main", {"app/sell.py": CALLER}, by="mona")
    claude.script = seconded(lambda _: findings(a_broken_caller(**fields)))
    pull = await town.propose({"app/pay.py": BROKEN})
    check = await town.judged(pull)

    assert (check.conclusion, town.comments(pull)) == ("success", [])
    assert TITLE not in town.summary(pull)
    assert counted in told(check)
    assert verdicts_asked(claude) == []


async def test_what_a_second_reader_finds_to_be_older_than_the_change_is_not_said(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("main", {"app/sell.py": CALLER}, by="mona")

    def older(claim: Told) -> dict[str, Any]:
        return confirm(claim, pre_existing=True)

    claude.script = seconded(lambda _: findings(a_broken_caller()), older)
    pull = await town.propose({"app/pay.py": BROKEN})
    check = await town.judged(pull)

    assert (check.conclusion, town.comments(pull)) == ("success", [])
    assert "a second reader found that it was there before the change" in told(check)


async def test_a_refutation_may_quote_the_file_where_the_fault_is_said_to_show(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("main", {"app/sell.py": CALLER}, by="mona")

    def refute(claim: Told) -> dict[str, Any]:
        far = quote(claim, "    return total(items)") | {"path": "app/sell.py", "line": 7}
        return verdict(verdict="refuted", counter_evidence=[far])

    claude.script = seconded(lambda _: findings(a_broken_caller()), refute)
    pull = await town.propose({"app/pay.py": BROKEN})

    assert (await town.judged(pull)).conclusion == "success"
    assert len(verdicts_asked(claude)) == 1


async def test_a_claim_that_the_tree_proves_wrong_costs_no_second_reading(town: Town, claude: ScriptedClaude) -> None:
    util = "def round_up(price):\n    return -(-price // 1)\n"
    await town.commit("main", {"app/util.py": util, "app/__init__.py": ""}, by="mona")
    user = "from app.util import round_up\n\n\ndef pay(price):\n    return round_up(price)\n"
    wrong = finding(
        path="app/till.py",
        start_line=5,
        end_line=5,
        quote="    return round_up(price)",
        title="round_up is not defined",
    )
    claude.script = seconded(lambda _: findings(wrong))
    pull = await town.propose({"app/till.py": user})
    check = await town.judged(pull)

    assert (check.conclusion, town.comments(pull)) == ("success", [])
    assert "1 because the module that it is imported from defines the name" in told(check)
    assert verdicts_asked(claude) == []


async def test_the_same_claim_is_asked_about_where_the_module_lacks_the_name(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("main", {"app/util.py": "def round_down(price):\n    return price // 1\n"}, by="mona")
    user = "from app.util import round_up\n\n\ndef pay(price):\n    return round_up(price)\n"
    right = finding(
        path="app/till.py",
        start_line=5,
        end_line=5,
        quote="    return round_up(price)",
        title="round_up is not defined",
    )
    claude.script = seconded(lambda _: findings(right))
    pull = await town.propose({"app/till.py": user})

    assert (await town.judged(pull)).conclusion == "failure"
    assert len(verdicts_asked(claude)) == 1


async def test_that_nobody_calls_what_was_removed_is_known_from_the_whole_tree(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("main", {"app/old.py": "def round_half(price):\n    return price\n\n\nRATE = 2\n"}, by="mona")
    wrong = finding(
        path="app/old.py",
        side="L",
        start_line=1,
        end_line=1,
        quote="def round_half(price):",
        title="`round_half` was removed but is still called",
    )
    claude.script = seconded(lambda _: findings(wrong))
    pull = await town.propose({"app/old.py": "RATE = 2\n"})
    check = await town.judged(pull)

    assert check.conclusion == "success"
    assert "no file at the head has the name that is said to be called still" in told(check)
