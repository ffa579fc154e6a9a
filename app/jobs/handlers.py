"""What the tasks call, given at start-up: the queue knows nothing of reviews."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.core.job import (
    CommandJob,
    ConversationJob,
    FeedbackJob,
    ForgedJob,
    InstallationJob,
    MergeGroupJob,
    PushJob,
    ReadyJob,
    RedecideJob,
    RerunJob,
    ReviewJob,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Of one run of a job. `attempt` counts from 0.

    `still_mine()` is asked before each post: False once the job was given to another worker or asked to stop.
    It raises StoreUnavailable when that cannot be known.
    """

    job_id: int
    attempt: int
    still_mine: Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """One for each kind of job. A handler may be cancelled at any await and must let that through.

    It may be run again with the same job, after it failed or after a crash, so it reads the live state first.
    """

    review: Callable[[ReviewJob, Context], Awaitable[None]]
    command: Callable[[CommandJob], Awaitable[None]]
    conversation: Callable[[ConversationJob], Awaitable[None]]
    rerun: Callable[[RerunJob], Awaitable[None]]
    merge_group: Callable[[MergeGroupJob, Context], Awaitable[None]]
    installation: Callable[[InstallationJob], Awaitable[None]]
    ready: Callable[[ReadyJob], Awaitable[None]]
    forged: Callable[[ForgedJob], Awaitable[None]]
    push: Callable[[PushJob], Awaitable[None]]
    redecide: Callable[[RedecideJob], Awaitable[None]]
    feedback: Callable[[FeedbackJob], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Something to be done by one worker of all at each tick of `cron` (five fields, or six with seconds last).

    A tick that fails is logged; the next one comes by itself. The name stands in the database: never reuse one.
    """

    name: str
    cron: str
    run: Callable[[], Awaitable[None]]
