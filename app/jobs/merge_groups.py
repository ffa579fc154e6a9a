"""Jobs about groups of merge queues: what the check says in the end where something broke."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from app.core.job import MergeGroupJob, ReviewJob
from app.flows.merge_group.flow import MergeGroup, give_up, judge_group
from app.flows.pull_request.forge import GitHubServices
from app.flows.review.desk.desk import Desk
from app.jobs.faults import Judge
from app.jobs.frame import Ends, frame
from app.jobs.handlers import Context

BROKE: Final = "Lintel could not judge this group: put its pull requests into the queue once more."
ABANDONED: Final = "Lintel's worker died on this group time and again."


def handle_groups(
    services: GitHubServices, desk_for: Callable[[ReviewJob], Desk], judge: Judge
) -> Callable[[MergeGroupJob, Context], Awaitable[None]]:
    """The handler of these jobs."""

    async def run_group(job: MergeGroupJob, context: Context) -> None:
        client = services.app.repository(job.installation_id, job.repository_id, job.repository)
        group = MergeGroup(services=services, client=client, job=job, still_mine=context.still_mine, desk_for=desk_for)
        work = partial(give_up, group, ABANDONED) if job.abandoned else partial(judge_group, group)
        ends = Ends(
            overtaken=group.recorder.look_again,
            over=partial(give_up, group, BROKE),
            outlasted=partial(_outlasted, group),
        )
        await frame(job.key, context, judge, work, ends)

    return run_group


async def _outlasted(group: MergeGroup, error: Exception) -> None:
    """Say so on the check: nobody waits in a queue for an outage to be over."""
    await give_up(group, BROKE)
    raise error
