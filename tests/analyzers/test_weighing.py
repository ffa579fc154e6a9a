"""Replacements are weighed in a process of their own: what holds or ends a parser holds and ends nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.analyzers.sandbox import ToolFailed
from app.analyzers.weighing import LIMITS, weigh_apart
from app.core.findings.fixes import Replacement

GO = "package é\n\nvar a = 1\n"
START = GO.index("var")


async def test_each_replacement_gets_its_own_answer() -> None:
    texts = ["var a = 2\n", "var a = (2\n", "var a = 1 // one\n"]
    flaws = await weigh_apart([Replacement("a.go", GO, START, len(GO), text) for text in texts])

    assert flaws == [None, "the file would not parse", "it changes nothing but white space or comments"]


async def test_a_text_that_holds_the_parser_ends_with_its_process() -> None:
    hostile = "class A { int a = " + "a<" * 30_000
    limits = replace(LIMITS, seconds=2.0)
    with pytest.raises(ToolFailed):
        await weigh_apart(
            [Replacement("A.java", f"{hostile}\n// a\n", len(hostile) + 1, len(hostile) + 6, "b\n")], limits
        )


async def test_replacements_of_no_file_are_no_reason_to_fail() -> None:
    assert await weigh_apart([]) == []
