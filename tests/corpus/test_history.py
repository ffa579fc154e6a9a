"""The run over real history sees what it is there to see."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.change.chunking import plan_review
from app.core.change.diff import Patch
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.corpus.history import Commit, Tally, judge, list_commits
from tests.repo.world import Repository, Tree, file, make_repository

HISTORY: list[Tree] = [
    {b"a": file(b"1\n2\n3\n"), b"tab\t": file(b"x\n"), b"logo": file(b"\0")},
    {b"a": file(b"1\ntwo\n3\n"), b"new": file(b"x\n"), b"logo": file(b"\0\0")},
    {b"b\nb": file(b"1\ntwo\n3\nfour\n"), b"new": ("120000", b"b")},
]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = make_repository(tmp_path / "some" / "repository", "--bare")
    parent = None
    for tree in HISTORY:
        parent = made.commit_tree(tree, parent)
    made.git("update-ref", "refs/heads/main", parent or "")
    return made


async def read(repository: Repository) -> tuple[Commit, Patch]:
    newest, _, _ = await list_commits(repository.git_dir, 9)
    return newest, await read_patch(GitStore(repository.git_dir), newest.parent, newest.name)


def test_every_commit_of_every_repository_below_is_read(repository: Repository) -> None:
    command = [sys.executable, "-m", "tests.corpus.history", str(repository.path.parent), "--processes", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    assert "all: 3 commits, 9 files, 6 hunks, 9 lines, 3 chunks, 0 faults, 0 wrong" in done.stdout
    assert done.returncode == 0


async def test_git_counts_alone_what_it_is_judged_by(repository: Repository) -> None:
    newest, middle, first = await list_commits(repository.git_dir, 9)
    assert first.counts == {"a": (3, 0), "tab\t": (1, 0), "logo": None}
    assert middle.counts == {"a": (1, 1), "new": (0, 0), "logo": None}
    assert newest.counts == {"b\nb": (1, 0), "logo": None, "new": (1, 1)}
    assert newest.parent == middle.name


async def test_a_line_that_is_lost_or_counted_otherwise_is_seen(repository: Repository) -> None:
    newest, patch = await read(repository)
    plan = plan_review(patch)
    right, lost, doubled, miscounted = Tally(), Tally(), Tally(), Tally()

    judge(newest, patch, plan, right)
    judge(newest, patch, replace(plan, chunks=()), lost)
    judge(newest, patch, replace(plan, chunks=(*plan.chunks, *plan.chunks)), doubled)
    judge(replace(newest, counts={**newest.counts, "new": (1, 2)}), patch, plan, miscounted)

    assert right.wrong == []
    assert lost.wrong
    assert doubled.wrong
    assert miscounted.wrong


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_thousands_of_real_commits_are_read_as_git_counts_them(pytestconfig: pytest.Config) -> None:
    named = pytestconfig.getoption("--repositories")
    assert named, "name repositories, or directories that hold some: -m slow --repositories DIR"
    command = [sys.executable, "-m", "tests.corpus.history", *named, "--commits", "1500"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=3500)
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def test_nothing_read_is_not_all_right(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.corpus.history", str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 1
