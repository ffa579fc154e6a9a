"""What kind of file it is, is told by the whole file at head, and by the diff where that is not at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.change.classes.delivery import Delivery
from app.flows.review.change.delivering import find_delivery_files
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.repo.losing import lose_blob
from tests.repo.world import Repository, Tree, file, make_repository

FAR = b"".join(b"  - name: n%d\n" % row for row in range(40))
POD = b"apiVersion: v1\nkind: Pod\nspec:\n" + FAR + b"image: web:%s\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "shop")


async def kinds(
    repository: Repository, before: Tree, after: Tree, lost: bytes = b""
) -> dict[str, tuple[Delivery, ...]]:
    base, head = repository.commit_tree(before), repository.commit_tree(after)
    store = GitStore(repository.git_dir)
    patch = await read_patch(store, base, head)
    if lost:
        lose_blob(repository, head, lost)
    return await find_delivery_files(store, head, patch)


async def test_a_file_is_known_by_lines_that_the_diff_does_not_show(repository: Repository) -> None:
    before, after = ({b"web.yaml": file(POD % tag), b"a.yaml": file(b"a: %s\n" % tag)} for tag in (b"1", b"2"))
    assert await kinds(repository, before, after) == {"web.yaml": (Delivery.KUBERNETES,)}


async def test_new_and_removed_files_are_known_by_their_own_lines(repository: Repository) -> None:
    rest = {b"kept.py": file(b"x\n")}
    there = {**rest, b"web.yaml": file(POD % b"1")}
    assert await kinds(repository, rest, there) == {"web.yaml": (Delivery.KUBERNETES,)}
    assert await kinds(repository, there, rest) == {"web.yaml": (Delivery.KUBERNETES,)}


async def test_a_renamed_file_is_of_the_kind_of_both_names(repository: Repository) -> None:
    text = b"on: push\n" + FAR
    before = {b".github/workflows/ci.yml": file(text + b"x\n")}
    after = {b"charts/web/values.yaml": file(text + b"y\n")}
    assert await kinds(repository, before, after) == {"charts/web/values.yaml": (Delivery.WORKFLOW, Delivery.HELM)}


async def test_where_a_file_is_not_at_hand_the_diff_tells_what_it_can(repository: Repository) -> None:
    near = b"apiVersion: v1\nkind: Pod\nimage: web:%s\n"
    before, after = ({b"far.yaml": file(POD % tag), b"near.yaml": file(near % tag)} for tag in (b"1", b"2"))
    lost = await kinds(repository, before, after, lost=b"near.yaml")
    assert lost["near.yaml"] == (Delivery.KUBERNETES,)


async def test_a_change_without_any_has_none(repository: Repository) -> None:
    before, after = ({b"a.py": file(b"apiVersion: 1\nkind: %s\n" % word)} for word in (b"a", b"b"))
    assert await kinds(repository, before, after) == {}
