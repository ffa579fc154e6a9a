"""A group's members as they are now, and those of them that hold it up."""

from __future__ import annotations

from app.core.gate.group import Member, Standing
from app.core.gate.snapshot import Snapshot
from app.core.job import MergeGroupJob
from app.flows.merge_group.members import Membership, Traced, find_members
from app.flows.merge_group.standing import weigh_members, weigh_traced
from app.flows.pull_request.forge import GitHubServices
from app.github.client import GitHubClient

_HOLDS_UP = (Standing.BLOCKED, Standing.AWAITED)


async def weigh_found(
    services: GitHubServices,
    client: GitHubClient,
    job: MergeGroupJob,
    snapshot: Snapshot,
    found: Membership | Traced,
) -> tuple[Member, ...]:
    """Each that is known of the group, with what its own verdict says."""
    if isinstance(found, Traced):
        return await weigh_traced(services, client, job, snapshot, found)
    return await weigh_members(services, client, job, snapshot, found)


async def find_held(
    services: GitHubServices, client: GitHubClient, job: MergeGroupJob, snapshot: Snapshot
) -> tuple[Member, ...]:
    """The members that hold the group up now. Raises the errors of `app.github.errors` that pass."""
    found = await find_members(services.app, client, job)
    members = await weigh_found(services, client, job, snapshot, found)
    return tuple(member for member in members if member.standing in _HOLDS_UP)
