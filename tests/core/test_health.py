"""What `lintel doctor` makes of what it sees."""

from __future__ import annotations

import pytest

from app.core.gate.enforcement import Enforcement, Hold
from app.core.health import (
    Delivered,
    Examined,
    State,
    examine_deliveries,
    examine_events,
    examine_gate,
    examine_hook,
    examine_permissions,
    examine_queue,
    summarize,
)

PUBLIC = "https://lintel.example"
HOOK = f"{PUBLIC}/webhooks/github"


@pytest.mark.parametrize(
    ("granted", "state"),
    [
        ({"checks": "write", "contents": "read"}, State.WELL),
        ({"checks": "admin", "contents": "write", "more": "read"}, State.WELL),
        ({"checks": "read", "contents": "read"}, State.WRONG),
        ({"contents": "read"}, State.WRONG),
        ({"checks": "a level of next year", "contents": "read"}, State.WRONG),
    ],
)
def test_permissions_are_held_against_what_is_needed(granted: dict[str, str], state: State) -> None:
    found = examine_permissions("permissions", granted, {"checks": "write", "contents": "read"}, "grant them")
    assert found.state is state
    assert ("checks: write" in found.told) == (state is State.WRONG)


def test_an_event_that_is_not_subscribed_is_named() -> None:
    assert examine_events(["push"], ["push", "check_run"]).told == "not subscribed: check_run"
    assert examine_events(["push", "star"], ["push"]).state is State.WELL


@pytest.mark.parametrize(
    ("url", "insecure", "public_url", "state"),
    [
        (HOOK, False, PUBLIC, State.WELL),
        (HOOK, False, f"{PUBLIC}/", State.WELL),
        (HOOK, False, None, State.WELL),
        ("", False, None, State.WRONG),
        (HOOK, True, PUBLIC, State.WRONG),
        (f"{PUBLIC}.evil.example/webhooks/github", False, PUBLIC, State.WRONG),
    ],
)
def test_the_webhook_leads_here(url: str, *, insecure: bool, public_url: str | None, state: State) -> None:
    assert examine_hook(url, insecure=insecure, public_url=public_url).state is state


def test_deliveries_that_failed_and_jobs_that_nobody_does_are_wrong() -> None:
    assert examine_deliveries(Delivered(0, 0)).told == "none yet"
    assert examine_deliveries(Delivered(9, 0)).state is State.WELL
    assert examine_deliveries(Delivered(9, 1)).state is State.WRONG
    assert examine_queue(1, {"reviews": 3}).state is State.WELL
    assert examine_queue(0, {}).state is State.WRONG


@pytest.mark.parametrize("hold", Hold)
def test_a_gate_is_well_only_where_it_is_enforced(hold: Hold) -> None:
    found = examine_gate("octo/shop", "main", "lintel: main", Enforcement(hold, ("it is dark",)))
    expected = {Hold.ENFORCED: State.WELL, Hold.UNKNOWN: State.UNKNOWN}.get(hold, State.WRONG)
    assert found.state is expected
    assert bool(found.mend) == (expected is State.WRONG)


def test_a_shared_check_that_is_enforced_is_said_to_be_weaker() -> None:
    names = {
        name: examine_gate("octo/shop", "main", name, Enforcement(Hold.ENFORCED)) for name in ("lintel", "lintel: main")
    }
    assert {found.state for found in names.values()} == {State.WELL}
    assert "until Lintel has heard of it" in names["lintel"].told
    assert names["lintel: main"].told == "main requires lintel: main from this App"


def test_wrong_weighs_more_than_unseen() -> None:
    well, wrong, unknown = (Examined("part", state, "so") for state in State)
    assert summarize([well]) is State.WELL
    assert summarize([well, unknown]) is State.UNKNOWN
    assert summarize([unknown, wrong, well]) is State.WRONG
