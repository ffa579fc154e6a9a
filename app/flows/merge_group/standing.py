"""What the verdicts of a group's members are worth: each is taken only where it is on exactly what is merged."""

from __future__ import annotations

import logging

from app.core.change.sameness import change_alike
from app.core.gate.group import Member, Part, Standing, merged_head
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import Conclusion
from app.core.job import MergeGroupJob
from app.flows.merge_group.members import Membership
from app.flows.pull_request.forge import GitHubServices
from app.repo.fetch_faults import CannotFetchError
from app.repo.git import GitError
from app.repo.inventory import InventoryUnreadableError
from app.repo.mirror import Origin
from app.repo.patch import read_patch
from app.store.records import merge_groups
from app.store.records.review_rows import ReviewRow, ReviewState

_log = logging.getLogger(__name__)


async def weigh_members(
    services: GitHubServices, job: MergeGroupJob, snapshot: Snapshot, membership: Membership
) -> tuple[Member, ...]:
    """Each member with what its own verdict says, in the group's order."""
    return tuple([await _weigh(services, job, snapshot, membership, part) for part in membership.parts])


async def _weigh(
    services: GitHubServices, job: MergeGroupJob, snapshot: Snapshot, membership: Membership, part: Part
) -> Member:
    name = f"Pull request {part.number}"
    head = merged_head(part, membership.commits)
    if head is not None and head != part.offered_sha:
        return _member(part, Standing.BLOCKED, f"{name} was pushed to since it was queued.")
    async with services.database.transaction() as connection:
        review = await merge_groups.find_newest_review(connection, job.repository_id, part.number)
        overrider = await merge_groups.find_overrider(connection, review) if review is not None else None
    if review is None or not _is_of(review, part, snapshot):
        return _member(part, Standing.AWAITED, f"{name} has no verdict yet on {part.offered_sha[:12]}.")
    if review.conclusion != Conclusion.SUCCESS:
        words = f"{name} did not pass: {review.conclusion} on {part.offered_sha[:12]}."
        return _member(part, Standing.BLOCKED, words, review)
    passed = f"{name} passed at {part.offered_sha[:12]}" + (f", overridden by {overrider}" if overrider else "")
    if head is not None:
        return _member(part, Standing.PASSED, f"{passed}.", review)
    if await _is_same_change(services, job, snapshot, part, review):
        return _member(
            part, Standing.PASSED, f"{passed}; the queue's commits make the same change.", review, rebased=True
        )
    return _member(part, Standing.CHANGED, f"{name} is another change here than the one that passed.", review)


def _is_of(review: ReviewRow, part: Part, snapshot: Snapshot) -> bool:
    """Whether GitHub shows this verdict for the head that is offered, under the policy of the group's base."""
    key = review.key
    shown = review.state is ReviewState.FINISHED and review.published_at is not None
    offered = (part.offered_sha, snapshot.base_ref, snapshot.policy.digest)
    return shown and (key.head_sha, key.base_ref, key.policy_digest) == offered


async def _is_same_change(
    services: GitHubServices, job: MergeGroupJob, snapshot: Snapshot, part: Part, review: ReviewRow
) -> bool:
    """Whether the member's part of the group is the change that was reviewed; False where that cannot be told."""
    token = await services.app.get_git_token(job.installation_id, job.repository_id)
    origin = Origin(
        repository_id=job.repository_id,
        clone_url=f"{services.links.github_url}/{snapshot.repository}.git",
        token=token.get_secret_value(),
    )
    reviewed = (review.key.merge_base, review.key.head_sha)
    try:
        store = await services.mirrors.fetch(origin, merge_base=part.base_sha, head=part.head_sha, others=reviewed)
        here = await read_patch(store, part.base_sha, part.head_sha, renames=False)
        there = await read_patch(store, *reviewed, renames=False)
    except (CannotFetchError, GitError, InventoryUnreadableError) as error:
        _log.warning("%s: pull request %d cannot be compared with its part: %s", job.key, part.number, error)
        return False
    return change_alike(here, there)


def _member(
    part: Part, standing: Standing, reason: str, review: ReviewRow | None = None, *, rebased: bool = False
) -> Member:
    return Member(
        number=part.number,
        head_sha=part.offered_sha,
        standing=standing,
        reason=reason,
        review=str(review.id) if review is not None else "",
        rebased=rebased,
    )
