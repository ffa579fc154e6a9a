"""Written rules from outside: what `lintel review` prints of them, and what `lintel plan` expects them to cost."""

from __future__ import annotations

import json

from tests.claude_answers import planted
from tests.claude_rulings import by_pattern, ruled
from tests.claude_server import ScriptedClaude
from tests.claude_verdicts import confirm, seconded
from tests.cli.command import Shell
from tests.repo.world import Repository

GUIDANCE = "# Rules\n\n" + "".join(f"- Never use the constant {number}\n" for number in range(21))


def write_guidance(shop: Repository) -> None:
    shop.git("switch", "--quiet", "main")
    shop.commit({"CLAUDE.md": GUIDANCE})
    shop.git("switch", "--quiet", "discount")


def test_a_finding_names_the_rule_it_cites_with_the_line_where_that_stands(shell: Shell, shop: Repository) -> None:
    write_guidance(shop)
    ruling = by_pattern({"constant 7$": "- off"})
    script = seconded(ruled(planted({}), ruling), lambda told: confirm(told, severity="high"))
    with ScriptedClaude(script) as claude:
        ended = shell.lintel("review", "--repo", shop.path, "--format", "json", ANTHROPIC_BASE_URL=claude.base_url)
    (finding,) = json.loads(ended.out)["findings"]
    assert (ended.code, finding["rule"]) == (1, "R-008 · CLAUDE.md:10")
    assert (finding["path"], finding["line"], finding["category"]) == ("shop/total.py", 2, "rule")


def test_a_plan_expects_the_questions_about_rules_to_cost_something(shell: Shell, shop: Repository) -> None:
    def plan() -> tuple[int, float]:
        planned = shell.lintel("plan", "--repo", shop.path, "--format", "json", ANTHROPIC_API_KEY="sk-ant-none")
        (chunk,) = json.loads(planned.out)["chunks"]
        return chunk["questions"], chunk["usd"]

    questions, usd = plan()
    write_guidance(shop)
    more, dearer = plan()
    assert more == questions + 2, "21 rules are two questions"
    assert dearer > usd > 0
