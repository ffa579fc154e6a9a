"""What GitHub answers stays out of errors and of their tracebacks: it may hold tokens, and words of people."""

from __future__ import annotations

import traceback

import pytest
from pydantic import BaseModel, JsonValue

from app.github import app_payloads, payloads
from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.errors import UnreadableAnswer
from tests.github.answers import HEAD, REVIEW, entry, file, pull
from tests.github.scripted import TOKENS, Said, ScriptedGitHub

REPO = "/repos/acme/site"
CANARY = "ghs_CANARY" + "x" * 30


def assert_untold(error: BaseException) -> None:
    """Neither the error's words nor what a log prints of it hold the canary."""
    told = str(error) + "".join(traceback.format_exception(error))
    assert "CANARY" not in told
    assert "UnreadableAnswer" in told


async def test_a_token_stays_out_of_the_error_of_its_answer(application: GitHubApp, github: ScriptedGitHub) -> None:
    github.script("POST", TOKENS, Said(201, {"token": [CANARY], "expires_at": CANARY}))
    with pytest.raises(UnreadableAnswer) as caught:
        await application.repository(7, 9, "acme/site").get_pull(3)
    assert_untold(caught.value)


@pytest.mark.parametrize(
    "answer", [pull(3) | {"number": CANARY}, [CANARY], f"{CANARY} is no JSON", f'{{"title": "{CANARY}'.encode()]
)
async def test_a_title_stays_out_of_the_error_of_its_answer(
    client: GitHubClient, github: ScriptedGitHub, answer: JsonValue | bytes
) -> None:
    github.script("GET", f"{REPO}/pulls/3", Said(200, answer))
    with pytest.raises(UnreadableAnswer) as caught:
        await client.get_pull(3)
    assert_untold(caught.value)


@pytest.mark.parametrize("answer", [[REVIEW | {"id": CANARY}], {"a": CANARY}, f'["{CANARY}'.encode()])
async def test_entries_stay_out_of_the_error_of_their_list(
    client: GitHubClient, github: ScriptedGitHub, answer: JsonValue | bytes
) -> None:
    github.script("GET", f"{REPO}/pulls/3/reviews", Said(200, answer))
    with pytest.raises(UnreadableAnswer) as caught:
        await client.list_reviews(3)
    assert_untold(caught.value)


@pytest.mark.parametrize(
    ("listing", "content"),
    [
        ([entry("a.yml") | {"size": CANARY}], {}),
        ([entry("a.yml", b"a")], file("a.yml", b"a") | {"content": [CANARY]}),
        ([entry("a.yml", b"a")], file("a.yml", b"a") | {"content": CANARY}),
        ([entry("a.yml", b"a")], f'{{"content": "{CANARY}'.encode()),
    ],
)
async def test_contents_stay_out_of_the_error_of_their_answer(
    client: GitHubClient, github: ScriptedGitHub, listing: JsonValue, content: JsonValue | bytes
) -> None:
    github.script("GET", f"{REPO}/contents", Said(200, listing))
    github.script("GET", f"{REPO}/contents/a.yml", Said(200, content))
    with pytest.raises(UnreadableAnswer) as caught:
        await client.get_content("a.yml", HEAD)
    assert_untold(caught.value)


def test_every_type_of_an_answer_hides_what_it_was_given() -> None:
    kinds = [
        kind
        for module in (payloads, app_payloads)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not BaseModel
    ]
    assert len(kinds) > 10
    assert [kind for kind in kinds if not kind.model_config.get("hide_input_in_errors")] == []
