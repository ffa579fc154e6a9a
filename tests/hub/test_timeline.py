"""What GraphQL tells of a pull request's timeline: when its base was changed, or its head exchanged."""

from typing import Any

import httpx
import pytest

from app.hub import git
from tests.hub.place import Place

KINDS = ["BASE_REF_CHANGED_EVENT", "AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT", "HEAD_REF_FORCE_PUSHED_EVENT"]
CHOSEN = (
    "... on BaseRefChangedEvent { createdAt } ... on AutomaticBaseChangeSucceededEvent { createdAt }"
    " ... on HeadRefForcePushedEvent { createdAt }"
)
ITEMS = "timelineItems(last: 1, itemTypes: $kinds)"
QUERY = (
    "query($number: Int!, $kinds: [PullRequestTimelineItemsItemType!]) {"
    ' repository(owner: "acme", name: "rocket") {'
    f" pullRequest(number: $number) {{ {ITEMS} {{ nodes {{ {CHOSEN} }} }} }} }} }}"
)


def ask(place: Place, number: int, kinds: list[str], permissions: dict[str, str] | None = None) -> Any:
    token = place.mint(permissions=permissions or {"pull_requests": "read"})
    body = {"query": QUERY, "variables": {"number": number, "kinds": kinds}}
    url, headers = f"{place.server.url}/api/graphql", {"authorization": f"Bearer {token}"}
    return httpx.post(url, json=body, headers=headers, trust_env=False).json()


def nodes(place: Place, number: int, kinds: list[str] | None = None) -> list[dict[str, str]]:
    found = ask(place, number, KINDS if kinds is None else kinds)["data"]["repository"]["pullRequest"]
    listed = found["timelineItems"]["nodes"]
    assert isinstance(listed, list)
    return listed


def shown(place: Place) -> str:
    return f"{place.clock():%Y-%m-%dT%H:%M:%SZ}"


def test_another_base_and_a_force_push_are_told_and_a_push_on_top_is_not(place: Place) -> None:
    number, world = place.pull.number, place.world
    world.commit(place.repository, "feature", {"more": b"1"}, by="ann")
    assert nodes(place, number) == []

    world.commit(place.repository, "release", {}, by="mia")
    world.retarget(place.pull, "release", by="ann")
    changed = shown(place)
    assert nodes(place, number) == [{"createdAt": changed}]

    place.clock.pass_by(minutes=1)
    world.commit(place.repository, "feature", {"other": b"1"}, by="ann", onto=place.pull.base_sha)
    assert nodes(place, number) == [{"createdAt": shown(place)}]
    assert nodes(place, number, KINDS[:1]) == [{"createdAt": changed}]


def test_a_base_that_github_changes_itself_is_told_by_another_name(place: Place) -> None:
    tip = git.tip(place.repository.path, "feature")
    place.world.commit(place.repository, "upper", {"upper": b"1"}, by="ann", onto=tip)
    upper = place.world.open_pull(place.repository, "upper", by="ann", base="feature")
    place.world.merge(place.pull, by="mia")
    place.world.delete_branch(place.repository, "feature", by="ann")
    assert (len(nodes(place, upper.number, KINDS[1:2])), nodes(place, upper.number, KINDS[:1])) == (1, [])


@pytest.mark.parametrize(
    ("number", "kinds", "permissions", "word"),
    [
        (999, KINDS, {}, "Could not resolve to a PullRequest"),
        (1, ["ROCKET_EVENT"], {}, "ROCKET_EVENT"),
        (1, KINDS, {"checks": "read"}, "Resource not accessible by integration"),
    ],
)
def test_what_is_not_there_or_must_not_be_read_is_an_error(
    place: Place, number: int, kinds: list[str], permissions: dict[str, str], word: str
) -> None:
    (error,) = ask(place, number, kinds, permissions)["errors"]
    assert word in error["message"]


def test_who_is_assigned_is_shown_and_told(place: Place) -> None:
    place.world.assign(place.pull, "mia", by="ann")
    pull = place.bot.get(f"{place.path}/pulls/{place.pull.number}").json()
    assert (pull["assignee"]["login"], [one["login"] for one in pull["assignees"]]) == ("mia", ["mia"])
    place.world.assign(place.pull, by="ann")
    assert place.bot.get(f"{place.path}/pulls/{place.pull.number}").json()["assignees"] == []
