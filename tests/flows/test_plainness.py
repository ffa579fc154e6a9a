"""White space alone may be swept in a file only after the whole of it was looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.change.chunking import plan_review
from app.flows.review.change.plainness import find_plain_files
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.repo.losing import lose_blob
from tests.repo.world import Repository, Tree, file, make_repository

FAR = "\n".join(f"  step{row}();" for row in range(9))
LITERAL = f'class L {{\n  String s = """\n{FAR}\n  rm -r $SCRATCH*\n{FAR}\n  """;\n}}\n'


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "shop")


def tree(*, tidy: bool) -> Tree:
    """Thirty files whose calls are spaced in one way or the other, and one that holds a script."""
    gap = "" if tidy else " "
    calls = {
        b"d%d/C%d.java" % (n % 5, n): file(f"class C{n} {{\n  int a = go({gap}1{gap});\n}}\n".encode())
        for n in range(30)
    }
    return {**calls, b"d1/L.java": file(LITERAL.replace("*", " *" if tidy else "*").encode())}


async def test_what_stands_in_the_middle_of_a_script_in_a_literal_is_shown_among_tidied_files(
    repository: Repository,
) -> None:
    before, after = (repository.commit_tree(tree(tidy=tidy)) for tidy in (False, True))
    store = GitStore(repository.git_dir)
    patch = await read_patch(store, before, after)
    plain = await find_plain_files(store, after, patch)
    plan = plan_review(patch, plain=plain)
    listed = {site.file.path for chunk in plan.chunks for sweep in chunk.sweeps for site in sweep.sites}
    assert plain == {changed.path for changed in patch.files} - {"d1/L.java"}
    assert len(listed) > 20
    assert "d1/L.java" not in listed


async def test_files_that_are_not_at_hand_are_not_among_them(repository: Repository) -> None:
    before, after = (repository.commit_tree(tree(tidy=tidy)) for tidy in (False, True))
    store = GitStore(repository.git_dir)
    patch = await read_patch(store, before, after)
    lose_blob(repository, after, b"d3/C3.java")
    assert "d3/C3.java" not in await find_plain_files(store, after, patch)


async def test_nothing_is_read_for_a_few_files(repository: Repository) -> None:
    few: list[Tree] = [{b"C%d.java" % n: file(b"go(%s1);\n" % gap) for n in range(5)} for gap in (b" ", b"")]
    before, after = (repository.commit_tree(one) for one in few)
    store = GitStore(repository.git_dir)
    assert await find_plain_files(store, after, await read_patch(store, before, after)) == frozenset()
