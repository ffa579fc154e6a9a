"""What a webhook delivery says, in our words: only the parts that some rule reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SenderKind(StrEnum):
    """GitHub's `sender.type`, with everything that is no person as BOT."""

    USER = "User"
    BOT = "Bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryRef:
    """A repository as a delivery names it. Only `id` identifies; the name may be changed or reused."""

    id: int
    full_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestRef:
    """The pull request of a `pull_request` delivery. `before` is the head that it had, where that moved.

    `fork_owner` is the id of the person whose fork the head lies in, if it is a person's.
    """

    number: int
    head_sha: str
    base_ref: str
    draft: bool
    open: bool
    before: str = ""
    from_fork: bool = False
    fork_owner: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRef:
    """A comment on a pull request's conversation, or (`thread`) on its change. `body` is untrusted.

    `answers`: it is not the first comment of its thread.
    """

    id: int
    body: str
    pull_number: int
    thread: bool = False
    answers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRunRef:
    """A check run. `external_id` is what its App wrote there, `app` that App's slug."""

    id: int
    name: str
    app_id: int | None
    head_sha: str
    external_id: str
    pull_numbers: tuple[int, ...]
    app: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSuiteRef:
    """All check runs of one App on one commit."""

    id: int
    app_id: int | None
    head_sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGroupRef:
    """A group of the merge queue: `head_sha` on a branch of its own (`head_ref`) would be merged into `base_ref`.

    Both names are those of branches, without `refs/heads/`. `base_sha` is what the group stands on, which may be the
    group before it.
    """

    head_sha: str
    head_ref: str
    base_sha: str
    base_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRef:
    """A branch that moved. `before` is where it was, zeros where it was not; `after` where it is.

    `forced`: it does not continue what it was.
    """

    branch: str
    before: str
    after: str = ""
    forced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One delivery. Parts that its kind does not have are None."""

    name: str
    action: str | None
    delivery: str
    installation_id: int | None = None
    account: str | None = None
    repository: RepositoryRef | None = None
    pull_request: PullRequestRef | None = None
    comment: CommentRef | None = None
    check_run: CheckRunRef | None = None
    merge_group: MergeGroupRef | None = None
    check_suite: CheckSuiteRef | None = None
    requested_action: str = ""
    push: PushRef | None = None
    review_state: str = ""
    base_changed: bool = False
    sender: str = ""
    sender_id: int | None = None
    sender_kind: SenderKind = SenderKind.USER
    repositories_added: tuple[RepositoryRef, ...] = ()
    repositories_removed: tuple[RepositoryRef, ...] = ()
