"""A model lists directories: what is in them, how large, and what will not be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repo.losing import lose_blob
from tests.repo.world import Tree, file, make_repository
from tests.tools.boxes import ask, files, open_box, refusal, rows

TREE: Tree = files(README="hello\n", src__app_dot_py="x\n", src__deep__a_dot_py="xx\n", src__deep__b_dot_py="y\n") | {
    b"link": ("120000", b"src"),
    b"vendor": ("160000", b"1" * 40),
}


@pytest.mark.parametrize("root", ["", ".", "./", "./."])
async def test_directories_come_first_and_everything_has_its_size(tmp_path: Path, root: str) -> None:
    box = open_box(tmp_path, TREE)
    assert await rows(box, "list_dir", path=root) == [
        "src/ (3 files below, 7 bytes)",
        "README (6 bytes)",
        "link (symbolic link, not followed)",
        "vendor (submodule, in another repository)",
    ]


@pytest.mark.parametrize("path", ["src/deep", "src/deep/", "./src//deep"])
async def test_rows_are_whole_paths_that_can_be_read(tmp_path: Path, path: str) -> None:
    box = open_box(tmp_path, TREE)
    assert await rows(box, "list_dir", path=path) == ["src/deep/a.py (3 bytes)", "src/deep/b.py (2 bytes)"]


async def test_what_is_no_directory_is_refused(tmp_path: Path) -> None:
    box = open_box(tmp_path, TREE)
    assert "no directory" in await refusal(box, "list_dir", path="src/app.py")
    assert "no directory" in await refusal(box, "list_dir", path="link")
    assert "no such path" in await refusal(box, "list_dir", path="srcs")
    assert "submodule" in await refusal(box, "list_dir", path="vendor/lib")
    assert "'..'" in await refusal(box, "list_dir", path="..")


async def test_at_most_200_entries_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    box = open_box(tmp_path, {b"f%03d" % number: file(b"") for number in range(300)})
    result = await ask(box, "list_dir", path=".")
    assert result.text.startswith("The directory holds 0 directories and 300 files. The first 200 are shown; ")
    assert len(await rows(box, "list_dir", path=".")) == 200


async def test_an_empty_tree_is_told_as_one(tmp_path: Path) -> None:
    box = open_box(tmp_path, {})
    result = await ask(box, "list_dir", path=".")
    assert (result.text, result.error) == ("The repository holds no file at all.", False)
    assert "fits no file" not in (await ask(box, "find_definition", symbol="x")).text
    assert "no such path" in await refusal(box, "read_file", path="a", start=1, end=1)


async def test_a_file_that_was_not_fetched_is_listed_and_named(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "partial", "--bare")
    head = repository.commit_tree(files(a="lost\n", b="here\n"))
    lose_blob(repository, head, b"a")
    box = open_box(repository, {}, head=head)
    assert await rows(box, "list_dir", path=".") == ["a (not fetched)", "b (5 bytes)"]
    assert "was not fetched" in await refusal(box, "read_file", path="a", start=1, end=1)
    result = await ask(box, "grep", pattern="e", glob=None)
    assert "1 line matches. 1 file searched. Not searched: 1 file that was not fetched." in result.text
