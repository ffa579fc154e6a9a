"""Endpoints of the conversation, and of reactions to either kind of comment."""

from collections.abc import Callable

from app.hub.accounts import Json, Role
from app.hub.conversation import delete_comment, edit_comment, post_comment, react, unreact
from app.hub.pull_views import show_comment, show_reaction
from app.hub.refusals import RefusedError, not_found
from app.hub.rest.bodies import OptionalTextBody, ReactionBody
from app.hub.rest.call import Answer, Call, Endpoint, Handler
from app.hub.rest.reviews import COMMENT as DIFF_COMMENT
from app.hub.rest.reviews import find_comment as find_diff_comment
from app.hub.state import IssueComment, ReviewComment

COMMENT = "/repos/{owner}/{repo}/issues/comments/{id}"
CONVERSATION = "/repos/{owner}/{repo}/issues/{number}/comments"
Finder = Callable[[Call], IssueComment | ReviewComment]


def _show(call: Call, comment: IssueComment) -> Json:
    return show_comment(call.hub.url, comment, seen_by_members=True)


def _find(call: Call) -> IssueComment:
    found = call.hub.state.issue_comments.get(call.number("id"))
    if found is None or found.pull.repository is not call.repository:
        raise not_found()
    return found


def _own(call: Call) -> IssueComment:
    comment, author = _find(call), call.caller.author[0]
    if comment.author is not author and not call.repository.role_of(author).reaches(Role.WRITE):
        raise RefusedError(403, "Resource not accessible by integration")
    return comment


def list_comments(call: Call) -> Answer:
    """GET /issues/{number}/comments."""
    return call.page(call.hub.state.comments_of(call.pull()), lambda comment: _show(call, comment))


def create_comment(call: Call) -> Answer:
    """POST /issues/{number}/comments."""
    user, app = call.caller.author
    body = call.read(OptionalTextBody).body
    return Answer(_show(call, post_comment(call.hub, call.pull(), user, body, app)), 201)


def get_comment(call: Call) -> Answer:
    """GET /issues/comments/{id}."""
    return Answer(_show(call, _find(call)))


def patch_comment(call: Call) -> Answer:
    """PATCH /issues/comments/{id}."""
    comment = _own(call)
    edit_comment(call.hub, comment, call.caller.author[0], call.read(OptionalTextBody).body)
    return Answer(_show(call, comment))


def remove_comment(call: Call) -> Answer:
    """DELETE /issues/comments/{id}."""
    delete_comment(call.hub, _own(call), call.caller.author[0])
    return Answer(status=204)


def _list_reactions(find: Finder) -> Handler:
    def handle(call: Call) -> Answer:
        wanted = call.query.get("content")
        reactions = [r for r in find(call).reactions if wanted in (None, r.content)]
        return call.page(reactions, lambda reaction: show_reaction(call.hub.url, reaction))

    return handle


def _create_reaction(find: Finder) -> Handler:
    def handle(call: Call) -> Answer:
        content = call.read(ReactionBody).content
        reaction, new = react(call.hub, find(call), call.caller.author[0], content)
        return Answer(show_reaction(call.hub.url, reaction), 201 if new else 200)

    return handle


def _remove_reaction(find: Finder) -> Handler:
    def handle(call: Call) -> Answer:
        unreact(find(call), call.number("reaction"), call.caller.author[0])
        return Answer(status=204)

    return handle


def _reactions(path: str, find: Finder, permission: str) -> tuple[Endpoint, ...]:
    return (
        Endpoint("GET", f"{path}/reactions", (permission, "read"), _list_reactions(find)),
        Endpoint("POST", f"{path}/reactions", (permission, "write"), _create_reaction(find)),
        Endpoint("DELETE", f"{path}/reactions/{{reaction}}", (permission, "write"), _remove_reaction(find)),
    )


# Comments of a pull request's conversation are read with either permission and written with pull_requests.
ENDPOINTS = (
    Endpoint("GET", CONVERSATION, ("pull_requests", "read"), list_comments),
    Endpoint("POST", CONVERSATION, ("pull_requests", "write"), create_comment),
    Endpoint("GET", COMMENT, ("pull_requests", "read"), get_comment),
    Endpoint("PATCH", COMMENT, ("pull_requests", "write"), patch_comment),
    Endpoint("DELETE", COMMENT, ("pull_requests", "write"), remove_comment),
    *_reactions(COMMENT, _find, "pull_requests"),
    *_reactions(DIFF_COMMENT, find_diff_comment, "pull_requests"),
)
