import os
from pathlib import Path

import pytest

from app.core.change.diff import FileStatus, LineKind, Patch
from app.repo.checkout import LocalRangeError, NotARepositoryError, RepositoryTooStrangeError
from app.repo.local import (
    EmptyRangeError,
    SeveralMergeBasesError,
    UnknownRevisionError,
    UnrelatedHistoriesError,
    open_range,
)
from app.repo.patch import read_patch
from tests.repo.world import Repository, make_repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = make_repository(tmp_path / "project")
    repository.commit({"kept.py": "1\n", "edited.py": "1\n", "gone.py": "gone for good\n", ".gitignore": "*.log\n"})
    return repository


async def read(repository: Repository, **options: str | bool | None) -> Patch:
    before = contents(repository.path)
    async with open_range(repository.path, **options) as found:  # type: ignore[arg-type]  # options by name
        patch = await read_patch(found.store, found.merge_base, found.head_sha)
    assert contents(repository.path) == before
    return patch


def contents(top: Path) -> dict[Path, tuple[int, bytes]]:
    files = (place for place in top.rglob("*") if place.is_file() and not place.is_symlink())
    return {place: (place.stat().st_mtime_ns, read_small(place)) for place in files}


def read_small(place: Path) -> bytes:
    with place.open("rb") as opened:
        return opened.read(1 << 20)


def summary(patch: Patch) -> dict[str, FileStatus]:
    return {found.path: found.status for found in patch.files}


def added(patch: Patch, path: str) -> list[str]:
    hunks = patch.by_path[path].hunks
    return [line.text for hunk in hunks for line in hunk.lines if line.kind is LineKind.ADDED]


async def test_a_branch_is_compared_with_where_it_left_main(repository: Repository) -> None:
    left = repository.git("rev-parse", "HEAD").decode().strip()
    repository.git("switch", "--quiet", "--create", "topic")
    head = repository.commit({"new.py": "1\n"})
    repository.git("switch", "--quiet", "main")
    repository.commit({"on_main.py": "1\n"})
    repository.git("switch", "--quiet", "topic")
    async with open_range(repository.path) as found:
        assert (found.merge_base, found.head_sha, found.base_ref) == (left, head, "main")
    assert summary(await read(repository)) == {"new.py": FileStatus.ADDED}


async def test_it_works_from_a_directory_within_and_from_a_linked_working_tree(
    repository: Repository, tmp_path: Path
) -> None:
    linked = tmp_path / "linked"
    repository.git("worktree", "add", "--quiet", "-b", "topic", str(linked))
    other = Repository(linked)
    other.commit({"deep/new.py": "1\n"})
    assert summary(await read(Repository(linked / "deep"))) == {"deep/new.py": FileStatus.ADDED}
    other.write({"untracked.py": "1\n"})
    assert summary(await read(other, working_tree=True)) == {"untracked.py": FileStatus.ADDED}


async def test_the_default_branch_of_origin_comes_first(repository: Repository, tmp_path: Path) -> None:
    clone = Repository(tmp_path / "clone")
    repository.git("branch", "--quiet", "--move", "main", "trunk")
    repository.git("clone", "--quiet", str(repository.path), str(clone.path))
    clone.commit({"new.py": "1\n"})
    async with open_range(clone.path) as found:
        assert found.base_ref == "origin/trunk"
    assert summary(await read(clone)) == {"new.py": FileStatus.ADDED}


async def test_base_and_head_can_be_named(repository: Repository) -> None:
    repository.commit({"second.py": "1\n"})
    repository.commit({"third.py": "1\n"})
    assert summary(await read(repository, base="HEAD~2", head="HEAD~1")) == {"second.py": FileStatus.ADDED}


async def test_staged_changes_are_those_of_the_index_alone(repository: Repository) -> None:
    repository.write({"edited.py": "2\n"})
    repository.git("add", "edited.py")
    repository.write({"edited.py": "3\n", "untracked.py": "1\n"})
    patch = await read(repository, staged=True)
    assert summary(patch) == {"edited.py": FileStatus.MODIFIED}
    assert added(patch, "edited.py") == ["2"]


async def test_the_working_tree_counts_untracked_files_but_not_ignored_ones(repository: Repository) -> None:
    repository.write({"edited.py": "2\n", "un tracked\n.py": "1\n", "noise.log": "x\n", "secret.txt": "x\n"})
    exclude = repository.git_dir / "info" / "exclude"
    exclude.parent.mkdir(exist_ok=True)
    exclude.write_text("secret.txt\n")
    (repository.path / "gone.py").unlink()
    (repository.path / "link").symlink_to("/etc/passwd")
    (repository.path / "kept.py").chmod(0o755)
    patch = await read(repository, working_tree=True)
    assert summary(patch) == {
        "edited.py": FileStatus.MODIFIED,
        "gone.py": FileStatus.REMOVED,
        "kept.py": FileStatus.MODIFIED,
        "link": FileStatus.ADDED,
        "un tracked\n.py": FileStatus.ADDED,
    }
    assert patch.by_path["link"].new_mode == "120000"
    assert added(patch, "link") == ["/etc/passwd"]
    assert added(patch, "edited.py") == ["2"]


async def test_nothing_the_repository_configures_is_run(repository: Repository, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    for key in ("filter.evil.clean", "filter.evil.process", "core.fsmonitor", "diff.external", "diff.evil.textconv"):
        repository.git("config", key, f"touch {trap}; cat")
    for hook in ("post-index-change", "pre-commit", "reference-transaction"):
        place = repository.git_dir / "hooks" / hook
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"#!/bin/sh\ntouch {trap}\n")
        place.chmod(0o755)
    repository.write({".gitattributes": "* filter=evil diff=evil -text\n", "edited.py": "2\n", "new.py": "1\n"})
    for options in ({"working_tree": True}, {"staged": True}, {"base": "HEAD"}):
        try:
            await read(repository, **options)
        except EmptyRangeError:
            assert "working_tree" not in options
    assert not trap.exists()


async def test_a_file_too_large_to_read_is_named_not_forgotten(repository: Repository) -> None:
    repository.write({"small.py": "1\n"})
    with (repository.path / "huge.bin").open("wb") as huge:
        huge.truncate(1 << 30)
    patch = await read(repository, working_tree=True)
    assert patch.by_path["huge.bin"].fault is not None
    assert patch.by_path["small.py"].fault is None


async def test_a_moved_submodule_is_seen(repository: Repository, tmp_path: Path) -> None:
    library = make_repository(tmp_path / "library")
    library.commit({"a": "1\n"})
    repository.git("submodule", "--quiet", "add", str(library.path), "library")
    repository.commit()
    moved = Repository(repository.path / "library").commit({"a": "2\n"})
    assert added(await read(repository, working_tree=True), "library") == [f"Subproject commit {moved}"]


async def test_before_the_first_commit_everything_is_new(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "young")
    repository.write({"a.py": "1\n"})
    assert summary(await read(repository, working_tree=True)) == {"a.py": FileStatus.ADDED}


async def test_a_split_index_and_sha256_are_read(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "sha256", "--object-format=sha256")
    repository.commit({"a.py": "1\n"})
    repository.git("update-index", "--split-index")
    repository.write({"a.py": "2\n", "b.py": "other\n"})
    assert set(summary(await read(repository, working_tree=True))) == {"a.py", "b.py"}
    (repository.path / "a.py").unlink()
    assert summary(await read(repository, working_tree=True))["a.py"] is FileStatus.REMOVED


@pytest.mark.parametrize("split", ["--split-index", "--no-split-index"])
async def test_an_edit_in_the_second_of_staging_is_seen_at_any_later_time(repository: Repository, split: str) -> None:
    """Git compares whole seconds: what it calls unchanged by them, it has to look into."""
    path = repository.path / "a.py"
    for _ in range(10):
        repository.write({"a.py": "1\n"})
        os.utime(path, (10**9, 10**9))
        repository.git("add", "a.py")
        repository.git("update-index", split)
        staged = path.stat()
        path.write_bytes(b"2\n")
        os.utime(path, (10**9, 10**9))
        if int(path.stat().st_ctime) == int(staged.st_ctime):
            break
    assert int(path.stat().st_ctime) == int(staged.st_ctime)
    async with open_range(repository.path, working_tree=True) as found:
        assert await found.store.read_file(found.head_sha, "a.py") == b"2\n"


async def test_a_shallow_clone_is_read(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"second.py": "1\n"})
    clone = Repository(tmp_path / "clone")
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.path}", str(clone.path))
    clone.commit({"new.py": "1\n"})
    assert summary(await read(clone)) == {"new.py": FileStatus.ADDED}


async def expect(error: type[LocalRangeError], directory: Path, **options: str | bool) -> str:
    with pytest.raises(error) as caught:
        async with open_range(directory, **options):  # type: ignore[arg-type]  # options by name
            pass
    message = str(caught.value)
    assert "\n" not in message
    return message


async def test_each_failure_has_a_name_and_says_what_to_do(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert "--repo" in await expect(NotARepositoryError, tmp_path / "plain")
    assert "--repo" in await expect(NotARepositoryError, tmp_path / "absent")
    assert "--base" in await expect(EmptyRangeError, repository.path)
    assert "--working-tree" in await expect(EmptyRangeError, repository.path, staged=True)
    for revision in ("nowhere", "--output=x", "HEAD:kept.py", "", "a b"):
        assert "--head" in await expect(UnknownRevisionError, repository.path, head=revision)
    assert "--base" in await expect(UnknownRevisionError, repository.path, base="nowhere")
    repository.git("switch", "--quiet", "--orphan", "lonely")
    repository.commit({"lonely.py": "1\n"})
    assert "--base" in await expect(UnrelatedHistoriesError, repository.path)
    repository.git("branch", "--quiet", "--move", "main", "odd")
    assert "--base" in await expect(UnknownRevisionError, repository.path)


async def test_a_crosswise_merge_that_takes_back_what_the_base_brought_is_refused(repository: Repository) -> None:
    start = repository.git("rev-parse", "HEAD").decode().strip()
    repository.git("switch", "--quiet", "--create", "topic")
    topic = repository.commit({"topic.py": "1\n"})
    repository.git("switch", "--quiet", "main")
    fix = repository.commit({"edited.py": "check()\n"})
    repository.git("merge", "--quiet", "--no-ff", "-m", "x", topic)
    repository.git("switch", "--quiet", "topic")
    repository.git("merge", "--quiet", "--no-commit", fix)
    repository.git("checkout", "--quiet", start, "--", "edited.py")
    repository.git("commit", "--quiet", "-m", "x")

    assert not repository.git("diff", "--name-only", topic, "topic", "--", "edited.py"), "one of the bases hides it"
    assert "merge main into HEAD" in await expect(SeveralMergeBasesError, repository.path)
    repository.git("merge", "--quiet", "main", check=False)
    repository.commit({"new.py": "1\n"})
    assert {file.path for file in (await read(repository)).files} == {"edited.py", "new.py"}


async def test_unfinished_merges_and_bare_repositories_are_too_strange(repository: Repository, tmp_path: Path) -> None:
    repository.git("switch", "--quiet", "--create", "topic")
    repository.commit({"edited.py": "2\n"})
    repository.git("switch", "--quiet", "main")
    repository.commit({"edited.py": "3\n"})
    repository.git("merge", "topic", check=False)
    assert "merge" in await expect(RepositoryTooStrangeError, repository.path, staged=True)
    assert "merge" in await expect(RepositoryTooStrangeError, repository.path, working_tree=True)
    bare = make_repository(tmp_path / "bare", "--bare")
    assert "--base" in await expect(RepositoryTooStrangeError, bare.path, working_tree=True)
