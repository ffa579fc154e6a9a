from __future__ import annotations

import pytest

from app.core.change.diff import Side
from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.drafts import Annotation, CheckAction, CheckOutput, DraftComment
from app.github.errors import FileTooLarge, NotAFile, NotFound, UnreadableAnswer
from tests.github.answers import (
    COMMENT,
    HEAD,
    REPOSITORY,
    REVIEW,
    REVIEW_COMMENT,
    USER,
    WHEN,
    check_run,
    entry,
    file,
    pull,
)
from tests.github.scripted import START, Said, ScriptedGitHub

REPO = "/repos/acme/site"
INSTALLATION = {"id": 7, "account": USER, "permissions": {"checks": "write"}, "events": ["pull_request"]}


async def test_lists_are_read_to_the_end_by_page_number(client: GitHubClient, github: ScriptedGitHub) -> None:
    elsewhere = {"link": '<https://evil.example/next?page=2>; rel="next"'}
    pages = [[pull(number) for number in numbers] for numbers in (range(1, 101), range(101, 201), range(201, 203))]
    github.script("GET", f"{REPO}/pulls", *(Said(200, page, elsewhere) for page in pages))
    assert [found.number for found in await client.list_pulls(base="main")] == list(range(1, 203))
    asked = github.requests("GET", f"{REPO}/pulls")
    assert [request.query["page"] for request in asked] == ["1", "2", "3"]
    assert asked[0].query | {"page": ""} == {
        "state": "open", "sort": "created", "direction": "asc", "base": "main", "per_page": "100", "page": "",
    }  # fmt: skip


async def test_a_list_that_fails_midway_is_no_shorter_list(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", f"{REPO}/pulls/3/reviews", Said(200, [REVIEW] * 100), Said(404, {"message": "Not Found"}))
    with pytest.raises(NotFound):
        await client.list_reviews(3)


async def test_a_list_without_end_is_named(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", f"{REPO}/pulls/3/reviews", Said(200, [REVIEW] * 100))
    with pytest.raises(UnreadableAnswer, match="without end"):
        await client.list_reviews(3)


async def test_only_our_own_check_runs_are_listed_whatever_they_conclude(
    client: GitHubClient, github: ScriptedGitHub
) -> None:
    runs = [check_run(1, 42, "stale"), check_run(2, 99, "success"), check_run(3, 42, "never_heard_of")]
    github.script("GET", f"{REPO}/commits/{HEAD}/check-runs", Said(200, {"total_count": 3, "check_runs": runs}))
    found = await client.list_check_runs(HEAD, app_id=42, name="lintel: main")
    assert [(run.id, run.conclusion) for run in found] == [(1, "stale"), (3, "never_heard_of")]
    (asked,) = github.requests("GET", f"{REPO}/commits/{HEAD}/check-runs")
    assert asked.query["check_name"] == "lintel: main"
    assert (asked.query["app_id"], asked.query["filter"]) == ("42", "all")


async def test_a_check_run_is_created_and_completed(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("POST", f"{REPO}/check-runs", Said(201, check_run()))
    github.script("PATCH", f"{REPO}/check-runs/11", Said(200, check_run(conclusion="failure")))
    note = Annotation(path="a.py", start_line=1, end_line=2, annotation_level="warning", message="m", title="t")
    output = CheckOutput(title="Title", summary="Summary", text="Text", annotations=(note,))
    created = await client.create_check_run(
        name="lintel: main", head_sha=HEAD, external_id="x", details_url="https://l.example/1", output=output
    )
    button = CheckAction(label="Full review", description="Review everything again", identifier="review-full")
    done = await client.update_check_run(
        created.id, status="completed", conclusion="failure", external_id="y", output=output,
        actions=[button], completed_at=START,
    )  # fmt: skip
    assert done.conclusion == "failure"
    (posted,) = github.requests("POST", f"{REPO}/check-runs")
    (patched,) = github.requests("PATCH", f"{REPO}/check-runs/11")
    assert posted.json["output"]["annotations"][0]["end_line"] == 2
    assert patched.json["actions"][0]["identifier"] == "review-full"
    assert patched.json["completed_at"] == WHEN


async def test_an_update_sends_only_what_is_given(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("PATCH", f"{REPO}/check-runs/11", Said(200, check_run()))
    await client.update_check_run(11, status="in_progress")
    (asked,) = github.requests("PATCH", f"{REPO}/check-runs/11")
    assert asked.json == {"status": "in_progress"}


async def test_a_review_comments_and_never_approves(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("POST", f"{REPO}/pulls/3/reviews", Said(200, REVIEW))
    comments = [
        DraftComment(path="a.py", body="one", line=3),
        DraftComment(path="a.py", body="two", line=5, start_line=4, side=Side.LEFT),
    ]
    assert (await client.create_review(3, commit_id=HEAD, body="text", comments=comments)).id == 6
    (asked,) = github.requests("POST", f"{REPO}/pulls/3/reviews")
    assert asked.json == {
        "commit_id": HEAD,
        "body": "text",
        "event": "COMMENT",
        "comments": [
            {"path": "a.py", "body": "one", "line": 3, "side": "RIGHT"},
            {"path": "a.py", "body": "two", "line": 5, "side": "LEFT", "start_line": 4, "start_side": "LEFT"},
        ],
    }


async def test_comments_on_the_change_are_made_answered_and_changed(
    client: GitHubClient, github: ScriptedGitHub
) -> None:
    comments = f"{REPO}/pulls/3/comments"
    github.script("POST", comments, Said(201, REVIEW_COMMENT))
    github.script("GET", comments, Said(200, [REVIEW_COMMENT | {"line": None, "side": "NEW_SIDE"}]))
    github.script("POST", f"{comments}/8/replies", Said(201, REVIEW_COMMENT | {"in_reply_to_id": 8}))
    github.script("GET", f"{REPO}/pulls/comments/8", Said(200, REVIEW_COMMENT))
    github.script("PATCH", f"{REPO}/pulls/comments/8", Said(200, REVIEW_COMMENT))
    github.script("POST", f"{REPO}/pulls/comments/8/reactions", Said(200, {"id": 1, "content": "eyes"}))
    await client.create_review_comment(3, commit_id=HEAD, comment=DraftComment(path="a.py", body="b", line=3))
    await client.create_review_comment(3, commit_id=HEAD, comment=DraftComment(path="a.py", body="b"))
    assert (await client.create_review_comment_reply(3, 8, "yes")).in_reply_to_id == 8
    assert (await client.update_review_comment(8, "fixed")).id == 8
    assert (await client.get_review_comment(8)).path == "a.py"
    assert (await client.create_review_comment_reaction(8, "eyes")).content == "eyes"
    (outdated,) = await client.list_review_comments(3)
    assert outdated.line is None
    on_line, on_file = (asked.json for asked in github.requests("POST", comments))
    assert (on_line["line"], on_line["side"]) == (3, "RIGHT")
    assert on_file == {"commit_id": HEAD, "path": "a.py", "body": "b", "subject_type": "file"}


async def test_the_conversation_is_read_and_written(client: GitHubClient, github: ScriptedGitHub) -> None:
    one = f"{REPO}/issues/comments/5"
    github.script("GET", f"{REPO}/issues/3/comments", Said(200, [COMMENT]))
    github.script("GET", one, Said(200, COMMENT | {"updated_at": "2026-03-01T12:00:01Z"}))
    github.script("POST", f"{REPO}/issues/3/comments", Said(201, COMMENT))
    github.script("PATCH", one, Said(200, COMMENT))
    github.script("POST", f"{one}/reactions", Said(201, {"id": 1, "content": "eyes"}))
    (listed,) = await client.list_issue_comments(3)
    assert (listed.edited, listed.pull_number) == (False, 3)
    assert (await client.get_issue_comment(5)).edited
    assert (await client.create_issue_comment(3, "text")).id == 5
    assert (await client.update_issue_comment(5, "text")).id == 5
    assert (await client.create_issue_comment_reaction(5, "eyes")).content == "eyes"


@pytest.mark.parametrize(
    ("answer", "role"),
    [
        ({"permission": "write", "role_name": "maintain"}, "maintain"),
        ({"permission": "read", "role_name": "triage"}, "triage"),
        ({"permission": "write", "role_name": "release-captain"}, "write"),
        ({"permission": "admin", "role_name": "admin"}, "admin"),
        ({"permission": "none", "role_name": ""}, "none"),
        ({"permission": "read"}, "read"),
    ],
)
async def test_the_role_is_the_live_one(
    client: GitHubClient, github: ScriptedGitHub, answer: dict[str, str], role: str
) -> None:
    github.script("GET", f"{REPO}/collaborators/ada/permission", Said(200, answer))
    assert (await client.get_collaborator_permission("ada")).role == role


async def test_names_from_outside_stay_one_segment_of_the_path(client: GitHubClient, github: ScriptedGitHub) -> None:
    with pytest.raises(NotFound):
        await client.get_collaborator_permission("../x?y#z/ü")
    assert github.asked[-1].path == f"{REPO}/collaborators/..%2Fx%3Fy%23z%2F%C3%BC/permission"
    with pytest.raises(NotFound):
        await client.compare("a/b", "c d")
    assert github.asked[-1].path == f"{REPO}/compare/a%2Fb...c%20d"


async def test_the_change_itself_is_compared_and_counted(client: GitHubClient, github: ScriptedGitHub) -> None:
    answer = {
        "status": "diverged",
        "ahead_by": 1,
        "behind_by": 2,
        "merge_base_commit": {"sha": "c" * 40},
        "base_commit": {"sha": "b" * 40},
    }
    github.script("GET", f"{REPO}/compare/{'b' * 40}...{HEAD}", Said(200, answer))
    person = {"name": "Ada", "email": "a@example.com", "date": WHEN}
    commit = {"message": "m", "author": person, "committer": person}
    commits = [
        {"sha": HEAD, "commit": commit, "author": USER, "committer": {}},
        {"sha": HEAD, "commit": commit, "author": None, "committer": None},
    ]
    github.script("GET", f"{REPO}/pulls/3/commits", Said(200, commits))
    github.script("GET", f"{REPO}/commits/{HEAD}/pulls", Said(200, [pull(), pull(4, REPOSITORY | {"id": 10})]))
    assert (await client.compare("b" * 40, HEAD)).merge_base_commit.sha == "c" * 40
    assert [found.logins for found in await client.list_pull_commits(3)] == [{"ada"}, set()]
    assert [found.number for found in await client.list_pulls_for_commit(HEAD)] == [3]


async def test_a_file_is_read_at_its_commit(client: GitHubClient, github: ScriptedGitHub) -> None:
    content = "mode: gate\n# ü\n".encode()
    github.script("GET", f"{REPO}/contents/.github", Said(200, [entry("lintel.yml", content), entry("x")]))
    github.script("GET", f"{REPO}/contents/.github/lintel.yml", Said(200, file("lintel.yml", content)))
    assert await client.get_content(".github/lintel.yml", HEAD) == content
    assert await client.get_content(".github/missing.yml", HEAD) is None
    assert await client.get_content("nowhere/lintel.yml", HEAD) is None
    assert {asked.query["ref"] for asked in github.asked if "/contents/" in asked.path} == {HEAD}


async def test_a_file_at_the_top_is_read(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", f"{REPO}/contents", Said(200, [entry("a b.md", b"x")]))
    github.script("GET", f"{REPO}/contents/a%20b.md", Said(200, file("a b.md", b"x")))
    assert await client.get_content("a b.md", HEAD) == b"x"


@pytest.mark.parametrize("path", ["", "/x", "a//b", "a/../b", "./a", "a/"])
async def test_a_path_that_no_tree_can_hold_is_not_asked_for(
    client: GitHubClient, github: ScriptedGitHub, path: str
) -> None:
    assert await client.get_content(path, HEAD) is None
    assert github.asked == []


@pytest.mark.parametrize("kind", ["symlink", "dir", "submodule"])
async def test_what_is_no_file_is_not_followed(client: GitHubClient, github: ScriptedGitHub, kind: str) -> None:
    github.script("GET", f"{REPO}/contents/d", Said(200, [entry("lintel.yml", b"target", kind)]))
    github.script("GET", f"{REPO}/contents/d/lintel.yml", Said(200, file("lintel.yml", b"what it points to")))
    with pytest.raises(NotAFile):
        await client.get_content("d/lintel.yml", HEAD)
    assert github.requests("GET", f"{REPO}/contents/d/lintel.yml") == []


async def test_a_directory_that_is_a_link_is_not_followed(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", f"{REPO}/contents/d", Said(200, entry("d", b"target", "symlink")))
    with pytest.raises(NotAFile):
        await client.get_content("d/lintel.yml", HEAD)


async def test_a_file_exchanged_meanwhile_is_not_believed(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", f"{REPO}/contents/d", Said(200, [entry("f", b"old")]))
    github.script("GET", f"{REPO}/contents/d/f", Said(200, file("f", b"new")), Said(404, {"message": "Not Found"}))
    with pytest.raises(NotAFile):
        await client.get_content("d/f", "main")
    with pytest.raises(NotAFile):
        await client.get_content("d/f", "main")


async def test_a_file_too_large_is_not_loaded(client: GitHubClient, github: ScriptedGitHub) -> None:
    github.script("GET", f"{REPO}/contents/d", Said(200, [entry("f", b"x" * 101)]))
    with pytest.raises(FileTooLarge):
        await client.get_content("d/f", HEAD, most_bytes=100)
    assert github.requests("GET", f"{REPO}/contents/d/f") == []


async def test_an_unlisted_file_of_a_huge_directory_is_not_called_missing(
    client: GitHubClient, github: ScriptedGitHub
) -> None:
    github.script("GET", f"{REPO}/contents/d", Said(200, [entry(str(number)) for number in range(1000)]))
    with pytest.raises(UnreadableAnswer):
        await client.get_content("d/f", HEAD)


@pytest.mark.parametrize("name", ["acme", "acme/site/x", "acme/..", "a?/b", "acme/ü", "", "acme/site\n"])
def test_a_name_that_github_cannot_have_given_is_refused(application: GitHubApp, name: str) -> None:
    with pytest.raises(ValueError, match="owner/name"):
        application.repository(7, 9, name)


async def test_the_app_lists_where_it_is_installed(application: GitHubApp, github: ScriptedGitHub) -> None:
    github.script("GET", "/app/installations", Said(200, [INSTALLATION, INSTALLATION | {"suspended_at": WHEN}]))
    github.script("GET", f"{REPO}/installation", Said(200, INSTALLATION))
    github.script("GET", REPO, Said(200, REPOSITORY))
    github.script("GET", "/installation/repositories", Said(200, {"total_count": 1, "repositories": [REPOSITORY]}))
    github.script("GET", "/app/hook/config", Said(200, {"url": "https://l.example", "insecure_ssl": "0"}))
    assert [found.suspended_at for found in await application.list_installations()] == [None, START]
    assert (await application.get_repository_installation("acme", "site")).id == 7
    assert (await application.get_installed_repository(7, "acme", "site")).id == 9
    assert [found.id for found in await application.list_installation_repositories(7)] == [9]
    assert (await application.get_hook_config()).url == "https://l.example"
    minted = [asked.json for asked in github.requests("POST", "/app/installations/7/access_tokens")]
    assert minted == [{"permissions": {"metadata": "read"}}]


async def test_deliveries_are_paged_by_cursor_and_sent_again(application: GitHubApp, github: ScriptedGitHub) -> None:
    delivery = {
        "id": 12, "guid": "g", "delivered_at": WHEN, "redelivery": False, "duration": 0.1, "status": "timed out",
        "status_code": 0, "event": "pull_request", "action": "opened", "installation_id": 7, "repository_id": 9,
    }  # fmt: skip
    link = {"link": '<https://evil.example/app/hook/deliveries?cursor=v1_11&per_page=100>; rel="next"'}
    listing = "/app/hook/deliveries"
    github.script("GET", listing, Said(200, [delivery], link), Said(200, [delivery | {"status_code": 202}]))
    first = await application.list_hook_deliveries()
    second = await application.list_hook_deliveries(first.cursor)
    assert (first.cursor, second.cursor) == ("v1_11", None)
    assert [page.deliveries[0].succeeded for page in (first, second)] == [False, True]
    assert [asked.query.get("cursor") for asked in github.requests("GET", listing)] == [None, "v1_11"]
    detail = delivery | {"request": {"headers": {"X-GitHub-Event": "pull_request"}, "payload": {"a": 1}}}
    github.script("GET", f"{listing}/12", Said(200, detail))
    github.script("POST", f"{listing}/12/attempts", Said(202, {}))
    assert (await application.get_hook_delivery(12)).request.payload == {"a": 1}
    await application.create_hook_delivery_attempt(12)
