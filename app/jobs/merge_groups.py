"""Jobs about groups of merge queues: what of an error is tried again, and what the check says in the end."""

from __future__ import annotations

import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Final

from app.core.job import MergeGroupJob, ReviewJob
from app.flows.merge_group.flow import MergeGroup, give_up, judge_group
from app.flows.pull_request.forge import GitHubServices
from app.flows.review.desk.desk import Desk
from app.flows.review.forge import Superseded
from app.github.errors import InstallationGone
from app.jobs.faults import Judge
from app.jobs.handlers import Context
from app.jobs.run import BACK_OFF_S

_log = logging.getLogger(__name__)

BROKE: Final = "Lintel could not judge this group: put its pull requests into the queue once more."
ABANDONED: Final = "Lintel's worker died on this group time and again."


def handle_groups(
    services: GitHubServices, desk_for: Callable[[ReviewJob], Desk], judge: Judge
) -> Callable[[MergeGroupJob, Context], Awaitable[None]]:
    """The handler of these jobs."""

    async def run_group(job: MergeGroupJob, context: Context) -> None:
        client = services.app.repository(job.installation_id, job.repository_id, job.repository)
        group = MergeGroup(services=services, client=client, job=job, still_mine=context.still_mine, desk_for=desk_for)
        try:
            await (give_up(group, ABANDONED) if job.abandoned else judge_group(group))
        except Superseded as error:
            _log.info("%s: %s", job.key, error)
            if await context.still_mine():
                await group.recorder.look_again()
        except InstallationGone:
            _log.info("%s: the installation is gone; its work is void", job.key)
        except Exception:
            await _give_up_at_last(group, context, judge, sys.exception())
            raise

    return run_group


async def _give_up_at_last(group: MergeGroup, context: Context, judge: Judge, error: BaseException | None) -> None:
    """Say so on the check when nothing is tried again; the error goes on to whoever runs the job."""
    passing = isinstance(error, Exception) and judge(error).passing
    if not passing or context.attempt >= len(BACK_OFF_S):
        await give_up(group, BROKE)
