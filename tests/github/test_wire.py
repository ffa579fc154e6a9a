from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.drafts import Annotation, CheckOutput, DraftComment
from app.github.errors import (
    Forbidden,
    GitHubDown,
    GitHubError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    RedirectRefused,
    Refused,
    Unprocessable,
    UnreadableAnswer,
    WrongRepository,
)
from app.github.transport import Surroundings, Wire
from tests.github.answers import COMMENT, HEAD, REPOSITORY, REVIEW, check_run, pull
from tests.github.scripted import START, Drop, Hang, Line, Said, ScriptedGitHub, Time

PULL = "/repos/acme/site/pulls/3"
REVIEWS = "/repos/acme/site/pulls/3/reviews"
COMMENTS = "/repos/acme/site/issues/3/comments"
RUN = "/repos/acme/site/check-runs/11"
LIMIT = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
PRIMARY = {"message": "API rate limit exceeded for installation ID 7."}


@pytest.mark.parametrize("trouble", [Said(502, b"<html>oops"), Said(503, {"message": "x"}), Said(500), Drop(), Hang()])
async def test_a_read_is_tried_again(client: GitHubClient, github: ScriptedGitHub, time: Time, trouble: Line) -> None:
    github.script("GET", PULL, trouble, Said(200, pull()))
    assert (await client.get_pull(3)).number == 3
    assert time.sleeps == [1.0]


async def test_a_read_is_given_up_after_four_tries(client: GitHubClient, github: ScriptedGitHub, time: Time) -> None:
    github.script("GET", PULL, Said(502, b"<html>"))
    with pytest.raises(GitHubDown, match="502"):
        await client.get_pull(3)
    assert len(github.requests("GET", PULL)) == 4
    assert time.sleeps == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("trouble", [Said(502, b"<html>"), Drop(), Hang()])
async def test_a_post_is_never_sent_twice(client: GitHubClient, github: ScriptedGitHub, trouble: Line) -> None:
    github.script("POST", REVIEWS, trouble, Said(200, REVIEW))
    with pytest.raises(OutcomeUnknown):
        await client.create_review(3, commit_id=HEAD, body="text")
    assert len(github.requests("POST", REVIEWS)) == 1


async def test_a_post_that_never_left_is_tried_again(time: Time, app_pem: str) -> None:
    wire = Wire(_surroundings(time), api_url="http://127.0.0.1:9", timeout=httpx.Timeout(0.3))
    application = GitHubApp(wire, app_id="42", private_key=SecretStr(app_pem))
    with pytest.raises(GitHubDown) as caught:
        await application.create_hook_delivery_attempt(1)
    await application.aclose()
    assert not isinstance(caught.value, OutcomeUnknown)
    assert time.sleeps == [1.0, 2.0, 4.0]


async def test_a_patch_is_tried_again(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("PATCH", "/repos/acme/site/issues/comments/5", Said(502), Drop(), Said(200, COMMENT))
    assert (await client.update_issue_comment(5, "text")).id == 5
    github.script("PATCH", RUN, Said(502), Said(200, check_run(conclusion="success")))
    assert (await client.update_check_run(11, conclusion="success")).conclusion == "success"


async def test_a_patch_that_appends_annotations_is_not(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("PATCH", RUN, Said(502), Said(200, check_run()))
    note = Annotation(path="a", start_line=1, end_line=1, annotation_level="notice", message="m")
    with pytest.raises(OutcomeUnknown):
        await client.update_check_run(11, output=CheckOutput(title="t", summary="s", annotations=(note,)))
    assert len(github.requests("PATCH", RUN)) == 1


async def test_silence_is_named(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", PULL, Hang())
    with pytest.raises(GitHubDown, match="no answer in time: ReadTimeout"):
        await client.get_pull(3)


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("headers", "body", "waited"),
    [
        ({"retry-after": "7"}, LIMIT, 7.0),
        ({"retry-after": "Sun, 01 Mar 2026 12:00:30 GMT"}, LIMIT, 30.0),
        ({"retry-after": "0"}, LIMIT, 1.0),
        ({"retry-after": "soon"}, LIMIT, 60.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(START.timestamp()) + 40)}, PRIMARY, 40.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(START.timestamp()) - 5)}, PRIMARY, 1.0),
        ({"x-ratelimit-remaining": "4000"}, LIMIT, 60.0),
        ({}, LIMIT, 60.0),
    ],
)
async def test_a_short_limit_is_waited_for(
    client: GitHubClient,
    github: ScriptedGitHub,
    time: Time,
    status: int,
    headers: dict[str, str],
    body: dict[str, str],
    waited: float,
) -> None:
    github.script("POST", REVIEWS, Said(status, body, headers), Said(200, REVIEW))
    assert (await client.create_review(3, commit_id=HEAD, body="text")).id == 6
    assert time.sleeps == [waited]
    assert len(github.requests("POST", REVIEWS)) == 2


async def test_a_long_limit_is_told_and_nothing_is_waited(
    client: GitHubClient, github: ScriptedGitHub, time: Time
) -> None:
    reset = str(int(START.timestamp()) + 1800)
    github.script("GET", PULL, Said(403, PRIMARY, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}))
    with pytest.raises(RateLimited) as caught:
        await client.get_pull(3)
    assert caught.value.seconds == 1800
    assert time.sleeps == []


async def test_while_limited_nothing_more_is_asked(
    application: GitHubApp, client: GitHubClient, github: ScriptedGitHub, time: Time
) -> None:
    github.script("GET", PULL, Said(429, LIMIT, {"retry-after": "600"}), Said(200, pull()))
    with pytest.raises(RateLimited):
        await client.get_pull(3)
    time.passed += 100
    with pytest.raises(RateLimited) as caught:
        await client.get_pull(3)
    assert caught.value.seconds == 500
    assert len(github.requests("GET", PULL)) == 1
    github.script("GET", "/app", Said(200, {"id": 42, "name": "Lintel"}))
    assert (await application.get_app()).id == 42
    time.passed += 501
    assert (await client.get_pull(3)).number == 3


async def test_an_untold_limit_is_waited_for_once_and_then_handed_back(
    client: GitHubClient, github: ScriptedGitHub, time: Time
) -> None:
    github.script("GET", PULL, Said(403, LIMIT))
    with pytest.raises(RateLimited) as caught:
        await client.get_pull(3)
    assert time.sleeps == [60.0]
    assert caught.value.seconds == 120


async def test_writes_of_an_installation_are_a_second_apart_and_one_at_a_time(
    client: GitHubClient, github: ScriptedGitHub, time: Time
) -> None:
    at: list[float] = []

    def answer(_asked: object) -> Said:
        at.append(time.passed)
        return Said(201, COMMENT)

    github.script("POST", COMMENTS, answer)
    await asyncio.gather(*(client.create_issue_comment(3, "text") for _ in range(4)))
    assert at == [0.0, 1.0, 2.0, 3.0]


async def test_reads_and_other_installations_are_not_held_up(
    application: GitHubApp, client: GitHubClient, github: ScriptedGitHub, time: Time
) -> None:
    github.script("POST", COMMENTS, Said(201, COMMENT))
    github.script("GET", PULL, Said(200, pull()))
    github.script(
        "POST",
        "/app/installations/8/access_tokens",
        Said(201, {"token": "ghs_other", "expires_at": "2026-03-01T13:00:00Z"}),
    )
    await client.create_issue_comment(3, "text")
    await client.get_pull(3)
    await application.repository(8, 9, "acme/site").create_issue_comment(3, "text")
    assert time.sleeps == []
    await client.create_issue_comment(3, "text")
    assert time.sleeps == [1.0]


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


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        (Said(404, {"message": "Not Found"}), NotFound, "Not Found"),
        (
            Said(
                403,
                {"message": "Resource not accessible by integration"},
                {"x-accepted-github-permissions": "checks=write"},
            ),
            Forbidden,
            "GitHub accepts: checks=write",
        ),
        (
            Said(422, {"message": "Unprocessable Entity", "errors": ["line must be part of the diff"]}),
            Unprocessable,
            "line must be part of the diff",
        ),
        (
            Said(
                422,
                {
                    "message": "Validation Failed",
                    "errors": [{"resource": "Review", "field": "body", "code": "missing"}],
                },
            ),
            Unprocessable,
            "Review body missing",
        ),
        (Said(422, {"message": "Validation Failed", "errors": "one text"}), Unprocessable, "one text"),
        (Said(400, {"message": "Problems parsing JSON"}), Refused, "Problems parsing JSON"),
        (Said(406, {"message": "too_large"}), Refused, "too_large"),
        (Said(451, b"\xff not json"), Refused, "no explanation"),
        (Said(200, b"{"), UnreadableAnswer, "unknown shape"),
        (Said(200, {"number": 3}), UnreadableAnswer, "unknown shape"),
    ],
)
async def test_each_refusal_has_its_name_and_is_not_repeated(
    client: GitHubClient, github: ScriptedGitHub, said: Said, error: type[GitHubError], words: str
) -> None:
    github.script("GET", PULL, said)
    with pytest.raises(error, match=words) as caught:
        await client.get_pull(3)
    assert type(caught.value) is error
    assert "ghs_" not in repr(caught.value)
    assert len(github.requests("GET", PULL)) == 1


async def test_one_connection_serves_many_requests(
    application: GitHubApp, client: GitHubClient, github: ScriptedGitHub
) -> None:
    github.script("GET", PULL, Said(200, pull()))
    github.script("GET", "/app", Said(200, {"id": 42, "name": "Lintel"}))
    for _ in range(5):
        await client.get_pull(3)
        await application.get_app()
    assert github.connections == 1


async def test_the_environments_proxy_is_not_used(
    client: GitHubClient, github: ScriptedGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    github.script("GET", PULL, Said(200, pull()))
    assert (await client.get_pull(3)).number == 3


@pytest.fixture
async def enterprise(github: ScriptedGitHub, time: Time, app_pem: str) -> AsyncIterator[GitHubClient]:
    github.script(
        "POST",
        "/api/v3/app/installations/7/access_tokens",
        Said(201, {"token": "ghs_1", "expires_at": "2026-03-01T13:00:00Z"}),
    )
    wire = Wire(_surroundings(time), api_url=f"{github.url}/api/v3/", timeout=httpx.Timeout(0.3))
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


async def test_a_comment_on_a_bad_line_says_which_rule_it_broke(client: GitHubClient, github: ScriptedGitHub) -> None:
    reasons = ["Pull request review thread line must be part of the diff"]
    github.script("POST", REVIEWS, Said(422, {"message": "Unprocessable Entity", "errors": reasons}))
    with pytest.raises(Unprocessable) as caught:
        await client.create_review(3, commit_id=HEAD, body="b", comments=[DraftComment(path="a", body="c", line=9)])
    assert caught.value.errors == tuple(reasons)


def _surroundings(time: Time) -> Surroundings:
    return Surroundings(clock=time.clock, jitter=lambda: 0.5, sleep=time.sleep, monotonic=time.monotonic)
