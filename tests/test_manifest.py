from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from app.events import UNASKED, subscribed_events
from app.github.auth import GIT, METADATA, QUEUE, READ, WRITE

MANIFEST: dict[str, Any] = yaml.safe_load((Path(__file__).parent.parent / "app.yml").read_text(encoding="utf-8"))
LEVELS = ["none", "read", "write"]
# What GitHub wants granted before an App may subscribe to an event.
EVENT_NEEDS = {
    "check_run": "checks",
    "check_suite": "checks",
    "issue_comment": "issues",
    "merge_group": "merge_queues",
    "pull_request": "pull_requests",
    "pull_request_review": "pull_requests",
    "pull_request_review_comment": "pull_requests",
    "push": "contents",
    "repository": "metadata",
}


def test_the_manifest_asks_for_the_events_of_the_table() -> None:
    assert MANIFEST["default_events"] == sorted(subscribed_events())
    assert not UNASKED & set(MANIFEST["default_events"])


def test_each_event_has_the_permission_github_wants_for_it() -> None:
    for event in MANIFEST["default_events"]:
        assert MANIFEST["default_permissions"][EVENT_NEEDS[event]] in {"read", "write"}


@pytest.mark.parametrize("wanted", [READ, WRITE, GIT, METADATA, QUEUE])
def test_the_manifest_grants_what_our_tokens_ask_for(wanted: dict[str, str]) -> None:
    granted = MANIFEST["default_permissions"]
    for permission, level in wanted.items():
        assert LEVELS.index(granted[permission]) >= LEVELS.index(level)


def test_the_manifest_asks_for_nothing_more() -> None:
    used = {
        permission: max((tokens.get(permission, "none") for tokens in (READ, WRITE, GIT, QUEUE)), key=LEVELS.index)
        for permission in {*READ, *WRITE, *GIT, *QUEUE}
    }
    assert MANIFEST["default_permissions"] == used


def test_the_app_is_private_and_has_what_github_requires() -> None:
    assert MANIFEST["public"] is False
    assert MANIFEST["name"] == "Lintel"
    assert MANIFEST["url"].startswith("https://")
    assert MANIFEST["hook_attributes"]["url"].endswith("/webhooks/github")
