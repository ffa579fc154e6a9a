"""Whether a comment was edited, as GraphQL tells it: what is not told is never taken for "nobody"."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.github.client import GitHubClient
from app.github.errors import Forbidden, GitHubDown, GitHubError, NotFound, UnreadableAnswer
from tests.github.scripted import Said, ScriptedGitHub


def told(github: ScriptedGitHub, answer: dict[str, Any]) -> None:
    github.script("POST", "/graphql", Said(200, answer))


@pytest.mark.parametrize(
    ("edited", "at"), [(None, None), ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, 0, tzinfo=UTC))]
)
async def test_the_last_edit_is_asked_for_by_the_comments_node_id(
    client: GitHubClient, github: ScriptedGitHub, edited: str | None, at: datetime | None
) -> None:
    told(github, {"data": {"node": {"lastEditedAt": edited}}})
    found = await client.get_last_edit("IC_kwHB1")
    assert (found.at if found else None) == at
    (asked,) = github.requests("POST", "/graphql")
    assert asked.json["variables"] == {"id": "IC_kwHB1"}


@pytest.mark.parametrize(
    ("editor", "bot_id"), [({"databaseId": 41}, 41), ({}, None), (None, None)], ids=["a bot", "a person", "nobody now"]
)
async def test_an_edit_is_a_bots_only_where_github_says_so(
    client: GitHubClient, github: ScriptedGitHub, editor: dict[str, int] | None, bot_id: int | None
) -> None:
    told(github, {"data": {"node": {"lastEditedAt": "2026-03-01T12:00:00Z", "editor": editor}}})
    edit = await client.get_last_edit("IC_kwHB1")
    assert edit is not None
    assert edit.bot_id == bot_id


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"data": {"node": None}}, NotFound),
        ({"data": {"node": None}, "errors": [{"type": "NOT_FOUND", "message": "Could not resolve"}]}, NotFound),
        ({"data": {"node": {}}}, UnreadableAnswer),
        ({"data": None}, UnreadableAnswer),
        ({"data": {"node": {"lastEditedAt": "yesterday"}}}, UnreadableAnswer),
        ({"data": {"node": None}, "errors": [{"type": "FORBIDDEN", "message": "no"}]}, Forbidden),
        ({"data": None, "errors": [{"message": "Something went wrong while executing your query."}]}, GitHubDown),
    ],
)
async def test_what_is_not_told_is_an_error(
    client: GitHubClient, github: ScriptedGitHub, answer: dict[str, Any], kind: type[GitHubError]
) -> None:
    for _ in range(4):
        told(github, answer)
    with pytest.raises(kind):
        await client.get_last_edit("IC_kwHB1")


async def test_without_a_node_id_nobody_is_asked(client: GitHubClient, github: ScriptedGitHub) -> None:
    with pytest.raises(UnreadableAnswer):
        await client.get_last_edit("")
    assert not github.requests("POST", "/graphql")
