from __future__ import annotations

import asyncio

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import SecretStr

from app.github.application import GitHubApp
from app.github.auth import AppCredential, UnusableKey
from app.github.client import GitHubClient
from app.github.errors import GitHubDown, InstallationGone, TokenNotGranted, TokenRefused
from tests.github.answers import COMMENT, REPOSITORY, pull
from tests.github.scripted import START, TOKENS, Drop, Said, ScriptedGitHub, Time

PULL = "/repos/acme/site/pulls/3"
REFUSED = Said(401, {"message": "Bad credentials"})


async def test_twenty_at_once_mint_one_token(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", PULL, Said(200, pull()))
    await asyncio.gather(*(client.get_pull(3) for _ in range(20)))
    assert len(github.requests("POST", TOKENS)) == 1
    assert {asked.headers["authorization"] for asked in github.requests("GET", PULL)} == {"Bearer ghs_1"}


async def test_whoever_gives_up_does_not_take_the_token_from_the_others(
    client: GitHubClient, github: ScriptedGitHub
) -> None:
    github.script("GET", PULL, Said(200, pull()))
    first, second = asyncio.create_task(client.get_pull(3)), asyncio.create_task(client.get_pull(3))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).number == 3
    assert len(github.requests("POST", TOKENS)) == 1


async def test_a_token_is_for_one_repository_and_reads_or_writes(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", PULL, Said(200, pull()))
    github.script("POST", "/repos/acme/site/issues/3/comments", Said(201, COMMENT))
    await client.get_pull(3)
    await client.create_issue_comment(3, "text")
    reading, writing = (asked.json for asked in github.requests("POST", TOKENS))
    assert reading["repository_ids"] == writing["repository_ids"] == [9]
    assert set(reading["permissions"].values()) == {"read"}
    assert writing["permissions"] == {"checks": "write", "metadata": "read", "pull_requests": "write"}
    (posted,) = github.requests("POST", "/repos/acme/site/issues/3/comments")
    assert posted.headers["authorization"] == "Bearer ghs_2"


async def test_repositories_never_share_a_token(application: GitHubApp, github: ScriptedGitHub) -> None:
    github.script("GET", PULL, Said(200, pull()))
    github.script("GET", "/repos/acme/app", Said(200, REPOSITORY | {"id": 10}))
    await application.repository(7, 9, "acme/site").get_pull(3)
    await application.repository(7, 10, "acme/app").get_repository()
    assert [asked.json["repository_ids"] for asked in github.requests("POST", TOKENS)] == [[9], [10]]


async def test_a_git_token_can_only_read_contents(application: GitHubApp, github: ScriptedGitHub) -> None:
    token = await application.get_git_token(7, 9)
    assert token.get_secret_value() == "ghs_1"
    (asked,) = github.requests("POST", TOKENS)
    assert asked.json == {"permissions": {"contents": "read", "metadata": "read"}, "repository_ids": [9]}


async def test_a_token_is_replaced_before_it_ends(client: GitHubClient, github: ScriptedGitHub, time: Time) -> None:
    github.script("GET", PULL, Said(200, pull()))
    await client.get_pull(3)
    time.passed += 54 * 60
    await client.get_pull(3)
    time.passed += 2 * 60
    await client.get_pull(3)
    used = [asked.headers["authorization"] for asked in github.requests("GET", PULL)]
    assert used == ["Bearer ghs_1", "Bearer ghs_1", "Bearer ghs_2"]


async def test_a_refused_token_is_minted_anew_once(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", PULL, REFUSED, Said(200, pull()))
    assert (await client.get_pull(3)).number == 3
    used = [asked.headers["authorization"] for asked in github.requests("GET", PULL)]
    assert used == ["Bearer ghs_1", "Bearer ghs_2"]


async def test_a_refused_write_is_done_with_the_new_token(client: GitHubClient, github: ScriptedGitHub) -> None:
    path = "/repos/acme/site/issues/3/comments"
    github.script("POST", path, REFUSED, Said(201, COMMENT))
    assert (await client.create_issue_comment(3, "text")).id == 5
    assert len(github.requests("POST", path)) == 2


async def test_twenty_refused_at_once_mint_one_new_token(client: GitHubClient, github: ScriptedGitHub) -> None:
    def judge(asked: object) -> Said:
        return REFUSED if "ghs_1" in str(asked) else Said(200, pull())

    github.script("GET", PULL, judge)
    await asyncio.gather(*(client.get_pull(3) for _ in range(20)))
    assert len(github.requests("POST", TOKENS)) == 2


async def test_a_token_refused_twice_is_given_up(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", PULL, REFUSED)
    with pytest.raises(TokenRefused, match="Bad credentials") as caught:
        await client.get_pull(3)
    assert len(github.requests("GET", PULL)) == 2
    assert "ghs_" not in str(caught.value)


async def test_an_app_that_github_refuses_is_not_tried_again(application: GitHubApp, github: ScriptedGitHub) -> None:
    github.script("GET", "/app", Said(401, {"message": "A JSON web token could not be decoded"}))
    with pytest.raises(TokenRefused):
        await application.get_app()
    assert len(github.requests("GET", "/app")) == 1


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (Said(404, {"message": "Not Found"}), InstallationGone),
        (Said(403, {"message": "This installation has been suspended"}), InstallationGone),
        (Said(422, {"message": "The permissions requested are not granted to this installation."}), TokenNotGranted),
        (Said(403, {"message": "Resource not accessible by integration"}), TokenNotGranted),
        (Said(401, {"message": "'Expiration time' claim ('exp') is too far in the future"}), TokenRefused),
    ],
)
async def test_a_token_that_is_not_given_says_why(
    client: GitHubClient, github: ScriptedGitHub, said: Said, error: type[Exception]
) -> None:
    github.script("POST", TOKENS, said)
    with pytest.raises(error):
        await client.get_pull(3)
    assert github.requests("GET", PULL) == []


async def test_everyone_who_waited_hears_of_the_failure_and_the_next_one_tries_anew(
    client: GitHubClient, github: ScriptedGitHub
) -> None:
    github.script("POST", TOKENS, Said(404, {"message": "Not Found"}))
    outcomes = await asyncio.gather(*(client.get_pull(3) for _ in range(5)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {InstallationGone}
    assert len(github.requests("POST", TOKENS)) == 1
    with pytest.raises(InstallationGone):
        await client.get_pull(3)
    assert len(github.requests("POST", TOKENS)) == 2


async def test_a_token_for_other_repositories_is_not_used(client: GitHubClient, github: ScriptedGitHub) -> None:
    body = {"token": "ghs_wide", "expires_at": "2026-03-01T13:00:00Z"}
    github.script("POST", TOKENS, Said(201, body | {"repositories": [REPOSITORY, REPOSITORY | {"id": 10}]}))
    with pytest.raises(TokenNotGranted):
        await client.get_pull(3)


async def test_minting_is_tried_again_when_github_fails(client: GitHubClient, github: ScriptedGitHub) -> None:
    good = Said(201, {"token": "ghs_late", "expires_at": "2026-03-01T13:00:00Z"})
    github.script("POST", TOKENS, Said(502, b"<html>"), Drop(), good)
    github.script("GET", PULL, Said(200, pull()))
    assert (await client.get_pull(3)).number == 3
    github.script("POST", TOKENS, Said(503))
    with pytest.raises(GitHubDown):
        await client.create_issue_comment(3, "x")


async def test_a_suspended_installation_is_told_by_any_request(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", PULL, Said(403, {"message": "This installation has been suspended"}))
    with pytest.raises(InstallationGone):
        await client.get_pull(3)


async def test_the_app_signs_with_its_key_and_an_hour_is_never_asked_for(
    application: GitHubApp, github: ScriptedGitHub, app_key: rsa.RSAPrivateKey
) -> None:
    github.script("GET", "/app", Said(200, {"id": 42, "name": "Lintel", "slug": "lintel"}))
    assert (await application.get_app()).slug == "lintel"
    scheme, _, token = github.asked[0].headers["authorization"].partition(" ")
    options: jwt.types.Options = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(token, app_key.public_key(), algorithms=["RS256"], options=options)
    assert scheme == "Bearer"
    assert claims == {
        "iss": "42",
        "iat": int(START.timestamp()) - 60,
        "exp": int(START.timestamp()) + 540,
    }


async def test_a_key_with_written_out_line_ends_is_understood(app_pem: str, time: Time) -> None:
    folded = SecretStr(app_pem.replace("\n", "\\n"))
    assert (await AppCredential("42", folded, time.clock).header()).startswith("Bearer ey")


@pytest.mark.parametrize("key", ["", "hunter2", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----"])
def test_a_key_that_is_none_is_named_and_never_quoted(time: Time, key: str) -> None:
    with pytest.raises(UnusableKey) as caught:
        AppCredential("42", SecretStr(key), time.clock)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_key_of_another_kind_is_named(time: Time) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(UnusableKey, match="no RSA key"):
        AppCredential("42", SecretStr(pem.decode()), time.clock)


async def test_a_dropped_installation_gets_new_tokens(
    application: GitHubApp, client: GitHubClient, github: ScriptedGitHub
) -> None:
    github.script("GET", PULL, Said(200, pull()))
    await client.get_pull(3)
    application.tokens.drop(7)
    await client.get_pull(3)
    assert len(github.requests("POST", TOKENS)) == 2
