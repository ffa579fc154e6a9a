"""First run: one green check on a new repository's default branch, so that the branch can ask for it.

GitHub offers a check as required only after it has succeeded in the repository within the last seven days
(https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from app.core.gate.sharing import SHARED_NAME
from app.core.job import InstallationJob, ReadyJob, review_of
from app.flows.default_branch import DefaultBranch, read_default_branch
from app.flows.pull_request.forge import GitHubServices
from app.github.client import GitHubClient
from app.github.drafts import CheckConclusion, CheckOutput
from app.github.errors import Forbidden, InstallationGone, NotFound, OutcomeUnknown, Refused, Unprocessable
from app.github.payloads import CheckRun
from app.store.records import installations
from app.store.work.queue import enqueue

_log = logging.getLogger(__name__)

READY: Final = "lintel1:ready"
"""The `external_id` of this check: it stands for no review."""

TITLE: Final = "Ready: no change"
_SUMMARY: Final = (
    "Lintel is installed here and reviews the next pull request. This check stands on the default branch so that "
    "GitHub offers its name: to let it block a merge, require it for the branch, with this App as its source."
)
_LEFT: Final = "Left to the review"
_LEFT_SUMMARY: Final = (
    "This commit is offered in a pull request, or was reviewed in one. Only a review speaks for it: open pull requests "
    "of this commit are decided again, which writes a new check."
)


async def show_ready(services: GitHubServices, job: ReadyJob) -> None:
    """Complete the check on the default branch's head, unless one of that name stands there.

    Where a review has a check of that name there, or will have one because an open pull request offers the head, this
    one is left out, and those pull requests are decided again.

    An empty repository has no head, and one that the App may not write to takes no check: then there is none. It is
    about no pull request and sets no gate, so it has no ledger entry. Where the App is suspended or removed meanwhile,
    the repository counts as gone, and is shown the check when it comes back.
    """
    client = services.app.repository(job.installation_id, job.repository_id, job.repository)
    try:
        branch = await read_default_branch(services.app, client, job.installation_id)
        await _show(services, client, job, branch)
    except (NotFound, Unprocessable, Refused, Forbidden) as error:
        _log.warning("%s: no check can be shown on the default branch: %s", job.key, error)
    except InstallationGone as error:
        _log.warning("%s: no check is shown on the default branch: %s", job.key, error)
        await _count_as_gone(services, job)


async def _count_as_gone(services: GitHubServices, job: ReadyJob) -> None:
    """What GitHub has now is read after that: the App may be back before anybody noticed that it was away."""
    async with services.database.transaction() as connection:
        known = await installations.read(connection, job.installation_id)
        await installations.mark_removed(connection, job.repository_id, now=services.now())
        account = known.account if known else job.repository.partition("/")[0]
        again = InstallationJob(installation_id=job.installation_id, action="", account=account)
        await enqueue(connection, [again])


class _Act(Enum):
    NOTHING = auto()
    CREATE = auto()
    PASS = auto()
    LEAVE = auto()


@dataclass(frozen=True, slots=True)
class _Standing:
    """What stands on the default branch's head under the check's name, and the open pull requests that it speaks for.

    A run of another `external_id` is the check of a review, or of a merge queue's group.
    """

    runs: tuple[CheckRun, ...]
    offered: tuple[int, ...]

    @property
    def unfinished(self) -> tuple[CheckRun, ...]:
        return tuple(run for run in self.runs if run.external_id == READY and run.status != "completed")

    @property
    def is_shown(self) -> bool:
        return any(run.external_id == READY and run.conclusion == "success" for run in self.runs)

    @property
    def is_reviewed(self) -> bool:
        return any(run.external_id != READY for run in self.runs)

    def decide(self, *, again: bool) -> _Act:
        """A review's verdict must not be hidden by a newer check that stands for none."""
        is_taken = self.is_reviewed or bool(self.offered)
        if self.unfinished:
            return _Act.LEAVE if is_taken else _Act.PASS
        if not again and (self.is_shown or self.is_reviewed):
            return _Act.NOTHING
        return _Act.LEAVE if is_taken else _Act.CREATE


async def _show(services: GitHubServices, client: GitHubClient, job: ReadyJob, branch: DefaultBranch) -> None:
    """Pass the check, or leave the head to reviews.

    What stands on the head is looked at once more when the check is there and not passed yet: whatever a review made
    before is seen then, and what it makes later is newer.
    """
    app_id = services.identity.app_id
    standing = await _look(client, app_id, branch)
    act = standing.decide(again=job.again)
    if act is _Act.CREATE:
        standing = await _create(client, app_id, branch)
        act = standing.decide(again=job.again)
    if act is _Act.LEAVE:
        await _leave(services, client, job, standing)
    if act is _Act.PASS:
        await _complete(client, standing, "success", CheckOutput(title=TITLE, summary=_SUMMARY))


async def _look(client: GitHubClient, app_id: int, branch: DefaultBranch) -> _Standing:
    """All open pull requests are asked for: of a commit that the default branch has, GitHub does not tell them."""
    runs = await client.list_check_runs(branch.head, app_id=app_id, name=branch.check)
    pulls = await client.list_pulls(base=None if branch.check == SHARED_NAME else branch.name)
    return _Standing(
        runs=tuple(run for run in runs if run.name == branch.check),
        offered=tuple(pull.number for pull in pulls if pull.head.sha == branch.head),
    )


async def _create(client: GitHubClient, app_id: int, branch: DefaultBranch) -> _Standing:
    """Create the check, and say what stands on the head with it."""
    try:
        created = await client.create_check_run(
            name=branch.check, head_sha=branch.head, external_id=READY, status="in_progress"
        )
    except OutcomeUnknown:
        standing = await _look(client, app_id, branch)
        if not standing.unfinished:
            raise
        return standing
    standing = await _look(client, app_id, branch)
    others = tuple(run for run in standing.runs if run.id != created.id)
    return replace(standing, runs=(*others, created))


async def _leave(services: GitHubServices, client: GitHubClient, job: ReadyJob, standing: _Standing) -> None:
    """Have the open pull requests decided again, whose checks are the newest then.

    They are waiting before the check is cancelled, so that none is left with a cancelled one if this breaks off.
    """
    _log.info("%s: the head is left to reviews, of %s now", job.key, standing.offered or "none")
    async with services.database.transaction() as connection:
        await enqueue(connection, [replace(review_of(job, number), again=True) for number in standing.offered])
    await _complete(client, standing, "cancelled", CheckOutput(title=_LEFT, summary=_LEFT_SUMMARY))


async def _complete(
    client: GitHubClient, standing: _Standing, conclusion: CheckConclusion, output: CheckOutput
) -> None:
    for run in standing.unfinished:
        await client.update_check_run(run.id, status="completed", conclusion=conclusion, output=output)
