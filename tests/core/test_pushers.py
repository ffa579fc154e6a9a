"""Who pushed a change, from what deliveries tell."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.event import Event, PullRequestRef, PushRef, RepositoryRef
from app.core.people.pushers import Push, Pushers, find_pushers, pushes_of

ADA, BOB, EVE = 1, 2, 3
ONE, TWO, THREE = "1" * 40, "2" * 40, "3" * 40
ZEROS = "0" * 40


def a_push(sha: str, before: str, by: int, number: int = 0) -> Push:
    return Push(repository_id=9, number=number, sha=sha, before=before, user_id=by)


def an_event(name: str, action: str | None = None, **parts: Any) -> Event:
    repository = RepositoryRef(id=9, full_name="acme/site")
    return Event(
        **({"name": name, "action": action, "delivery": "g", "repository": repository, "sender_id": ADA} | parts)
    )


def a_pull(**changes: Any) -> PullRequestRef:
    values: dict[str, Any] = {"number": 5, "head_sha": TWO, "base_ref": "main", "draft": False, "open": True}
    return PullRequestRef(**(values | changes))


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (an_event("push", push=PushRef(branch="x", before=ZEROS, after=ONE)), [a_push(ONE, "", ADA)]),
        (an_event("push", push=PushRef(branch="x", before=ONE, after=TWO)), [a_push(TWO, ONE, ADA)]),
        (an_event("push", push=PushRef(branch="x", before=ONE)), []),
        (an_event("push"), []),
        (an_event("push", push=PushRef(branch="x", before=ONE, after=TWO), sender_id=None), []),
        (an_event("pull_request", "synchronize", pull_request=a_pull(before=ONE)), [a_push(TWO, ONE, ADA, 5)]),
        (an_event("pull_request", "synchronize", pull_request=a_pull()), []),
        (an_event("pull_request", "opened", pull_request=a_pull()), []),
        (
            an_event("pull_request", "opened", pull_request=a_pull(from_fork=True, fork_owner=BOB)),
            [a_push(TWO, "", ADA, 5), a_push(TWO, "", BOB, 5)],
        ),
        (an_event("pull_request", "opened", pull_request=a_pull(from_fork=True)), [a_push(TWO, "", ADA, 5)]),
        (an_event("pull_request", "reopened", pull_request=a_pull(from_fork=True, fork_owner=BOB)), []),
    ],
)
def test_what_a_delivery_tells_of_pushes(event: Event, told: list[Push]) -> None:
    assert list(pushes_of(event)) == told


@pytest.mark.parametrize(
    ("pushes", "who"),
    [
        ([a_push(THREE, "", ADA)], Pushers(frozenset({ADA}), complete=True)),
        ([a_push(TWO, "", ADA), a_push(THREE, TWO, EVE)], Pushers(frozenset({ADA, EVE}), complete=True)),
        ([a_push(THREE, TWO, EVE)], Pushers(frozenset({EVE}), complete=False)),
        ([a_push(TWO, "", ADA)], Pushers(frozenset({ADA}), complete=False)),
        ([a_push(THREE, "9" * 40, ADA)], Pushers(frozenset({ADA}), complete=True)),
        ([a_push(THREE, "", ADA), a_push(THREE, ONE, BOB)], Pushers(frozenset({ADA, BOB}), complete=False)),
        (
            [a_push("9" * 40, ONE, EVE, 5), a_push(THREE, "9" * 40, ADA, 5)],
            Pushers(frozenset({ADA, EVE}), complete=True),
        ),
        ([a_push(THREE, THREE, ADA)], Pushers(frozenset({ADA}), complete=True)),
        ([], Pushers(frozenset(), complete=False)),
    ],
    ids=[
        "all at once",
        "one after the other",
        "an earlier one is not known",
        "the last one is not known",
        "onto the base",
        "one of two ways is not known",
        "a head that was force-pushed away",
        "onto itself",
        "nothing is known",
    ],
)
def test_pushes_are_followed_back_to_what_was_there_before(pushes: list[Push], who: Pushers) -> None:
    assert find_pushers(pushes, [ONE, TWO, THREE], THREE) == who


STEPS = st.lists(st.tuples(st.sampled_from([ADA, BOB, EVE]), st.booleans()), min_size=1, max_size=12)


@given(STEPS)
def test_a_delivery_that_never_came_is_missed_and_nobody_else_is(steps: list[tuple[int, bool]]) -> None:
    commits = [f"{number:040x}" for number in range(1, len(steps) + 1)]
    pushes = [
        a_push(sha, before, by)
        for sha, before, (by, heard) in zip(commits, ["", *commits], steps, strict=False)
        if heard
    ]
    found = find_pushers(pushes, commits, commits[-1])
    assert found.complete == all(heard for _, heard in steps)
    assert found.ids == {by for by, heard in steps if heard}
