"""Git's objects over the API: what comes must be what was asked for, whole."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr

from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.errors import NotFound, Unprocessable, UnreadableAnswer
from app.github.transport import Surroundings, Wire
from tests.github.answers import HEAD
from tests.github.scripted import Said, ScriptedGitHub, Time
from tests.hub.place import AFTER, Place, a_place, private_key

REPO = "/repos/acme/site"
TREE = "c" * 40
BLOB = "d" * 40


def blob(**changed: Any) -> dict[str, Any]:
    told = {"sha": BLOB, "encoding": "base64", "content": base64.encodebytes(b"text\n").decode(), "size": 5}
    return told | changed


async def test_a_branch_is_asked_for_by_a_name_that_only_branches_have(
    client: GitHubClient, github: ScriptedGitHub
) -> None:
    github.script("GET", f"{REPO}/commits/heads%2Ffeature%2Fpulls", Said(200, {"sha": HEAD, "files": []}))
    assert (await client.get_commit("heads/feature/pulls")).sha == HEAD


async def test_a_tree_comes_whole_or_says_that_it_does_not(client: GitHubClient, github: ScriptedGitHub) -> None:
    entries = [
        {"path": "a", "mode": "040000", "type": "tree", "sha": "e" * 40},
        {"path": "a/b", "mode": "100644", "type": "blob", "sha": BLOB, "size": 3},
        {"path": "m", "mode": "160000", "type": "commit", "sha": HEAD},
    ]
    told = {"sha": TREE, "tree": entries, "truncated": False}
    github.script("GET", f"{REPO}/git/trees/{TREE}", Said(200, told), Said(200, told | {"truncated": True}))
    found = await client.get_tree(TREE, recursive=True)
    assert [(entry.path, entry.size) for entry in found.entries] == [("a", None), ("a/b", 3), ("m", None)]
    assert not found.truncated
    assert (await client.get_tree(TREE, recursive=True)).truncated
    assert github.asked[-1].query == {"recursive": "1"}


@pytest.mark.parametrize(
    "told",
    [
        blob(size=4),
        blob(sha=HEAD),
        blob(encoding="none", content=""),
        blob(encoding="utf-8", content="text\n"),
        blob(content="abc"),
        {"sha": BLOB},
    ],
)
async def test_a_blob_that_is_not_whole_is_not_taken_for_its_content(
    client: GitHubClient, github: ScriptedGitHub, told: dict[str, Any]
) -> None:
    github.script("GET", f"{REPO}/git/blobs/{BLOB}", Said(200, blob()), Said(200, told))
    assert await client.get_blob(BLOB) == b"text\n"
    with pytest.raises(UnreadableAnswer):
        await client.get_blob(BLOB)


async def test_another_commit_or_tree_than_the_one_asked_for_is_not_taken(
    client: GitHubClient, github: ScriptedGitHub
) -> None:
    github.script("GET", f"{REPO}/git/commits/{HEAD}", Said(200, {"sha": TREE, "tree": {"sha": TREE}}))
    github.script("GET", f"{REPO}/git/trees/{TREE}", Said(200, {"sha": HEAD, "tree": [], "truncated": False}))
    with pytest.raises(UnreadableAnswer):
        await client.get_git_commit(HEAD)
    with pytest.raises(UnreadableAnswer):
        await client.get_tree(TREE, recursive=True)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[tuple[Place, GitHubClient]]:
    pem = private_key("ours").private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    time = Time()
    with a_place(tmp_path) as place:
        surroundings = Surroundings(clock=place.clock, jitter=lambda: 0.5, sleep=time.sleep, monotonic=time.monotonic)
        wire = Wire(surroundings, api_url=place.server.api_url)
        application = GitHubApp(wire, app_id=str(place.app.id), private_key=SecretStr(pem.decode()))
        client = application.repository(place.installation.id, place.repository.id, place.repository.full_name)
        yield place, client
        await application.aclose()


async def test_the_local_github_tells_a_head_down_to_its_last_byte(site: tuple[Place, GitHubClient]) -> None:
    place, client = site
    head = await client.get_commit("heads/feature")
    assert head.sha == place.pull.head_sha
    tree = await client.get_tree((await client.get_git_commit(head.sha)).tree.sha, recursive=True)
    (entry,) = [entry for entry in tree.entries if entry.path == "a.txt"]
    assert (await client.get_blob(entry.sha), entry.size) == (AFTER, len(AFTER))
    with pytest.raises(NotFound):
        await client.get_blob(tree.sha)
    with pytest.raises((NotFound, Unprocessable)):
        await client.get_commit("heads/nowhere")
