"""What waits in a merge queue, over GraphQL: against the local GitHub, and against one that answers as it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr

from app.github.application import GitHubApp
from app.github.errors import (
    Forbidden,
    GitHubDown,
    GitHubError,
    NotFound,
    RateLimited,
    Refused,
    TokenNotGranted,
    UnreadableAnswer,
    WrongRepository,
)
from app.github.transport import Surroundings, Wire
from tests.github.scripted import Said, ScriptedGitHub, Time
from tests.hub.place import Place, a_place, private_key

EMPTY = {"data": {"repository": {"databaseId": 9, "mergeQueue": None}}}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


@pytest.fixture
async def lintel(place: Place) -> AsyncIterator[GitHubApp]:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    pem = private_key("ours").private_bytes(encoding, form, serialization.NoEncryption())
    time = Time()
    surroundings = Surroundings(clock=place.clock, jitter=lambda: 0.5, sleep=time.sleep, monotonic=time.monotonic)
    wire = Wire(surroundings, api_url=place.server.api_url)
    application = GitHubApp(wire, app_id=str(place.app.id), private_key=SecretStr(pem.decode()))
    yield application
    await application.aclose()


async def test_the_entries_of_a_queue_are_read_from_the_local_github(place: Place, lintel: GitHubApp) -> None:
    queue = lintel.merge_queue(place.installation.id, place.repository.id, place.repository.full_name)
    assert await queue.list_entries("main") == ()
    group = place.world.queue_together([place.pull], by="mia")
    (entry,) = await queue.list_entries("main")
    assert (entry.position, entry.state) == (1, "AWAITING_CHECKS")
    assert entry.base_commit is not None
    assert entry.head_commit is not None
    assert entry.pull_request is not None
    assert (entry.base_commit.oid, entry.head_commit.oid) == (group.base_sha, group.head_sha)
    assert (entry.pull_request.number, entry.pull_request.head_ref_oid) == (place.pull.number, place.pull.head_sha)


async def test_an_installation_that_has_not_granted_it_reads_no_queue(place: Place, lintel: GitHubApp) -> None:
    place.world.grant(place.installation, {"metadata": "read", "pull_requests": "write", "contents": "read"})
    queue = lintel.merge_queue(place.installation.id, place.repository.id, place.repository.full_name)
    with pytest.raises(TokenNotGranted):
        await queue.list_entries("main")


async def test_the_name_may_be_an_old_one_but_only_of_the_same_repository(place: Place, lintel: GitHubApp) -> None:
    place.world.rename(place.repository, "missile", by="mia")
    queue = lintel.merge_queue(place.installation.id, place.repository.id, "acme/rocket")
    assert await queue.list_entries("main") == ()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"type": "NOT_FOUND", "message": "Could not resolve to a Repository"}, NotFound),
        ({"type": "FORBIDDEN", "message": "Resource not accessible by integration"}, Forbidden),
        ({"type": "INSUFFICIENT_SCOPES", "message": "no"}, Forbidden),
        ({"extensions": {"code": "undefinedField"}, "message": "Field 'mergeQueue' doesn't exist"}, Refused),
        ({"type": "SOMETHING_NEW", "message": "no"}, Refused),
        ({"message": "Something went wrong while executing your query."}, GitHubDown),
    ],
)
async def test_errors_come_with_a_200_and_are_named_all_the_same(
    application: GitHubApp, github: ScriptedGitHub, error: dict[str, Any], kind: type[GitHubError]
) -> None:
    github.script("POST", "/graphql", Said(200, {**EMPTY, "errors": [error]}))
    with pytest.raises(kind) as caught:
        await application.merge_queue(7, 9, "acme/site").list_entries("main")
    assert type(caught.value) is kind


async def test_what_github_could_not_do_is_asked_again_and_limits_are_waited_for(
    application: GitHubApp, github: ScriptedGitHub, time: Time
) -> None:
    broke, limited = {"errors": [{"message": "Something went wrong"}]}, {"errors": [{"type": "RATE_LIMITED"}]}
    waits = {"retry-after": "7"}
    github.script(
        "POST", "/graphql", Said(502, b"<html>"), Said(200, broke), Said(200, limited, waits), Said(200, EMPTY)
    )
    assert await application.merge_queue(7, 9, "acme/site").list_entries("main") == ()
    assert time.sleeps == [1.0, 2.0, 7.0]


async def test_a_limit_that_lasts_is_told(application: GitHubApp, github: ScriptedGitHub) -> None:
    limited = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    github.script("POST", "/graphql", Said(200, limited, {"retry-after": "600"}))
    with pytest.raises(RateLimited, match="600"):
        await application.merge_queue(7, 9, "acme/site").list_entries("main")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"data": {"repository": {"databaseId": 10, "mergeQueue": None}}}, WrongRepository),
        ({"data": {"repository": None}}, UnreadableAnswer),
        ({"data": {"repository": {"databaseId": 9, "mergeQueue": {"entries": {}}}}}, UnreadableAnswer),
        (b"<html>", UnreadableAnswer),
    ],
)
async def test_an_answer_about_something_else_is_never_an_empty_queue(
    application: GitHubApp, github: ScriptedGitHub, answer: Any, kind: type[GitHubError]
) -> None:
    github.script("POST", "/graphql", Said(200, answer))
    with pytest.raises(kind):
        await application.merge_queue(7, 9, "acme/site").list_entries("main")


async def test_pages_are_followed_and_a_list_without_an_end_is_given_up(
    application: GitHubApp, github: ScriptedGitHub
) -> None:
    entry = {"position": 1, "state": "QUEUED", "baseCommit": None, "headCommit": None, "pullRequest": None}

    def page(more: bool) -> Said:
        entries = {"nodes": [entry, None], "pageInfo": {"hasNextPage": more, "endCursor": "x"}}
        return Said(200, {"data": {"repository": {"databaseId": 9, "mergeQueue": {"entries": entries}}}})

    github.script("POST", "/graphql", page(more=True), page(more=False), page(more=True))
    queue = application.merge_queue(7, 9, "acme/site")
    assert len(await queue.list_entries("main")) == 2
    assert [asked.json["variables"]["after"] for asked in github.requests("POST", "/graphql")] == [None, "x"]
    with pytest.raises(UnreadableAnswer, match="without end"):
        await queue.list_entries("main")


@pytest.mark.parametrize(
    ("api", "graphql"), [("", "/graphql"), ("/api/v3", "/api/graphql"), ("/api/v3/", "/api/graphql")]
)
async def test_graphql_stands_beside_rest(
    github: ScriptedGitHub, surroundings: Surroundings, app_pem: str, api: str, graphql: str
) -> None:
    prefix = api.rstrip("/")
    answer = {"token": "ghs_x", "expires_at": "2026-03-01T13:00:00Z", "permissions": {}, "repositories": [{"id": 9}]}
    github.script("POST", graphql, Said(200, EMPTY))
    if prefix:
        repository = {"id": 9, "name": "site", "full_name": "acme/site", "owner": {"login": "acme", "id": 1}}
        answer["repositories"] = [repository]
        github.script("POST", f"{prefix}/app/installations/7/access_tokens", Said(201, answer))
    wire = Wire(surroundings, api_url=f"{github.url}{api}")
    application = GitHubApp(wire, app_id="42", private_key=SecretStr(app_pem))
    assert await application.merge_queue(7, 9, "acme/site").list_entries("main") == ()
    assert len(github.requests("POST", graphql)) == 1
    await application.aclose()
