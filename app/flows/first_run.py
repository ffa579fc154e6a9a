"""First run: one green check on a new repository's default branch, so that the branch can ask for it.

GitHub offers a check as required only after it has succeeded in the repository within the last seven days
(https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches).
"""

from __future__ import annotations

import logging
from typing import Final

from app.core.job import InstallationJob, ReadyJob
from app.flows.default_branch import read_default_branch
from app.flows.pull_request.forge import GitHubServices
from app.github.client import GitHubClient
from app.github.drafts import CheckOutput
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


async def show_ready(services: GitHubServices, job: ReadyJob) -> None:
    """Complete the check on the default branch's head, unless one of that name stands there.

    An empty repository has no head, and one that the App may not write to takes no check: then there is none. It is
    about no pull request and sets no gate, so it has no ledger entry. Where the App is suspended or removed meanwhile,
    the repository counts as gone, and is shown the check when it comes back.
    """
    client = services.app.repository(job.installation_id, job.repository_id, job.repository)
    try:
        branch = await read_default_branch(services.app, client, job.installation_id)
        await _show(client, services.identity.app_id, branch.check, branch.head, again=job.again)
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


async def _show(client: GitHubClient, app_id: int, name: str, head: str, *, again: bool) -> None:
    run = await _find(client, app_id, name, head)
    if run is not None and run.status == "completed" and not again:
        return
    if run is None or run.status == "completed":
        try:
            run = await client.create_check_run(name=name, head_sha=head, external_id=READY, status="in_progress")
        except OutcomeUnknown:
            run = await _find(client, app_id, name, head)
            if run is None:
                raise
    if run.external_id == READY:
        # Any other is the check of a review, which is completed by whoever reviews.
        output = CheckOutput(title=TITLE, summary=_SUMMARY)
        await client.update_check_run(run.id, status="completed", conclusion="success", output=output)


async def _find(client: GitHubClient, app_id: int, name: str, head: str) -> CheckRun | None:
    """The newest of our checks of that name on the head."""
    runs = await client.list_check_runs(head, app_id=app_id, name=name, latest=True)
    return max((run for run in runs if run.name == name), key=lambda run: run.id, default=None)
