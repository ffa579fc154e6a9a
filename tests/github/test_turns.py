"""When a pull request last became another change, over GraphQL."""

from __future__ import annotations

from typing import Any

import pytest

from app.github.application import GitHubApp
from app.github.errors import GitHubError, NotFound, UnreadableAnswer, WrongRepository
from tests.github.scripted import Said, ScriptedGitHub


def told(nodes: list[dict[str, str]], repository_id: int = 9) -> dict[str, Any]:
    return {"data": {"repository": {"databaseId": repository_id, "pullRequest": {"timelineItems": {"nodes": nodes}}}}}


async def test_the_last_of_the_timeline_is_asked_for(application: GitHubApp, github: ScriptedGitHub) -> None:
    github.script("POST", "/graphql", Said(200, told([])), Said(200, told([{"createdAt": "2026-03-01T12:00:00Z"}])))
    site = application.repository(7, 9, "acme/site")
    assert await site.get_last_turn(3) is None
    at = await site.get_last_turn(3)
    assert at is not None
    assert at.isoformat() == "2026-03-01T12:00:00+00:00"
    variables = github.requests("POST", "/graphql")[0].json["variables"]
    assert (variables["owner"], variables["name"], variables["number"]) == ("acme", "site", 3)


async def test_changes_of_the_base_are_asked_for_without_forced_pushes(
    application: GitHubApp, github: ScriptedGitHub
) -> None:
    github.script("POST", "/graphql", Said(200, told([{"createdAt": "2026-03-01T12:00:00Z"}])))
    assert await application.repository(7, 9, "acme/site").get_last_base_change(3) is not None
    kinds = github.requests("POST", "/graphql")[0].json["variables"]["kinds"]
    assert kinds == ["BASE_REF_CHANGED_EVENT", "AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (told([], 10), WrongRepository),
        ({"data": {"repository": {"databaseId": 9, "pullRequest": None}}}, NotFound),
        ({"data": {"repository": {"databaseId": 9}}}, UnreadableAnswer),
        (told([{}]), UnreadableAnswer),
        (b"<html>", UnreadableAnswer),
    ],
)
async def test_an_answer_about_something_else_never_says_that_nothing_changed(
    application: GitHubApp, github: ScriptedGitHub, answer: Any, kind: type[GitHubError]
) -> None:
    github.script("POST", "/graphql", Said(200, answer))
    with pytest.raises(kind):
        await application.repository(7, 9, "acme/site").get_last_turn(3)
