"""The live facts of a group: whether it is still wanted, and what its change is bound to."""

from __future__ import annotations

from app.core.gate.snapshot import Snapshot
from app.core.job import MergeGroupJob
from app.flows.pull_request.policies import read_policies
from app.flows.pull_request.snapshot import NO_MERGE_BASE
from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.errors import NotFound, Unprocessable


async def is_standing(client: GitHubClient, job: MergeGroupJob) -> bool:
    """Whether GitHub still has the group: its branch goes with it."""
    try:
        return (await client.get_commit(f"heads/{job.head_ref}")).sha == job.head_sha
    except (NotFound, Unprocessable):
        return False


async def take_group_snapshot(app: GitHubApp, client: GitHubClient, job: MergeGroupJob) -> Snapshot:
    """The group as a change without a pull request. The policy is that of what it stands on, not what it brings."""
    try:
        merge_base = (await client.compare(job.base_sha, job.head_sha)).merge_base_commit.sha
    except (NotFound, Unprocessable):
        merge_base = NO_MERGE_BASE
    owner = client.full_name.partition("/")[0]
    policies = await read_policies(app, client, job.installation_id, owner, job.base_sha)
    return Snapshot(
        repository=client.full_name,
        repository_id=job.repository_id,
        installation_id=job.installation_id,
        number=0,
        open=True,
        draft=False,
        merged=False,
        author="",
        author_is_bot=False,
        title="",
        base_ref=job.base_ref,
        base_sha=job.base_sha,
        head_sha=job.head_sha,
        merge_base=merge_base,
        policy=policies.in_force,
        organisation=policies.organisation,
    )
