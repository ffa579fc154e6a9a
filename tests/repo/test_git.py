import asyncio
import os
from pathlib import Path

import pytest

from app.repo.git import (
    GitFailedError,
    GitOutputTooLargeError,
    GitTimedOutError,
    Limits,
    Surroundings,
    run_git,
)
from app.repo.objects import BlobFault, FileTooLargeError, GitStore, ObjectMissingError
from tests.repo.world import Repository, make_repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "repository", "--bare")


async def test_git_finds_nothing_of_the_persons_or_the_servers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_EXTERNAL_DIFF", "LINTEL_SECRET", "GIT_TRACE", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "1")
    shown = await run_git(("-c", "alias.show-all=!env", "show-all"))
    names = {line.partition("=")[0] for line in shown.decode().split("\n")}
    assert not names & {"GIT_DIR", "GIT_EXTERNAL_DIFF", "LINTEL_SECRET", "GIT_TRACE", "HTTPS_PROXY"}
    assert {"GIT_CONFIG_NOSYSTEM", "GIT_NO_LAZY_FETCH", "GIT_TERMINAL_PROMPT"} <= names
    assert os.devnull in (await run_git(("config", "--get", "core.hooksPath"))).decode()


async def test_a_failure_names_the_command_and_hides_secrets(repository: Repository) -> None:
    secrets = {"http.https://example.com/.extraHeader": "Authorization: Basic c2VjcmV0"}
    command = ("-c", "alias.leak=!echo fatal: c2VjcmV0 https://me:pw@example.com >&2; exit 3", "leak")
    with pytest.raises(GitFailedError) as caught:
        await run_git(command, git_dir=repository.path, surroundings=Surroundings(secrets=secrets))
    assert caught.value.exit_code == 3
    assert "fatal: *** https://***@example.com" in str(caught.value)
    assert "c2VjcmV0" not in str(caught.value) + repr(Surroundings(secrets=secrets))


async def test_no_protocol_is_allowed_unless_named(repository: Repository) -> None:
    for url in (str(repository.path), "https://127.0.0.1:1/x", "ssh://127.0.0.1:1/x", "ext::true"):
        with pytest.raises(GitFailedError, match="not allowed"):
            await run_git(("ls-remote", "--", url))


async def test_a_git_that_takes_too_long_or_says_too_much_is_killed() -> None:
    with pytest.raises(GitTimedOutError):
        await run_git(("-c", "alias.hang=!sleep 60", "hang"), limits=Limits(seconds=0.1))
    with pytest.raises(GitOutputTooLargeError):
        await run_git(("-c", "alias.talk=!yes", "talk"), limits=Limits(output_bytes=1000))
    task = asyncio.create_task(run_git(("-c", "alias.hang=!sleep 60", "hang")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_git_that_does_not_read_its_input_does_not_hang() -> None:
    assert await run_git(("-c", "alias.deaf=!true", "deaf"), stdin=b"x" * (4 << 20)) == b""


async def test_blobs_are_read_together_and_what_is_not_given_has_a_reason(repository: Repository) -> None:
    contents = {b"empty": b"", b"lines": b"a\nb\n\n", b"binary": b"\0\xff\n", b"long": b"x" * 2000}
    commit = repository.commit_tree({name: ("100644", content) for name, content in contents.items()})
    store = GitStore(repository.git_dir)
    ids = {entry.path.encode(): entry.object_id for entry in await store.list_tree(commit)}
    read = await store.read_blobs([*ids.values(), commit, "1" * 40], max_bytes=1000)
    assert {name: read[ids[name]] for name in contents} == {**contents, b"long": BlobFault.TOO_LARGE}
    assert (read[commit], read["1" * 40]) == (BlobFault.NOT_A_BLOB, BlobFault.MISSING)
    scarce = await store.read_blobs([ids[b"lines"], ids[b"binary"]], max_total_bytes=6)
    assert scarce[ids[b"binary"]] is BlobFault.TOO_LARGE
    assert await store.read_blobs([]) == {}


async def test_trees_and_files_are_found_by_their_literal_paths(repository: Repository) -> None:
    commit = repository.commit_tree(
        {
            b"d/*.py": ("100644", b"star\n"),
            b"d/a.py": ("100755", b"a\n"),
            b"link": ("120000", b"d/a.py"),
            b"new\nline": ("100644", b"nl\n"),
            b"sub": ("160000", b"1" * 40),
        }
    )
    store = GitStore(repository.git_dir)
    assert [entry.path for entry in await store.list_tree(commit, ["d"])] == ["d/*.py", "d/a.py"]
    assert [entry.path for entry in await store.list_tree(commit, ["d/*.py", "--help"])] == ["d/*.py"]
    assert await store.read_file(commit, "new\nline") == b"nl\n"
    assert await store.read_file(commit, "d/*.py") == b"star\n"
    for path in ("absent", "d", "link", "sub", "../etc/passwd", "", "a\0b", "/etc/passwd", "d/../link", "\ud800"):
        assert await store.read_file(commit, path) is None
    with pytest.raises(FileTooLargeError):
        await store.read_file(commit, "d/a.py", max_bytes=1)
    lost = (await store.list_tree(commit, ["d/a.py"]))[0].object_id
    for pack in repository.git_dir.glob("objects/pack/*"):
        pack.rename(repository.path / pack.name)
    for pack in repository.path.glob("pack-*.pack"):
        repository.git("unpack-objects", "-q", stdin=pack.read_bytes())
    (repository.git_dir / "objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(ObjectMissingError):
        await GitStore(repository.git_dir).read_file(commit, "d/a.py")
