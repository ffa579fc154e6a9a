"""Comments, replies and reactions: what may be said on a pull request, and who is told."""

from app.hub.accounts import App, Role, User
from app.hub.events import Hub, announce
from app.hub.pull_views import REACTIONS, show_comment, show_issue, show_pull, show_review_comment
from app.hub.refusals import RefusedError, invalid, not_found
from app.hub.state import IssueComment, PullRequest, Reaction, ReviewComment

MAX_BODY = 65_536


def check_body(resource: str, body: str) -> str:
    """The body. Raises RefusedError 422 where it is blank or too long."""
    if not body.strip():
        raise invalid(resource, "data", "Body can't be blank", "unprocessable")
    if len(body) > MAX_BODY:
        message = f"Body is too long (maximum is {MAX_BODY} characters)"
        raise invalid(resource, "data", message, "unprocessable")
    return body


def check_unlocked(pull: PullRequest, author: User) -> None:
    """Raise RefusedError 403 where the conversation is locked for this account."""
    if pull.locked and not pull.repository.role_of(author).reaches(Role.WRITE):
        raise RefusedError(403, "Unable to create comment because issue is locked.")


def post_comment(hub: Hub, pull: PullRequest, author: User, body: str, app: App | None) -> IssueComment:
    """Say something in the conversation."""
    check_unlocked(pull, author)
    check_body("IssueComment", body)
    now = hub.clock()
    comment = IssueComment(hub.state.next_id(), pull, author, body, now, now, app)
    hub.state.issue_comments[comment.id] = comment
    _tell_comment(hub, comment, "created", author, None)
    return comment


def edit_comment(hub: Hub, comment: IssueComment, editor: User, body: str) -> None:
    """Change what a comment says."""
    before, comment.body = comment.body, check_body("IssueComment", body)
    comment.updated_at = comment.last_edited_at = hub.clock()
    comment.last_editor = editor
    _tell_comment(hub, comment, "edited", editor, before)


def delete_comment(hub: Hub, comment: IssueComment, sender: User) -> None:
    """Take a comment away."""
    del hub.state.issue_comments[comment.id]
    _tell_comment(hub, comment, "deleted", sender, None)


def _tell_comment(hub: Hub, comment: IssueComment, action: str, sender: User, before: str | None) -> None:
    pull = comment.pull
    comment.pull.updated_at = hub.clock()
    parts = {
        "issue": show_issue(hub.url, pull, len(hub.state.comments_of(pull))),
        "comment": show_comment(hub.url, comment, seen_by_members=False),
    }
    if before is not None:
        parts["changes"] = {"body": {"from": before}}
    announce(hub, "issue_comment", action, pull.repository, sender, parts)


def tell_review_comment(hub: Hub, comment: ReviewComment, action: str, sender: User, before: str | None = None) -> None:
    """Send a `pull_request_review_comment` event."""
    pull = comment.pull
    parts = {
        "pull_request": show_pull(hub.url, pull, seen_by_members=False, measures=None),
        "comment": show_review_comment(hub.url, comment, seen_by_members=False),
    }
    if before is not None:
        parts["changes"] = {"body": {"from": before}}
    announce(hub, "pull_request_review_comment", action, pull.repository, sender, parts)


def edit_review_comment(hub: Hub, comment: ReviewComment, editor: User, body: str) -> None:
    """Change what a comment on the diff says."""
    before, comment.body = comment.body, check_body("PullRequestReviewComment", body)
    comment.updated_at = comment.last_edited_at = hub.clock()
    comment.last_editor = editor
    tell_review_comment(hub, comment, "edited", editor, before)


def delete_review_comment(hub: Hub, comment: ReviewComment, sender: User) -> None:
    """Take a comment on the diff away."""
    del hub.state.review_comments[comment.id]
    tell_review_comment(hub, comment, "deleted", sender)


def react(hub: Hub, comment: IssueComment | ReviewComment, user: User, content: str) -> tuple[Reaction, bool]:
    """A reaction and whether it is new: the same one twice is one. No event tells of reactions."""
    if content not in REACTIONS:
        raise invalid("Reaction", "content", "content is not included in the list", "invalid")
    for reaction in comment.reactions:
        if reaction.user is user and reaction.content == content:
            return reaction, False
    made = Reaction(hub.state.next_id(), user, content, hub.clock())
    comment.reactions.append(made)
    return made, True


def unreact(comment: IssueComment | ReviewComment, reaction_id: int, user: User) -> None:
    """Take one's own reaction back. Raises RefusedError 404."""
    for reaction in comment.reactions:
        if reaction.id == reaction_id and reaction.user is user:
            comment.reactions.remove(reaction)
            return
    raise not_found()
