"""Who is on the local GitHub: accounts, Apps, their installations, repositories, credentials, deliveries.

These objects are mutable on purpose: they are the world, not decisions about it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

Json = dict[str, Any]
Permissions = dict[str, str]


class Role(StrEnum):
    """A person's role in one repository, strongest first."""

    ADMIN = "admin"
    MAINTAIN = "maintain"
    WRITE = "write"
    TRIAGE = "triage"
    READ = "read"
    NONE = "none"

    def reaches(self, least: "Role") -> bool:
        """Whether this role is at least `least`."""
        order = list(Role)
        return order.index(self) <= order.index(least)


@dataclass(slots=True, eq=False)
class User:
    """An account: a person, an App's bot, or an organization."""

    id: int
    login: str
    type: Literal["User", "Bot", "Organization"] = "User"


@dataclass(slots=True, eq=False)
class App:
    """A registered GitHub App; `bot` is the account it writes as."""

    id: int
    slug: str
    name: str
    client_id: str
    public_key_pem: str
    owner: User
    bot: User
    permissions: Permissions
    events: frozenset[str]
    webhook_url: str | None
    webhook_secret: str
    hook_id: int
    created_at: datetime


@dataclass(slots=True, eq=False)
class Installation:
    """An App on an account. `repository_ids` None: all of the account's repositories."""

    id: int
    app: App
    account: User
    permissions: Permissions
    repository_ids: set[int] | None
    created_at: datetime
    suspended_at: datetime | None = None

    def covers(self, repository: "Repository") -> bool:
        """Whether the repository belongs to this installation."""
        if repository.owner is not self.account:
            return False
        return self.repository_ids is None or repository.id in self.repository_ids


@dataclass(slots=True, frozen=True)
class RequiredCheck:
    """A check that a branch asks for before merging; `app_id` pins who may report it.

    `classic`: by the branch's protection; else by a ruleset.
    """

    branch: str
    name: str
    app_id: int | None
    classic: bool = False


@dataclass(slots=True, eq=False)
class Repository:
    """A repository; `path` is its bare git directory."""

    id: int
    owner: User
    name: str
    private: bool
    default_branch: str
    path: Path
    created_at: datetime
    pushed_at: datetime
    fork_of: "Repository | None" = None
    roles: dict[str, Role] = field(default_factory=dict)
    required_checks: list[RequiredCheck] = field(default_factory=list)
    former_names: set[str] = field(default_factory=set)
    last_number: int = 0
    deleted: bool = False

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner.login}/{self.name}"

    @property
    def strangers(self) -> Role:
        """Role of an account nobody gave a role to."""
        return Role.NONE if self.private else Role.READ

    def role_of(self, user: User) -> Role:
        """The live role of an account here."""
        if user is self.owner:
            return Role.ADMIN
        return self.roles.get(user.login, self.strangers)


@dataclass(slots=True, eq=False)
class Delivery:
    """One attempt to deliver one event to one App; `status_code` 0 and status not `OK`: nobody answered."""

    id: int
    guid: str
    app: App
    event: str
    action: str | None
    body: bytes
    headers: dict[str, str]
    delivered_at: datetime
    installation_id: int | None
    repository_id: int | None
    redelivery: bool = False
    status: str = "pending"
    status_code: int = 0
    duration: float = 0.0
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""


@dataclass(slots=True, eq=False)
class Token:
    """A credential: an installation's (expires, may be narrowed) or a person's (`user` set)."""

    value: str
    expires_at: datetime | None
    permissions: Permissions
    installation: Installation | None = None
    repository_ids: frozenset[int] | None = None
    user: User | None = None
