"""Endpoints of reviews and of comments on the diff."""

from app.hub.accounts import Json, Role
from app.hub.conversation import delete_review_comment, edit_review_comment
from app.hub.pull_views import show_review, show_review_comment
from app.hub.refusals import RefusedError, not_found
from app.hub.rest.bodies import DiffCommentBody, OptionalTextBody, ReviewBody, SubmitBody, TextBody
from app.hub.rest.call import Answer, Call, Endpoint
from app.hub.rest.pulls import PULL
from app.hub.reviews import comment_on_diff, create_review, delete_review, edit_review, reply, submit_review
from app.hub.state import Review, ReviewComment

COMMENT = "/repos/{owner}/{repo}/pulls/comments/{id}"


def _show(call: Call, review: Review) -> Json:
    return show_review(call.hub.url, review, seen_by_members=True)


def _show_comment(call: Call, comment: ReviewComment) -> Json:
    return show_review_comment(call.hub.url, comment, seen_by_members=True)


def _review(call: Call, *, own: bool) -> Review:
    pull, author = call.pull(), call.caller.author[0]
    for review in call.hub.state.reviews_of(pull, author):
        if review.id == call.number("id"):
            if own and review.author is not author:
                raise RefusedError(403, "Resource not accessible by integration")
            return review
    raise not_found()


def list_reviews(call: Call) -> Answer:
    """GET …/reviews."""
    reviews = call.hub.state.reviews_of(call.pull(), call.caller.author[0])
    return call.page(reviews, lambda review: _show(call, review))


def post_review(call: Call) -> Answer:
    """POST …/reviews: 200, all its comments or none."""
    pull, body = call.pull(), call.read(ReviewBody)
    drafts = [comment.draft() for comment in body.comments]
    author = call.caller.author
    review = create_review(call.hub, pull, author, body.body or "", body.event, body.commit_id, drafts)
    return Answer(_show(call, review))


def get_review(call: Call) -> Answer:
    """GET …/reviews/{id}."""
    return Answer(_show(call, _review(call, own=False)))


def put_review(call: Call) -> Answer:
    """PUT …/reviews/{id}: the summary."""
    review = _review(call, own=True)
    edit_review(call.hub, review, call.caller.author[0], call.read(TextBody).body)
    return Answer(_show(call, review))


def remove_review(call: Call) -> Answer:
    """DELETE …/reviews/{id}: a pending one."""
    review = _review(call, own=True)
    shown = _show(call, review)
    delete_review(call.hub, review)
    return Answer(shown)


def post_submission(call: Call) -> Answer:
    """POST …/reviews/{id}/events."""
    review, body = _review(call, own=True), call.read(SubmitBody)
    submit_review(call.hub, review, body.body, body.event)
    return Answer(_show(call, review))


def list_comments_of_review(call: Call) -> Answer:
    """GET …/reviews/{id}/comments: GitHub leaves the line fields out here."""
    review = _review(call, own=False)
    comments = [c for c in call.hub.state.review_comments.values() if c.review is review]
    return call.page(comments, lambda comment: _show_comment(call, comment))


def list_comments(call: Call) -> Answer:
    """GET /pulls/{number}/comments."""
    comments = call.hub.state.review_comments_of(call.pull())
    if call.query.get("direction") == "desc":
        comments.reverse()
    return call.page(comments, lambda comment: _show_comment(call, comment))


def post_comment(call: Call) -> Answer:
    """POST /pulls/{number}/comments: on a line, on a whole file, or in answer to another."""
    pull, body = call.pull(), call.read(DiffCommentBody)
    if body.in_reply_to is not None:
        return _answer(call, body.in_reply_to, body.body)
    for key, value in (("path", body.path), ("commit_id", body.commit_id)):
        if not value:
            raise RefusedError(422, f'Invalid request.\n\n"{key}" wasn\'t supplied.')
    draft = body.draft(whole_file=body.subject_type == "file")
    comment = comment_on_diff(call.hub, pull, call.caller.author, body.commit_id, draft)
    return Answer(_show_comment(call, comment), 201)


def post_reply(call: Call) -> Answer:
    """POST /pulls/{number}/comments/{id}/replies."""
    return _answer(call, call.number("id"), call.read(TextBody).body)


def _answer(call: Call, parent_id: int, body: str) -> Answer:
    parent = call.hub.state.review_comments.get(parent_id)
    if parent is None or parent.pull is not call.pull():
        raise not_found()
    return Answer(_show_comment(call, reply(call.hub, parent, call.caller.author, body)), 201)


def find_comment(call: Call) -> ReviewComment:
    """The comment of the path, in this repository. Raises RefusedError 404."""
    found = call.hub.state.review_comments.get(call.number("id"))
    if found is None or found.pull.repository is not call.repository or found.review.state == "PENDING":
        raise not_found()
    return found


def _own_comment(call: Call) -> ReviewComment:
    comment, author = find_comment(call), call.caller.author[0]
    if comment.author is not author and not call.repository.role_of(author).reaches(Role.WRITE):
        raise RefusedError(403, "Resource not accessible by integration")
    return comment


def get_comment(call: Call) -> Answer:
    """GET /pulls/comments/{id}."""
    return Answer(_show_comment(call, find_comment(call)))


def patch_comment(call: Call) -> Answer:
    """PATCH /pulls/comments/{id}."""
    comment = _own_comment(call)
    edit_review_comment(call.hub, comment, call.caller.author[0], call.read(OptionalTextBody).body)
    return Answer(_show_comment(call, comment))


def remove_comment(call: Call) -> Answer:
    """DELETE /pulls/comments/{id}."""
    delete_review_comment(call.hub, _own_comment(call), call.caller.author[0])
    return Answer(status=204)


ENDPOINTS = (
    Endpoint("GET", f"{PULL}/reviews", ("pull_requests", "read"), list_reviews),
    Endpoint("POST", f"{PULL}/reviews", ("pull_requests", "write"), post_review),
    Endpoint("GET", f"{PULL}/reviews/{{id}}", ("pull_requests", "read"), get_review),
    Endpoint("PUT", f"{PULL}/reviews/{{id}}", ("pull_requests", "write"), put_review),
    Endpoint("DELETE", f"{PULL}/reviews/{{id}}", ("pull_requests", "write"), remove_review),
    Endpoint("POST", f"{PULL}/reviews/{{id}}/events", ("pull_requests", "write"), post_submission),
    Endpoint("GET", f"{PULL}/reviews/{{id}}/comments", ("pull_requests", "read"), list_comments_of_review),
    Endpoint("GET", f"{PULL}/comments", ("pull_requests", "read"), list_comments),
    Endpoint("POST", f"{PULL}/comments", ("pull_requests", "write"), post_comment),
    Endpoint("POST", f"{PULL}/comments/{{id}}/replies", ("pull_requests", "write"), post_reply),
    Endpoint("GET", COMMENT, ("pull_requests", "read"), get_comment),
    Endpoint("PATCH", COMMENT, ("pull_requests", "write"), patch_comment),
    Endpoint("DELETE", COMMENT, ("pull_requests", "write"), remove_comment),
)
