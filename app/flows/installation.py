"""Who installed the App, and on which repositories: read again from GitHub whenever a delivery says it changed.

A review that broke off because the App lost a repository or a permission goes on when it has them again.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.core.event import RepositoryRef
from app.core.gate.effective import ORGANISATION_REPOSITORY
from app.core.job import InstallationJob, ReadyJob, RedecideJob, ReviewJob
from app.flows.pull_request.forge import GitHubServices
from app.github.errors import InstallationGone
from app.store.database import Connection
from app.store.records import installations, pull_requests
from app.store.records.installations import InstallationState
from app.store.work.queue import enqueue


async def read_again(services: GitHubServices, job: InstallationJob) -> None:
    """Record the installation as GitHub has it now: its state and its repositories. New ones are shown the check."""
    services.app.tokens.drop(job.installation_id)
    listed = {found.id: found for found in await services.app.list_installations()}
    found = listed.get(job.installation_id)
    state = InstallationState.REMOVED
    account = job.account
    if found is not None:
        state = InstallationState.SUSPENDED if found.suspended_at else InstallationState.ACTIVE
        account = found.account.login if found.account else job.account
    repositories: tuple[RepositoryRef, ...] = ()
    if state is InstallationState.ACTIVE:
        try:
            answer = await services.app.list_installation_repositories(job.installation_id)
        except InstallationGone:
            state = InstallationState.REMOVED
        else:
            repositories = tuple(RepositoryRef(id=item.id, full_name=item.full_name) for item in answer)
    async with services.database.transaction() as connection:
        now = services.now()
        had = await installations.repositories(connection, job.installation_id)
        await installations.save(connection, job.installation_id, account, state, now=now)
        new = await installations.set_repositories(connection, job.installation_id, repositories, now=now)
        await enqueue(connection, [_ready(job, repository) for repository in new])
        await enqueue(connection, await _broken_off(connection, job.installation_id, repositories))
        if _find_ruling(had) != _find_ruling(repositories):
            await enqueue(connection, [_decide_again(job, repository) for repository in repositories])


def _ready(job: InstallationJob, repository: RepositoryRef) -> ReadyJob:
    return ReadyJob(installation_id=job.installation_id, repository_id=repository.id, repository=repository.full_name)


def _find_ruling(repositories: Sequence[RepositoryRef]) -> frozenset[int]:
    """Those that hold an organisation's policy. One that comes, goes or is named so changes what all others ask for."""
    return frozenset(
        one.id for one in repositories if one.full_name.partition("/")[2].lower() == ORGANISATION_REPOSITORY
    )


def _decide_again(job: InstallationJob, repository: RepositoryRef) -> RedecideJob:
    return RedecideJob(
        installation_id=job.installation_id, repository_id=repository.id, repository=repository.full_name
    )


async def _broken_off(
    connection: Connection, installation_id: int, repositories: Sequence[RepositoryRef]
) -> list[ReviewJob]:
    """A job for each review in these repositories that has begun and whose end GitHub does not show."""
    names = {repository.id: repository.full_name for repository in repositories}
    return [
        ReviewJob(installation_id=installation_id, repository_id=found, repository=names[found], number=number)
        for found, number in await pull_requests.under_review(connection, tuple(names))
    ]
