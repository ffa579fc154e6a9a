"""The merge queue, as far as an App sees it: groups on branches of their own, to be checked and then merged or dropped.

Entries stand one on another: the base of each is the head of the one before it. GitHub tells of a group when its checks
are wanted and when it is over, and removes whoever is pushed to.
https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
"""

from collections.abc import Sequence
from typing import Literal

from app.hub import branches, checks, git
from app.hub.accounts import Json, Repository, User
from app.hub.branches import combine, land
from app.hub.events import Hub, announce
from app.hub.pulls import base_tip
from app.hub.refusals import RefusedError
from app.hub.state import MergeGroup, PullRequest, QueueEntry
from app.hub.views import show_commit

Method = Literal["MERGE", "SQUASH", "REBASE"]
Reason = Literal["merged", "invalidated", "dequeued"]
_METHODS: dict[Method, branches.Method] = {"MERGE": "merge", "SQUASH": "squash", "REBASE": "rebase"}


def request_checks(hub: Hub, pulls: Sequence[PullRequest], sender: User, method: Method = "MERGE") -> MergeGroup:
    """Make one group of these pull requests, in this order, and ask for its checks.

    Raises git.GitFailedError or RefusedError on a conflict.
    """
    first, last = pulls[0], pulls[-1]
    path, tip = first.repository.path, _last_head(hub, first) or base_tip(first)
    base, entries = tip, list[QueueEntry]()
    for pull in pulls:
        head = combine(hub, pull, tip, sender, _METHODS[method])
        entries.append(QueueEntry(hub.state.next_id(), pull, sender, pull.head_sha, tip, head, hub.clock()))
        tip = head
    branch = f"gh-readonly-queue/{first.base_ref}/pr-{last.number}-{base}"
    git.point(path, f"refs/heads/{branch}", tip)
    group = MergeGroup(first.repository, first.base_ref, base, tip, branch, entries)
    hub.state.merge_groups.append(group)
    announce(hub, "merge_group", "checks_requested", first.repository, sender, {"merge_group": _show(hub, group)})
    return group


def proceed(hub: Hub, group: MergeGroup) -> str:
    """What the queue does by itself: merge a group whose required checks passed, drop one whose checks failed.

    What is in the way, in GitHub's words; empty where it was merged.
    """
    runs = checks.latest(hub.state.check_runs_of(group.repository, group.head_sha))
    lacking = checks.find_lacking(group.repository, group.base_ref, runs)
    if lacking is not None:
        if lacking.endswith("is failing."):
            destroy(hub, group, "dequeued")
        return lacking
    for entry in group.entries:
        land(hub, entry.pull, entry.base_sha, entry.head_sha, entry.enqueuer)
    destroy(hub, group, "merged")
    return ""


def destroy(hub: Hub, group: MergeGroup, reason: Reason) -> None:
    """The group is over: its branch goes, and whoever asked for its checks is told."""
    if group not in hub.state.merge_groups:
        raise RefusedError(422, "The merge group does not exist.")
    hub.state.merge_groups.remove(group)
    git.point(group.repository.path, f"refs/heads/{group.branch}", None)
    parts: Json = {"merge_group": _show(hub, group), "reason": reason}
    announce(hub, "merge_group", "destroyed", group.repository, group.entries[-1].enqueuer, parts)


def drop_moved(hub: Hub) -> None:
    """A pull request that was pushed to, closed or given another base leaves the queue, and its group goes with it."""
    for group in list(hub.state.merge_groups):
        left = [
            entry.pull.head_sha != entry.queued_sha
            or entry.pull.state == "closed"
            or entry.pull.base_ref != group.base_ref
            for entry in group.entries
        ]
        if any(left):
            destroy(hub, group, "dequeued")


def entries_of(hub: Hub, repository: Repository, branch: str) -> list[QueueEntry]:
    """What waits to be merged into a branch, first come first."""
    groups = (group for group in hub.state.merge_groups if (group.repository, group.base_ref) == (repository, branch))
    return [entry for group in groups for entry in group.entries]


def _last_head(hub: Hub, pull: PullRequest) -> str | None:
    waiting = entries_of(hub, pull.repository, pull.base_ref)
    return waiting[-1].head_sha if waiting else None


def _show(hub: Hub, group: MergeGroup) -> Json:
    enqueuer, tip = group.entries[-1].enqueuer, git.read_commit(group.repository.path, group.head_sha)
    commit = show_commit(hub.url, group.repository, tip, enqueuer)
    return {
        "head_sha": group.head_sha,
        "head_ref": f"refs/heads/{group.branch}",
        "base_sha": group.base_sha,
        "base_ref": f"refs/heads/{group.base_ref}",
        "head_commit": commit["commit"] | {"id": group.head_sha, "timestamp": commit["commit"]["author"]["date"]},
    }
