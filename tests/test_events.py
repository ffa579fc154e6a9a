from __future__ import annotations

import json
from typing import Any

import pytest

from app.core.job import (
    CommandJob,
    ConversationJob,
    InstallationJob,
    Job,
    MergeGroupJob,
    PushJob,
    RerunJob,
    ReviewJob,
    feedback_of,
)
from app.events import jobs_for, rules, subscribed_events
from app.github.webhook import decode
from tests.github.examples import example

OUR_APP = 42
HEAD = "a" * 40


def deliver(name: str, action: str | None, **parts: Any) -> list[Job]:
    payload = {
        "action": action,
        "installation": {"id": 7, "account": {"login": "acme"}},
        "repository": {"id": 9, "full_name": "acme/site"},
        "sender": {"login": "ada", "type": "User"},
        **parts,
    }
    headers = {"X-GitHub-Event": name, "X-GitHub-Delivery": "guid"}
    return jobs_for(decode(headers, json.dumps(payload).encode()), OUR_APP)


def pull_request(state: str = "open") -> dict[str, Any]:
    return {"number": 3, "state": state, "draft": False, "head": {"sha": HEAD}, "base": {"ref": "main"}}


def comment(body: str, **changes: Any) -> dict[str, Any]:
    issue = {"number": 3, "pull_request": {"url": "https://api.github.com/repos/acme/site/pulls/3"}}
    return {"issue": issue, "comment": {"id": 5, "body": body}, **changes}


def review(**more: Any) -> ReviewJob:
    return ReviewJob(installation_id=7, repository_id=9, repository="acme/site", number=3, head_sha=HEAD, **more)


@pytest.mark.parametrize("action", ["opened", "reopened", "ready_for_review", "stacked"])
def test_a_pull_request_that_opens_is_looked_at_at_once(action: str) -> None:
    assert deliver("pull_request", action, pull_request=pull_request()) == [review()]


def test_a_pull_request_that_is_a_draft_again_stops_its_review() -> None:
    assert deliver("pull_request", "converted_to_draft", pull_request=pull_request()) == [review(stops=True)]


def test_one_that_is_closed_stops_its_review_and_is_asked_how_it_was_taken() -> None:
    stopped, feedback = deliver("pull_request", "closed", pull_request=pull_request())
    assert stopped == review(stops=True)
    assert isinstance(stopped, ReviewJob)
    assert feedback == feedback_of(stopped)


def test_a_push_waits_for_more_pushes() -> None:
    assert deliver("pull_request", "synchronize", pull_request=pull_request()) == [review(delay_s=5.0)]


def test_a_push_to_a_pull_request_told_closed_is_still_looked_at() -> None:
    assert deliver("pull_request", "synchronize", pull_request=pull_request("closed")) == [review(delay_s=5.0)]


def test_an_edit_counts_only_when_the_base_changed() -> None:
    changes = {"base": {"ref": {"from": "main"}, "sha": {"from": HEAD}}}
    assert deliver("pull_request", "edited", pull_request=pull_request(), changes=changes) == [review(stops=True)]
    title = {"title": {"from": "old"}}
    assert deliver("pull_request", "edited", pull_request=pull_request(), changes=title) == []


@pytest.mark.parametrize("state", ["approved", "changes_requested", "dismissed"])
@pytest.mark.parametrize("action", ["submitted", "edited", "dismissed"])
def test_a_review_that_decides_is_looked_at(action: str, state: str) -> None:
    parts = {"pull_request": pull_request(), "review": {"id": 8, "state": state}}
    assert deliver("pull_request_review", action, **parts) == [review()]


def test_comments_and_bots_give_no_approvals_but_a_bot_may_take_one_away() -> None:
    bot = {"login": "helper[bot]", "type": "Bot"}
    commented = {"pull_request": pull_request(), "review": {"id": 8, "state": "commented"}}
    approved = {"pull_request": pull_request(), "review": {"id": 8, "state": "approved"}, "sender": bot}
    dismissed = {"pull_request": pull_request(), "review": {"id": 8, "state": "dismissed"}, "sender": bot}
    assert deliver("pull_request_review", "submitted", **commented) == []
    assert deliver("pull_request_review", "submitted", **approved) == []
    assert deliver("pull_request_review", "dismissed", **dismissed) == [review()]


@pytest.mark.parametrize("action", ["labeled", "enqueued", "locked", "never_heard_of", None])
def test_other_actions_of_pull_requests_are_ignored(action: str | None) -> None:
    assert deliver("pull_request", action, pull_request=pull_request()) == []


def test_a_persons_command_is_run() -> None:
    expected = CommandJob(installation_id=7, repository_id=9, repository="acme/site", number=3, comment_id=5)
    for body in ("/lintel review", "please\r\n/lintel help", "text\n\n- /lintel review", "1. /lintel", "   /lintel x"):
        assert deliver("issue_comment", "created", **comment(body)) == [expected]


@pytest.mark.parametrize("body", ["nice", "see /lintel review", "/lintelreview", "> /lintel review", "/ lintel", ""])
def test_a_comment_without_a_command_line_is_ignored(body: str) -> None:
    assert deliver("issue_comment", "created", **comment(body)) == []


def thread_comment(body: str, **fields: Any) -> dict[str, Any]:
    return {"pull_request": pull_request(), "comment": {"id": 5, "body": body, **fields}}


def test_an_answer_in_a_thread_is_conversation_and_perhaps_a_command() -> None:
    here: dict[str, Any] = {"installation_id": 7, "repository_id": 9, "repository": "acme/site", "number": 3}
    talk, command = ConversationJob(**here, comment_id=5), CommandJob(**here, comment_id=5, thread=True)
    name = "pull_request_review_comment"
    assert deliver(name, "created", **thread_comment("why?", in_reply_to_id=4)) == [talk]
    assert deliver(name, "created", **thread_comment("/lintel explain", in_reply_to_id=4)) == [command, talk]
    assert deliver(name, "created", **thread_comment("/lintel explain")) == [command]
    for nothing in (thread_comment("why?"), thread_comment(" ", in_reply_to_id=4)):
        assert deliver(name, "created", **nothing) == []
    bot = {"login": "other[bot]", "type": "Bot"}
    assert deliver(name, "created", **thread_comment("why?", in_reply_to_id=4), sender=bot) == []


@pytest.mark.parametrize("action", ["edited", "deleted", "pinned"])
def test_only_new_comments_count(action: str) -> None:
    assert deliver("issue_comment", action, **comment("/lintel review")) == []


def test_bots_command_nothing() -> None:
    bot = {"login": "lintel[bot]", "type": "Bot"}
    assert deliver("issue_comment", "created", **comment("/lintel review", sender=bot)) == []


def test_a_comment_on_a_plain_issue_is_ignored() -> None:
    assert deliver("issue_comment", "created", **comment("/lintel review", issue={"number": 3})) == []


@pytest.mark.parametrize(("app_id", "count"), [(OUR_APP, 1), (OUR_APP + 1, 0)])
def test_only_our_own_check_is_run_again(app_id: int, count: int) -> None:
    run = {
        "id": 11,
        "name": "lintel: main",
        "head_sha": HEAD,
        "external_id": "lintel1:r:1:0",
        "app": {"id": app_id},
        "pull_requests": [{"number": 3}],
    }
    expected = RerunJob(
        installation_id=7,
        repository_id=9,
        repository="acme/site",
        head_sha=HEAD,
        check_run_id=11,
        external_id="lintel1:r:1:0",
        numbers=(3,),
    )
    assert deliver("check_run", "rerequested", check_run=run) == [expected][:count]
    assert deliver("check_run", "created", check_run=run) == []


def test_githubs_own_example_of_a_rerun_is_understood() -> None:
    entry = example("check_run", "rerequested")
    event = decode(entry.headers, json.dumps({**entry.payload, "installation": {"id": 7}}).encode())
    assert event.check_run is not None
    assert event.check_run.app_id is not None
    (job,) = jobs_for(event, event.check_run.app_id)
    assert isinstance(job, RerunJob)


@pytest.mark.parametrize("name", ["installation", "installation_repositories"])
@pytest.mark.parametrize("action", ["created", "deleted", "suspend", "added", "something_new"])
def test_every_change_of_an_installation_is_read_again(name: str, action: str) -> None:
    assert deliver(name, action) == [InstallationJob(installation_id=7, action=action, account="acme")]


@pytest.mark.parametrize("name", ["ping", "push", "star", "an_event_of_next_year"])
def test_everything_else_is_ignored(name: str) -> None:
    assert deliver(name, None) == []
    assert deliver(name, "created") == []


@pytest.mark.parametrize("action", ["transferred", "renamed"])
def test_a_repository_may_belong_to_another_installation_or_be_the_organisation_s_own(action: str) -> None:
    expected = InstallationJob(installation_id=7, action=action, account="acme")
    assert deliver("repository", action) == [expected]
    assert deliver("repository", "archived") == []


@pytest.mark.parametrize("missing", ["installation", "repository", "pull_request"])
def test_a_delivery_without_what_its_rule_needs_is_ignored(missing: str) -> None:
    assert deliver("pull_request", "opened", **{"pull_request": pull_request(), missing: None}) == []


def test_the_table_knows_its_events() -> None:
    assert subscribed_events() == {
        "check_run",
        "check_suite",
        "issue_comment",
        "merge_group",
        "pull_request",
        "pull_request_review",
        "pull_request_review_comment",
        "push",
        "repository",
    }
    assert all(rule.__doc__ for rule in rules().values())


def push(**changes: Any) -> dict[str, Any]:
    return {"ref": "refs/heads/main", "before": HEAD, "after": "b" * 40, "deleted": False} | changes


def test_a_push_is_looked_at_from_where_the_branch_was() -> None:
    expected = PushJob(installation_id=7, repository_id=9, repository="acme/site", branch="main", before=HEAD)
    assert deliver("push", None, **push()) == [expected]
    (nested,) = deliver("push", None, **push(ref="refs/heads/release/1", before="0" * 40))
    assert isinstance(nested, PushJob)
    assert (nested.branch, nested.before) == ("release/1", "0" * 40)


@pytest.mark.parametrize(("told", "forced"), [(True, True), (False, False), (None, False), ("true", False)])
def test_a_branch_that_was_moved_back_is_told_from_one_that_went_on(told: object, forced: bool) -> None:
    (job,) = deliver("push", None, **push(forced=told))
    assert isinstance(job, PushJob)
    assert job.forced is forced


@pytest.mark.parametrize(
    "changes", [{"deleted": True}, {"ref": "refs/tags/v1"}, {"ref": "refs/heads/"}, {"ref": None}, {"before": "HEAD"}]
)
def test_what_moves_no_branch_is_no_push_to_a_base(changes: dict[str, Any]) -> None:
    assert deliver("push", None, **push(**changes)) == []


def group(**changes: str) -> dict[str, str]:
    refs = {"head_ref": "refs/heads/gh-readonly-queue/main/pr-3-b", "base_ref": "refs/heads/main"}
    return {"head_sha": HEAD, "base_sha": "b" * 40} | refs | changes


@pytest.mark.parametrize(("action", "stops"), [("checks_requested", False), ("destroyed", True)])
def test_a_group_of_the_merge_queue_is_judged_until_it_is_over(action: str, stops: bool) -> None:
    assert deliver("merge_group", action, merge_group=group()) == [
        MergeGroupJob(
            installation_id=7,
            repository_id=9,
            repository="acme/site",
            head_sha=HEAD,
            head_ref="gh-readonly-queue/main/pr-3-b",
            base_sha="b" * 40,
            base_ref="main",
            stops=stops,
        )
    ]


@pytest.mark.parametrize("changes", [{"head_sha": "main"}, {"base_ref": "main"}, {"head_ref": "refs/tags/v1"}])
def test_a_group_that_is_none_of_a_branch_is_ignored(changes: dict[str, str]) -> None:
    assert deliver("merge_group", "checks_requested", merge_group=group(**changes)) == []
    assert deliver("merge_group", "of_next_year", merge_group=group()) == []
