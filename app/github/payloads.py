"""What GitHub's REST API answers, in GitHub's words: only the fields that somebody reads.

Answers tolerate unknown fields and unknown enum values (githubkit's generated models reject both, for example the
conclusion `stale`), so states and conclusions are plain text. All text from people is untrusted.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """A part of an answer: frozen, unknown fields dropped; errors do not quote what people wrote, or a token."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Account(Answer):
    """A user, bot or organisation. `type` is `User`, `Bot` or `Organization`."""

    login: str
    id: int
    type: str = "User"


class Repository(Answer):
    """A repository. Only `id` identifies it."""

    id: int
    name: str
    full_name: str
    owner: Account
    private: bool = True
    fork: bool = False
    archived: bool = False
    default_branch: str = ""


class Branch(Answer):
    """One end of a pull request. `repo` is None when the fork was deleted."""

    ref: str
    sha: str
    repo: Repository | None = None
    user: Account | None = None


class Label(Answer):
    """A label of a pull request."""

    name: str


class Pull(Answer):
    """A pull request. `mergeable` is None while GitHub computes it, `commits` and the counts in lists."""

    number: int
    id: int
    state: str
    title: str
    body: str | None = None
    draft: bool = False
    locked: bool = False
    merged: bool = False
    merge_commit_sha: str | None = None
    merged_by: Account | None = None
    user: Account | None = None
    head: Branch
    base: Branch
    labels: tuple[Label, ...] = ()
    assignees: tuple[Account, ...] | None = ()
    mergeable: bool | None = None
    commits: int | None = None
    additions: int | None = None
    deletions: int | None = None
    changed_files: int | None = None
    html_url: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it can still be merged."""
        return self.state == "open"


class CommitRef(Answer):
    """A commit by its id."""

    sha: str


class Comparison(Answer):
    """Two commits compared: `base_commit` is what the base names now, the change is `merge_base_commit` to head."""

    status: str
    ahead_by: int
    behind_by: int
    base_commit: CommitRef
    merge_base_commit: CommitRef


class GitIdentity(Answer):
    """Who a commit claims to be by. Anybody can claim anything."""

    name: str | None = None
    email: str | None = None
    date: datetime | None = None


class CommitDetail(Answer):
    """The commit as git has it."""

    message: str
    author: GitIdentity | None = None
    committer: GitIdentity | None = None


class ComparedCommit(CommitRef):
    """A commit that one side of a comparison has alone, with its parents and what its message claims."""

    parents: tuple[CommitRef, ...]
    commit: CommitDetail


class PullCommit(Answer):
    """A commit of a pull request; `author` and `committer` are the accounts GitHub knows by the e-mail addresses."""

    sha: str
    commit: CommitDetail
    author: Account | dict[str, None] | None = None
    committer: Account | dict[str, None] | None = None

    @property
    def logins(self) -> frozenset[str]:
        """The accounts behind author and committer, as far as GitHub knows them."""
        accounts = (self.author, self.committer)
        return frozenset(account.login for account in accounts if isinstance(account, Account))

    @property
    def has_accounts(self) -> bool:
        """Whether GitHub knows both of them."""
        return isinstance(self.author, Account) and isinstance(self.committer, Account)


class PullFile(Answer):
    """A file that a pull request changes; `previous_filename` is what a renamed one was called."""

    filename: str
    previous_filename: str | None = None


class AppRef(Answer):
    """The App that made something."""

    id: int
    slug: str | None = None


class CheckOutputAnswer(Answer):
    """What a check run shows."""

    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations_count: int = 0


class CheckRun(Answer):
    """A check run. `pull_requests` is empty for pull requests from forks."""

    id: int
    name: str
    head_sha: str
    status: str
    conclusion: str | None = None
    external_id: str | None = None
    details_url: str | None = None
    html_url: str | None = None
    app: AppRef | None = None
    output: CheckOutputAnswer = CheckOutputAnswer()
    started_at: datetime | None = None
    completed_at: datetime | None = None


class Review(Answer):
    """A review. After a force-push `commit_id` may name the new head: it never proves what was reviewed."""

    id: int
    user: Account | None = None
    body: str | None = None
    state: str
    commit_id: str | None = None
    submitted_at: datetime | None = None
    html_url: str = ""


class ReactionCounts(Answer):
    """How often people reacted to a comment."""

    up: int = Field(0, alias="+1")
    down: int = Field(0, alias="-1")


class ReviewComment(Answer):
    """A comment on the change. `line` is None once it is outdated; `in_reply_to_id` names the thread's first."""

    id: int
    node_id: str = ""
    body: str
    path: str
    user: Account | None = None
    line: int | None = None
    start_line: int | None = None
    side: str | None = None
    start_side: str | None = None
    original_line: int | None = None
    subject_type: str | None = None
    in_reply_to_id: int | None = None
    pull_request_review_id: int | None = None
    commit_id: str | None = None
    original_commit_id: str | None = None
    pull_request_url: str = ""
    html_url: str = ""
    reactions: ReactionCounts = ReactionCounts()
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def edited(self) -> bool:
        """Whether it changed in a later second than it was written in, or nobody can tell."""
        return self.created_at is None or self.updated_at != self.created_at

    @property
    def pull_number(self) -> int | None:
        """The number of the pull request it stands on, from `pull_request_url`."""
        return _last_number(self.pull_request_url)


class IssueComment(Answer):
    """A comment on a pull request's conversation."""

    id: int
    node_id: str = ""
    body: str | None = None
    user: Account | None = None
    issue_url: str = ""
    html_url: str = ""
    performed_via_github_app: AppRef | None = None
    reactions: ReactionCounts = ReactionCounts()
    created_at: datetime
    updated_at: datetime

    @property
    def edited(self) -> bool:
        """Whether it changed in a later second than it was written in; others than its author may have done it."""
        return self.updated_at != self.created_at

    @property
    def pull_number(self) -> int | None:
        """The number of the issue or pull request it stands on, from `issue_url`."""
        return _last_number(self.issue_url)


class Reaction(Answer):
    """A reaction to a comment. `user` is None for somebody who is gone; `id` grows with time."""

    id: int
    content: str
    user: Account | None = None
    created_at: datetime | None = None


class CollaboratorPermission(Answer):
    """What somebody may do in a repository. `permission` knows neither maintain nor triage nor custom roles."""

    permission: str
    role_name: str = ""
    user: Account | None = None

    @property
    def role(self) -> str:
        """none, read, triage, write, maintain or admin; a custom role counts as the plain permission it gives."""
        known = ("none", "read", "triage", "write", "maintain", "admin")
        return self.role_name if self.role_name in known else self.permission


def _last_number(url: str) -> int | None:
    tail = url.rpartition("/")[2]
    return int(tail) if tail.isascii() and tail.isdigit() else None
