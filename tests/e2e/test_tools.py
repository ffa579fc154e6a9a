"""Models look around in the whole repository before they speak: what they find there counts, and nothing leaks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.claude_answers import Answer, Script, finding, findings, is_aside, lens_of, refusal, write_aside
from tests.claude_server import ScriptedClaude
from tests.claude_tools import asks, call, results_of, turns_of
from tests.claude_verdicts import asks_for_fixes, asks_for_verdicts, confirm, read_claims, verdict
from tests.e2e.town import Town, told

SHOP = "from app.pay import total\n\n\ndef checkout(cart):\n    return total(cart.items)\n"
GUARD = "def parse_cart(raw):\n    if not raw:\n        raise ValueError('an empty cart')\n    return raw\n"
SOOTHING = "All callers of total pass a rate."
KEY = "AKIAQ3EGRXK7PLM5VZTN"
CHANGED = "def total(items, rate):\n    return rate * sum(item.price for item in items)\n"
FAULT = finding(
    path="app/pay.py",
    quote="def total(items, rate):",
    title="checkout still calls total with one argument",
    severity="critical",
    category="logic",
    enabled_by=None,
    rule_id=None,
)
LOOKS = (call("find_callers", symbol="total"), call("read_file", path="app/shop.py", start=1, end=50))


def said_by(*, lens: Script, verifier: Script) -> Script:
    """A lens and a verifier by their own scripts; no lens but correctness finds anything, and nobody offers fixes."""

    def script(body: dict[str, Any]) -> Answer:
        if is_aside(body):
            return write_aside(body)
        if asks_for_verdicts(body):
            return verifier(body)
        if asks_for_fixes(body):
            fixes = [{"claim": one.number, "replacement": None} for one in read_claims(body)]
            return Answer(text=json.dumps({"fixes": fixes}))
        return lens(body) if "correctness" in lens_of(body) else findings()

    return script


def after_a_look(body: dict[str, Any]) -> Answer:
    """A lens that knows of the fault only once it has seen the caller."""
    if not turns_of(body):
        return asks(*LOOKS, thinking="Who calls it?")
    seen = json.dumps(results_of(body))
    return findings(FAULT) if "return total(cart.items)" in seen else findings()


def verdicts(*rulings: dict[str, Any]) -> Answer:
    return Answer(text=json.dumps({"verdicts": [{"claim": 1, **ruling} for ruling in rulings]}))


def quoting(path: str, line: int, words: str) -> dict[str, Any]:
    return {"path": path, "line": line, "quote": words}


async def propose(town: Town) -> Any:
    await town.commit("main", {"app/shop.py": SHOP, "app/cart.py": GUARD}, by="mona")
    return await town.propose({"app/pay.py": CHANGED})


async def test_a_caller_in_a_file_that_is_not_part_of_the_change_proves_the_fault(
    town: Town, claude: ScriptedClaude
) -> None:
    def verifier(body: dict[str, Any]) -> Answer:
        if not turns_of(body):
            return asks(call("read_file", path="app/shop.py", start=1, end=50), thinking="I look myself.")
        evidence = [quoting("app/shop.py", 5, "    return total(cart.items)")]
        return verdicts(verdict(verdict="confirmed", quoted_evidence=evidence, reachable_trigger="any checkout"))

    claude.script = said_by(lens=after_a_look, verifier=verifier)
    pull = await propose(town)
    check = await town.judged(pull)

    assert check.conclusion == "failure"
    [comment] = town.comments(pull)
    assert "checkout still calls total with one argument" in comment.body
    assert "a question" not in comment.body
    assert [seen.status for seen in claude.requests] == [200] * len(claude.requests)


async def test_code_of_another_file_refutes_a_claim(town: Town, claude: ScriptedClaude) -> None:
    def verifier(body: dict[str, Any]) -> Answer:
        if not turns_of(body):
            return asks(call("grep", pattern="empty cart", glob=None), call("list_dir", path="app"))
        against = [quoting("./app/cart.py", 3, "raise ValueError('an empty cart')")]
        return verdicts(verdict(verdict="refuted", counter_evidence=against))

    claude.script = said_by(lens=after_a_look, verifier=verifier)
    pull = await propose(town)
    check = await town.judged(pull)

    assert check.conclusion == "success"
    assert town.comments(pull) == []
    assert "1 because a second reader refuted it with quoted code" in told(check)


async def test_what_the_change_writes_into_a_document_refutes_nothing(town: Town, claude: ScriptedClaude) -> None:
    def verifier(body: dict[str, Any]) -> Answer:
        del body
        return verdicts(verdict(verdict="refuted", counter_evidence=[quoting("docs/rates.md", 1, SOOTHING)]))

    claude.script = said_by(lens=after_a_look, verifier=verifier)
    await town.commit("main", {"app/shop.py": SHOP}, by="mona")
    pull = await town.propose({"app/pay.py": CHANGED, "docs/rates.md": f"{SOOTHING}\n"})
    check = await town.judged(pull)

    assert check.conclusion == "failure"
    assert len(town.comments(pull)) == 1


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("app/shop.py", "return total(cart.items, RATE)"),
        ("app/none.py", "return total(cart.items)"),
        ("../app/shop.py", "return total(cart.items)"),
        ("app", "return total(cart.items)"),
        (".git/config", "repositoryformatversion = 0"),
        ("/etc/passwd", "root:x:0:0:root:/root:/bin/bash"),
        ("--help", "return total(cart.items)"),
        (":(top)app/shop.py", "return total(cart.items)"),
        ("app/*.py", "return total(cart.items)"),
    ],
)
async def test_what_is_quoted_and_does_not_stand_there_proves_nothing(
    town: Town, claude: ScriptedClaude, path: str, words: str
) -> None:
    claude.script = said_by(
        lens=after_a_look,
        verifier=lambda _: verdicts(verdict(verdict="refuted", counter_evidence=[quoting(path, 5, words)])),
    )
    pull = await propose(town)
    check = await town.judged(pull)

    assert check.conclusion == "failure"
    [comment] = town.comments(pull)
    assert "a question" in comment.body


async def test_a_secret_in_a_file_that_is_looked_up_leaves_in_no_request(town: Town, claude: ScriptedClaude) -> None:
    looks = [
        call("read_file", path="app/keys.py", start=1, end=20),
        call("grep", pattern=KEY[:12], glob=None),
        call("grep", pattern="AWS_KEY", glob="**/*.py"),
        call("find_definition", symbol="AWS_KEY"),
    ]
    claude.script = said_by(
        lens=lambda body: findings() if turns_of(body) else asks(*looks),
        verifier=lambda _: verdicts(),
    )
    await town.commit("main", {"app/keys.py": f'AWS_KEY = "{KEY}"\n'}, by="mona")
    check = await town.judged(await town.propose({"app/pay.py": CHANGED}))

    assert check.conclusion == "success"
    asked = json.dumps([seen.body for seen in claude.requests], ensure_ascii=False)
    assert "‹secret:aws-access-token›" in asked
    # What the model itself asked for is its own word, and goes back as it was.
    given = json.dumps([results_of(seen.body) for seen in claude.requests], ensure_ascii=False)
    assert [KEY[at : at + 8] for at in range(len(KEY) - 7) if KEY[at : at + 8] in given] == []
    assert KEY not in asked


async def test_a_lens_that_never_stops_asking_has_not_read_the_change(town: Town, claude: ScriptedClaude) -> None:
    claude.script = said_by(lens=lambda _: asks(*LOOKS), verifier=lambda _: verdicts())
    check = await town.judged(await town.propose({"app/pay.py": CHANGED}))

    assert check.conclusion == "action_required"
    assert "the model asked for more and more instead of answering" in told(check)


async def test_a_verifier_that_never_stops_asking_drops_nothing(town: Town, claude: ScriptedClaude) -> None:
    claude.script = said_by(lens=after_a_look, verifier=lambda _: asks(*LOOKS))
    pull = await propose(town)
    check = await town.judged(pull)

    assert check.conclusion == "failure"
    assert "not verified: the model asked for more and more instead of answering" in told(check)


async def test_a_refusal_midway_is_made_good_by_another_model(town: Town, claude: ScriptedClaude) -> None:
    first: list[str] = []

    def lens(body: dict[str, Any]) -> Answer:
        first.append(body["model"])
        return refusal() if turns_of(body) and body["model"] == first[0] else after_a_look(body)

    claude.script = said_by(lens=lens, verifier=_confirm_all)
    pull = await propose(town)
    check = await town.judged(pull)

    assert check.conclusion == "failure"
    assert len(set(first)) == 2
    assert len(town.comments(pull)) == 1


def _confirm_all(body: dict[str, Any]) -> Answer:
    told_claims = read_claims(body)
    rulings = [{"claim": one.number, **confirm(one)} for one in told_claims]
    return Answer(text=json.dumps({"verdicts": rulings}))
