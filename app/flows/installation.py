"""Who installed the App, and on which repositories: read again from GitHub whenever a delivery says it changed."""

from __future__ import annotations

from app.core.event import RepositoryRef
from app.core.job import InstallationJob
from app.flows.pull_request.forge import GitHubServices
from app.github.errors import InstallationGone
from app.store.records import installations
from app.store.records.installations import InstallationState


async def read_again(services: GitHubServices, job: InstallationJob) -> None:
    """Record the installation as GitHub has it now: its state and its repositories."""
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
        await installations.set_repositories(connection, job.installation_id, repositories, now=now)
