"""What may be said on a pull request, and where."""

from typing import Any

import httpx
import pytest

from app.hub.accounts import Role
from app.hub.placing import NO_LINE, NO_PATH, NO_POSITION, NO_RANGE, NOT_BEFORE, OTHER_HUNK, Draft
from app.hub.refusals import RefusedError
from app.hub.reviews import ONE_PENDING
from tests.hub.place import AFTER, BEFORE, Place

BODY = {"body": "Here."}


def a_review(**changes: Any) -> dict[str, Any]:
    return {"event": "COMMENT", "body": "Summary"} | changes


def on(path: str = "a.txt", **place: Any) -> dict[str, Any]:
    return BODY | {"path": path} | place


def post(place: Place, body: dict[str, Any], client: httpx.Client | None = None) -> httpx.Response:
    return (client or place.bot).post(f"{place.pull_path}/reviews", json=body)


def errors(answer: httpx.Response) -> Any:
    assert answer.status_code == 422, answer.text
    return answer.json()["errors"]


def test_a_line_can_be_commented_exactly_where_the_diff_shows_it(place: Place) -> None:
    # Line 10 was changed and one put in after line 30; GitHub shows three lines of context around each.
    shown = {("LEFT", line) for line in (*range(7, 14), *range(28, 34))}
    shown |= {("RIGHT", line) for line in (*range(7, 14), *range(28, 35))}
    bot = place.bot
    for side in ("LEFT", "RIGHT"):
        for line in range(43):
            answer = post(place, a_review(comments=[on(line=line, side=side)]), bot)
            assert answer.status_code == (200 if (side, line) in shown else 422), (side, line)


@pytest.mark.parametrize(
    ("comment", "error"),
    [
        (on(line=20), NO_LINE),
        (on(line=10, side="LEFT", path="src/new.py"), NO_LINE),
        (on(line=1, path="README"), NO_PATH),
        (on(position=1), NO_POSITION),
        (on(line=11, start_line=11), NOT_BEFORE),
        (on(line=11, start_line=12), NOT_BEFORE),
        (on(line=30, start_line=10), OTHER_HUNK),
        (on(line=10, start_line=2), OTHER_HUNK),
        (on(line=20, start_line=19), NO_RANGE),
    ],
)
def test_one_comment_out_of_place_and_nothing_is_stored(place: Place, comment: dict[str, Any], error: str) -> None:
    answer = post(place, a_review(comments=[on(line=10), comment]))
    assert answer.json()["message"] == "Unprocessable Entity"
    assert errors(answer) == [error]
    assert place.bot.get(f"{place.pull_path}/reviews").json() == []
    assert place.bot.get(f"{place.pull_path}/comments").json() == []


@pytest.mark.parametrize(
    "position",
    [
        {"line": 12, "start_line": 8, "side": "RIGHT", "start_side": "RIGHT"},
        {"line": 12, "start_line": 10, "side": "LEFT", "start_side": "LEFT"},
        {"line": 10, "start_line": 10, "side": "RIGHT", "start_side": "LEFT"},
        {"line": 1, "side": "LEFT", "path": "gone.txt"},
    ],
)
def test_comments_stand_on_several_lines_and_on_either_side(place: Place, position: dict[str, Any]) -> None:
    answer = post(place, a_review(comments=[on(**position)]))
    stored = place.bot.get(f"{place.pull_path}/reviews/{answer.json()['id']}/comments").json()
    assert answer.status_code == 200
    assert {key: stored[0][key] for key in position} == position
    assert stored[0]["diff_hunk"].startswith("@@")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"event": "COMMENT"}, "Review body can't be blank"),
        ({"event": "REQUEST_CHANGES", "comments": [on(line=10)]}, "Review body can't be blank"),
        (a_review(body="x" * 65_537), "Body is too long (maximum is 65536 characters)"),
        (a_review(comments=[on(line=10) | {"body": "x" * 65_537}]), "Body is too long (maximum is 65536 characters)"),
    ],
)
def test_a_review_says_something_and_not_too_much(place: Place, body: dict[str, Any], error: str) -> None:
    assert errors(post(place, body)) == [error]


@pytest.mark.parametrize(("event", "doing"), [("APPROVE", "approve"), ("REQUEST_CHANGES", "request changes on")])
def test_nobody_judges_their_own_pull_request(place: Place, event: str, doing: str) -> None:
    answer = post(place, a_review(event=event), place.person("ann"))
    assert errors(answer) == [f"Review Can not {doing} your own pull request"]


def test_a_pending_review_is_seen_by_its_author_alone_and_blocks_the_next(place: Place) -> None:
    bot = place.bot
    pending = post(place, {"comments": [on(line=10)]}, bot).json()
    assert (pending["state"], "submitted_at" in pending) == ("PENDING", False)
    assert errors(post(place, a_review(), bot)) == [ONE_PENDING]
    assert errors(post(place, {}, bot)) == [ONE_PENDING]
    assert place.person("ann").get(f"{place.pull_path}/reviews").json() == []
    assert [review["id"] for review in bot.get(f"{place.pull_path}/reviews").json()] == [pending["id"]]
    submitted = bot.post(f"{place.pull_path}/reviews/{pending['id']}/events", json={"event": "COMMENT"})
    assert submitted.json()["state"] == "COMMENTED"
    assert len(bot.get(f"{place.pull_path}/comments").json()) == 1


def test_a_pending_review_can_be_dropped_and_a_submitted_one_not(place: Place) -> None:
    bot = place.bot
    pending, path = post(place, {"comments": [on(line=10)]}, bot).json(), f"{place.pull_path}/reviews"
    assert bot.delete(f"{path}/{pending['id']}").status_code == 200
    submitted = post(place, a_review(), bot).json()
    assert bot.delete(f"{path}/{submitted['id']}").status_code == 422
    assert [review["id"] for review in bot.get(path).json()] == [submitted["id"]]


def test_the_summary_of_ones_own_review_can_be_changed(place: Place) -> None:
    bot = place.bot
    path = f"{place.pull_path}/reviews/{post(place, a_review(), bot).json()['id']}"
    assert bot.put(path, json={"body": "Better"}).status_code == 200
    assert bot.get(path).json()["body"] == "Better"
    assert place.person("ann").put(path, json={"body": "Mine"}).status_code == 403


def test_an_earlier_commit_can_be_reviewed_and_a_strange_one_not(place: Place) -> None:
    earlier = place.pull.head_sha
    place.world.commit(place.repository, "feature", {"a.txt": b"new first\n" + AFTER}, by="ann")
    answer = post(place, a_review(commit_id=earlier, comments=[on(line=10)]))
    assert answer.json()["commit_id"] == earlier
    [comment] = place.bot.get(f"{place.pull_path}/comments").json()
    assert (comment["line"], comment["original_line"]) == (11, 10)
    assert (comment["commit_id"], comment["original_commit_id"]) == (place.pull.head_sha, earlier)
    for stranger in ("0" * 40, place.pull.base_sha, "main", "-x"):
        assert post(place, a_review(commit_id=stranger)).status_code == 422


def test_comments_move_with_their_lines_and_are_outdated_where_these_change(place: Place) -> None:
    post(place, a_review(comments=[on(line=10), on(line=31), on(line=30, start_line=29), on(line=10, side="LEFT")]))
    changed = b"new first\n" + AFTER.replace(b"more\n", b"less\n")
    place.world.commit(place.repository, "feature", {"a.txt": changed}, by="ann")
    comments = place.bot.get(f"{place.pull_path}/comments").json()
    assert [(c["start_line"], c["line"]) for c in comments] == [(None, 11), (None, None), (30, 31), (None, 10)]
    assert [c["original_line"] for c in comments] == [10, 31, 30, 10]


def test_a_force_push_repoints_reviews_and_outdates_every_comment(place: Place) -> None:
    post(place, a_review(comments=[on(line=10)]))
    forced = place.world.commit(place.repository, "feature", {"a.txt": AFTER}, by="ann", onto=place.pull.base_sha)
    [review] = place.bot.get(f"{place.pull_path}/reviews").json()
    [comment] = place.bot.get(f"{place.pull_path}/comments").json()
    assert review["commit_id"] == place.pull.head_sha == forced
    assert (comment["line"], comment["original_line"]) == (None, 10)


def test_single_comments_stand_on_a_line_or_on_a_whole_file(place: Place) -> None:
    path, bot, commit = f"{place.pull_path}/comments", place.bot, {"commit_id": place.pull.head_sha}
    lined = bot.post(path, json=on(line=10, side="RIGHT") | commit)
    whole = bot.post(path, json=on(subject_type="file") | commit)
    assert (lined.status_code, whole.status_code) == (201, 201)
    assert whole.json()["subject_type"] == "file"
    refused = bot.post(path, json=on(line=20) | commit)
    assert refused.json()["message"] == "Validation Failed"
    assert errors(refused)[0]["message"] == "pull_request_review_thread.line must be part of the diff"
    assert bot.post(path, json=on(line=10)).json()["message"].endswith('"commit_id" wasn\'t supplied.')
    assert len(bot.get(path).json()) == 2


def test_threads_are_answered_at_their_top(place: Place) -> None:
    post(place, a_review(comments=[on(line=10)]))
    [top] = place.bot.get(f"{place.pull_path}/comments").json()
    path = f"{place.pull_path}/comments"
    answer = place.person("ann").post(f"{path}/{top['id']}/replies", json={"body": "Why?"})
    assert (answer.status_code, answer.json()["in_reply_to_id"]) == (201, top["id"])
    again = {"body": "Because."}
    assert place.bot.post(f"{path}/{answer.json()['id']}/replies", json=again).status_code == 404
    assert place.bot.post(f"{path}/1/replies", json=again).status_code == 404
    assert place.bot.post(path, json=again | {"in_reply_to": top["id"]}).status_code == 201


def test_ones_own_comments_can_be_changed(place: Place) -> None:
    post(place, a_review(comments=[on(line=10)]))
    [comment] = place.bot.get(f"{place.pull_path}/comments").json()
    path = f"{place.path}/pulls/comments/{comment['id']}"
    assert place.bot.patch(path, json={"body": "Else"}).json()["body"] == "Else"
    assert place.bot.get(path).json()["body"] == "Else"
    assert place.person("bob").patch(path, json={"body": "x"}).status_code == 404
    assert place.bot.delete(path).status_code == 204
    assert place.bot.get(path).status_code == 404


@pytest.mark.parametrize(("body", "status"), [("Hello", 201), ("", 422), ("x" * 65_537, 422)])
def test_the_conversation_takes_what_has_a_body(place: Place, body: str, status: int) -> None:
    answer = place.bot.post(f"{place.path}/issues/1/comments", json={"body": body})
    assert answer.status_code == status


def test_a_comment_of_the_conversation_lives_and_dies(place: Place) -> None:
    bot = place.bot
    made = bot.post(f"{place.path}/issues/1/comments", json={"body": "One"}).json()
    path = f"{place.path}/issues/comments/{made['id']}"
    assert made["user"] == made["user"] | {"login": "lintel[bot]", "type": "Bot"}
    assert made["performed_via_github_app"]["id"] == place.app.id
    assert bot.patch(path, json={"body": "Two"}).json()["body"] == "Two"
    assert [c["body"] for c in bot.get(f"{place.path}/issues/1/comments").json()] == ["Two"]
    assert bot.delete(path).status_code == 204
    assert bot.get(path).status_code == 404


@pytest.mark.parametrize("kind", ["issues", "pulls"])
def test_the_same_reaction_twice_is_one(place: Place, kind: str) -> None:
    world, bot = place.world, place.bot
    said = world.comment(place.pull, "Look", by="ann")
    review = world.review(place.pull, "Hm", by="mia", comments=[Draft("a.txt", "Here", 10)])
    [drafted] = [c for c in world.state.review_comments.values() if c.review is review]
    path = f"{place.path}/{kind}/comments/{said.id if kind == 'issues' else drafted.id}/reactions"
    first, second = (bot.post(path, json={"content": "eyes"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert bot.post(path, json={"content": "shrug"}).status_code == 422
    assert [r["content"] for r in bot.get(path).json()] == ["eyes"]
    assert bot.delete(f"{path}/{first.json()['id']}").status_code == 204
    assert bot.get(path).json() == []


def test_a_person_takes_back_the_own_reaction_and_nobody_else_s(place: Place) -> None:
    said = place.world.comment(place.pull, "Look", by="ann")
    given = place.world.react(said, "-1", by="mia")
    with pytest.raises(RefusedError):
        place.world.unreact(said, given, by="ann")
    assert place.bot.get(f"{place.path}/issues/comments/{said.id}").json()["reactions"]["-1"] == 1
    place.world.unreact(said, given, by="mia")
    assert place.bot.get(f"{place.path}/issues/comments/{said.id}").json()["reactions"]["-1"] == 0


def test_a_locked_conversation_hears_only_those_who_may_write(place: Place) -> None:
    place.world.lock(place.pull, by="mia")
    place.world.set_role(place.repository, "bob", Role.READ)
    assert place.bot.post(f"{place.path}/issues/1/comments", json={"body": "x"}).status_code == 403
    assert post(place, a_review()).status_code == 403
    with pytest.raises(RefusedError, match="locked"):
        place.world.comment(place.pull, "x", by="bob")
    assert place.world.comment(place.pull, "x", by="ann").body == "x"


def test_a_merged_pull_request_can_still_be_reviewed(place: Place) -> None:
    place.world.merge(place.pull, by="mia")
    assert post(place, a_review()).status_code == 200


def test_what_leaves_the_diff_with_a_new_base_is_outdated(place: Place) -> None:
    world, repository = place.world, place.repository
    middle = BEFORE.replace(b"line 30\n", b"line 30\nmore\n")
    first = world.commit(repository, "stacked", {"a.txt": middle}, by="ann")
    world.push(repository, "half", first, by="ann")
    world.commit(repository, "stacked", {"a.txt": AFTER}, by="ann")
    pull = world.open_pull(repository, "stacked", by="ann")
    world.review(pull, "", by="mia", comments=[Draft("a.txt", "In half", 31), Draft("a.txt", "Only here", 10)])
    world.retarget(pull, "half", by="ann")
    comments = place.bot.get(f"{place.path}/pulls/{pull.number}/comments").json()
    assert [c["line"] for c in comments] == [None, 10]
