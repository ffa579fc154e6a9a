from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import SecretStr

from app.github.app_payloads import InstallationToken
from app.github.application import GitHubApp
from app.github.auth import Scope
from app.github.client import GitHubClient
from app.github.drafts import Annotation, CheckOutput, DraftComment
from app.github.errors import (
    Forbidden,
    GitHubDown,
    GitHubError,
    NotFound,
    OutcomeUnknown,
    Refused,
    Unprocessable,
    UnreadableAnswer,
)
from app.github.transport import Surroundings, Wire
from tests.github.answers import COMMENT, HEAD, REVIEW, check_run, pull
from tests.github.scripted import START, Drop, Hang, Line, Reset, Said, ScriptedGitHub, Time

PULL = "/repos/acme/site/pulls/3"
REVIEWS = "/repos/acme/site/pulls/3/reviews"
RUN = "/repos/acme/site/check-runs/11"


@pytest.mark.parametrize("trouble", [Said(502, b"<html>oops"), Said(503, {"message": "x"}), Said(500), Drop(), Reset()])
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


@pytest.mark.parametrize("trouble", [Said(502, b"<html>"), Drop(), Reset()])
async def test_a_post_is_never_sent_twice(client: GitHubClient, github: ScriptedGitHub, trouble: Line) -> None:
    github.script("POST", REVIEWS, trouble, Said(200, REVIEW))
    with pytest.raises(OutcomeUnknown):
        await client.create_review(3, commit_id=HEAD, body="text")
    assert len(github.requests("POST", REVIEWS)) == 1


async def test_a_post_that_never_left_is_tried_again(time: Time, surroundings: Surroundings, app_pem: str) -> None:
    wire = Wire(surroundings, api_url="http://127.0.0.1:9")
    application = GitHubApp(wire, app_id="42", private_key=SecretStr(app_pem))

    async def mint(_scope: Scope) -> InstallationToken:
        return InstallationToken(token=SecretStr("ghs_0"), expires_at=START + timedelta(hours=1))

    application.tokens.mint = mint
    with pytest.raises(GitHubDown) as caught:
        await application.repository(7, 9, "acme/site").create_review(3, commit_id=HEAD, body="text")
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


async def test_silence_is_named_and_asked_again(hasty_client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", PULL, Hang())
    with pytest.raises(GitHubDown, match="no answer in time: ReadTimeout"):
        await hasty_client.get_pull(3)
    assert len(github.requests("GET", PULL)) == 4


async def test_a_post_that_met_silence_is_not_sent_again(hasty_client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("POST", REVIEWS, Hang(), Said(200, REVIEW))
    with pytest.raises(OutcomeUnknown, match="no answer in time"):
        await hasty_client.create_review(3, commit_id=HEAD, body="text")
    assert len(github.requests("POST", REVIEWS)) == 1


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


async def test_a_comment_on_a_bad_line_says_which_rule_it_broke(client: GitHubClient, github: ScriptedGitHub) -> None:
    reasons = ["Pull request review thread line must be part of the diff"]
    github.script("POST", REVIEWS, Said(422, {"message": "Unprocessable Entity", "errors": reasons}))
    with pytest.raises(Unprocessable) as caught:
        await client.create_review(3, commit_id=HEAD, body="b", comments=[DraftComment(path="a", body="c", line=9)])
    assert caught.value.errors == tuple(reasons)
