"""Check runs, their limits, and the gate they open or shut."""

from typing import Any

import httpx
import pytest

from app.hub.checks import MAX_SAME_NAME, Report, create_check_run
from app.hub.refusals import RefusedError
from tests.hub.place import EVENTS, PERMISSIONS, Hook, Place, public_pem

NAME = "lintel: main"
OUTPUT = {"title": "T", "summary": "S"}
ANNOTATION = {"path": "a.txt", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"}


def create(place: Place, **body: Any) -> httpx.Response:
    given = {"name": NAME, "head_sha": place.pull.head_sha} | body
    return place.bot.post(f"{place.path}/check-runs", json=given)


def done(conclusion: str = "success", **body: Any) -> dict[str, Any]:
    return {"status": "completed", "conclusion": conclusion} | body


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"head_sha": "0" * 40}, f"No commit found for SHA: {'0' * 40}"),
        ({"head_sha": "main"}, "No commit found for SHA: main"),
        ({"status": "completed"}, 'Invalid request.\n\nMissing required key "conclusion".'),
        ({"status": "waiting"}, "Invalid request."),
        ({"conclusion": "stale"}, "Invalid request."),
        ({"output": {"title": "T"}}, 'Invalid request.\n\n"summary" wasn\'t supplied.'),
        ({"output": {"summary": "S"}}, 'Invalid request.\n\n"title" wasn\'t supplied.'),
        (
            {"output": OUTPUT | {"summary": "x" * 65_536}},
            "Invalid request.\n\nOnly 65535 characters are allowed; 65536 were supplied.",
        ),
        ({"output": OUTPUT | {"text": "é" * 40_000}}, "Validation Failed"),
        (
            {"output": OUTPUT | {"annotations": [ANNOTATION] * 51}},
            "Invalid request.\n\nNo more than 50 items are allowed; 51 were supplied.",
        ),
        ({"output": OUTPUT | {"annotations": [ANNOTATION | {"title": "x" * 256}]}}, "Invalid request."),
        ({"output": OUTPUT | {"annotations": [ANNOTATION | {"message": "x" * 65_537}]}}, "Validation Failed"),
        (
            {"output": OUTPUT | {"annotations": [ANNOTATION | {"end_line": 2, "start_column": 1}]}},
            "Validation Failed",
        ),
        ({"actions": [{"label": "x" * 21, "description": "d", "identifier": "i"}]}, "Invalid request."),
        ({"actions": [{"label": "l", "description": "x" * 41, "identifier": "i"}]}, "Invalid request."),
        ({"actions": [{"label": "l", "description": "d", "identifier": "x" * 21}]}, "Invalid request."),
        ({"actions": [{"label": "l", "description": "d", "identifier": "i"}] * 4}, "Invalid request."),
        ({"details_url": "javascript:alert(1)"}, "Invalid request."),
    ],
)
def test_a_report_over_githubs_limits_is_refused(place: Place, body: dict[str, Any], message: str) -> None:
    answer = create(place, **body)
    assert answer.status_code == 422
    assert answer.json()["message"].startswith(message)
    assert place.bot.get(f"{place.path}/commits/feature/check-runs").json()["total_count"] == 0


def test_the_limit_of_a_summary_is_in_bytes_and_just_fits(place: Place) -> None:
    fits = "é" * 32_767 + "x"
    assert create(place, output=OUTPUT | {"summary": fits}).json()["output"]["summary"] == fits
    over = create(place, output=OUTPUT | {"summary": fits + "x"})
    assert over.json()["errors"][0]["message"] == "summary exceeds a maximum bytesize of 65535"


def test_a_run_goes_through_its_states(place: Place) -> None:
    run = create(place, external_id="job 1").json()
    path = f"{place.path}/check-runs/{run['id']}"
    assert (run["status"], run["conclusion"], run["external_id"]) == ("queued", None, "job 1")
    assert run["pull_requests"][0]["number"] == 1
    bot = place.bot
    assert bot.patch(path, json={"status": "in_progress"}).json()["started_at"] == "2026-11-21T12:00:00Z"
    finished = bot.patch(path, json={"conclusion": "neutral", "output": OUTPUT}).json()
    assert (finished["status"], finished["completed_at"]) == ("completed", "2026-11-21T12:00:00Z")
    assert bot.get(path).json()["output"]["title"] == "T"


def test_annotations_only_grow(place: Place) -> None:
    output = OUTPUT | {"annotations": [ANNOTATION] * 50}
    path = f"{place.path}/check-runs/{create(place, output=output).json()['id']}"
    assert place.bot.patch(path, json={"output": output}).json()["output"]["annotations_count"] == 100
    page = place.bot.get(f"{path}/annotations?per_page=60&page=2")
    assert len(page.json()) == 40
    assert 'rel="prev"' in page.headers["link"]


def test_another_apps_run_cannot_be_changed(place: Place) -> None:
    other = place.world.register_app("other", "acme", public_pem(), PERMISSIONS, EVENTS)
    theirs = create_check_run(place.world.hub, other, place.repository, "x", place.pull.head_sha, Report())
    path = f"{place.path}/check-runs/{theirs.id}"
    assert place.bot.patch(path, json=done()).status_code == 403
    assert place.bot.post(f"{path}/rerequest").status_code == 404


def test_the_latest_run_of_a_name_stands_for_it(place: Place) -> None:
    older, newer = create(place, **done("failure")).json(), create(place).json()
    path = f"{place.path}/commits/{place.pull.head_sha}/check-runs"
    assert [run["id"] for run in place.bot.get(path).json()["check_runs"]] == [newer["id"]]
    every = place.bot.get(path, params={"filter": "all", "check_name": NAME, "app_id": place.app.id}).json()
    assert [run["id"] for run in every["check_runs"]] == [newer["id"], older["id"]]
    assert place.bot.get(path, params={"app_id": 1}).json()["total_count"] == 0
    assert place.bot.get(path, params={"status": "completed"}).json()["total_count"] == 0


def test_the_thousand_and_first_run_of_a_name_drives_out_the_first(place: Place) -> None:
    for _ in range(MAX_SAME_NAME + 1):
        create_check_run(place.world.hub, place.app, place.repository, NAME, place.pull.head_sha, Report())
    runs = place.world.state.check_runs_of(place.repository, place.pull.head_sha)
    assert len(runs) == MAX_SAME_NAME


def test_a_rerequest_leaves_the_run_and_asks_its_app_alone(heard_place: Place, hook: Hook) -> None:
    place = heard_place
    run = create(place, **done(), actions=[{"label": "l", "description": "d", "identifier": "full"}]).json()
    stored = place.world.state.check_runs[run["id"]]
    other = place.world.register_app("other", "acme", public_pem(), PERMISSIONS, EVENTS, webhook_url=hook.url)
    place.world.install(other, "acme")
    place.world.rerequest(stored, by="ann")
    place.world.rerequest_all(stored, by="ann")
    place.world.press(stored, "full", by="ann")
    place.world.wait()
    asked = [(headers, body) for headers, body in hook.heard if b"request" in body[:40]]
    assert {headers["x-github-hook-installation-target-id"] for headers, _ in asked} == {str(place.app.id)}
    assert [name for name in hook.names if "request" in name] == [
        "check_run.rerequested",
        "check_suite.rerequested",
        "check_run.requested_action",
    ]
    [pressed] = hook.payloads("check_run", "requested_action")
    assert pressed["requested_action"] == {"identifier": "full"}
    assert pressed["check_run"]["conclusion"] == "success"
    assert stored.suite.reset
    with pytest.raises(RefusedError):
        place.world.press(stored, "unknown", by="ann")


def test_a_run_on_a_fork_names_no_pull_request_and_no_branch(place: Place) -> None:
    fork = place.world.fork(place.repository, "bob")
    place.world.commit(fork, "theirs", {"b.txt": b"b"}, by="bob")
    pull = place.world.open_pull(place.repository, "theirs", by="bob", fork=fork)
    run = create(place, head_sha=pull.head_sha).json()
    assert run["pull_requests"] == []
    assert place.world.state.check_runs[run["id"]].suite.head_branch is None


@pytest.mark.parametrize(
    ("body", "allowed", "words"),
    [
        (None, False, f'Required status check "{NAME}" is expected.'),
        ({"status": "in_progress"}, False, f'Required status check "{NAME}" is expected.'),
        (done("failure"), False, f'Required status check "{NAME}" is failing.'),
        (done("action_required"), False, f'Required status check "{NAME}" is failing.'),
        (done("cancelled"), False, f'Required status check "{NAME}" is failing.'),
        (done("success"), True, ""),
        (done("neutral"), True, ""),
        (done("skipped"), True, ""),
    ],
)
def test_the_gate_opens_for_a_passing_check_on_the_head(
    place: Place, body: dict[str, Any] | None, allowed: bool, words: str
) -> None:
    place.world.require_check(place.repository, NAME, app=place.app)
    if body is not None:
        create(place, **body)
    assert place.world.can_merge(place.pull) == (allowed, words)


def test_another_apps_green_does_not_open_a_pinned_gate(place: Place) -> None:
    other = place.world.register_app("other", "acme", public_pem(), PERMISSIONS, EVENTS)
    place.world.require_check(place.repository, NAME, app=place.app)
    create_check_run(place.world.hub, other, place.repository, NAME, place.pull.head_sha, Report(conclusion="success"))
    words = f'Required status check "{NAME}" was not set by the expected GitHub App.'
    assert place.world.can_merge(place.pull) == (False, words)


def test_a_green_head_does_not_cover_the_next(place: Place) -> None:
    place.world.require_check(place.repository, NAME, app=place.app)
    create(place, **done())
    place.world.commit(place.repository, "feature", {"b.txt": b"b"}, by="ann")
    assert place.world.can_merge(place.pull)[0] is False
    with pytest.raises(RefusedError, match="405"):
        place.world.merge(place.pull, by="mia")


def test_drafts_conflicts_and_closed_pull_requests_do_not_merge(place: Place) -> None:
    world, pull = place.world, place.pull
    world.convert_to_draft(pull, by="ann")
    assert world.can_merge(pull) == (False, "Pull Request is still a draft")
    world.ready_for_review(pull, by="ann")
    world.commit(place.repository, "main", {"a.txt": b"all new\n"}, by="mia")
    assert world.can_merge(pull) == (False, "Pull Request has merge conflicts")
    world.close_pull(pull, by="ann")
    assert world.can_merge(pull) == (False, "Pull request is closed")
