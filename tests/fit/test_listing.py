"""A tree that is listed by its difference from another is the same as one that is listed whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.flows.architecture.listing import list_trees
from app.repo.objects import GitStore
from tests.repo.world import Repository, Tree, file, make_repository

PATHS = (
    b"a.py",
    b"a.py.d/x.py",
    b"src/b.ts",
    b"src/caf\xc3\xa9.go",
    b"src/odd\xff.go",
    b"vendor/own.go",
    b"pyproject.toml",
    b"src/package.json",
    b"README.md",
    b'with "quotes"\n.rs',
)
CONTENTS = (b"", b"import a\n", b"{}\n")

entries = st.one_of(
    st.sampled_from(CONTENTS).map(file),
    st.sampled_from((b"a.py", b"src")).map(lambda target: ("120000", target)),
    st.just(("100755", CONTENTS[1])),
    st.just(("160000", b"1" * 40)),
)
trees = st.dictionaries(st.sampled_from(PATHS), entries, max_size=len(PATHS))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "repository", "--bare")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=trees, after=trees, changed=st.sets(st.sampled_from(["vendor/own.go", "a.py"])))
async def test_a_tree_is_the_same_whether_listed_whole_or_by_its_difference(
    repository: Repository, before: Tree, after: Tree, changed: set[str]
) -> None:
    store = GitStore(repository.git_dir)
    commits = [repository.commit_tree(tree) for tree in (before, after)]
    whole = [*await list_trees(store, commits[:1], changed), *await list_trees(store, commits[1:], changed)]
    assert await list_trees(store, commits, changed) == whole
