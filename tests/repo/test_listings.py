"""Parts of a tree are the same whether git lists them or they are taken out of a listing that is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.repo.objects import GitStore
from tests.repo.world import Tree, file, make_repository

TREE: Tree = {
    b"a.py": file(b"a\n"),
    b"a.py.bak": file(b"b\n"),
    b"src/b.py": file(b"c\n"),
    b"src/deep/c.py": file(b"d\n"),
    b"src2/d.py": file(b"e\n"),
    b"caf\xc3\xa9/e.py": file(b"f\n"),
    b"odd [x]*.py": file(b"g\n"),
    b"link": ("120000", b"src"),
}


@pytest.mark.parametrize(
    "paths",
    [
        ["a.py"],
        ["src"],
        ["src/"],
        ["src/deep", "a.py"],
        ["src/b.py", "src"],
        ["none.py"],
        ["café/e.py"],
        ["odd [x]*.py"],
        ["*.py"],
        ["link"],
        ["link/b.py"],
    ],
    ids=" ".join,
)
async def test_a_part_is_what_git_lists(tmp_path: Path, paths: list[str]) -> None:
    repository = make_repository(tmp_path / "repository", "--bare")
    commit = repository.commit_tree(TREE)
    store = GitStore(repository.git_dir)
    asked = await store.list_tree(commit, paths)

    await store.list_tree(commit)
    assert store.listed
    assert await store.list_tree(commit, paths) == asked
