"""`make bench`: how fast and how frugal Lintel is, as ratios in one run on the machine at hand.

Ends with 1 if a bound is broken. A test that judges times would fail on a busy machine for no fault of the code, so
speed is judged here and nowhere else.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.architecture import measure_architecture
from tests.bench.figures import Figure, measure_growth, measure_parsing, measure_plan
from tests.bench.grounds import Ground, add_files, scatter_edits
from tests.bench.packages import FILES, grow_packages
from tests.bench.reading import LINES as LINES_READ
from tests.bench.reading import measure_reading

LINES = 450_000
SMALL_LINES = 4_000
ROUNDS = 3


def main() -> int:
    """Measure, print, and say by exit code whether every bound is kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--lines", type=int, default=LINES, help="changed lines of the large changes")
    parser.add_argument("--small-lines", type=int, default=SMALL_LINES, help="changed lines of the small one")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of how many runs the best counts")
    parser.add_argument("--files", type=int, default=FILES, help="source files of the repository whose shape is read")
    wanted = parser.parse_args()
    notes = Console(stderr=True, highlight=False)
    with tempfile.TemporaryDirectory(prefix="lintel-bench-") as folder:
        scratch = Path(folder)
        notes.print("making repositories…")
        small = scatter_edits(scratch / "small", wanted.small_lines)
        edits = scatter_edits(scratch / "large", wanted.lines)
        files = add_files(scratch / "large", wanted.lines)
        figures = []
        chunks = add_files(scratch / "chunks", LINES_READ)
        packages = grow_packages(scratch, wanted.files)
        measured = chain(
            _measure(small, edits, files, scratch, wanted.rounds),
            measure_architecture(packages, scratch, wanted.rounds),
            measure_reading(chunks),
        )
        for figure in measured:
            notes.print(f"{figure.name}, {figure.ground}: {figure.value:.2f}")
            figures.append(figure)
    Console(highlight=False).print(_table(figures))
    return 0 if all(figure.holds for figure in figures) else 1


def _measure(small: Ground, edits: Ground, files: Ground, scratch: Path, rounds: int) -> Iterator[Figure]:
    for ground in (edits, files):
        yield from measure_plan(ground, scratch, rounds)
    for ground in (edits, files):
        yield from measure_parsing(ground, rounds)
    yield from measure_growth(small, edits, rounds)


def _table(figures: list[Figure]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("figure", overflow="fold")
    table.add_column("change", overflow="fold")
    table.add_column("ratio", justify="right", no_wrap=True)
    table.add_column("bound", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("measured", overflow="fold")
    for figure in figures:
        bound = "" if figure.bound is None else f"{'≥' if figure.at_least else '≤'} {figure.bound:g}"
        held = "" if figure.bound is None else "holds" if figure.holds else "BROKEN"
        table.add_row(figure.name, figure.ground, f"{figure.value:.2f}", bound, held, figure.detail)
    return table


if __name__ == "__main__":
    sys.exit(main())
