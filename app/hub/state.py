"""What the local GitHub remembers: pull requests, all that is said about them, and `State`, which finds it.

These objects are mutable on purpose: they are the world, not decisions about it. Whoever reads or changes
them from another thread holds `State.lock`. Times are aware UTC; ids are beyond 32 bits, as GitHub's are.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from app.hub.accounts import App, Delivery, Installation, Json, Repository, Token, User
from app.hub.timeline import TimelineItem

Side = Literal["LEFT", "RIGHT"]

FIRST_ID = 3_100_000_001  # above 2**31: an id kept in a 32-bit column must fail here and not first at GitHub


@dataclass(slots=True, eq=False)
class PullRequest:
    """A pull request. `base_sha`: tip of its base branch; `head_repository` may be a fork."""

    id: int
    number: int
    repository: Repository
    title: str
    body: str | None
    author: User
    head_repository: Repository
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    created_at: datetime
    updated_at: datetime
    state: Literal["open", "closed"] = "open"
    draft: bool = False
    locked: bool = False
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    merged_by: User | None = None
    merge_commit_sha: str | None = None
    assignees: list[User] = field(default_factory=list)
    timeline: list[TimelineItem] = field(default_factory=list)
    mergeable_for: tuple[str, str] | None = None
    """(base, head) whose mergeability has been asked for; the first question is answered with null."""

    @property
    def from_fork(self) -> bool:
        """Whether the head lies in another repository."""
        return self.head_repository is not self.repository


@dataclass(slots=True, eq=False)
class Reaction:
    """A reaction to a comment; `content` is GitHub's word (`eyes`, `+1`, …)."""

    id: int
    user: User
    content: str
    created_at: datetime


@dataclass(slots=True, eq=False)
class IssueComment:
    """A comment in the conversation of a pull request. `app` is set where an App wrote it."""

    id: int
    pull: PullRequest
    author: User
    body: str
    created_at: datetime
    updated_at: datetime
    app: App | None = None
    reactions: list[Reaction] = field(default_factory=list)
    last_edited_at: datetime | None = None
    last_editor: User | None = None


@dataclass(slots=True, eq=False)
class Review:
    """A review. PENDING: not submitted, seen by its author alone."""

    id: int
    pull: PullRequest
    author: User
    body: str
    state: Literal["PENDING", "COMMENTED", "APPROVED", "CHANGES_REQUESTED", "DISMISSED"]
    commit_id: str
    submitted_at: datetime | None
    app: App | None = None


@dataclass(slots=True, eq=False)
class ReviewComment:
    """A comment on the diff. `line` is None once outdated or for a whole file; `original_*` never change."""

    id: int
    review: Review
    pull: PullRequest
    author: User
    body: str
    path: str
    side: Side
    line: int | None
    start_side: Side | None
    start_line: int | None
    original_line: int | None
    original_start_line: int | None
    commit_id: str
    original_commit_id: str
    original_base: str
    """Merge base the LEFT line numbers belong to."""
    original_position: int | None
    diff_hunk: str
    subject_type: Literal["line", "file"]
    created_at: datetime
    updated_at: datetime
    in_reply_to_id: int | None = None
    app: App | None = None
    reactions: list[Reaction] = field(default_factory=list)
    last_edited_at: datetime | None = None
    last_editor: User | None = None


@dataclass(slots=True, eq=False)
class CheckSuite:
    """The check runs of one App on one commit."""

    id: int
    app: App
    repository: Repository
    head_sha: str
    head_branch: str | None
    created_at: datetime
    updated_at: datetime
    reset: bool = False
    """Asked to run again: queued and without conclusion until a run is created or changed."""


@dataclass(slots=True, eq=False)
class CheckRun:
    """A check run. `output` has GitHub's title, summary, text; annotations only ever grow."""

    id: int
    suite: CheckSuite
    app: App
    repository: Repository
    name: str
    head_sha: str
    status: Literal["queued", "in_progress", "completed"]
    conclusion: str | None
    started_at: datetime | None
    completed_at: datetime | None
    created_at: datetime
    external_id: str = ""
    details_url: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[Json] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class QueueEntry:
    """A pull request in the merge queue, queued at `queued_sha`: from `base_sha` to `head_sha` it is merged."""

    id: int
    pull: PullRequest
    enqueuer: User
    queued_sha: str
    base_sha: str
    head_sha: str
    enqueued_at: datetime


@dataclass(slots=True, eq=False)
class MergeGroup:
    """Entries that are checked together, on a branch of their own."""

    repository: Repository
    base_ref: str
    base_sha: str
    head_sha: str
    branch: str
    entries: list[QueueEntry]


class State:
    """Everything above, found by id. Lists are in order of creation."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.users: dict[str, User] = {}
        self.apps: dict[int, App] = {}
        self.installations: dict[int, Installation] = {}
        self.repositories: dict[int, Repository] = {}
        self.pulls: dict[tuple[int, int], PullRequest] = {}
        self.issue_comments: dict[int, IssueComment] = {}
        self.reviews: dict[int, Review] = {}
        self.review_comments: dict[int, ReviewComment] = {}
        self.check_suites: dict[int, CheckSuite] = {}
        self.check_runs: dict[int, CheckRun] = {}
        self.merge_groups: list[MergeGroup] = []
        self.deliveries: dict[int, Delivery] = {}
        self.tokens: dict[str, Token] = {}
        self._last_id = FIRST_ID

    def next_id(self) -> int:
        """An id nothing else has."""
        with self.lock:
            self._last_id += 17
            return self._last_id

    def repository(self, owner: str, name: str) -> Repository | None:
        """The repository of that present name, or None. Names compare as GitHub's: without case."""
        wanted = f"{owner}/{name}".lower()
        return next((r for r in self.repositories.values() if r.full_name.lower() == wanted), None)

    def formerly(self, owner: str, name: str) -> Repository | None:
        """The repository that once had that name, or None."""
        wanted = f"{owner}/{name}".lower()
        return next((r for r in self.repositories.values() if wanted in r.former_names), None)

    def user(self, login: str) -> User | None:
        """The account of that login, or None."""
        return self.users.get(login.lower())

    def pulls_of(self, repository: Repository) -> list[PullRequest]:
        """Pull requests into the repository, oldest first."""
        return [p for p in self.pulls.values() if p.repository is repository]

    def comments_of(self, pull: PullRequest) -> list[IssueComment]:
        """Its conversation, oldest first."""
        return [c for c in self.issue_comments.values() if c.pull is pull]

    def reviews_of(self, pull: PullRequest, viewer: User | None = None) -> list[Review]:
        """Its reviews, oldest first; a pending one only for its author."""
        return [r for r in self.reviews.values() if r.pull is pull and (r.state != "PENDING" or r.author is viewer)]

    def review_comments_of(self, pull: PullRequest) -> list[ReviewComment]:
        """Its submitted comments on the diff, oldest first."""
        return [c for c in self.review_comments.values() if c.pull is pull and c.review.state != "PENDING"]

    def check_runs_of(self, repository: Repository, head_sha: str) -> list[CheckRun]:
        """Every check run on a commit, oldest first."""
        return [c for c in self.check_runs.values() if c.repository is repository and c.head_sha == head_sha]

    def installations_on(self, repository: Repository) -> Iterator[Installation]:
        """Installations that cover the repository, suspended ones included."""
        return (i for i in self.installations.values() if i.covers(repository))
