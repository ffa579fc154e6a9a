"""Git clients read the hub as they read GitHub."""

import base64
import subprocess
from pathlib import Path

import httpx
import pytest

from app.hub import git
from app.hub.accounts import Role
from tests.hub.place import AFTER, Place


def git_as(place: Place, token: str | None, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    del place
    environment = git.environment()
    if token is not None:
        credential = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        environment |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {credential}",
        }
    return subprocess.run(["git", *arguments], cwd=cwd, env=environment, capture_output=True, timeout=60, check=False)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    path = tmp_path / "mirror"
    path.mkdir()
    subprocess.run(["git", "init", "--quiet", "--bare"], cwd=path, check=True)
    return path


def remote(place: Place) -> str:
    return f"{place.server.url}/{place.repository.full_name}.git"


def test_a_partial_fetch_brings_base_and_head_and_their_files_when_asked(place: Place, mirror: Path) -> None:
    token = place.mint()
    git_as(place, token, "remote", "add", "origin", remote(place), cwd=mirror)
    wanted = (place.pull.base_sha, f"+refs/pull/{place.pull.number}/head:refs/head")
    fetched = git_as(place, token, "fetch", "--filter=blob:none", "origin", *wanted, cwd=mirror)
    assert fetched.returncode == 0, fetched.stderr
    missing = git_as(place, token, "rev-list", "--objects", "--missing=print", "refs/head", cwd=mirror)
    assert missing.stdout.count(b"\n?") >= 2
    assert git_as(place, token, "cat-file", "-p", "refs/head:a.txt", cwd=mirror).stdout == AFTER


def test_the_head_of_a_fork_is_fetched_from_the_base(place: Place, mirror: Path) -> None:
    fork = place.world.fork(place.repository, "bob")
    sha = place.world.commit(fork, "theirs", {"b.txt": b"b"}, by="bob")
    pull = place.world.open_pull(place.repository, "theirs", by="bob", fork=fork)
    ref = f"+refs/pull/{pull.number}/head:refs/head"
    assert git_as(place, place.mint(), "fetch", remote(place), ref, cwd=mirror).returncode == 0
    assert git.resolve(mirror, "refs/head") == sha
    later = place.world.commit(fork, "theirs", {"b.txt": b"c"}, by="bob")
    assert git_as(place, place.mint(), "fetch", remote(place), ref, cwd=mirror).returncode == 0
    assert git.resolve(mirror, "refs/head") == later == pull.head_sha


def test_a_commit_that_was_pushed_over_can_still_be_fetched(place: Place, mirror: Path) -> None:
    lost = place.pull.head_sha
    place.world.commit(place.repository, "feature", {"b": b"b"}, by="ann", onto=place.pull.base_sha)
    assert git_as(place, place.mint(), "fetch", remote(place), lost, cwd=mirror).returncode == 0


@pytest.mark.parametrize("token", [None, "ghs_unknown", "no contents", "other repository", "expired", "bob"])
def test_a_private_repository_is_fetched_only_with_a_token_for_it(
    place: Place, mirror: Path, token: str | None
) -> None:
    other = place.world.create_repository("acme", "other", private=True)
    expired = place.mint()
    place.clock.pass_by(hours=2)
    tokens = {
        "no contents": place.mint(permissions={"pull_requests": "write"}),
        "other repository": place.mint(repository_ids=[other.id]),
        "expired": expired,
        "bob": place.world.issue_token("bob"),
    }
    refused = git_as(place, tokens.get(token or "", token), "fetch", remote(place), "main", cwd=mirror)
    assert refused.returncode != 0
    assert git_as(place, place.mint(), "fetch", remote(place), "main", cwd=mirror).returncode == 0


def test_a_public_repository_is_fetched_by_anybody(public_place: Place, mirror: Path) -> None:
    assert git_as(public_place, None, "fetch", remote(public_place), "main", cwd=mirror).returncode == 0


def test_a_renamed_repository_is_still_fetched_by_its_old_name(place: Place, mirror: Path) -> None:
    old = remote(place)
    place.world.rename(place.repository, "missile", by="mia")
    assert git_as(place, place.mint(), "fetch", old, "main", cwd=mirror).returncode == 0


def test_nothing_is_pushed_over_http(place: Place, mirror: Path) -> None:
    place.world.set_role(place.repository, "ann", Role.ADMIN)
    token = place.world.issue_token("ann")
    git_as(place, token, "fetch", remote(place), "main:main", cwd=mirror)
    pushed = git_as(place, token, "push", remote(place), "main:refs/heads/mine", cwd=mirror)
    assert pushed.returncode != 0
    assert git.tip(place.repository.path, "mine") is None


@pytest.mark.parametrize("path", ["HEAD", "config", "objects/info/packs", "../../x", "info/refs/../../config"])
def test_files_of_a_repository_are_not_served(place: Place, path: str) -> None:
    answer = httpx.get(f"{remote(place)}/{path}", auth=("x-access-token", place.mint()), trust_env=False)
    assert answer.status_code == 404


@pytest.mark.parametrize("header", ["Basic !", "Bearer x", "Basic eA==", "Basic"])
def test_unreadable_credentials_are_asked_for_again(place: Place, header: str) -> None:
    url = f"{remote(place)}/info/refs?service=git-upload-pack"
    answer = httpx.get(url, headers={"authorization": header}, trust_env=False)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="GitHub"'
