"""The table of webhook rules: which delivery makes which jobs. Pure; adding a rule is one function here.

A delivery is a hint: it may come late, twice or out of order, so no rule decides more than "look again at this".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from app.core.event import Event, SenderKind
from app.core.job import CommandJob, InstallationJob, Job, RerunJob, ReviewJob

Rule = Callable[[Event], list[Job]]

# Pushes come in bursts; a pull request that was just opened or changed in another way is looked at at once.
PUSH_DELAY_S: Final = 5.0

# GitHub sends these to every App unasked, and refuses a manifest that lists them.
UNASKED: Final = frozenset({"installation", "installation_repositories", "ping"})

# Wider than the commands' own grammar on purpose: whoever runs the job reads the comment as CommonMark.
_COMMAND_LINE = re.compile(r"(?:^|[\r\n])[ \t]*(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]+)*/lintel(?![^ \t\r\n])", re.ASCII)

_rules: dict[tuple[str, str | None], Rule] = {}


def on(name: str, *actions: str) -> Callable[[Rule], Rule]:
    """Register a rule for an event's actions; with no action named, for all that have no rule of their own."""

    def register(rule: Rule) -> Rule:
        for action in actions or (None,):
            if (name, action) in _rules:
                raise ValueError(f"two rules for {name} {action}")
            _rules[name, action] = rule
        return rule

    return register


def jobs_for(event: Event, app_id: int) -> list[Job]:
    """The jobs that a delivery asks for; `[]` means it is ignored. Never raises, whatever the event.

    `app_id` is our own App's numeric id: check runs of other Apps are none of our business.
    """
    if event.check_run is not None and event.check_run.app_id != app_id:
        return []
    rule = _rules.get((event.name, event.action)) or _rules.get((event.name, None))
    return rule(event) if rule else []


def rules() -> Mapping[tuple[str, str | None], Rule]:
    """Every rule by event name and action (None: any other action)."""
    return MappingProxyType(_rules)


def subscribed_events() -> frozenset[str]:
    """The event names that the App's manifest must ask for."""
    return frozenset(name for name, _ in _rules) - UNASKED


@on("pull_request", "opened", "reopened", "ready_for_review")
def look_at_once(event: Event) -> list[Job]:
    """A pull request became something to review."""
    return _review(event)


@on("pull_request", "closed", "converted_to_draft")
def stop_at_once(event: Event) -> list[Job]:
    """A pull request ceased to be something to review: what runs for it ends now."""
    return _review(event, stops=True)


@on("pull_request", "synchronize")
def look_after_the_burst(event: Event) -> list[Job]:
    """Commits were pushed, and often more follow."""
    return _review(event, delay_s=PUSH_DELAY_S)


@on("pull_request", "edited")
def look_at_another_base(event: Event) -> list[Job]:
    """A new base is another change on the same head, and no `synchronize` tells of it."""
    return _review(event, stops=True) if event.base_changed else []


@on("check_run", "rerequested")
def run_again(event: Event) -> list[Job]:
    """Somebody pressed GitHub's own re-run button on our check."""
    if event.installation_id is None or event.repository is None or event.check_run is None:
        return []
    return [
        RerunJob(
            installation_id=event.installation_id,
            repository_id=event.repository.id,
            repository=event.repository.full_name,
            head_sha=event.check_run.head_sha,
            check_run_id=event.check_run.id,
            external_id=event.check_run.external_id,
            numbers=event.check_run.pull_numbers,
        )
    ]


@on("issue_comment", "created")
@on("pull_request_review_comment", "created")
def obey(event: Event) -> list[Job]:
    """A person wrote a new comment with a command. Edited ones never count: others than the author can edit."""
    if event.installation_id is None or event.repository is None or event.comment is None:
        return []
    if event.sender_kind is not SenderKind.USER or not _COMMAND_LINE.search(event.comment.body):
        return []
    return [
        CommandJob(
            installation_id=event.installation_id,
            repository_id=event.repository.id,
            repository=event.repository.full_name,
            number=event.comment.pull_number,
            comment_id=event.comment.id,
            thread=event.comment.thread,
        )
    ]


@on("installation")
@on("installation_repositories")
def read_installation_again(event: Event) -> list[Job]:
    """Installed, removed, suspended, given other repositories or permissions."""
    if event.installation_id is None:
        return []
    return [
        InstallationJob(installation_id=event.installation_id, action=event.action or "", account=event.account or "")
    ]


@on("ping")
def answer_ping(_event: Event) -> list[Job]:
    """GitHub tries the webhook's address; that it was answered is all."""
    return []


def _review(event: Event, *, delay_s: float = 0.0, stops: bool = False) -> list[Job]:
    if event.installation_id is None or event.repository is None or event.pull_request is None:
        return []
    return [
        ReviewJob(
            installation_id=event.installation_id,
            repository_id=event.repository.id,
            repository=event.repository.full_name,
            number=event.pull_request.number,
            head_sha=event.pull_request.head_sha,
            delay_s=delay_s,
            stops=stops,
        )
    ]
