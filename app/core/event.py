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
    """The pull request of a `pull_request` delivery."""

    number: int
    head_sha: str
    base_ref: str
    draft: bool
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRef:
    """A comment on a pull request's conversation, or (`thread`) on its change. `body` is untrusted."""

    id: int
    body: str
    pull_number: int
    thread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRunRef:
    """A check run. `external_id` is what its App wrote there."""

    id: int
    name: str
    app_id: int | None
    head_sha: str
    external_id: str
    pull_numbers: tuple[int, ...]


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
    base_changed: bool = False
    sender: str = ""
    sender_kind: SenderKind = SenderKind.USER
    repositories_added: tuple[RepositoryRef, ...] = ()
    repositories_removed: tuple[RepositoryRef, ...] = ()
