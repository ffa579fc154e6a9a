"""The live facts of a pull request, read from GitHub; the policy comes from the tip of its base branch alone."""

from __future__ import annotations

from app.core.gate.effective import Policies
from app.core.gate.policy import Policy
from app.core.gate.snapshot import Snapshot
from app.core.job import ReviewJob
from app.flows.pull_request.policies import read_policies
from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.errors import NotFound, Unprocessable
from app.github.payloads import Pull

NO_MERGE_BASE = ""
"""Stands for the merge base where base and head have no common ancestor."""


async def take_snapshot(app: GitHubApp, client: GitHubClient, job: ReviewJob) -> Snapshot:
    """What is true now. Raises the errors of `app.github.errors`."""
    pull = await client.get_pull(job.number)
    base_sha, merge_base = await _bases(client, pull)
    author = pull.user
    repository = pull.base.repo.full_name if pull.base.repo else client.full_name
    # Without a common ancestor the base's tip is not known for certain, and no policy may soften that.
    policies = Policies(Policy())
    if merge_base != NO_MERGE_BASE:
        policies = await read_policies(app, client, job.installation_id, repository.partition("/")[0], base_sha)
    return Snapshot(
        repository=repository,
        repository_id=job.repository_id,
        installation_id=job.installation_id,
        number=job.number,
        open=pull.open,
        draft=pull.draft,
        merged=pull.merged,
        author=author.login if author else "",
        author_is_bot=author is not None and author.type == "Bot",
        title=pull.title,
        body=pull.body or "",
        base_ref=pull.base.ref,
        base_sha=base_sha,
        head_sha=pull.head.sha,
        merge_base=merge_base,
        policy=policies.in_force,
        organisation=policies.organisation,
    )


async def _bases(client: GitHubClient, pull: Pull) -> tuple[str, str]:
    """The base branch's tip and the merge base. `pull.base.sha` is the tip as it was at the last push to the head.

    The tip is asked for by a name that only a branch can have: a tag called like the branch would bring its own
    policy. https://docs.github.com/en/rest/commits/commits#get-a-commit
    """
    try:
        tip = await client.get_commit(f"heads/{pull.base.ref}")
        comparison = await client.compare(tip.sha, pull.head.sha)
    except (NotFound, Unprocessable):
        return pull.base.sha, NO_MERGE_BASE
    return tip.sha, comparison.merge_base_commit.sha
