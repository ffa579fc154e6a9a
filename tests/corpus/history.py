"""Real history, commit by commit: every change is read as git counts it, and each changed line planned once.

    python -m tests.corpus.history DIRECTORY… [--commits N] [--processes N]

Each DIRECTORY is a repository, or holds some; the newest commits of each are compared with their first parents. What
is judged against is one run of `git log --numstat` for all of them. Ends with 1 if a change is read otherwise.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from app.core.change.chunking import plan_review
from app.core.change.diff import FilePatch, Hunk, Patch
from app.core.change.plan import Plan
from app.repo.git import GitError
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from app.repo.trees import show_path

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
BATCH = 100
_COMMIT = b"commit "

Counts = dict[str, tuple[int, int] | None]
"""By path, as git counts them: added and removed lines, None for a binary file."""


@dataclass(frozen=True)
class Commit:
    """A commit and what git counts between its first parent (or nothing) and it."""

    name: str
    parent: str
    counts: Counts


@dataclass
class Tally:
    """What was read, and every way in which it was not what it should be."""

    commits: int = 0
    files: int = 0
    lines: int = 0
    hunks: int = 0
    chunks: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count what `other` counted too."""
        self.commits += other.commits
        self.files += other.files
        self.lines += other.lines
        self.hunks += other.hunks
        self.chunks += other.chunks
        self.left_out += other.left_out
        self.faults += other.faults
        self.wrong += other.wrong


def main() -> int:
    """Read all, and say by exit code whether all is right."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus.history", description=__doc__)
    parser.add_argument("directories", type=Path, nargs="+", metavar="DIRECTORY")
    parser.add_argument("--commits", type=int, default=1_000, help="at most so many of each repository")
    parser.add_argument("--processes", type=int, default=2)
    wanted = parser.parse_args()
    total = Tally()
    with ProcessPoolExecutor(wanted.processes) as pool:
        for repository in sorted({each for folder in wanted.directories for each in find_repositories(folder)}):
            tally = Tally()
            try:
                commits = asyncio.run(list_commits(repository, wanted.commits))
            except GitError as error:
                tally.wrong.append(f"nothing to judge by: {error}")
                commits = []
            parts = [commits[start : start + BATCH] for start in range(0, len(commits), BATCH)]
            for part in pool.map(read_batch, [repository] * len(parts), parts):
                tally.add(part)
            show(str(repository), tally)
            total.add(tally)
    show("all", total)
    return 1 if total.wrong or not total.commits else 0


def find_repositories(folder: Path) -> Iterator[Path]:
    """The git directories at `folder` and at most two levels below."""
    for marker in ("HEAD", "*/HEAD", "*/*/HEAD"):
        for head in folder.glob(marker):
            if (head.parent / "objects").is_dir():
                yield head.parent


async def list_commits(repository: Path, most: int) -> list[Commit]:
    """The newest commits, with git's counts."""
    shape = ("--format=commit %H %P", "--first-parent", "--diff-merges=first-parent", "--numstat", "--find-renames")
    output = await GitStore(repository).run(("log", "-z", f"--max-count={most:d}", *shape, "HEAD"))
    return list(_read_log(iter(output.split(b"\0"))))


def _read_log(fields: Iterator[bytes]) -> Iterator[Commit]:
    """What `git log -z --numstat` writes: a rename has an empty path, and its two paths in fields of their own."""
    commit = None
    for field_ in fields:
        row = field_.removeprefix(b"\n")
        if row.startswith(_COMMIT):
            if commit is not None:
                yield commit
            name, _, parents = row[len(_COMMIT) :].decode().partition(" ")
            commit = Commit(name, parents.split(" ")[0] or EMPTY_TREE, {})
        elif row and commit is not None:
            added, removed, path = row.split(b"\t", 2)
            if not path:
                next(fields)
                path = next(fields)
            commit.counts[show_path(path)] = None if added == b"-" else (int(added), int(removed))
    if commit is not None:
        yield commit


def read_batch(repository: Path, commits: Sequence[Commit]) -> Tally:
    """Read these commits one after the other."""
    return asyncio.run(_read_commits(GitStore(repository), commits))


async def _read_commits(store: GitStore, commits: Sequence[Commit]) -> Tally:
    tally = Tally()
    for commit in commits:
        try:
            patch = await read_patch(store, commit.parent, commit.name)
            plan = plan_review(patch)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for, and it is told
            tally.wrong.append(f"{commit.name}: {type(error).__name__}: {error}")
            continue
        judge(commit, patch, plan, tally)
    return tally


def judge(commit: Commit, patch: Patch, plan: Plan, tally: Tally) -> None:
    """Count one commit, and note what is wrong with how it was read and planned."""
    tally.commits += 1
    tally.files += len(patch.files)
    tally.lines += patch.changed_lines
    tally.hunks += sum(len(file.hunks) for file in patch.files)
    tally.chunks += len(plan.chunks)
    counts = {file.path: None if file.binary else (file.additions, file.deletions) for file in patch.files}
    if counts != commit.counts:
        tally.wrong.append(f"{commit.name}: counts differ: {sorted(counts.items() ^ commit.counts.items())[:4]}")
    for file in patch.files:
        if file.fault is not None:
            tally.faults.append(f"{commit.name}: {file.path}: {file.fault}")
        elif counted(file.hunks) != (file.additions, file.deletions):
            tally.wrong.append(f"{commit.name}: {file.path}: other lines than counted")
    left_out = Counter[str]()
    for left in plan.left_out:
        left_out[left.path] += left.lines
        tally.left_out[left.reason] += left.lines
    planned = planned_lines(plan)
    for file in patch.files:
        mine = planned.get(file.path, [])
        if len(mine) != len(set(mine)):
            tally.wrong.append(f"{commit.name}: {file.path}: a line is planned twice")
        if not set(mine) <= changed_lines(file) or len(mine) + left_out[file.path] != file.changed_lines:
            tally.wrong.append(f"{commit.name}: {file.path}: {len(mine)} + {left_out[file.path]} lines")


def counted(hunks: Sequence[Hunk]) -> tuple[int, int]:
    """Added and removed lines, counted one by one."""
    signs = Counter(line.kind.value for hunk in hunks for line in hunk.lines)
    return signs["+"], signs["-"]


_Line = tuple[str, int, str]


def changed_lines(file: FilePatch) -> set[_Line]:
    """Every changed line of a file: side, number, text."""
    return set(_changed(file.hunks))


def planned_lines(plan: Plan) -> Mapping[str, list[_Line]]:
    """By path, every changed line that some chunk shows or lists."""
    found: dict[str, list[_Line]] = {}
    for chunk in plan.chunks:
        for part in chunk.parts:
            found.setdefault(part.file.path, []).extend(_changed(part.hunks))
    return found


def _changed(hunks: Sequence[Hunk]) -> Iterator[_Line]:
    return ((line.side, line.number, line.text) for hunk in hunks for line in hunk.lines if line.changed)


def show(name: str, tally: Tally) -> None:
    """Print the figures."""
    said = f"{name}: {tally.commits} commits, {tally.files} files, {tally.hunks} hunks, {tally.lines} lines, "
    said += f"{tally.chunks} chunks, {len(tally.faults)} faults, {len(tally.wrong)} wrong"
    print(said, flush=True)  # noqa: T201 - it is what the command is for
    for row in [*tally.faults[:20], *tally.wrong[:20], *(f"left out: {item}" for item in tally.left_out.items())]:
        print(f"  {row}", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
