"""How fast and how frugal the architecture engine is: against what git takes to hand out what it reads."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tests.bench.figures import ROOT, Figure
from tests.bench.grounds import Ground
from tests.repo.world import GIT

WARM_TIMES: Final = 10.0
"""A delta takes at most so many times what git takes to list both trees and to write the changed contents."""

MEMORY_MB: Final = 250.0
"""What the process and its children hold together, at any time."""

EVERY_S: Final = 0.01
PROC: Final = Path("/proc")


class _Run(NamedTuple):
    """What one survey told, and the most bytes that it and its children held."""

    seconds: float
    whole: float
    gap: float
    peak: int
    files: int
    edges: int


def measure_architecture(ground: Ground, scratch: Path, rounds: int) -> Iterator[Figure]:
    """Cold, then with the base known and the pull request new, then with all known."""
    cache = scratch / "base.sqlite"
    cold = _survey(ground, scratch / "cold.sqlite", ground.base)
    _survey(ground, cache, "-", ground.base)
    warm, known, git_s = [], [], []
    for number in range(rounds):
        git_s.append(_time_git(ground))
        own = scratch / f"{number}.sqlite"
        _copy(cache, own)
        warm.append(_survey(ground, own, ground.base))
        known.append(_survey(ground, own, ground.base))
        git_s.append(_time_git(ground))
    least = min(git_s)
    yield _compare("time of a delta, base known ÷ of git", ground, min(warm), least, WARM_TIMES)
    yield _compare("time of a delta, all known ÷ of git", ground, min(known), least, WARM_TIMES)
    yield _compare("time of a delta, nothing known ÷ of git", ground, cold, least, None)
    for name, runs in (("nothing known", [cold]), ("base known", warm)):
        gap = min(run.gap for run in runs)
        yield Figure(name=f"ms that other work waits, {name}", ground=ground.name, value=gap * 1e3, detail="at most")
        peak = max(run.peak for run in runs)
        if peak:
            yield Figure(
                name=f"MB of a delta with its children, {name}",
                ground=ground.name,
                value=peak / 1e6,
                detail=f"{runs[0].files:,} files, {runs[0].edges:,} edges",
                bound=MEMORY_MB,
            )


def _compare(name: str, ground: Ground, run: _Run, git_s: float, bound: float | None) -> Figure:
    detail = f"{run.seconds:.2f} s, {run.whole:.2f} s with what resembles it; git {git_s:.3f} s"
    return Figure(name=name, ground=ground.name, value=run.seconds / git_s, detail=detail, bound=bound)


def _time_git(ground: Ground) -> float:
    """Both trees listed, and every changed content written."""
    changed = _git(ground, "diff-tree", "-r", "--raw", "--no-renames", "--no-abbrev", ground.base, ground.head)
    names = {name for row in changed.split(b"\n") if row for name in row.split(b" ")[2:4]} - {b"0" * 40}
    asked = b"".join(name + b"\n" for name in sorted(names))
    began = time.perf_counter()
    for revision in (ground.base, ground.head):
        _git(ground, "ls-tree", "-r", revision)
    _git(ground, "cat-file", "--batch", stdin=asked)
    return time.perf_counter() - began


def _git(ground: Ground, *arguments: str, stdin: bytes = b"") -> bytes:
    command = [GIT, f"--git-dir={ground.repository.git_dir}", *arguments]
    return subprocess.run(command, input=stdin, stdout=subprocess.PIPE, check=True, timeout=60).stdout


def _survey(ground: Ground, cache: Path, base: str, head: str = "") -> _Run:
    arguments = [str(ground.repository.git_dir), str(cache), base, head or ground.head]
    command = [sys.executable, "-m", "tests.bench.surveyed", *arguments]
    peak = 0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        while process.poll() is None:
            peak = max(peak, _weigh(process.pid))
            time.sleep(EVERY_S)
        told = process.stdout.read() if process.stdout else b""
    if process.returncode:
        raise RuntimeError(f"what is measured went wrong: status {process.returncode}")
    told_of = json.loads(told)
    return _Run(told_of["seconds"], told_of["whole"], told_of["gap"], peak, told_of["files"], told_of["edges"])


def _weigh(pid: int) -> int:
    """Bytes of a process and all below it, each page once; 0 where the system does not tell."""
    try:
        rollup = (PROC / str(pid) / "smaps_rollup").read_text()
        below = (PROC / str(pid) / "task" / str(pid) / "children").read_text().split()
    except (FileNotFoundError, ProcessLookupError, PermissionError):  # it has just ended, or is not ours yet
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB$", rollup, re.MULTILINE)
    return (int(found[1]) << 10 if found else 0) + sum(_weigh(int(child)) for child in below)


def _copy(cache: Path, target: Path) -> None:
    """The database with what is not yet in its main file."""
    for ending in ("", "-wal"):
        source = cache.with_name(cache.name + ending)
        if source.exists():
            shutil.copy(source, target.with_name(target.name + ending))
