"""Which App hears of what: builds a payload for each installation concerned and hands it to the courier."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.hub.accounts import App, Installation, Json, Permissions, Repository, User
from app.hub.courier import Courier
from app.hub.state import State
from app.hub.views import node_id, show_organization, show_repository, show_user

NEEDED = {
    "check_run": "checks",
    "check_suite": "checks",
    "issue_comment": "issues",
    "merge_group": "merge_queues",
    "pull_request": "pull_requests",
    "pull_request_review": "pull_requests",
    "pull_request_review_comment": "pull_requests",
    "pull_request_review_thread": "pull_requests",
    "push": "contents",
    "repository": "metadata",
}
"""Permission without which an event can be neither subscribed to nor heard."""

AUTOMATIC = {"check_run": {"rerequested", "requested_action"}, "check_suite": {"requested", "rerequested"}}
"""Sent to the App concerned without subscription, given `checks: write`."""


class UnsupportedEventsError(ValueError):
    """An App asked for events its permissions do not cover."""


@dataclass(slots=True)
class Hub:
    """The world's state with what acts on it. `url` is where this GitHub is reached, without a slash."""

    state: State
    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]
    courier: Courier
    url: str = "http://127.0.0.1"


def check_events(permissions: Permissions, events: frozenset[str]) -> None:
    """Raise UnsupportedEventsError, in GitHub's words, where an event lacks its permission."""
    wrong = sorted(event for event in events if NEEDED.get(event, "") not in permissions)
    if wrong:
        raise UnsupportedEventsError(f"Default events are not supported by permissions: {', '.join(wrong)}")


def hears(installation: Installation, event: str, action: str | None, owner: App | None) -> bool:
    """Whether an event goes to an installation. `owner`: the App whose check it is about."""
    if installation.suspended_at is not None:
        return False
    app, granted = installation.app, installation.permissions
    if action in AUTOMATIC.get(event, ()):
        return app is owner and granted.get("checks") == "write"
    return event in app.events and NEEDED[event] in granted


def announce(
    hub: Hub,
    event: str,
    action: str | None,
    repository: Repository,
    sender: User,
    parts: Json,
    owner: App | None = None,
) -> None:
    """Tell every App that hears it. `parts` are the event's own keys of the payload."""
    for installation in list(hub.state.installations_on(repository)):
        if not hears(installation, event, action, owner):
            continue
        payload: Json = {} if action is None else {"action": action}
        payload |= parts | {"repository": show_repository(hub.url, repository)}
        if repository.owner.type == "Organization":
            payload["organization"] = show_organization(hub.url, repository.owner)
        payload |= {"sender": show_user(hub.url, sender), "installation": _name(installation)}
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        hub.courier.send(installation.app, event, action, body, (installation.id, repository.id))


def announce_installation(
    hub: Hub, event: str, action: str, installation: Installation, sender: User, parts: Json
) -> None:
    """Tell an App of its own installation: never subscribed to, always sent."""
    payload = {"action": action, **parts, "sender": show_user(hub.url, sender)}
    if installation.account.type == "Organization":
        payload["organization"] = show_organization(hub.url, installation.account)
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    hub.courier.send(installation.app, event, action, body, (installation.id, None))


def _name(installation: Installation) -> Json:
    return {"id": installation.id, "node_id": node_id("I", installation.id)}
