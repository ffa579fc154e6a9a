from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.repo.objects import BlobFault, GitStore
from app.repo.recall import Recall
from tests.repo.world import Repository, file, make_repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "r")


async def test_what_a_review_has_read_once_it_asks_git_for_no_second_time(repository: Repository) -> None:
    head = repository.commit_tree({b"a.py": file(b"one\n"), b"d/b.py": file(b""), b"d/c.py": file(b"three\n")})
    store = GitStore(repository.git_dir)
    listed = await store.list_tree(head, ["a.py", "d", "none"])
    names = [entry.object_id for entry in listed]
    read = await store.read_blobs(names)
    shutil.rmtree(repository.git_dir / "objects")

    assert [entry.path for entry in listed] == ["a.py", "d/b.py", "d/c.py"]
    assert await store.list_tree(head, ["d", "none"]) == listed[1:]
    assert list(read.values()) == [b"one\n", b"", b"three\n"]
    assert await store.read_blobs(names) == read
    assert await store.sizes(names) == {name: len(content) for name, content in zip(names, read.values(), strict=True)}
    assert await store.read_blobs(names, max_bytes=4) == {**read, names[2]: BlobFault.TOO_LARGE}


async def test_a_name_that_is_only_shown_like_another_never_stands_for_it(repository: Repository) -> None:
    head = repository.commit_tree({b"d/o\\xff": file(b"asked for\n"), b"d/o\xff": file(b"another\n")})
    store = GitStore(repository.git_dir)
    await store.list_tree(head, ["d", "d/o\\xff"])

    assert await store.read_file(head, "d/o\\xff") == b"asked for\n"


async def test_what_was_missing_is_asked_for_again(repository: Repository) -> None:
    head = repository.commit_tree({b"a.py": file(b"one\n")})
    store = GitStore(repository.git_dir)
    (entry,) = await store.list_tree(head, ["a.py"])
    away = repository.path / "away"
    (repository.git_dir / "objects").rename(away)
    (repository.git_dir / "objects").mkdir()
    before = await store.read_blobs([entry.object_id])
    (repository.git_dir / "objects").rmdir()
    away.rename(repository.git_dir / "objects")

    assert before == {entry.object_id: BlobFault.MISSING}
    assert await store.read_blobs([entry.object_id]) == {entry.object_id: b"one\n"}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12))), st.integers(0, 20))
def test_it_keeps_what_was_used_last_and_never_more_than_it_may(kept: list[tuple[int, int]], most: int) -> None:
    recall: Recall[int, int] = Recall(most)
    sizes: dict[int, int] = {}
    for key, size in kept:
        recall.keep(key, size, size)
        if size <= most:
            sizes.setdefault(key, size)
            assert recall.find(key) is not None
        found = {key: value for key in range(10) if (value := recall.find(key)) is not None}
        assert sum(found.values()) == recall.size <= most
        sizes = {key: size for key, size in sizes.items() if key in found}
        assert found == sizes


def test_what_is_asked_for_stays_longer_than_what_is_not() -> None:
    recall: Recall[str, str] = Recall(3)
    for key in "abc":
        recall.keep(key, key, 1)
    recall.find("a")
    recall.keep("d", "d", 1)

    assert [key for key in "abcd" if recall.find(key)] == ["a", "c", "d"]
