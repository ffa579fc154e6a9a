"""What the verdicts of a group's members are worth: each is taken only where it is on exactly what is merged."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from app.core.change.sameness import change_alike
from app.core.gate.group import Member, Part, Standing, merged_head, stand
from app.core.gate.policy import Policy
from app.core.gate.sharing import count_offers, name_checks
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import Conclusion, Situation, Verdict, share
from app.core.job import MergeGroupJob, review_of
from app.flows.merge_group.members import Membership, Traced
from app.flows.pull_request.forge import GitHubServices
from app.flows.pull_request.sharing import find_offered
from app.github.client import GitHubClient
from app.repo.fetch_faults import CannotFetchError
from app.repo.git import GitError
from app.repo.inventory import InventoryUnreadableError
from app.repo.mirror import Origin
from app.repo.patch import read_patch
from app.store.records import merge_groups, offers
from app.store.records.review_rows import ReviewRow, ReviewState

_log = logging.getLogger(__name__)


async def weigh_members(
    services: GitHubServices, client: GitHubClient, job: MergeGroupJob, snapshot: Snapshot, membership: Membership
) -> tuple[Member, ...]:
    """Each member with what its own verdict says, in the group's order."""
    weighed = [await _weigh(services, job, snapshot, membership, part) for part in membership.parts]
    return await _weigh_all_shared(services, client, job, snapshot, weighed)


async def weigh_traced(
    services: GitHubServices, client: GitHubClient, job: MergeGroupJob, snapshot: Snapshot, traced: Traced
) -> tuple[Member, ...]:
    """Each that the group's commits tell of with what its own verdict on the head that it offers says, by number."""
    found = [await _look_up(services, job, snapshot, number, sha) for number, sha in sorted(traced.heads.items())]
    return await _weigh_all_shared(services, client, job, snapshot, [member for member, _ in found])


async def _weigh_all_shared(
    services: GitHubServices, client: GitHubClient, job: MergeGroupJob, snapshot: Snapshot, weighed: Sequence[Member]
) -> tuple[Member, ...]:
    if not isinstance(snapshot.policy, Policy):
        return tuple(weighed)
    return tuple([await _weigh_shared(services, client, job, snapshot, member) for member in weighed])


async def _weigh_shared(
    services: GitHubServices, client: GitHubClient, job: MergeGroupJob, snapshot: Snapshot, member: Member
) -> Member:
    """A member that passed, as the check says that it shares with other open pull requests of its head."""
    if member.standing not in (Standing.PASSED, Standing.CHANGED):
        return member
    offer = replace(snapshot, number=member.number, head_sha=member.head_sha)
    (name,) = name_checks(snapshot.policy, snapshot.base_ref, ())
    own = review_of(job, member.number)
    offered = await find_offered(services.app, services.database, client, own, offer, (name,))
    async with services.database.transaction() as connection:
        others = await offers.weigh(
            connection, offered.offers, repository_id=job.repository_id, head_sha=member.head_sha
        )
    counted = count_offers(others, name, snapshot.base_ref, snapshot.policy)
    held = share(Verdict(Conclusion.SUCCESS, Situation.CLEAN, ()), counted)
    standing = stand(held.conclusion)
    if standing is Standing.PASSED:
        return member
    told = f"Pull request {member.number} passed by itself. {' '.join(held.reasons)}"
    return replace(member, standing=standing, reason=told)


async def _weigh(
    services: GitHubServices, job: MergeGroupJob, snapshot: Snapshot, membership: Membership, part: Part
) -> Member:
    head = merged_head(part, membership.commits)
    if head is not None and head != part.offered_sha:
        reason = f"Pull request {part.number} was pushed to since it was queued."
        return _member(part.number, part.offered_sha, Standing.BLOCKED, reason)
    member, review = await _look_up(services, job, snapshot, part.number, part.offered_sha)
    if review is None or member.standing is not Standing.PASSED or head is not None:
        return member
    if await _is_same_change(services, job, snapshot, part, review):
        same = f"{member.reason.removesuffix('.')}; the queue's commits make the same change."
        return replace(member, reason=same, rebased=True)
    other = f"Pull request {part.number} is another change here than the one that passed."
    return replace(member, standing=Standing.CHANGED, reason=other)


async def _look_up(
    services: GitHubServices, job: MergeGroupJob, snapshot: Snapshot, number: int, offered_sha: str
) -> tuple[Member, ReviewRow | None]:
    """What a pull request is worth by its newest review, which has to be of the head that it offers; that review."""
    name, head = f"Pull request {number}", offered_sha[:12]
    async with services.database.transaction() as connection:
        review = await merge_groups.find_newest_review(connection, job.repository_id, number)
        overrider = await merge_groups.find_overrider(connection, review) if review is not None else None
    if review is None or not _is_of(review, offered_sha, snapshot):
        return _member(number, offered_sha, Standing.AWAITED, f"{name} has no verdict yet on {head}."), None
    if review.conclusion != Conclusion.SUCCESS:
        words = f"{name} did not pass: {review.conclusion} on {head}."
        return _member(number, offered_sha, Standing.BLOCKED, words, review), review
    passed = f"{name} passed at {head}" + (f", overridden by {overrider}" if overrider else "")
    return _member(number, offered_sha, Standing.PASSED, f"{passed}.", review), review


def _is_of(review: ReviewRow, offered_sha: str, snapshot: Snapshot) -> bool:
    """Whether GitHub shows this verdict for the head that is offered, under the policy of the group's base."""
    key = review.key
    shown = review.state is ReviewState.FINISHED and review.published_at is not None
    offered = (offered_sha, snapshot.base_ref, snapshot.policy.digest)
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


def _member(number: int, offered_sha: str, standing: Standing, reason: str, review: ReviewRow | None = None) -> Member:
    told = str(review.id) if review is not None else ""
    return Member(number=number, head_sha=offered_sha, standing=standing, reason=reason, review=told)
