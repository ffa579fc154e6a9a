"""What GitHub's REST API answers to the App itself: its installations, tokens and webhook deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field, SecretStr

from app.github.payloads import Account, Answer, Repository


class App(Answer):
    """Our own App, as GitHub has it."""

    id: int
    slug: str | None = None
    name: str
    client_id: str | None = None
    owner: Account | None = None
    html_url: str = ""
    permissions: dict[str, str] = Field(default_factory=dict)
    events: tuple[str, ...] = ()


class Installation(Answer):
    """The App on one account. `suspended_at` is set while it may do nothing."""

    id: int
    account: Account | None = None
    repository_selection: str = "selected"
    permissions: dict[str, str] = Field(default_factory=dict)
    events: tuple[str, ...] = ()
    suspended_at: datetime | None = None


class InstallationToken(Answer):
    """A token; it lives for an hour and may be more than 500 characters long."""

    token: SecretStr
    expires_at: datetime
    permissions: dict[str, str] = Field(default_factory=dict)
    repositories: tuple[Repository, ...] | None = None


class HookConfig(Answer):
    """Where GitHub delivers the App's webhooks to."""

    url: str = ""
    content_type: str = ""
    insecure_ssl: str | float = "0"


class HookDelivery(Answer):
    """One attempt of GitHub to deliver a webhook; attempts of the same delivery share `guid`."""

    id: int
    guid: str
    delivered_at: datetime
    redelivery: bool = False
    status: str = ""
    status_code: int = 0
    event: str
    action: str | None = None
    installation_id: int | None = None
    repository_id: int | None = None

    @property
    def succeeded(self) -> bool:
        """Whether we answered it with 2xx."""
        return 200 <= self.status_code < 300


class HookRequest(Answer):
    """What GitHub sent."""

    headers: dict[str, str] = Field(default_factory=dict)
    payload: dict[str, object] = Field(default_factory=dict)


class HookDeliveryDetail(HookDelivery):
    """A delivery with what was sent."""

    request: HookRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class HookDeliveries:
    """A page of deliveries, newest first. `cursor` asks for the next; None: this was the last."""

    deliveries: tuple[HookDelivery, ...]
    cursor: str | None
