"""Who pushed a change: told by GitHub's deliveries, where a commit's own names can be anybody's. Pure.

What no delivery told, nobody knows: then it is said that somebody is missing, and who that is entitles nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from app.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """Somebody moved a branch from `before` (empty: nothing known was there) to `sha`.

    `number` is the pull request whose head moved; 0 where a push to a branch of the repository told it.
    """

    repository_id: int
    number: int
    sha: str
    before: str
    user_id: int


@dataclass(frozen=True, slots=True)
class Pushers:
    """The accounts that pushed a change; `complete`: nobody is missing."""

    ids: frozenset[int]
    complete: bool


NOBODY_TOLD: Final = Pushers(frozenset(), complete=False)


def pushes_of(event: Event) -> tuple[Push, ...]:
    """What a delivery tells of pushes.

    A fork's own pushes are not told. What it holds when it is offered counts as pushed by its owner and by who opens.
    """
    pull = event.pull_request
    if event.repository is None or event.sender_id is None:
        return ()
    if event.name == "push" and event.push is not None and event.push.after:
        before = event.push.before if event.push.before.strip("0") else ""
        return _tell(event, 0, event.push.after, before, {event.sender_id})
    if event.name != "pull_request" or pull is None:
        return ()
    if event.action == "synchronize" and pull.before:
        return _tell(event, pull.number, pull.head_sha, pull.before, {event.sender_id})
    if event.action == "opened" and pull.from_fork:
        who = {event.sender_id} | ({pull.fork_owner} if pull.fork_owner is not None else set())
        return _tell(event, pull.number, pull.head_sha, "", who)
    return ()


def _tell(event: Event, number: int, sha: str, before: str, who: Iterable[int]) -> tuple[Push, ...]:
    repository_id = event.repository.id if event.repository else 0
    return tuple(
        Push(repository_id=repository_id, number=number, sha=sha, before=before, user_id=one) for one in sorted(who)
    )


def find_pushers(pushes: Iterable[Push], commits: Collection[str], head_sha: str) -> Pushers:
    """Who pushed the commits of a pull request, from those that led to its head, and all who ever moved that head.

    `pushes` are those of its own number and those to any of its commits. Each is followed back to what was there
    before it; one that is not known, though a commit of the change was there, leaves somebody out.
    """
    known: dict[str, list[Push]] = {}
    ids: set[int] = set()
    for push in pushes:
        known.setdefault(push.sha, []).append(push)
        ids.add(push.user_id)
    waiting, looked_at, complete = [head_sha], {head_sha}, True
    while waiting:
        led_here = known.get(waiting.pop(), [])
        complete = complete and bool(led_here)
        earlier = {push.before for push in led_here if push.before in commits} - looked_at
        looked_at |= earlier
        waiting += earlier
    return Pushers(frozenset(ids), complete)
