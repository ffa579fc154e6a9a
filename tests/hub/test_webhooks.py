"""What the App is told, how it is signed, and what becomes of deliveries."""

import hashlib
import hmac
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.hub.courier import DeliveriesOutstandingError
from app.hub.placing import Draft
from tests.github.examples import example
from tests.hub.place import SECRET, Hook, Place, a_place

Act = Callable[[Place], object]
RUN = {"name": "lintel: main"}
OWN = ("issue_comment", "pull_request_review", "check_run")


def review(place: Place) -> None:
    place.world.review(place.pull, "Hm", by="mia", comments=[Draft("a.txt", "Here", 10)])


def force(place: Place) -> None:
    place.world.commit(place.repository, "feature", {"b": b"b"}, by="ann", onto=place.pull.base_sha)


def edit(place: Place) -> None:
    place.world.edit_comment(place.world.comment(place.pull, "One", by="ann"), "Two", by="ann")


def drop(place: Place) -> None:
    place.world.delete_comment(place.world.comment(place.pull, "One", by="ann"), by="ann")


def redraft(place: Place) -> None:
    place.world.convert_to_draft(place.pull, by="ann")
    place.world.ready_for_review(place.pull, by="ann")


def reopen(place: Place) -> None:
    place.world.close_pull(place.pull, by="ann")
    place.world.reopen(place.pull, by="ann")


def retarget(place: Place) -> None:
    place.world.push(place.repository, "other", place.pull.base_sha, by="ann")
    place.world.retarget(place.pull, "other", by="ann")


@pytest.mark.parametrize(
    ("act", "names"),
    [
        (lambda p: p.world.comment(p.pull, "Hello", by="ann"), ["issue_comment.created"]),
        (edit, ["issue_comment.created", "issue_comment.edited"]),
        (drop, ["issue_comment.created", "issue_comment.deleted"]),
        (review, ["pull_request_review.submitted", "pull_request_review_comment.created"]),
        (force, ["check_suite.requested", "pull_request.synchronize"]),
        (lambda p: p.world.commit(p.repository, "main", {"b": b"b"}, by="mia"), ["check_suite.requested"]),
        (redraft, ["pull_request.converted_to_draft", "pull_request.ready_for_review"]),
        (reopen, ["pull_request.closed", "pull_request.reopened"]),
        (retarget, ["check_suite.requested", "pull_request.edited"]),
        (lambda p: p.world.edit_pull(p.pull, by="ann", title="Other"), ["pull_request.edited"]),
        (lambda p: p.world.merge(p.pull, by="mia"), ["pull_request.closed"]),
        (lambda p: p.world.queue(p.pull, by="mia"), ["merge_group.checks_requested"]),
        (lambda p: p.world.rename(p.repository, "missile", by="mia"), ["repository.renamed"]),
        (lambda p: p.world.suspend(p.installation), ["installation.suspend"]),
        (lambda p: p.world.uninstall(p.installation), ["installation.deleted"]),
        (lambda p: p.world.delete_branch(p.repository, "feature", by="ann"), ["pull_request.closed"]),
    ],
)
def test_each_action_tells_what_github_tells(heard_place: Place, hook: Hook, act: Act, names: list[str]) -> None:
    act(heard_place)
    heard_place.world.wait()
    assert hook.names == names
    for headers, body in hook.heard:
        signed = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert headers["x-hub-signature-256"] == f"sha256={signed}"
        assert headers["x-hub-signature"].startswith("sha1=")
        assert headers["user-agent"].startswith("GitHub-Hookshot/")


@pytest.mark.parametrize(
    ("act", "event", "action", "absent"),
    [
        (lambda p: p.world.comment(p.pull, "Hello", by="ann"), "issue_comment", "created", set()),
        (force, "pull_request", "synchronize", set()),
        (review, "pull_request_review", "submitted", {"updated_at"}),
        (review, "pull_request_review_comment", "created", set()),
        (force, "check_suite", "requested", set()),
        (
            lambda p: p.bot.post(f"{p.path}/check-runs", json=RUN | {"head_sha": p.pull.head_sha}),
            "check_run",
            "created",
            {"deployment"},
        ),
    ],
)
def test_payloads_have_githubs_keys(
    heard_place: Place, hook: Hook, act: Act, event: str, action: str, absent: set[str]
) -> None:
    act(heard_place)
    heard_place.world.wait()
    [payload] = hook.payloads(event, action)
    shape = example(event, action).payload
    subject = {"issue_comment": "comment", "pull_request_review": "review"}.get(event, event)
    subject = {"pull_request_review_comment": "comment"}.get(subject, subject)
    assert set(shape[subject]) - set(payload[subject]) <= absent
    assert set(payload) >= {"repository", "sender", "installation", "organization", "action"}


def test_a_synchronize_tells_before_and_after(heard_place: Place, hook: Hook) -> None:
    before = heard_place.pull.head_sha
    after = heard_place.world.commit(heard_place.repository, "feature", {"b": b"b"}, by="ann")
    heard_place.world.wait()
    [payload] = hook.payloads("pull_request", "synchronize")
    assert (payload["before"], payload["after"]) == (before, after)
    assert payload["pull_request"]["head"]["sha"] == after
    assert payload["sender"]["login"] == "ann"


def test_only_a_new_base_is_told_as_a_change_of_base(heard_place: Place, hook: Hook) -> None:
    heard_place.world.edit_pull(heard_place.pull, by="ann", title="Other")
    retarget(heard_place)
    heard_place.world.wait()
    title, base = hook.payloads("pull_request", "edited")
    assert title["changes"] == {"title": {"from": "Better lines"}}
    assert base["changes"]["base"]["ref"] == {"from": "main"}


def test_a_comment_tells_nothing_of_the_head_nor_who_is_a_member(heard_place: Place, hook: Hook) -> None:
    heard_place.world.comment(heard_place.pull, "Hello", by="mia")
    heard_place.world.wait()
    [payload] = hook.payloads("issue_comment")
    assert heard_place.pull.head_sha not in str(payload)
    assert payload["issue"]["pull_request"]["url"].endswith("/pulls/1")
    assert payload["comment"]["author_association"] == "CONTRIBUTOR"
    [seen] = heard_place.bot.get(f"{heard_place.path}/issues/1/comments").json()
    assert seen["author_association"] == "MEMBER"


def test_the_app_hears_its_own_writes_from_a_bot(heard_place: Place, hook: Hook) -> None:
    bot, path = heard_place.bot, heard_place.path
    bot.post(f"{path}/issues/1/comments", json={"body": "Mine"})
    bot.post(f"{heard_place.pull_path}/reviews", json={"event": "COMMENT", "body": "Mine"})
    bot.post(f"{path}/check-runs", json=RUN | {"head_sha": heard_place.pull.head_sha, "conclusion": "success"})
    heard_place.world.wait()
    assert hook.names == [
        "issue_comment.created",
        "pull_request_review.submitted",
        "check_run.created",
        "check_run.completed",
    ]
    senders = {(p["sender"]["type"], p["sender"]["login"]) for name in OWN for p in hook.payloads(name)}
    assert senders == {("Bot", "lintel[bot]")}


def test_a_suspended_app_and_one_without_the_repository_hear_nothing(heard_place: Place, hook: Hook) -> None:
    heard_place.world.suspend(heard_place.installation)
    heard_place.world.comment(heard_place.pull, "Hello", by="ann")
    heard_place.world.unsuspend(heard_place.installation)
    heard_place.installation.repository_ids = set()
    heard_place.world.comment(heard_place.pull, "Hello", by="ann")
    heard_place.world.wait()
    assert hook.names == ["installation.suspend", "installation.unsuspend"]


def deliveries(place: Place, **query: Any) -> Any:
    return place.client(place.jwt()).get("/app/hook/deliveries", params=query).json()


def test_a_failed_delivery_is_recorded_and_never_repeated_by_itself(heard_place: Place, hook: Hook) -> None:
    hook.answer = 503
    heard_place.world.comment(heard_place.pull, "Hello", by="ann")
    heard_place.world.wait()
    newest = deliveries(heard_place)[0]
    assert (newest["event"], newest["action"], newest["status_code"]) == ("issue_comment", "created", 503)
    assert newest["status"] == "Invalid HTTP Response: 503"
    assert deliveries(heard_place, status="failure") == [newest]
    assert len(hook.heard) == 1


def test_a_redelivery_keeps_its_guid_and_its_bytes(heard_place: Place, hook: Hook) -> None:
    hook.answer = 500
    heard_place.world.comment(heard_place.pull, "Hello", by="ann")
    heard_place.world.wait()
    [failed] = deliveries(heard_place, status="failure")
    hook.answer, app = 202, heard_place.client(heard_place.jwt())
    assert app.post(f"/app/hook/deliveries/{failed['id']}/attempts").status_code == 202
    heard_place.world.wait()
    again = deliveries(heard_place)[0]
    assert (again["guid"], again["redelivery"], again["status"]) == (failed["guid"], True, "OK")
    assert again["id"] != failed["id"]
    assert hook.heard[0][1] == hook.heard[1][1]
    assert len({headers["x-github-delivery"] for headers, _ in hook.heard}) == 1
    shown = app.get(f"/app/hook/deliveries/{again['id']}").json()
    assert shown["request"]["payload"]["comment"]["body"] == "Hello"
    assert shown["request"]["headers"]["X-GitHub-Delivery"] == failed["guid"]


def test_deliveries_are_paged_by_cursor_and_forgotten_after_three_days(heard_place: Place) -> None:
    for number in range(5):
        heard_place.world.comment(heard_place.pull, f"No. {number}", by="ann")
    heard_place.world.wait()
    app, seen, url = heard_place.client(heard_place.jwt()), [], "/app/hook/deliveries?per_page=2"
    while url:
        answer = app.get(url)
        seen += [item["id"] for item in answer.json()]
        url = answer.links.get("next", {}).get("url", "")
    assert seen == sorted(seen, reverse=True)
    assert seen == [item["id"] for item in deliveries(heard_place, per_page=100)]
    heard_place.clock.pass_by(days=3, seconds=1)
    assert deliveries(heard_place) == []
    assert heard_place.client(heard_place.jwt()).get(f"/app/hook/deliveries/{seen[0]}").status_code == 404


def test_a_receiver_that_does_not_answer_in_time_has_failed(tmp_path: Path, hook: Hook) -> None:
    hook.hold = threading.Event()
    with a_place(tmp_path, webhook_url=hook.url, delivery_seconds=0.2) as place:
        with pytest.raises(DeliveriesOutstandingError):
            place.world.wait(0.0)
        place.world.wait()
        statuses = {(item["status"], item["status_code"]) for item in deliveries(place)}
        hook.hold.set()
    assert statuses == {("timed out", 0)}


def test_an_event_of_more_than_25_mb_is_not_fired(heard_place: Place, hook: Hook) -> None:
    heard_place.pull.body = "x" * (25 * 1024 * 1024)
    heard_place.world.close_pull(heard_place.pull, by="ann")
    heard_place.world.wait()
    assert hook.heard == []
    assert "closed" not in [item["action"] for item in deliveries(heard_place)]


async def test_a_coroutine_waits_without_stopping_the_loop(heard_place: Place, hook: Hook) -> None:
    heard_place.world.comment(heard_place.pull, "Hello", by="ann")
    await heard_place.world.settle()
    assert hook.names == ["issue_comment.created"]


def test_an_installation_given_one_more_repository_is_told_so_and_covers_it(heard_place: Place, hook: Hook) -> None:
    world, installation = heard_place.world, heard_place.installation
    more = world.create_repository(heard_place.repository.owner.login, ".github")
    installation.repository_ids = {heard_place.repository.id}
    assert not installation.covers(more)
    world.cover(installation, more)
    world.wait()
    [payload] = hook.payloads("installation_repositories", "added")
    assert installation.covers(more)
    assert set(payload) >= set(example("installation_repositories", "added").payload)
    assert [item["full_name"] for item in payload["repositories_added"]] == [more.full_name]
