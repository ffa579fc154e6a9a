"""Changes of every shape that git can express, each read whole or named with what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.core.change.chunking import TOO_LONG, plan_review
from app.core.change.diff import FilePatch, FileStatus, LineKind, Patch, Side
from app.repo.git import ORDINARY, Limits
from app.repo.inventory import InventoryUnreadableError, read_counted, read_raw
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.repo.losing import lose_blob
from tests.repo.world import Repository, Tree, file, make_repository

NUMBERED = b"".join(b"line %d\n" % number for number in range(1, 41))
COMMIT = "160000"
LINK = "120000"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "repository", "--bare")


async def compare(repository: Repository, before: Tree, after: Tree) -> Patch:
    old = repository.commit_tree(before)
    new = repository.commit_tree(after, parent=old)
    patch = await read_patch(GitStore(repository.git_dir), old, new)
    assert [found.fault for found in patch.files] == [None] * len(patch.files)
    return patch


async def compare_one(repository: Repository, before: Tree, after: Tree) -> FilePatch:
    (found,) = (await compare(repository, before, after)).files
    return found


def texts(found: FilePatch, kind: LineKind) -> list[str]:
    return [line.text for hunk in found.hunks for line in hunk.lines if line.kind is kind]


async def test_a_file_of_a_hundred_thousand_lines_is_read_to_its_last(repository: Repository) -> None:
    before = b"".join(b"was %d\n" % number for number in range(100_000))
    found = await compare_one(repository, {b"f": file(before)}, {b"f": file(before.replace(b"was", b"is"))})
    assert (found.additions, found.deletions) == (100_000, 100_000)
    assert found.commentable[Side.RIGHT, 100_000][1].text == "is 99999"
    assert found.commentable[Side.LEFT, 100_000][1].text == "was 99999"


async def test_a_line_of_megabytes_is_left_out_of_the_plan_by_name_and_the_lines_around_it_are_not(
    repository: Repository,
) -> None:
    patch = await compare(repository, {}, {b"big.js": file(b"first\n" + b"x" * (5 << 20) + b"\nlast\n")})
    plan = plan_review(patch)
    assert [(left.path, left.lines, left.reason, left.excused) for left in plan.left_out] == [
        ("big.js", 1, TOO_LONG, False)
    ]
    assert sum(chunk.changed_lines for chunk in plan.chunks) == 2


async def test_a_nul_far_down_makes_no_binary_file_and_ends_no_line(repository: Repository) -> None:
    found = await compare_one(repository, {}, {b"f": file(b"x\n" * 5_000 + b"a\0b\0\0c\n")})
    assert not found.binary
    assert texts(found, LineKind.ADDED)[-1] == "a\0b\0\0c"


@pytest.mark.parametrize("back", [False, True])
async def test_text_that_becomes_binary_is_binary_both_ways(repository: Repository, *, back: bool) -> None:
    trees: list[Tree] = [{b"f": file(b"text\n")}, {b"f": file("wörter".encode("utf-16"))}]
    found = await compare_one(repository, *(reversed(trees) if back else trees))
    assert (found.binary, found.hunks, found.changed_lines) == (True, (), 0)


async def test_an_empty_file_that_is_filled_was_not_added_and_one_that_is_emptied_not_removed(
    repository: Repository,
) -> None:
    filled = await compare_one(repository, {b"f": file(b"")}, {b"f": file(b"a\n")})
    emptied = await compare_one(repository, {b"f": file(b"a\n")}, {b"f": file(b"")})
    assert (filled.status, filled.additions) == (FileStatus.MODIFIED, 1)
    assert (emptied.status, emptied.deletions) == (FileStatus.MODIFIED, 1)
    assert set(filled.commentable) == {(Side.RIGHT, 1)}
    assert set(emptied.commentable) == {(Side.LEFT, 1)}


async def test_new_line_ends_change_every_line_and_are_kept(repository: Repository) -> None:
    windows = NUMBERED.replace(b"\n", b"\r\n")
    found = await compare_one(repository, {b"f": file(windows)}, {b"f": file(NUMBERED)})
    assert texts(found, LineKind.REMOVED) == [f"line {number}\r" for number in range(1, 41)]
    assert texts(found, LineKind.ADDED) == [f"line {number}" for number in range(1, 41)]


async def test_a_file_of_lone_carriage_returns_is_one_line(repository: Repository) -> None:
    found = await compare_one(repository, {}, {b"f": file(b"a\rb\rc")})
    ((line,),) = [hunk.lines for hunk in found.hunks]
    assert (line.text, line.no_newline) == ("a\rb\rc", True)


KINDS: dict[str, tuple[str, bytes]] = {
    "file": file(b"a\nb\n"),
    "link": (LINK, b"target"),
    "submodule": (COMMIT, b"1" * 40),
}


@pytest.mark.parametrize(("old", "new"), [(old, new) for old in KINDS for new in KINDS if old != new])
async def test_one_kind_of_thing_becomes_another_as_one_file(repository: Repository, old: str, new: str) -> None:
    found = await compare_one(repository, {b"thing": KINDS[old]}, {b"thing": KINDS[new]})
    assert (found.path, found.status) == ("thing", FileStatus.TYPE_CHANGED)
    assert (found.old_mode, found.new_mode) == (KINDS[old][0], KINDS[new][0])
    assert (found.submodule, found.symlink) == ("submodule" in {old, new}, "link" in {old, new})
    lines = {"file": 2, "link": 1, "submodule": 1}
    assert (found.deletions, found.additions) == (lines[old], lines[new])
    assert (Side.LEFT, 1) in found.commentable
    assert (Side.RIGHT, 1) in found.commentable


async def test_a_link_that_points_elsewhere_is_a_line_without_a_line_feed(repository: Repository) -> None:
    found = await compare_one(repository, {b"l": (LINK, b"/etc/passwd")}, {b"l": (LINK, b"a\nb")})
    assert texts(found, LineKind.REMOVED) == ["/etc/passwd"]
    assert texts(found, LineKind.ADDED) == ["a", "b"]
    assert found.hunks[0].lines[-1].no_newline


async def test_a_copy_is_an_addition_as_on_github(repository: Repository) -> None:
    found = await compare_one(repository, {b"a": file(NUMBERED)}, {b"a": file(NUMBERED), b"b": file(NUMBERED)})
    assert (found.path, found.status, found.additions) == ("b", FileStatus.ADDED, 40)


async def test_an_edited_rename_whose_content_is_not_here_is_a_removal_and_an_addition_that_is_named(
    repository: Repository,
) -> None:
    old = repository.commit_tree({b"a": file(NUMBERED), b"f": file(b"1\n")})
    new = repository.commit_tree({b"b": file(NUMBERED + b"more\n"), b"f": file(b"2\n")}, parent=old)
    lose_blob(repository, new, b"b")
    files = (await read_patch(GitStore(repository.git_dir), old, new)).files
    assert [(found.path, found.status, found.deletions, bool(found.fault)) for found in files] == [
        ("a", FileStatus.REMOVED, 40, False),
        ("b", FileStatus.ADDED, 0, True),
        ("f", FileStatus.MODIFIED, 1, False),
    ]


async def test_two_files_that_change_places_are_two_changes(repository: Repository) -> None:
    other = NUMBERED.replace(b"line", b"row")
    patch = await compare(
        repository,
        {b"a": file(NUMBERED), b"b": file(other)},
        {b"a": file(other), b"b": file(NUMBERED)},
    )
    assert [(found.path, found.old_path, found.additions) for found in patch.files] == [("a", "a", 40), ("b", "b", 40)]


async def test_a_rename_by_case_with_a_new_mode_and_an_edit_is_one_file(repository: Repository) -> None:
    found = await compare_one(
        repository, {b"Run.sh": file(NUMBERED)}, {b"run.sh": ("100755", NUMBERED.replace(b"line 7\n", b""))}
    )
    assert (found.old_path, found.path, found.status) == ("Run.sh", "run.sh", FileStatus.RENAMED)
    assert (found.old_mode, found.new_mode, found.deletions) == ("100644", "100755", 1)


@pytest.mark.parametrize("back", [False, True])
async def test_a_file_and_a_directory_replace_each_other(repository: Repository, *, back: bool) -> None:
    trees: list[Tree] = [{b"a": file(NUMBERED)}, {b"a/b": file(b"1\n"), b"a/c": file(b"2\n")}]
    patch = await compare(repository, *(reversed(trees) if back else trees))
    gone, new = (FileStatus.ADDED, FileStatus.REMOVED) if back else (FileStatus.REMOVED, FileStatus.ADDED)
    assert {found.path: found.status for found in patch.files} == {"a": gone, "a/b": new, "a/c": new}


async def test_a_merge_is_read_from_one_version_and_shows_what_it_brings_in_itself(repository: Repository) -> None:
    base = repository.commit_tree({b"f": file(NUMBERED)})
    side = repository.commit_tree({b"f": file(NUMBERED.replace(b"line 3\n", b"three\n"))}, parent=base)
    tree: Tree = {b"f": file(NUMBERED.replace(b"line 3\n", b"three\n").replace(b"line 30\n", b"evil\n"))}
    made = repository.commit_tree(tree, parent=side)
    merge = repository.git("commit-tree", f"{made}^{{tree}}", "-p", base, "-p", side, "-m", "merge").decode().strip()
    assert b"@@@" in repository.git("show", "--diff-merges=combined", merge)
    (found,) = (await read_patch(GitStore(repository.git_dir), base, merge)).files
    assert texts(found, LineKind.ADDED) == ["three", "evil"]


async def test_no_change_is_no_files(repository: Repository) -> None:
    assert (await compare(repository, {b"f": file(b"1\n")}, {b"f": file(b"1\n")})).files == ()


def test_a_listed_copy_has_both_its_paths() -> None:
    record = b":100644 100644 " + b"1" * 40 + b" " + b"2" * 40 + b" C087\0from\0to\0"
    (listed,) = read_raw(record)
    assert (listed.status, listed.old_path, listed.path) == (FileStatus.COPIED, b"from", b"to")
    (counted,) = read_counted(record + b"1\t2\t\0from\0to\0")
    assert counted.counts == (1, 2)


@pytest.mark.parametrize(
    "listing",
    [
        b"::100644 100644 100644 a b c MM\0merged\0",
        b":100644 100644 a b C087\0from\0",
        b"not a record\0",
        b":\xff 100644 a b M\0path\0",
    ],
)
def test_a_listing_of_another_kind_is_an_error(listing: bytes) -> None:
    with pytest.raises(InventoryUnreadableError):
        read_raw(listing)


@dataclass(frozen=True, slots=True)
class ForeignStore(GitStore):
    """A repository whose git writes the change of the first file in a way of its own."""

    body: bytes = b""

    async def run(
        self, arguments: Sequence[str], *, stdin: bytes = b"", literal: bool = True, limits: Limits = ORDINARY
    ) -> bytes:
        output = await GitStore.run(self, arguments, stdin=stdin, literal=literal, limits=limits)
        if "--patch" not in arguments:
            return output
        start, end = output.index(b"\n@@"), output.index(b"\ndiff --git", 1)
        return output[:start] + b"\n" + self.body + output[end:]


@pytest.mark.parametrize(
    "body",
    [
        b"@@@ -1 -1 +1 @@@\n- a\n++b",
        b"diff --cc odd\nindex 1,2..3\n@@@ -1 -1 +1 @@@\n- a\n++b",
        b"diff --combined odd\n@@ -1 +1 @@\n-a\n+b",
        b"Binary files a/odd and b/odd differ",
        b"@@ -1," + b"9" * 5_000 + b" +1 @@\n-a\n+b",
        "@@ -١ +١ @@\n-a\n+b".encode(),
        b"@@ -1 +1,2 @@\n-a\n+b\n+c",
        b"@@ -1 +1 @@\n-a\n",
        b"",
    ],
)
async def test_a_change_written_in_another_way_is_named_and_costs_that_file_alone(
    repository: Repository, body: bytes
) -> None:
    old = repository.commit_tree({b"odd": file(b"a\n"), b"plain": file(b"1\n")})
    new = repository.commit_tree({b"odd": file(b"b\n"), b"plain": file(b"2\n")}, parent=old)
    odd, plain = (await read_patch(ForeignStore(repository.git_dir, body=body), old, new)).files
    assert odd.fault
    assert (odd.path, odd.additions, odd.deletions, odd.hunks) == ("odd", 1, 1, ())
    assert (plain.fault, plain.additions, len(plain.hunks)) == (None, 1, 1)
