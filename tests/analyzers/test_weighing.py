"""Replacements are weighed in a process of their own: what holds or ends a parser holds and ends nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.analyzers.apart.parsers import Parsers
from app.analyzers.sandbox import ToolFailed
from app.analyzers.weighing import BOUNDS, weigh_apart
from app.core.findings.fixes import Replacement
from tests.analyzers.poison import HOLDS

GO = "package é\n\nvar a = 1\n"
START = GO.index("var")


async def test_each_replacement_gets_its_own_answer(parsers: Parsers) -> None:
    texts = ["var a = 2\n", "var a = (2\n", "var a = 1 // one\n"]
    flaws = await weigh_apart([Replacement("a.go", GO, START, len(GO), text) for text in texts], parsers)

    assert flaws == [None, "the file would not parse", "it changes nothing but white space or comments"]


async def test_a_text_that_holds_the_parser_costs_no_other_file_its_answer(parsers: Parsers) -> None:
    hostile = HOLDS.decode()
    held = Replacement("A.java", f"{hostile}\n// a\n", len(hostile) + 1, len(hostile) + 6, "b\n")
    good = Replacement("a.go", GO, START, len(GO), "var a = 2\n")
    flaws = await weigh_apart([held, good, held, good], parsers, replace(BOUNDS, task_seconds=0.2))

    assert flaws == ["reading its file takes too long", None] * 2


async def test_where_nothing_can_be_weighed_that_is_said(monkeypatch: pytest.MonkeyPatch, parsers: Parsers) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere")
    with pytest.raises(ToolFailed):
        await weigh_apart([Replacement("a.go", GO, START, len(GO), "var a = 2\n")], parsers)


async def test_replacements_of_no_file_are_no_reason_to_fail(parsers: Parsers) -> None:
    assert await weigh_apart([], parsers) == []
