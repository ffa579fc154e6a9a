"""The graph of a large tree is made once, and made anew as soon as anything that it is made of is another."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.analyzers.apart.parsers import Parsers
from app.core.gate.policy import ArchitecturePolicy
from app.flows.architecture import graphs
from app.flows.architecture.inventory import take_inventory
from app.flows.architecture.survey import survey_range
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from app.repo.source_cache import SourceCache
from tests.repo.world import Repository, Tree, file, make_repository

POLICY = ArchitecturePolicy()
BASE: Tree = {
    b"pyproject.toml": file(b'[project]\nname = "shop"\n'),
    b"shop/__init__.py": file(b""),
    b"shop/web.py": file(b"import shop.core\nimport yaml\n"),
    b"shop/core.py": file(b"import os\n"),
}
HEAD: Tree = {
    **BASE,
    b"shop/core.py": file(b"import os\nimport shop.web\n"),
    b"shop/new.py": file(b"import shop.core\n"),
}


@pytest.fixture(autouse=True)
def _small_trees_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "WORTH_KEEPING", 1)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "repository", "--bare")


def _kept(cache: Path) -> list[bytes]:
    with closing(sqlite3.connect(cache)) as database:
        return [body for (body,) in database.execute("SELECT body FROM facts WHERE kind LIKE '% graph'")]


async def test_a_survey_over_a_kept_graph_says_what_one_without_says(
    tmp_path: Path, repository: Repository, parsers: Parsers
) -> None:
    store, path = GitStore(repository.git_dir), tmp_path / "cache.sqlite"
    base = repository.commit_tree(BASE)
    head = repository.commit_tree(HEAD, base)
    patch = await read_patch(store, base, head)
    fresh = await survey_range(store, (base, head), patch, POLICY, SourceCache(None), parsers)

    await take_inventory(store, base, POLICY, SourceCache(path), parsers)
    assert len(_kept(path)) == 1
    kept = await survey_range(store, (base, head), patch, POLICY, SourceCache(path), parsers)

    assert (kept.before, kept.after, kept.delta) == (fresh.before, fresh.after, fresh.delta)
    assert [edge.target for edge in kept.delta.new_edges] == ["shop/web.py", "shop/core.py"]
    assert len(_kept(path)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {b"shop/core.py": file(b"import shop.web\n")},
        {b"pyproject.toml": file(b'[project]\nname = "store"\n')},
        {b"shop/link.py": ("120000", b"core.py")},
        {b"shop/more.py": file(b"")},
    ],
    ids=["a source", "a manifest", "a link", "a path"],
)
async def test_another_tree_has_another_graph(
    tmp_path: Path, repository: Repository, change: Tree, parsers: Parsers
) -> None:
    store, path = GitStore(repository.git_dir), tmp_path / "cache.sqlite"
    for tree in (BASE, {**BASE, **change}):
        commit = repository.commit_tree(tree)
        inventory = await take_inventory(store, commit, POLICY, SourceCache(path), parsers)
        assert inventory.graph == (await take_inventory(store, commit, POLICY, SourceCache(None), parsers)).graph
    assert len(_kept(path)) == 2


async def test_a_damaged_graph_is_made_again(tmp_path: Path, repository: Repository, parsers: Parsers) -> None:
    store, path = GitStore(repository.git_dir), tmp_path / "cache.sqlite"
    commit = repository.commit_tree(BASE)
    first = await take_inventory(store, commit, POLICY, SourceCache(path), parsers)
    (whole,) = _kept(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE facts SET body = '[]' WHERE kind LIKE '% graph'")

    again = await take_inventory(store, commit, POLICY, SourceCache(path), parsers)

    assert again.graph == first.graph
    assert _kept(path) == [whole]


async def test_of_many_graphs_the_newest_are_kept(
    tmp_path: Path, repository: Repository, monkeypatch: pytest.MonkeyPatch, parsers: Parsers
) -> None:
    monkeypatch.setattr(graphs, "MOST_KEPT", 2)
    store, path = GitStore(repository.git_dir), tmp_path / "cache.sqlite"
    for number in range(4):
        commit = repository.commit_tree({**BASE, b"shop/more.py": file(b"import os\n" * number)})
        await take_inventory(store, commit, POLICY, SourceCache(path), parsers)
    assert len(_kept(path)) == 2
