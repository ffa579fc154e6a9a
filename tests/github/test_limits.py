from __future__ import annotations

import asyncio

import pytest

from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.errors import (
    RateLimited,
)
from app.github.pacing import Pacing
from tests.github.answers import COMMENT, HEAD, REVIEW, pull
from tests.github.scripted import START, Said, ScriptedGitHub, Time

PULL = "/repos/acme/site/pulls/3"
REVIEWS = "/repos/acme/site/pulls/3/reviews"
COMMENTS = "/repos/acme/site/issues/3/comments"
LIMIT = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
PRIMARY = {"message": "API rate limit exceeded for installation ID 7."}


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


async def test_waits_add_up_to_the_longest(client: GitHubClient, github: ScriptedGitHub, time: Time) -> None:
    github.script("GET", PULL, Said(429, LIMIT, {"retry-after": "40"}))
    with pytest.raises(RateLimited):
        await client.get_pull(3)
    assert time.sleeps == [40.0]


def test_a_short_limit_does_not_shorten_a_long_one(time: Time) -> None:
    pacing = Pacing(monotonic=time.monotonic, sleep=time.sleep)
    pacing.hold(7, 600)
    pacing.hold(7, 5)
    assert (pacing.held_s(7), pacing.held_s(8)) == (600, 0)


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
