"""Who installed the App, and on which repositories: read again from GitHub whenever a delivery says it changed.

A review that broke off because the App lost a repository or a permission goes on when it has them again.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.core.event import RepositoryRef
from app.core.job import InstallationJob, ReadyJob, ReviewJob
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
        await installations.save(connection, job.installation_id, account, state, now=now)
        new = await installations.set_repositories(connection, job.installation_id, repositories, now=now)
        await enqueue(connection, [_ready(job, repository) for repository in new])
        await enqueue(connection, await _broken_off(connection, job.installation_id, repositories))


def _ready(job: InstallationJob, repository: RepositoryRef) -> ReadyJob:
    return ReadyJob(installation_id=job.installation_id, repository_id=repository.id, repository=repository.full_name)


async def _broken_off(
    connection: Connection, installation_id: int, repositories: Sequence[RepositoryRef]
) -> list[ReviewJob]:
    """A job for each review in these repositories that has begun and whose end GitHub does not show."""
    names = {repository.id: repository.full_name for repository in repositories}
    return [
        ReviewJob(installation_id=installation_id, repository_id=found, repository=names[found], number=number)
        for found, number in await pull_requests.under_review(connection, tuple(names))
    ]
