"""Lines with known faults that a push moves, copies, or offers elsewhere: what blocked goes on blocking."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.claude_answers import Answer, Plant, finding, findings, lens_of, planted
from tests.claude_server import ScriptedClaude
from tests.claude_verdicts import Told, confirm, seconded
from tests.e2e.conftest import mergeable
from tests.e2e.test_decisions import BAD
from tests.e2e.town import Town, told

LONE = "def bad(price):\n    return price * 0\n"
FREE = "def free(price):\n    return price * 0\n"
FULL = "def total(items):\n    return sum(item.price for item in items)\n\n\nA = 1\n"
CRITICAL = seconded(planted({r"\* 0": Plant("critical", "Zero")}))
LOW = seconded(planted({r"\* 0": Plant("low", "Zero")}), lambda told: confirm(told, severity="low"))


def silence(claude: ScriptedClaude) -> None:
    claude.script = lambda _: findings()


def mild_in(claude: ScriptedClaude, path: str, **otherwise: str) -> None:
    """A model that minds `* 0` everywhere, in one file but a little."""

    def read(body: dict[str, Any]) -> Answer:
        answer = CRITICAL(body)
        found: list[Mapping[str, Any]] = json.loads(answer.text).get("findings", [])
        mild = {"severity": "low", **otherwise}
        return findings(*({**one, **mild} if one["path"] == path else one for one in found)) if found else answer

    def judge(told: Told) -> dict[str, Any]:
        return confirm(told, severity="low" if told.path == path else "critical")

    claude.script = seconded(read, judge)


async def test_moved_to_another_file_of_the_change_and_called_milder_there_it_blocks(
    guarded: Town, claude: ScriptedClaude
) -> None:
    claude.script = CRITICAL
    pull = await guarded.propose({"app/two.py": f"LIMIT = 3\n\n\n{LONE}", "app/pay.py": FULL})
    assert (await guarded.judged(pull)).conclusion == "failure"
    claude.script = LOW
    await guarded.commit("change", {"app/two.py": "LIMIT = 3\n", "app/pay.py": f"{FULL}\n\n{LONE}"})

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_of_two_equal_lines_that_become_one_the_graver_finding_counts(
    guarded: Town, claude: ScriptedClaude
) -> None:
    mild_in(claude, "app/one.py")
    files = {"app/one.py": f"{LONE}\n\nB = 1\n", "app/two.py": f"{LONE}\n\nC = 1\n", "app/pay.py": FULL}
    pull = await guarded.propose(files)
    assert (await guarded.judged(pull)).conclusion == "failure"
    silence(claude)
    moved = {"app/one.py": "B = 1\n", "app/two.py": "C = 1\n", "app/pay.py": f"{FULL}\n\n{LONE}"}
    await guarded.commit("change", moved)

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_a_nit_that_its_author_dismissed_covers_nothing_that_takes_its_place(
    guarded: Town, claude: ScriptedClaude
) -> None:
    mild_in(claude, "app/pay.py", category="performance", title="A name")
    pull = await guarded.propose({"app/two.py": f"LIMIT = 3\n\n\n{LONE}", "app/pay.py": f"{FULL}\n\n{FREE}"})
    assert "1 finding must be dealt with: F2." in told(await guarded.judged(pull))
    await guarded.tell(pull, "/lintel dismiss F1 we like the name", by="writer")
    silence(claude)
    await guarded.commit("change", {"app/two.py": "LIMIT = 3\n", "app/pay.py": f"{FULL}\n\n{LONE}"})

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


@pytest.mark.parametrize("beside_another", [True, False])
async def test_a_finding_is_not_mended_by_editing_what_only_another_one_was_about(
    guarded: Town, claude: ScriptedClaude, beside_another: bool
) -> None:
    caller = "from app.two import bill_total\n\n\ndef charge(items):\n    return bill_total(items, 0.2)\n"
    await guarded.commit("main", {"app/caller.py": caller}, by="mona")
    line = "    net_sum = sum(items) * tax_rate * 0"
    zero = finding(path="app/two.py", start_line=2, quote=line, title="Zero", severity="critical", category="contract")
    enabled_by = {"path": "app/two.py", "side": "R", "line": 3, "quote": "    return net_sum, tax_rate"}
    pair = finding(
        path="app/caller.py",
        start_line=5,
        quote="    return bill_total(items, 0.2)",
        title="`charge` gets a pair",
        severity="low",
        category="contract",
        enabled_by=enabled_by,
    )

    def read(body: dict[str, Any]) -> Answer:
        lens = lens_of(body)
        if "contracts" in lens:
            return findings(pair) if beside_another else findings()
        return findings(zero) if lens else findings()

    claude.script = seconded(read, lambda told: confirm(told, severity="critical" if told.title == "Zero" else "low"))
    two = f"def bill_total(items, tax_rate):\n{line}\n    return net_sum, tax_rate\n"
    pull = await guarded.propose({"app/two.py": two})
    assert "1 finding must be dealt with: F1." in told(await guarded.judged(pull))
    silence(claude)
    await guarded.commit("change", {"app/caller.py": caller.replace("0.2)", "0.2)[0]")})

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


@pytest.mark.parametrize("here", ["unknown", "an open nit", "a nit its author dismissed"])
async def test_what_blocks_in_another_pull_request_blocks_here_whatever_it_was_here(
    guarded: Town, claude: ScriptedClaude, here: str
) -> None:
    claude.script = LOW
    if here == "unknown":
        silence(claude)
    pull = await guarded.propose(BAD, by="writer")
    assert (await guarded.judged(pull)).conclusion == "success"
    if here == "a nit its author dismissed":
        await guarded.tell(pull, "/lintel dismiss F1 a matter of taste", by="writer")
    claude.script = CRITICAL
    other = await guarded.propose({"app/pay.py": f"{BAD['app/pay.py']}\n\nLIMIT = 3\n"}, branch="other")
    assert (await guarded.judged(other)).conclusion == "failure"
    silence(claude)
    await guarded.commit("change", {"app/pay.py": f"{BAD['app/pay.py']}\n\nA = 1\n"})

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)
