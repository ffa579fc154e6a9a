"""The table of webhook rules: which delivery makes which jobs. Pure; adding a rule is one function here.

A delivery is a hint: it may come late, twice or out of order, so no rule decides more than "look again at this".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from app.core.check_jobs import note_name, rerun, rerun_suite
from app.core.event import Event, SenderKind
from app.core.job import (
    CommandJob,
    ConversationJob,
    FeedbackJob,
    InstallationJob,
    Job,
    MergeGroupJob,
    PushJob,
    ReviewJob,
    place_of,
)
from app.core.report.button import FULL_REVIEW

Rule = Callable[[Event], list[Job]]

# Pushes come in bursts; a pull request that was just opened or changed in another way is looked at at once.
PUSH_DELAY_S: Final = 5.0

# GitHub sends these to every App unasked, and refuses a manifest that lists them.
UNASKED: Final = frozenset({"installation", "installation_repositories", "ping"})

# Wider than the commands' own grammar on purpose: whoever runs the job reads the comment as CommonMark.
_COMMAND_LINE = re.compile(r"(?:^|[\r\n])[ \t]*(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]+)*/lintel(?![^ \t\r\n])", re.ASCII)

# Rules on checks of other Apps; all others are on our own.
_OF_OTHERS: Final = frozenset({("check_run", "completed")})

# States of reviews that give or take an approval.
_DECIDING_REVIEWS: Final = frozenset({"approved", "changes_requested", "dismissed"})

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

    `app_id` is our own App's numeric id: of other Apps' check runs only those that look like ours are our business.
    """
    if _is_foreign(event, app_id) != ((event.name, event.action) in _OF_OTHERS):
        return []
    rule = _rules.get((event.name, event.action)) or _rules.get((event.name, None))
    return rule(event) if rule else []


def rules() -> Mapping[tuple[str, str | None], Rule]:
    """Every rule by event name and action (None: any other action)."""
    return MappingProxyType(_rules)


def subscribed_events() -> frozenset[str]:
    """The event names that the App's manifest must ask for."""
    return frozenset(name for name, _ in _rules) - UNASKED


def _is_foreign(event: Event, app_id: int) -> bool:
    """Whether the event is about another App's checks."""
    ours = [part.app_id == app_id for part in (event.check_run, event.check_suite) if part is not None]
    return not all(ours)


@on("pull_request", "opened", "reopened", "ready_for_review", "stacked")
def look_at_once(event: Event) -> list[Job]:
    """A pull request became something to review; or was put on a stack, which may have changed its base."""
    return _review(event)


@on("pull_request", "converted_to_draft")
def stop_at_once(event: Event) -> list[Job]:
    """A pull request ceased to be something to review: what runs for it ends now."""
    return _review(event, stops=True)


@on("pull_request", "closed")
def stop_and_ask(event: Event) -> list[Job]:
    """The same; and what people think of the comments is read for the last time, for GitHub sends nothing about it."""
    return [*_review(event, stops=True), *_read_feedback(event)]


@on("pull_request", "synchronize")
def look_after_the_burst(event: Event) -> list[Job]:
    """Commits were pushed, and often more follow."""
    return _review(event, delay_s=PUSH_DELAY_S)


@on("pull_request", "edited")
def look_at_another_base(event: Event) -> list[Job]:
    """A new base is another change on the same head, and no `synchronize` tells of it."""
    return _review(event, stops=True) if event.base_changed else []


@on("pull_request_review", "submitted", "dismissed", "edited")
def look_at_approvals(event: Event) -> list[Job]:
    """Somebody approved, or no longer does. Comments, ours among them, and what bots think decide nothing.

    Whether anybody asks for approvals is looked at later: where nobody does, the verdict that stands is left alone.
    """
    if event.review_state not in _DECIDING_REVIEWS:
        return []
    if event.sender_kind is not SenderKind.USER and event.action != "dismissed":
        return []
    return _review(event)


@on("check_run", "rerequested")
def run_again(event: Event) -> list[Job]:
    """Somebody pressed GitHub's own re-run button on our check; GitHub lets nobody without write access do so."""
    return rerun(event)


@on("check_run", "requested_action")
def read_in_full(event: Event) -> list[Job]:
    """A person pressed our button. GitHub shows it to whoever sees the check, so their role is looked at later."""
    if event.requested_action != FULL_REVIEW.identifier or event.sender_kind is not SenderKind.USER:
        return []
    return rerun(event, asked_by=event.sender)


@on("check_suite", "rerequested")
def run_all_again(event: Event) -> list[Job]:
    """Somebody pressed *Re-run all checks*."""
    return rerun_suite(event)


@on("check_run", "completed")
def note_forgery(event: Event) -> list[Job]:
    """Another App completed a check; one with a name of ours is noted."""
    return note_name(event)


@on("pull_request_review_comment", "created")
def obey_or_converse(event: Event) -> list[Job]:
    """A person wrote in a thread. What looks like a command may turn out to be none, and then it is conversation."""
    return [*obey(event), *converse(event)]


def converse(event: Event) -> list[Job]:
    """A person answered in a thread, of whomever it is."""
    place = place_of(event)
    if place is None or event.comment is None:
        return []
    if event.sender_kind is not SenderKind.USER or not event.comment.answers or not event.comment.body.strip():
        return []
    return [
        ConversationJob(
            **place,
            number=event.comment.pull_number,
            comment_id=event.comment.id,
        )
    ]


@on("issue_comment", "created")
def obey(event: Event) -> list[Job]:
    """A person wrote a new comment with a command. Edited ones never count: others than the author can edit."""
    place = place_of(event)
    if place is None or event.comment is None:
        return []
    if event.sender_kind is not SenderKind.USER or not _COMMAND_LINE.search(event.comment.body):
        return []
    return [
        CommandJob(
            **place,
            number=event.comment.pull_number,
            comment_id=event.comment.id,
            thread=event.comment.thread,
        )
    ]


@on("push")
def look_at_what_decides(event: Event) -> list[Job]:
    """A branch moved: it may be a base, and policy or owners may have changed on it."""
    place = place_of(event)
    if place is None or event.push is None:
        return []
    return [
        PushJob(
            **place,
            branch=event.push.branch,
            before=event.push.before,
            forced=event.push.forced,
        )
    ]


@on("merge_group", "checks_requested")
def judge_group(event: Event) -> list[Job]:
    """The merge queue made a group, and waits for the check on its head."""
    return _judge_group(event)


@on("merge_group", "destroyed")
def leave_group(event: Event) -> list[Job]:
    """A group was merged, or is no longer wanted: what runs for it ends now."""
    return _judge_group(event, stops=True)


@on("installation")
@on("installation_repositories")
@on("repository", "transferred", "renamed")
def read_installation_again(event: Event) -> list[Job]:
    """Installed, removed, suspended, given other repositories or permissions, or a repository's owner or name."""
    if event.installation_id is None:
        return []
    return [
        InstallationJob(installation_id=event.installation_id, action=event.action or "", account=event.account or "")
    ]


@on("ping")
def answer_ping(_event: Event) -> list[Job]:
    """GitHub tries the webhook's address; that it was answered is all."""
    return []


def _judge_group(event: Event, *, stops: bool = False) -> list[Job]:
    group, place = event.merge_group, place_of(event)
    if place is None or group is None:
        return []
    return [
        MergeGroupJob(
            **place,
            head_sha=group.head_sha,
            head_ref=group.head_ref,
            base_sha=group.base_sha,
            base_ref=group.base_ref,
            stops=stops,
        )
    ]


def _read_feedback(event: Event) -> list[Job]:
    place = place_of(event)
    if place is None or event.pull_request is None:
        return []
    return [
        FeedbackJob(
            **place,
            number=event.pull_request.number,
        )
    ]


def _review(event: Event, *, delay_s: float = 0.0, stops: bool = False) -> list[Job]:
    place = place_of(event)
    if place is None or event.pull_request is None:
        return []
    return [
        ReviewJob(
            **place,
            number=event.pull_request.number,
            head_sha=event.pull_request.head_sha,
            delay_s=delay_s,
            stops=stops,
        )
    ]
