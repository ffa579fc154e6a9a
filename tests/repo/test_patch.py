from pathlib import Path

import pytest

from app.core.change.diff import FilePatch, FileStatus, LineKind, Patch, Side
from app.repo.git import GitFailedError
from app.repo.hunks import HunksUnreadableError, read_hunks
from app.repo.inventory import InventoryUnreadableError, read_counted
from app.repo.objects import GitStore, NotAnObjectIdError
from app.repo.patch import read_patch
from tests.repo.losing import lose_blob
from tests.repo.world import Repository, Tree, file, make_repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "repository", "--bare")


async def compare(repository: Repository, before: Tree, after: Tree) -> Patch:
    old = repository.commit_tree(before)
    new = repository.commit_tree(after, parent=old)
    return await read_patch(GitStore(repository.git_dir), old, new)


async def compare_file(repository: Repository, before: bytes, after: bytes) -> FilePatch:
    patch = await compare(repository, {b"file": file(before)}, {b"file": file(after)})
    (found,) = patch.files
    assert found.fault is None
    return found


def texts(found: FilePatch, kind: LineKind) -> list[str]:
    return [line.text for hunk in found.hunks for line in hunk.lines if line.kind is kind]


NUMBERED = b"".join(b"line %d\n" % number for number in range(1, 41))


async def test_an_edit_has_githubs_shape(repository: Repository) -> None:
    found = await compare_file(repository, NUMBERED, NUMBERED.replace(b"line 20\n", b"twenty\nand more\n"))
    (hunk,) = found.hunks
    assert (hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count) == (17, 7, 17, 8)
    assert (found.status, found.additions, found.deletions) == (FileStatus.MODIFIED, 2, 1)
    assert found.commentable[Side.RIGHT, 21][1].text == "and more"
    assert found.commentable[Side.LEFT, 20][1].text == "line 20"
    assert (Side.RIGHT, 25) not in found.commentable


async def test_more_context_is_given_on_request(repository: Repository) -> None:
    old = repository.commit_tree({b"file": file(NUMBERED)})
    new = repository.commit_tree({b"file": file(NUMBERED.replace(b"line 20\n", b""))}, parent=old)
    patch = await read_patch(GitStore(repository.git_dir), old, new, context=10)
    assert patch.files[0].hunks[0].old_count == 21


@pytest.mark.parametrize(
    "odd",
    [
        b"a\x0cb",
        "a\u2028b\u2029c\u0085d".encode(),
        b"a\rb",
        b"a\x1cb\x0bc\x1d",
        b"windows\r",
        b"-- looks like a header",
        b"++ b/evil",
        b"diff --git a/x b/x",
        b"@@ -1,99999999999999999999 +1 @@",
        b"\\ No newline at end of file",
        b"",
        b" ",
        b"tab\there",
    ],
)
async def test_an_odd_line_stays_one_line(repository: Repository, odd: bytes) -> None:
    found = await compare_file(repository, b"one\ntwo\n", b"one\n" + odd + b"\ntwo\n")
    assert texts(found, LineKind.ADDED) == [odd.decode()]
    removed = await compare_file(repository, b"one\n" + odd + b"\ntwo\n", b"one\ntwo\n")
    assert texts(removed, LineKind.REMOVED) == [odd.decode()]


async def test_a_diff_inside_a_diff_is_content(repository: Repository) -> None:
    inner = b"diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n a\n+b\n"
    found = await compare_file(repository, b"", inner)
    assert texts(found, LineKind.ADDED) == inner.decode().split("\n")[:-1]
    assert found.status is FileStatus.MODIFIED


async def test_a_missing_last_line_feed_is_known_on_each_side(repository: Repository) -> None:
    found = await compare_file(repository, b"one\ntwo", b"one\nthree")
    assert [(line.kind, line.no_newline) for line in found.hunks[0].lines] == [
        (LineKind.CONTEXT, False),
        (LineKind.REMOVED, True),
        (LineKind.ADDED, True),
    ]


async def test_bytes_that_are_not_utf8_keep_their_lines(repository: Repository) -> None:
    found = await compare_file(repository, b"one\n", b"one\ncaf\xe9\nthree\n")
    assert texts(found, LineKind.ADDED) == ["caf\ufffd", "three"]


@pytest.mark.parametrize(
    "path",
    [
        b"with space",
        b"tab\there",
        b'quo"te',
        b"back\\slash",
        "é/ü.py".encode(),
        b"a b/b b/c",
        b"line\nfeed",
        b"line\ndiff --git a/x b/x",
        b"-option",
        b":(exclude)magic",
        b"*",
        b" lead and trail ",
        b"..x",
    ],
)
async def test_an_odd_path_is_read_as_it_is(repository: Repository, path: bytes) -> None:
    other = {b"other": file(b"x\n")}
    patch = await compare(repository, {**other, path: file(b"1\n")}, {b"other": file(b"y\n"), path: file(b"2\n")})
    assert set(patch.by_path) == {"other", path.decode()}
    assert all(found.fault is None and found.additions == 1 for found in patch.files)


async def test_a_path_that_is_not_utf8_is_a_fault_of_that_file_alone(repository: Repository) -> None:
    patch = await compare(repository, {}, {b"caf\xe9": file(b"1\n"), b"fine": file(b"1\n")})
    odd, fine = patch.files
    assert (odd.path, odd.additions, odd.hunks) == ("caf\\xe9", 1, ())
    assert odd.fault is not None
    assert fine.fault is None


async def test_renames_are_found_pure_and_edited(repository: Repository) -> None:
    before = {b"old name": file(NUMBERED), b"old b/other": file(NUMBERED + b"other\n" * 9)}
    after = {b"new name": file(NUMBERED), b"new b/other": file(NUMBERED + b"other\n" * 9 + b"more\n")}
    patch = await compare(repository, before, after)
    found = {(each.old_path, each.path): each for each in patch.files}
    assert found["old name", "new name"].status is FileStatus.RENAMED
    assert found["old name", "new name"].hunks == ()
    assert texts(found["old b/other", "new b/other"], LineKind.ADDED) == ["more"]


async def test_a_changed_mode_alone_is_listed(repository: Repository) -> None:
    patch = await compare(repository, {b"run": ("100644", b"x\n")}, {b"run": ("100755", b"x\n")})
    (found,) = patch.files
    assert (found.old_mode, found.new_mode, found.hunks, found.fault) == ("100644", "100755", (), None)


@pytest.mark.parametrize("back", [False, True])
async def test_a_file_and_a_link_replace_each_other_as_one_file(repository: Repository, *, back: bool) -> None:
    trees: list[Tree] = [{b"a": file(b"1\n2\n"), b"z": file(b"")}, {b"a": ("120000", b"z"), b"z": file(b"!\n")}]
    patch = await compare(repository, *(reversed(trees) if back else trees))
    changed, after = patch.files
    assert (changed.status, changed.symlink, len(changed.hunks)) == (FileStatus.TYPE_CHANGED, True, 2)
    assert (changed.additions, changed.deletions) == ((2, 1) if back else (1, 2))
    assert (Side.LEFT, 1) in changed.commentable
    assert (Side.RIGHT, 1) in changed.commentable
    assert after.path == "z"


async def test_a_moved_submodule_is_shown_as_its_commits(repository: Repository) -> None:
    patch = await compare(repository, {b"sub": ("160000", b"1" * 40)}, {b"sub": ("160000", b"2" * 40)})
    (found,) = patch.files
    assert found.submodule
    assert texts(found, LineKind.ADDED) == [f"Subproject commit {'2' * 40}"]


async def test_binary_and_empty_files_are_listed_without_hunks(repository: Repository) -> None:
    patch = await compare(
        repository, {b"b": file(b"\0\1"), b"gone": file(b"")}, {b"b": file(b"\0\2"), b"new": file(b"")}
    )
    assert {(found.path, found.binary, found.hunks, found.fault) for found in patch.files} >= {("b", True, (), None)}
    assert all(found.hunks == () and found.fault is None for found in patch.files)


async def test_attributes_of_the_pull_request_hide_nothing(repository: Repository) -> None:
    hiding = file(b"* -diff binary\n*.py -diff linguist-generated diff=evil\n")
    before: Tree = {b".gitattributes": hiding, b"a.py": file(b"one\n")}
    old = repository.commit_tree(before)
    new = repository.commit_tree({**before, b"a.py": file(b"two\n")}, parent=old)
    repository.git("update-ref", "refs/heads/main", new)
    found = (await read_patch(GitStore(repository.git_dir), old, new)).by_path["a.py"]
    assert not found.binary
    assert texts(found, LineKind.ADDED) == ["two"]


async def test_configuration_of_the_repository_starts_no_program(repository: Repository, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    for key in ("diff.external", "diff.evil.command", "diff.evil.textconv", "core.fsmonitor", "core.pager"):
        repository.git("config", key, f"touch {trap};:")
    (repository.git_dir / "info").mkdir()
    (repository.git_dir / "info" / "attributes").write_text("* diff=evil\n")
    found = await compare_file(repository, b"one\n", b"two\n")
    assert texts(found, LineKind.ADDED) == ["two"]
    assert not trap.exists()


async def test_a_blob_that_is_not_here_costs_its_file_only(repository: Repository) -> None:
    odd = b":(top)* odd"
    old = repository.commit_tree({odd: file(b"big 1\n"), b"fine": file(b"1\n")})
    new = repository.commit_tree({odd: file(b"big 2\n"), b"fine": file(b"2\n")}, parent=old)
    lose_blob(repository, new, odd)
    patch = await read_patch(GitStore(repository.git_dir), old, new)
    assert [(found.path, bool(found.fault), len(found.hunks)) for found in patch.files] == [
        (odd.decode(), True, 0),
        ("fine", False, 1),
    ]


async def test_a_line_of_megabytes_is_read_like_any_other(repository: Repository) -> None:
    patch = await compare(repository, {}, {b"big.js": file(b"x" * (5 << 20)), b"fine": file(b"1\n")})
    assert [(found.path, bool(found.fault), found.additions) for found in patch.files] == [
        ("big.js", False, 1),
        ("fine", False, 1),
    ]


async def test_only_full_object_ids_reach_git(repository: Repository) -> None:
    for name in ("HEAD", "--output=/x", "a" * 39, "A" * 40, "a" * 40 + "\n"):
        with pytest.raises(NotAnObjectIdError):
            await read_patch(GitStore(repository.git_dir), name, "a" * 40)


async def test_a_commit_that_is_not_here_is_an_error(repository: Repository) -> None:
    with pytest.raises(GitFailedError):
        await read_patch(GitStore(repository.git_dir), "a" * 40, "b" * 40)


@pytest.mark.parametrize(
    "body",
    [
        b"no hunk\n",
        b"@@ -1," + b"9" * 5000 + b" +1 @@\n+a\n",
        "@@ -١ +1 @@\n-a\n+b\n".encode(),
        b"@@ -1,2 +1,2 @@\n a\n",
        b"@@@ -1 -1 +1 @@@\n++a\n",
        b"@@ -1 +1 @@\n-a\n+b\n--- a/second\n+++ b/second\n@@ -1 +1 @@\n-a\n+b\n",
    ],
)
def test_text_that_git_would_not_write_is_refused(body: bytes) -> None:
    with pytest.raises(HunksUnreadableError):
        read_hunks(body)


@pytest.mark.parametrize(
    "listing",
    [
        b":100644 100644 a b X\0path\0",
        b":100644 100644 a b M\0path\0",
        b":100644 100644 a b M\0path\x001\t1\tother\0",
        b":100644 100644 a b M\0path\x001\t1\tpath\x001\t1\tpath\0",
    ],
)
def test_a_listing_that_contradicts_itself_is_an_error(listing: bytes) -> None:
    with pytest.raises(InventoryUnreadableError):
        read_counted(listing)
