"""What the bench measures: each figure is a ratio of two times, or of two sizes, taken in one run."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from unidiff.patch import PatchSet

from app.core.change.chunking import plan_review
from app.core.change.diff import Patch
from app.repo.hunks import read_hunks
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.bench.grounds import Ground
from tests.repo.world import GIT

PLAN_TIMES = 6.0
"""`lintel plan` takes at most so many times what git takes to write the same change."""

PLAN_MEMORY = 12.0
"""And holds at most so many times the bytes of it."""

PARSING_SPEED = 0.8
"""Hunks are read at least so many times as fast as unidiff reads them."""

GROWTH = 1.5
"""A line of a large change takes at most so many times what a line of a small one does."""

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row. `bound` is what `value` may not pass, or with `at_least` must reach; None: told, not judged."""

    name: str
    ground: str
    value: float
    detail: str
    bound: float | None = None
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        if self.bound is None:
            return True
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def measure_plan(ground: Ground, scratch: Path, rounds: int) -> Iterator[Figure]:
    """The command as people start it, against git."""
    written = 0

    def diff() -> None:
        nonlocal written
        written = len(_run([*_git(ground), "diff", "--find-renames", ground.base, ground.head]))

    def plan() -> None:
        _run([sys.executable, "-m", "app", *_plan(ground)])

    git_s, plan_s = _race([diff, plan], rounds)
    detail = f"{plan_s:.2f} s; git diff {git_s:.2f} s for {written / 1e6:.1f} MB"
    yield Figure(
        name="time of lintel plan ÷ of git diff",
        ground=ground.name,
        value=plan_s / git_s,
        detail=detail,
        bound=PLAN_TIMES,
    )
    peak = _peak(["lintel", *_plan(ground)], scratch)
    git_peak = _peak([*_git(ground), "diff", "--find-renames", ground.base, ground.head], scratch)
    yield Figure(
        name="memory of lintel plan ÷ the diff",
        ground=ground.name,
        value=peak / written,
        detail=f"{peak / 1e6:.0f} MB at most; git diff {git_peak / 1e6:.0f} MB",
        bound=PLAN_MEMORY,
    )


def measure_parsing(ground: Ground, rounds: int) -> Iterator[Figure]:
    """Hunks out of git's text, with all guards, against plain unidiff."""
    text = _run([*_git(ground), "diff", "--find-renames", ground.base, ground.head])
    bodies = [part[part.index(b"\n@@ ") + 1 :] for part in (b"\n" + text).split(b"\ndiff --git ")[1:]]

    def read() -> None:
        for body in bodies:
            read_hunks(body)

    def read_lines() -> None:
        for body in bodies:
            for hunk in read_hunks(body):
                _ = hunk.lines

    def read_plainly() -> None:
        PatchSet.from_string(text, encoding="utf-8")

    ours_s, lines_s, plain_s = _race([read, read_lines, read_plainly], rounds)
    for name, seconds in (("reading hunks", ours_s), ("reading lines", lines_s)):
        yield Figure(
            name=f"speed of {name} ÷ of unidiff",
            ground=ground.name,
            value=plain_s / seconds,
            detail=f"{seconds:.2f} s; unidiff {plain_s:.2f} s",
            bound=PARSING_SPEED,
            at_least=True,
        )


def measure_growth(small: Ground, large: Ground, rounds: int) -> Iterator[Figure]:
    """Planning alone: time by line of a large change against a small one."""
    little, much = _read(small), _read(large)
    # As often as it takes for both to be measured over as many lines.
    repeats = max(1, much.changed_lines // little.changed_lines)

    def plan_little() -> None:
        for _ in range(repeats):
            plan_review(little)

    little_s, much_s = _race([plan_little, lambda: plan_review(much)], rounds)
    by_line = [little_s / repeats / little.changed_lines, much_s / much.changed_lines]
    yield Figure(
        name=f"time to plan a line, {much.changed_lines:,} ÷ {little.changed_lines:,}",
        ground=large.name,
        value=by_line[1] / by_line[0],
        detail=f"{by_line[1] * 1e9:,.0f} ns; {by_line[0] * 1e9:,.0f} ns",
        bound=GROWTH,
    )


def _read(ground: Ground) -> Patch:
    return asyncio.run(read_patch(GitStore(ground.repository.git_dir), ground.base, ground.head))


def _race(runs: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """The best time of each, run in turns so that a busy moment of the machine meets all of them."""
    best = [float("inf")] * len(runs)
    for _ in range(rounds):
        for index, run in enumerate(runs):
            gc.collect()
            gc.disable()
            began = time.perf_counter()
            run()
            best[index] = min(best[index], time.perf_counter() - began)
            gc.enable()
    return best


def _git(ground: Ground) -> list[str]:
    return [GIT, f"--git-dir={ground.repository.git_dir}"]


def _plan(ground: Ground) -> list[str]:
    directory = str(ground.repository.path)
    return ["plan", "--repo", directory, "--base", ground.base, "--head", ground.head, "--format", "json"]


def _run(command: Sequence[str]) -> bytes:
    # Nothing of the person who measures counts, and the whole change is planned, whatever it would cost.
    environment = {"PATH": os.pathsep.join((str(Path(GIT).parent), os.defpath)), "HOME": os.devnull}
    environment |= {"LC_ALL": "C.UTF-8", "LINTEL_REVIEW_BUDGET_USD": "1000000"}
    return subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True).stdout


def _peak(command: Sequence[str], scratch: Path) -> int:
    told = scratch / "peak"
    _run([sys.executable, "-m", "tests.bench.watched", str(told), *command])
    return int(told.read_text(encoding="ascii"))
