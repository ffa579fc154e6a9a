"""Comments as GraphQL knows them: their node ids, and who edited them last.

https://docs.github.com/en/graphql/reference/interfaces#comment and …#actor
"""

from dataclasses import dataclass

from app.hub.accounts import User
from app.hub.state import IssueComment, ReviewComment, State
from app.hub.views import node_id

Comment = IssueComment | ReviewComment


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something: a person, unless it is a Bot."""

    user: User

    @property
    def login(self) -> str:
        """As GraphQL tells it: that of a bot is bare."""
        return self.user.login.removesuffix("[bot]")


@dataclass(frozen=True, slots=True)
class Bot(Actor):
    """The account that an App writes as."""


COMMENT_TYPES: dict[str, tuple[type, ...]] = {"Comment": (IssueComment, ReviewComment), "Bot": (Bot,)}
"""Types of GraphQL's schema that a fragment may be on."""


def find_comment(state: State, wanted: object) -> Comment | None:
    """The comment of this node id, if anybody may see it."""
    said = [comment for comment in state.review_comments.values() if comment.review.state != "PENDING"]
    comments: list[Comment] = [*state.issue_comments.values(), *said]
    return next((one for one in comments if tell_node_id(one) == wanted), None)


def tell_node_id(comment: Comment) -> str:
    """Its global id."""
    return node_id("IC" if isinstance(comment, IssueComment) else "PRRC", comment.id)


def tell_editor(comment: Comment) -> Actor | None:
    """Who edited it last; None: nobody ever did."""
    editor = comment.last_editor
    if editor is None:
        return None
    return Bot(editor) if editor.type == "Bot" else Actor(editor)
