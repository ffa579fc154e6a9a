"""The live facts of a pull request, read from GitHub; the policy comes from the tip of its base branch alone."""

from __future__ import annotations

from app.core.gate.policy import POLICY_PATH, Policy, PolicyFault, read_policy_bytes
from app.core.gate.snapshot import Snapshot
from app.core.job import ReviewJob
from app.core.text.yaml import MAX_BYTES
from app.github.client import GitHubClient
from app.github.errors import FileTooLarge, NotAFile, NotFound, Unprocessable
from app.github.payloads import Pull

NO_MERGE_BASE = ""
"""Stands for the merge base where base and head have no common ancestor."""


async def take_snapshot(client: GitHubClient, job: ReviewJob) -> Snapshot:
    """What is true now. Raises the errors of `app.github.errors`."""
    pull = await client.get_pull(job.number)
    base_sha, merge_base = await _bases(client, pull)
    author = pull.user
    return Snapshot(
        repository=pull.base.repo.full_name if pull.base.repo else client.full_name,
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
        # Without a common ancestor the base's tip is not known for certain, and no policy may soften that.
        policy=Policy() if merge_base == NO_MERGE_BASE else await _policy(client, base_sha),
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


async def _policy(client: GitHubClient, base_sha: str) -> Policy | PolicyFault:
    try:
        content = await client.get_content(POLICY_PATH, base_sha, most_bytes=MAX_BYTES)
    except NotAFile:
        return PolicyFault(POLICY_PATH, 1, 1, "it is no regular file")
    except FileTooLarge:
        return PolicyFault(POLICY_PATH, 1, 1, f"the file is larger than {MAX_BYTES // 1024} KiB")
    return read_policy_bytes(content)
