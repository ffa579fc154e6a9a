"""The bench runs: at a size at which its figures mean nothing, so that it is there when they are to mean something."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.bench.figures import GROWTH, PARSING_SPEED, ROOT, Figure

ROWS = (
    "time of lintel plan ÷ of git diff, scattered edits",
    "memory of lintel plan ÷ the diff, new files",
    "speed of reading hunks ÷ of unidiff, scattered edits",
    "speed of reading lines ÷ of unidiff, new files",
    "time to plan a line, 974 ÷ 482",
    "time of a delta, base known ÷ of git, packages of Java",
    "MB of a delta with its children, nothing known, packages of Java",
)


def test_the_bench_measures_everything_and_says_what_is_broken() -> None:
    command = [sys.executable, "-X", "utf8", "-m", "tests.bench", "--lines=1000", "--small-lines=500", "--rounds=1"]
    command.append("--files=400")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 1, done.stderr
    assert [row for row in ROWS if row not in done.stderr] == []
    # So small a change is nothing beside the start of the program.
    assert "BROKEN" in done.stdout


@pytest.mark.parametrize(
    ("value", "bound", "at_least", "holds"),
    [
        (1.4, GROWTH, False, True),
        (1.6, GROWTH, False, False),
        (0.9, PARSING_SPEED, True, True),
        (0.7, PARSING_SPEED, True, False),
        (99.0, None, False, True),
    ],
)
def test_a_bound_is_kept_or_broken(value: float, bound: float | None, at_least: bool, holds: bool) -> None:
    figure = Figure(name="a", ground="b", value=value, detail="", bound=bound, at_least=at_least)
    assert figure.holds is holds
