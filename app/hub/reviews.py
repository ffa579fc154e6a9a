"""Reviews: comments on lines that must stand in the diff, stored all together or not at all."""

import re
from collections.abc import Sequence
from typing import Literal

from app.hub import git
from app.hub.accounts import App, Json, User
from app.hub.conversation import MAX_BODY, check_body, check_unlocked, tell_review_comment
from app.hub.diff import Diff
from app.hub.events import Hub, announce
from app.hub.placing import Draft, find_fault, refuse_single
from app.hub.pull_views import show_pull, show_review
from app.hub.pulls import anchor_comment, base_tip, change_of, merge_base_of
from app.hub.refusals import invalid, not_found, unprocessable
from app.hub.state import PullRequest, Review, ReviewComment

Event = Literal["APPROVE", "REQUEST_CHANGES", "COMMENT"]
_STATES: dict[Event, Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED"]] = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
}
_SHA = re.compile(r"[0-9a-f]{40}")
NOT_OURS = "commit_id is not part of the pull request"
ONE_PENDING = "User can only have one pending review per pull request"


def commit_of(pull: PullRequest, commit_id: str | None) -> str | None:
    """The commit a comment is about: the head where none is named, None for one that is not of the pull."""
    if commit_id is None or commit_id == pull.head_sha:
        return pull.head_sha
    path = pull.repository.path
    known = _SHA.fullmatch(commit_id) and git.resolve(path, commit_id)
    within = known and git.is_ancestor(path, commit_id, pull.head_sha)
    if within and not git.is_ancestor(path, commit_id, base_tip(pull)):
        return commit_id
    return None


def create_review(
    hub: Hub,
    pull: PullRequest,
    author: tuple[User, App | None],
    body: str,
    event: Event | None,
    commit_id: str | None,
    drafts: Sequence[Draft],
) -> Review:
    """Post a review; without an event it stays pending. Raises RefusedError, and then nothing was stored."""
    user, app = author
    check_unlocked(pull, user)
    _check_review(hub, pull, user, body, event, empty=not drafts)
    commit = commit_of(pull, commit_id)
    if commit is None:
        raise unprocessable(NOT_OURS)
    diff = change_of(pull, commit)
    faults = [fault for draft in drafts if (fault := find_fault(diff, draft)) is not None]
    if faults:
        raise unprocessable(*dict.fromkeys(faults))
    for draft in drafts:
        _check_length(draft.body)
    review = Review(hub.state.next_id(), pull, user, body, "PENDING", commit, None, app)
    hub.state.reviews[review.id] = review
    for draft in drafts:
        _store(hub, review, diff, draft)
    if event is not None:
        _submit(hub, review, event)
    return review


def _check_review(hub: Hub, pull: PullRequest, user: User, body: str, event: Event | None, *, empty: bool) -> None:
    if any(r.state == "PENDING" and r.author is user for r in hub.state.reviews_of(pull, user)):
        raise unprocessable(ONE_PENDING)
    _check_submission(pull, user, body, event, empty=empty)


def _check_submission(pull: PullRequest, user: User, body: str, event: Event | None, *, empty: bool) -> None:
    _check_length(body)
    if user is pull.author and event in ("APPROVE", "REQUEST_CHANGES"):
        doing = "approve" if event == "APPROVE" else "request changes on"
        raise unprocessable(f"Review Can not {doing} your own pull request")
    if not body.strip() and (event == "REQUEST_CHANGES" or (event == "COMMENT" and empty)):
        raise unprocessable("Review body can't be blank")


def _check_length(body: str) -> None:
    if len(body) > MAX_BODY:
        raise unprocessable(f"Body is too long (maximum is {MAX_BODY} characters)")


def submit_review(hub: Hub, review: Review, body: str | None, event: Event) -> None:
    """Submit a pending review. Raises RefusedError 422 for one that is submitted."""
    if review.state != "PENDING":
        raise unprocessable("Can not submit a review that is not pending")
    text = review.body if body is None else body
    empty = not _comments(hub, review)
    _check_submission(review.pull, review.author, text, event, empty=empty)
    review.body = text
    _submit(hub, review, event)


def delete_review(hub: Hub, review: Review) -> None:
    """Drop a pending review with its comments. Raises RefusedError 422 for one that is submitted."""
    if review.state != "PENDING":
        raise unprocessable("Can not delete a non-pending pull request review")
    for comment in _comments(hub, review):
        del hub.state.review_comments[comment.id]
    del hub.state.reviews[review.id]


def edit_review(hub: Hub, review: Review, editor: User, body: str) -> None:
    """Change a review's summary. Raises RefusedError 422 for a blank one."""
    before, review.body = review.body, check_body("PullRequestReview", body)
    if review.state != "PENDING":
        _tell_review(hub, review, "edited", editor, before)


def dismiss_review(hub: Hub, review: Review, user: User) -> None:
    """Take back what a review decided. Raises RefusedError 422 for one that decides nothing."""
    if review.state not in ("APPROVED", "CHANGES_REQUESTED"):
        raise unprocessable("Can not dismiss a review that does not approve or request changes")
    review.state = "DISMISSED"
    _tell_review(hub, review, "dismissed", user)


def _comments(hub: Hub, review: Review) -> list[ReviewComment]:
    return [comment for comment in hub.state.review_comments.values() if comment.review is review]


def _submit(hub: Hub, review: Review, event: Event) -> None:
    review.state, review.submitted_at = _STATES[event], hub.clock()
    review.pull.updated_at = review.submitted_at
    _tell_review(hub, review, "submitted", review.author)
    for comment in _comments(hub, review):
        tell_review_comment(hub, comment, "created", review.author)


def _tell_review(hub: Hub, review: Review, action: str, sender: User, before: str | None = None) -> None:
    parts: Json = {
        "review": show_review(hub.url, review, seen_by_members=False),
        "pull_request": show_pull(hub.url, review.pull, seen_by_members=False, measures=None),
    }
    if before is not None:
        parts["changes"] = {"body": {"from": before}}
    announce(hub, "pull_request_review", action, review.pull.repository, sender, parts)


def _store(hub: Hub, review: Review, diff: Diff, draft: Draft) -> ReviewComment:
    pull, now = review.pull, hub.clock()
    file = diff.file(draft.path)
    place = None if file is None or draft.line is None else file.place(draft.side, draft.line)
    position, hunk = place or (None, "")
    start_side = None if draft.start_line is None else draft.start_side or draft.side
    comment = ReviewComment(
        id=hub.state.next_id(),
        review=review,
        pull=pull,
        author=review.author,
        body=draft.body,
        path=draft.path,
        side=draft.side,
        line=draft.line,
        start_side=start_side,
        start_line=draft.start_line,
        original_line=draft.line,
        original_start_line=draft.start_line,
        commit_id=review.commit_id,
        original_commit_id=review.commit_id,
        original_base=merge_base_of(pull),
        original_position=position,
        diff_hunk=hunk,
        subject_type="file" if draft.whole_file else "line",
        created_at=now,
        updated_at=now,
        app=review.app,
    )
    hub.state.review_comments[comment.id] = comment
    if not draft.whole_file and review.commit_id != pull.head_sha:
        anchor_comment(pull, comment, review.commit_id, forced=False)
    return comment


def comment_on_diff(
    hub: Hub, pull: PullRequest, author: tuple[User, App | None], commit_id: str, draft: Draft
) -> ReviewComment:
    """One comment outside any review of somebody's; GitHub keeps it in a review of its own."""
    user, app = author
    check_unlocked(pull, user)
    check_body("PullRequestReviewComment", draft.body)
    commit = commit_of(pull, commit_id)
    if commit is None:
        raise invalid("PullRequestReviewComment", "commit_id", NOT_OURS)
    diff = change_of(pull, commit)
    fault = find_fault(diff, draft)
    if fault is not None:
        raise refuse_single(fault)
    return _publish(hub, Review(hub.state.next_id(), pull, user, "", "PENDING", commit, None, app), diff, draft)


def _publish(hub: Hub, review: Review, diff: Diff, draft: Draft) -> ReviewComment:
    hub.state.reviews[review.id] = review
    comment = _store(hub, review, diff, draft)
    _submit(hub, review, "COMMENT")
    return comment


def reply(hub: Hub, parent: ReviewComment, author: tuple[User, App | None], body: str) -> ReviewComment:
    """Answer in a thread. Raises RefusedError 404 where `parent` is itself an answer."""
    user, app = author
    pull = parent.pull
    check_unlocked(pull, user)
    if parent.in_reply_to_id is not None or parent.review.state == "PENDING":
        raise not_found()
    check_body("PullRequestReviewComment", body)
    now = hub.clock()
    review = Review(hub.state.next_id(), pull, user, "", "COMMENTED", parent.commit_id, now, app)
    hub.state.reviews[review.id] = review
    answer = ReviewComment(
        id=hub.state.next_id(),
        review=review,
        pull=pull,
        author=user,
        body=body,
        path=parent.path,
        side=parent.side,
        line=parent.line,
        start_side=parent.start_side,
        start_line=parent.start_line,
        original_line=parent.original_line,
        original_start_line=parent.original_start_line,
        commit_id=parent.commit_id,
        original_commit_id=parent.original_commit_id,
        original_base=parent.original_base,
        original_position=parent.original_position,
        diff_hunk=parent.diff_hunk,
        subject_type=parent.subject_type,
        created_at=now,
        updated_at=now,
        in_reply_to_id=parent.id,
        app=app,
    )
    hub.state.review_comments[answer.id] = answer
    _submit(hub, review, "COMMENT")
    return answer
