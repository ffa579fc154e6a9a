from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.errors import (
    GitHubError,
    RedirectRefused,
    WrongRepository,
)
from app.github.transport import Surroundings, Wire
from tests.github.answers import COMMENT, REPOSITORY, REVIEW, pull
from tests.github.scripted import Said, ScriptedGitHub, Time

PULL = "/repos/acme/site/pulls/3"
REVIEWS = "/repos/acme/site/pulls/3/reviews"
COMMENTS = "/repos/acme/site/issues/3/comments"


async def test_a_redirect_to_another_host_is_refused_and_told_nothing(
    client: GitHubClient, github: ScriptedGitHub, time: Time
) -> None:
    async with ScriptedGitHub(time).serving() as stranger:
        github.script("GET", PULL, Said(301, {}, {"location": f"{stranger.url}/repositories/9/pulls/3"}))
        with pytest.raises(RedirectRefused):
            await client.get_pull(3)
        assert stranger.connections == 0


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("//evil.example/repositories/9/pulls/3", RedirectRefused),
        ("http://127.0.0.1:99999999/x", RedirectRefused),
        ("", RedirectRefused),
        ("/repositories/10/pulls/3", WrongRepository),
        ("/repositories/9x/pulls/3", WrongRepository),
        ("/repos/acme/other/pulls/3", WrongRepository),
        ("/repositories/9/pulls/3/../../../10", WrongRepository),
        (PULL, WrongRepository),
    ],
)
async def test_a_redirect_leads_nowhere_but_to_the_same_repository(
    client: GitHubClient, github: ScriptedGitHub, location: str, error: type[GitHubError]
) -> None:
    github.script("GET", PULL, Said(301, {}, {"location": location}))
    with pytest.raises(error):
        await client.get_pull(3)
    assert len(github.requests("GET", PULL)) == 1


async def test_a_renamed_repository_is_followed(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", PULL, Said(301, {}, {"location": f"{github.url}/repositories/9/pulls/3"}))
    github.script("GET", "/repositories/9/pulls/3", Said(200, pull()))
    assert (await client.get_pull(3)).number == 3
    (followed,) = github.requests("GET", "/repositories/9/pulls/3")
    assert followed.headers["authorization"] == "Bearer ghs_1"


async def test_a_list_of_a_renamed_repository_keeps_its_pages(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", REVIEWS, Said(301, {}, {"location": "/repositories/9/pulls/3/reviews"}))
    github.script("GET", "/repositories/9/pulls/3/reviews", Said(200, [REVIEW] * 100), Said(200, [REVIEW]))
    assert len(await client.list_reviews(3)) == 101
    asked = github.requests("GET", "/repositories/9/pulls/3/reviews")
    assert [request.query["page"] for request in asked] == ["1", "2"]


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_write_is_not_turned_into_a_read(client: GitHubClient, github: ScriptedGitHub, status: int) -> None:
    github.script("POST", COMMENTS, Said(status, {}, {"location": "/repositories/9/issues/3/comments"}))
    with pytest.raises(RedirectRefused):
        await client.create_issue_comment(3, "text")


async def test_a_write_to_a_renamed_repository_is_done_there_once(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("POST", COMMENTS, Said(307, {}, {"location": "/repositories/9/issues/3/comments"}))
    github.script("POST", "/repositories/9/issues/3/comments", Said(201, COMMENT))
    await client.create_issue_comment(3, "text")
    (asked,) = github.requests("POST", "/repositories/9/issues/3/comments")
    assert asked.json == {"body": "text"}


async def test_redirects_without_end_are_left(client: GitHubClient, github: ScriptedGitHub) -> None:
    for path in (PULL, "/repositories/9/pulls/3"):
        github.script("GET", path, Said(302, {}, {"location": "/repositories/9/pulls/3"}))
    with pytest.raises(RedirectRefused, match="too many"):
        await client.get_pull(3)


async def test_a_reused_name_is_found_out(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", PULL, Said(200, pull(repository=REPOSITORY | {"id": 10})))
    github.script("GET", "/repos/acme/site", Said(200, REPOSITORY | {"id": 10}))
    github.script("GET", "/repos/acme/site/pulls", Said(200, [pull(repository=REPOSITORY | {"id": 10})]))
    for asking in (client.get_pull(3), client.get_repository(), client.list_pulls()):
        with pytest.raises(WrongRepository):
            await asking


@pytest.fixture
async def enterprise(github: ScriptedGitHub, surroundings: Surroundings, app_pem: str) -> AsyncIterator[GitHubClient]:
    github.script(
        "POST",
        "/api/v3/app/installations/7/access_tokens",
        Said(201, {"token": "ghs_1", "expires_at": "2026-03-01T13:00:00Z"}),
    )
    wire = Wire(surroundings, api_url=f"{github.url}/api/v3/")
    application = GitHubApp(wire, app_id="Iv1.abc", private_key=SecretStr(app_pem))
    yield application.repository(7, 9, "acme/site")
    await application.aclose()


async def test_an_enterprise_server_keeps_its_prefix(enterprise: GitHubClient, github: ScriptedGitHub) -> None:
    location = f"{github.url}/api/v3/repositories/9/pulls/3"
    github.script("GET", f"/api/v3{PULL}", Said(301, {}, {"location": location}))
    github.script("GET", "/api/v3/repositories/9/pulls/3", Said(200, pull()))
    assert (await enterprise.get_pull(3)).number == 3


async def test_a_redirect_out_of_the_prefix_is_refused(enterprise: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", f"/api/v3{PULL}", Said(301, {}, {"location": "/repositories/9/pulls/3"}))
    with pytest.raises(RedirectRefused):
        await enterprise.get_pull(3)
