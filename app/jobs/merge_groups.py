"""Jobs about groups of merge queues: what the check says in the end where something broke."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Final

from app.core.gate.again import OUTAGE_S
from app.core.gate.group import MOST_LOOKS
from app.core.job import MergeGroupJob, ReviewJob
from app.flows.merge_group.flow import MergeGroup, give_up, judge_group
from app.flows.pull_request.forge import GitHubServices
from app.flows.review.desk.desk import Desk
from app.jobs.faults import Judge
from app.jobs.frame import Ends, frame
from app.jobs.handlers import Context
from app.store.work.queue import enqueue

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
        work = partial(give_up, group, ABANDONED) if job.abandoned else partial(judge_group, group)
        ends = Ends(
            overtaken=group.recorder.look_again,
            over=partial(give_up, group, BROKE),
            outlasted=partial(_outlasted, group),
            withheld=partial(_withheld, group),
        )
        await frame(job.key, context, judge, work, ends)

    return run_group


async def _outlasted(group: MergeGroup, error: Exception) -> None:
    """Look again, as often as members are waited for: the queue drops a group that got no answer. Then say so."""
    if group.job.looks < MOST_LOOKS:
        _log.warning("%s: it is looked at again: %s: %s", group.job.key, type(error).__name__, error)
        await group.recorder.wait()
        return
    _log.error("%s: it was looked at for the last time", group.job.key, exc_info=error)
    await give_up(group, BROKE)


async def _withheld(group: MergeGroup) -> None:
    """Look again until we may work on it: nobody else begins anew with a group whose check never came."""
    if group.job.looks >= MOST_LOOKS:
        _log.warning("%s: it was looked at for the last time", group.job.key)
        return
    again = replace(group.job, looks=group.job.looks + 1, delay_s=OUTAGE_S)
    async with group.services.database.transaction() as connection:
        await enqueue(connection, [again])
