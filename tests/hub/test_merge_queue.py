"""The merge queue of the local GitHub: groups, what becomes of them, and the one GraphQL query about them."""

from typing import Any

import httpx
import pytest

from app.hub import git
from app.hub.state import PullRequest
from tests.hub.place import Hook, Place

QUERY = """
query($owner: String!, $name: String!, $branch: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    mergeQueue(branch: $branch) {
      entries(first: 100, after: $after) {
        nodes { position state baseCommit { oid } headCommit { oid } pullRequest { number headRefOid baseRefName } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""


def ask(place: Place, query: str = QUERY, *, token: str | None = None, **variables: str) -> httpx.Response:
    given = {"owner": "acme", "name": "rocket", "branch": "main"} | variables
    headers = {"authorization": f"Bearer {token or place.mint()}"}
    body = {"query": query, "variables": given}
    return httpx.post(f"{place.server.url}/api/graphql", json=body, headers=headers, trust_env=False)


def second_pull(place: Place) -> PullRequest:
    place.world.commit(place.repository, "more", {"more.txt": b"more\n"}, by="ann")
    return place.world.open_pull(place.repository, "more", by="ann")


def report(place: Place, sha: str, conclusion: str) -> None:
    body = {"name": "gate", "head_sha": sha, "status": "completed", "conclusion": conclusion}
    assert place.bot.post(f"{place.path}/check-runs", json=body).status_code == 201


def test_entries_stand_one_on_another(place: Place) -> None:
    group = place.world.queue_together([place.pull, second_pull(place)], by="mia")
    data = ask(place).json()["data"]["repository"]
    nodes = data["mergeQueue"]["entries"]["nodes"]
    assert data["databaseId"] == place.repository.id
    assert [(node["position"], node["state"], node["pullRequest"]["number"]) for node in nodes] == [
        (1, "AWAITING_CHECKS", 1),
        (2, "AWAITING_CHECKS", 2),
    ]
    assert nodes[0]["baseCommit"]["oid"] == group.base_sha
    assert nodes[1]["baseCommit"] == nodes[0]["headCommit"]
    assert nodes[1]["headCommit"]["oid"] == group.head_sha
    assert git.tip(place.repository.path, group.branch) == group.head_sha


def test_a_squashed_entry_has_one_parent_and_the_same_tree(place: Place) -> None:
    squashed = place.world.queue_together([place.pull], by="mia", method="SQUASH")
    commit = git.read_commit(place.repository.path, squashed.head_sha)
    assert commit.parents == (squashed.base_sha,)


def test_a_rebased_entry_has_each_commit_again(place: Place) -> None:
    path = place.repository.path
    place.world.commit(place.repository, "feature", {"two.txt": b"2\n"}, by="ann", message="Two")
    rebased = place.world.queue_together([place.pull], by="mia", method="REBASE")
    made = git.log(path, f"{rebased.base_sha}..{rebased.head_sha}", limit=9)
    assert made[0].message == "Two"
    assert len(made) == git.count(path, f"{rebased.base_sha}..{place.pull.head_sha}")
    assert place.pull.head_sha not in {commit.sha for commit in made}


def test_pages_and_a_branch_without_a_queue(place: Place) -> None:
    place.world.queue_together([place.pull, second_pull(place)], by="mia")
    paged = QUERY.replace("first: 100", "first: 1")
    first = ask(place, paged).json()["data"]["repository"]["mergeQueue"]["entries"]
    assert first["pageInfo"]["hasNextPage"] is True
    last = ask(place, paged, after=first["pageInfo"]["endCursor"]).json()["data"]["repository"]["mergeQueue"]["entries"]
    assert [node["pullRequest"]["number"] for node in last["nodes"]] == [2]
    assert last["pageInfo"]["hasNextPage"] is False
    assert ask(place, branch="feature").json()["data"]["repository"]["mergeQueue"] is None


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (QUERY.replace("state", "mood"), "Field 'mood' doesn't exist on type 'MergeQueueEntry'"),
        (QUERY.replace("first: 100", "last: 100"), "Field 'entries' doesn't accept argument 'last'"),
        (QUERY.replace("{ oid }", ""), "Field must have selections (field 'baseCommit')"),
        (QUERY.replace("databaseId", "databaseId { x }"), "Selections can't be made on scalars (field 'databaseId')"),
        (QUERY[:-3], "Unexpected end of document"),
        ("mutation { x }", 'Parse error on "mutation"'),
    ],
)
def test_what_the_schema_does_not_have_is_refused_by_name(place: Place, query: str, message: str) -> None:
    answer = ask(place, query)
    assert answer.status_code == 200
    assert [error["message"] for error in answer.json()["errors"]] == [message]
    assert "data" not in answer.json()


def test_errors_of_a_field_stand_beside_the_data(place: Place) -> None:
    place.world.queue(place.pull, by="mia")
    unknown = ask(place, name="nothing").json()
    assert (unknown["data"], unknown["errors"][0]["type"]) == ({"repository": None}, "NOT_FOUND")
    narrow = ask(place, token=place.mint(permissions={"contents": "read"})).json()
    assert narrow["data"]["repository"] == {"databaseId": place.repository.id, "mergeQueue": None}
    error: dict[str, Any] = narrow["errors"][0]
    assert (error["type"], error["path"]) == ("FORBIDDEN", ["repository", "mergeQueue"])


def test_nobody_and_no_json_are_told_by_the_status(place: Place) -> None:
    url = f"{place.server.url}/api/graphql"
    assert httpx.post(url, json={"query": QUERY}, trust_env=False).status_code == 401
    assert ask(place, token="nonsense").json()["message"] == "Bad credentials"
    headers = {"authorization": f"Bearer {place.mint()}"}
    assert httpx.post(url, content=b"{", headers=headers, trust_env=False).status_code == 400


def test_a_group_is_merged_when_its_checks_passed(heard_place: Place, hook: Hook) -> None:
    place = heard_place
    place.world.require_check(place.repository, "gate", app=place.app)
    group = place.world.queue_together([place.pull, second_pull(place)], by="mia")
    assert place.world.proceed(group) == 'Required status check "gate" is expected.'
    report(place, group.head_sha, "success")
    assert place.world.proceed(group) == ""
    place.world.wait()
    assert git.tip(place.repository.path, "main") == group.head_sha
    assert {pull.merged_at is not None for pull in place.world.state.pulls.values()} == {True}
    assert [payload["reason"] for payload in hook.payloads("merge_group", "destroyed")] == ["merged"]
    assert git.tip(place.repository.path, group.branch) is None


def test_a_group_whose_checks_failed_is_dropped(heard_place: Place, hook: Hook) -> None:
    place = heard_place
    place.world.require_check(place.repository, "gate", app=place.app)
    group = place.world.queue_together([place.pull], by="mia")
    report(place, group.head_sha, "failure")
    assert place.world.proceed(group) == 'Required status check "gate" is failing.'
    place.world.wait()
    assert [payload["reason"] for payload in hook.payloads("merge_group", "destroyed")] == ["dequeued"]
    assert place.pull.state == "open"


def test_a_push_takes_a_pull_request_out_of_the_queue(heard_place: Place, hook: Hook) -> None:
    place = heard_place
    place.world.queue(place.pull, by="mia")
    place.world.commit(place.repository, "feature", {"b": b"b"}, by="ann")
    place.world.wait()
    assert [payload["reason"] for payload in hook.payloads("merge_group", "destroyed")] == ["dequeued"]
    assert ask(place).json()["data"]["repository"]["mergeQueue"] is None
