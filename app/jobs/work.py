"""From the queue to the flows: what each kind of job makes this program do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from app.core.gate.again import OUTAGE_S
from app.core.job import CommandJob, ConversationJob, ReviewJob, look_again, review_of
from app.flows.commands.obey import obey
from app.flows.conversation.converse import converse
from app.flows.feedback.reading import read_feedback
from app.flows.first_run import show_ready
from app.flows.forgery import note_forgery
from app.flows.installation import read_again
from app.flows.pull_request.forge import GitHubServices, PullRequestForge
from app.flows.pull_request.holding import hold, is_held
from app.flows.redeciding import decide_again, look_at_push
from app.flows.rerun import run_again
from app.flows.review.desk.desk import Desk
from app.flows.review.flow import review
from app.github.errors import GitHubDown, RateLimited
from app.jobs.faults import Fault, judge_fault
from app.jobs.frame import Ends, frame
from app.jobs.handlers import Context, Handlers
from app.jobs.merge_groups import handle_groups
from app.store.work.queue import enqueue

_log = logging.getLogger(__name__)

BROKE = "Lintel could not finish the review."
ABANDONED = "Lintel's worker died on this change time and again."


def judge(error: Exception) -> Fault:
    """Which errors pass by themselves, those of the wire to GitHub included."""
    if isinstance(error, RateLimited):
        return Fault(passing=True, retry_after_s=error.seconds)
    if isinstance(error, GitHubDown):
        return Fault(passing=True)
    return judge_fault(error)


def build_handlers(services: GitHubServices, desk_for: Callable[[ReviewJob], Desk]) -> Handlers:
    """The handlers over the given services. `desk_for` gives each review its desk."""

    async def run_review(job: ReviewJob, context: Context) -> None:
        desk = desk_for(job)
        forge = PullRequestForge(services, job, still_mine=context.still_mine, watch=desk.watch)
        ends = Ends(
            # What overtook this review may have told nobody (a lost delivery): look at the live state once more.
            overtaken=partial(_look_again, services, job, again=job.again, looks=job.looks),
            over=partial(forge.give_up, BROKE),
            outlasted=partial(_outlasted, services, forge, job),
        )
        await frame(job.key, context, judge, partial(_review, services, desk, forge, job), ends)

    async def run_command(job: CommandJob) -> None:
        await obey(services, desk_for(review_of(job, job.number)), job)

    async def run_conversation(job: ConversationJob) -> None:
        await converse(services, desk_for(review_of(job, job.number)), job)

    return Handlers(
        review=run_review,
        command=run_command,
        conversation=run_conversation,
        merge_group=handle_groups(services, desk_for, judge),
        rerun=partial(run_again, services),
        installation=partial(read_again, services),
        ready=partial(show_ready, services),
        forged=partial(note_forgery, services),
        push=partial(look_at_push, services),
        redecide=partial(decide_again, services),
        feedback=partial(read_feedback, services),
    )


async def _review(services: GitHubServices, desk: Desk, forge: PullRequestForge, job: ReviewJob) -> None:
    if job.abandoned:
        await forge.abandon(ABANDONED)
    elif await is_held(services, desk, job):
        await hold(services, job)
    else:
        await review(desk, forge)


async def _outlasted(services: GitHubServices, forge: PullRequestForge, job: ReviewJob, error: Exception) -> None:
    """The queue has tried often enough: say so on the check, and look again after the outage."""
    _log.error("%s: it is looked at again in %.0f s", job.key, OUTAGE_S, exc_info=error)
    await _look_again(services, job, again=True, delay_s=OUTAGE_S, looks=job.looks + 1)
    await forge.give_up(BROKE)


async def _look_again(
    services: GitHubServices, job: ReviewJob, *, again: bool, delay_s: float = 0.0, looks: int = 0
) -> None:
    next_look = look_again(job, again=again, delay_s=delay_s, looks=looks)
    async with services.database.transaction() as connection:
        await enqueue(connection, [next_look])
