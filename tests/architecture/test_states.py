"""The table of states in docs/gate.md is what the stories hold."""

from __future__ import annotations

import ast
import re

from tests.architecture.house import ROOT

GATE = ROOT / "docs" / "gate.md"
STORIES = ROOT / "tests" / "e2e" / "test_states.py"


def told() -> list[str]:
    """The stories named in the table of states, row by row."""
    _, found, rest = GATE.read_text(encoding="utf-8").partition("\n## States\n")
    assert found, "docs/gate.md has no section on states"
    rows = [line for line in re.split(r"\n##+ ", rest)[0].splitlines() if line.startswith("| ")]
    return [row.split("|")[-2].strip().strip("`") for row in rows[2:]]


def stories() -> list[str]:
    tree = ast.parse(STORIES.read_text(encoding="utf-8"))
    functions = [node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef)]
    return [name.removeprefix("test_") for name in functions if name.startswith("test_")]


def test_each_state_has_a_story_and_each_story_a_state() -> None:
    assert told() == stories()
