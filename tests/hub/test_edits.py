"""What GraphQL tells of edits: exactly whether there was one, whatever REST's whole seconds say."""

from typing import Any

import httpx
import pytest

from app.hub.views import node_id
from tests.hub.place import Place

QUERY = "query($id: ID!) { node(id: $id) { id ... on Comment { lastEditedAt } } }"
READ = {"issues": "read", "pull_requests": "read"}


def ask(place: Place, node: str, query: str = QUERY, permissions: dict[str, str] | None = None) -> Any:
    token = place.mint(permissions=permissions or READ)
    body = {"query": query, "variables": {"id": node}}
    url, headers = f"{place.server.url}/api/graphql", {"authorization": f"Bearer {token}"}
    return httpx.post(url, json=body, headers=headers, trust_env=False).json()


def test_an_edit_within_the_second_of_the_comment_is_told(place: Place) -> None:
    comment = place.world.comment(place.pull, "One", by="ann")
    shown = place.bot.get(f"{place.path}/issues/comments/{comment.id}").json()
    assert ask(place, shown["node_id"]) == {"data": {"node": {"id": shown["node_id"], "lastEditedAt": None}}}
    place.world.edit_comment(comment, "Two", by="mia")
    again = place.bot.get(f"{place.path}/issues/comments/{comment.id}").json()
    assert again["updated_at"] == again["created_at"]
    assert ask(place, shown["node_id"])["data"]["node"]["lastEditedAt"] == again["created_at"]


def test_one_on_the_change_is_told_of_as_well(place: Place) -> None:
    body = {"body": "Why?", "commit_id": place.pull.head_sha, "path": "src/new.py", "line": 1, "side": "RIGHT"}
    made = place.person("ann").post(f"{place.pull_path}/comments", json=body).json()
    assert ask(place, made["node_id"])["data"]["node"]["lastEditedAt"] is None
    place.world.edit_reply(place.world.state.review_comments[made["id"]], "Why not?", by="mia")
    assert ask(place, made["node_id"])["data"]["node"]["lastEditedAt"] == made["created_at"]


def test_the_editor_is_told_and_a_person_is_no_bot(place: Place) -> None:
    comment = place.world.comment(place.pull, "One", by="ann")
    query = "query($id: ID!) { node(id: $id) { ... on Comment { editor { login ... on Bot { databaseId } } } } }"
    node = node_id("IC", comment.id)
    assert ask(place, node, query) == {"data": {"node": {"editor": None}}}
    place.world.edit_comment(comment, "Two", by="mia")
    assert ask(place, node, query) == {"data": {"node": {"editor": {"login": "mia"}}}}
    bot = next(user for user in place.world.state.users.values() if user.type == "Bot")
    place.world.edit_comment(comment, "Three", by=bot.login)
    editor = {"login": bot.login.removesuffix("[bot]"), "databaseId": bot.id}
    assert ask(place, node, query) == {"data": {"node": {"editor": editor}}}


def test_what_is_gone_or_must_not_be_read_is_an_error(place: Place) -> None:
    comment = place.world.comment(place.pull, "One", by="ann")
    (gone,) = ask(place, node_id("IC", 7))["errors"]
    (hidden,) = ask(place, node_id("IC", comment.id), permissions={"checks": "read"})["errors"]
    assert (gone["type"], gone["path"], hidden["type"]) == ("NOT_FOUND", ["node"], "FORBIDDEN")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{ node(id: $id) { ... on Rocket { id } } }", "No such type Rocket, so it can't be a fragment condition"),
        ("{ node(id: $id) { ... on Comment { flavour } } }", "Field 'flavour' doesn't exist on type 'Comment'"),
        ("{ node(id: $id) { ... { id } } }", 'Parse error on "{"'),
        ("{ node(id: $id) { lastEditedAt } }", "Field 'lastEditedAt' doesn't exist on type 'Node'"),
    ],
)
def test_a_fragment_is_read_like_all_else(place: Place, query: str, words: str) -> None:
    (error,) = ask(place, "x", query)["errors"]
    assert error["message"] == words


def test_a_fragment_of_another_type_chooses_nothing(place: Place) -> None:
    comment = place.world.comment(place.pull, "One", by="ann")
    query = "{ node(id: $id) { ... on Repository { databaseId } } }"
    assert ask(place, node_id("IC", comment.id), query) == {"data": {"node": {}}}
