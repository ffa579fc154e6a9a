"""Jobs as rows of the queue: the names that stand in the database, and the JSON arguments of each.

Names and arguments are read by older and newer programs: never rename or remove one in a release, only add.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydantic import JsonValue, TypeAdapter, ValidationError

from app.core.job import (
    CommandJob,
    ConversationJob,
    FeedbackJob,
    ForgedJob,
    InstallationJob,
    Job,
    MergeGroupJob,
    PushJob,
    ReadyJob,
    RedecideJob,
    RerunJob,
    ReviewJob,
)
from app.store.text import strip_json, strip_text

REVIEWS: Final = "reviews"
COMMANDS: Final = "commands"
HOUSEKEEPING: Final = "housekeeping"

REVIEW: Final = "review"
COMMAND: Final = "command"
CONVERSATION: Final = "conversation"
RERUN: Final = "rerun"
MERGE_GROUP: Final = "merge_group"
INSTALLATION: Final = "installation"
READY: Final = "ready"
FORGED: Final = "forged"
PUSH: Final = "push"
REDECIDE: Final = "redecide"
FEEDBACK: Final = "feedback"

_KINDS: Final[Mapping[str, tuple[type[Job], str]]] = MappingProxyType(
    {
        REVIEW: (ReviewJob, REVIEWS),
        COMMAND: (CommandJob, COMMANDS),
        CONVERSATION: (ConversationJob, COMMANDS),
        RERUN: (RerunJob, COMMANDS),
        MERGE_GROUP: (MergeGroupJob, REVIEWS),
        INSTALLATION: (InstallationJob, HOUSEKEEPING),
        READY: (ReadyJob, COMMANDS),
        FORGED: (ForgedJob, COMMANDS),
        PUSH: (PushJob, COMMANDS),
        REDECIDE: (RedecideJob, COMMANDS),
        FEEDBACK: (FeedbackJob, COMMANDS),
    }
)
QUEUES: Final = MappingProxyType({name: queue for name, (_, queue) in _KINDS.items()})
"""The queue of each job, by its name."""

_TYPES: Final = MappingProxyType({name: kind for name, (kind, _) in _KINDS.items()})
TASKS: Final = tuple(_TYPES)
"""The names of all jobs."""

_NAMES: Final = MappingProxyType({kind: name for name, kind in _TYPES.items()})
_ADAPTERS: Final = {name: TypeAdapter[Job](kind) for name, kind in _TYPES.items()}


class JobUnreadable(ValueError):
    """The arguments of a queued job are not those of its task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedJob:
    """A job as the queue keeps it. At most one of a `queueing_lock` waits, at most one of a `lock` runs.

    `args` are the fields of the job; the queue adds `attempts` and `first_seen` of its own.
    """

    task: str
    queue: str
    lock: str
    queueing_lock: str
    args: Mapping[str, JsonValue]
    delay_s: float = 0.0


def encode(job: Job) -> QueuedJob:
    """The row of a job; its texts without what PostgreSQL refuses."""
    task = _NAMES[type(job)]
    args = strip_json(_ADAPTERS[task].dump_python(job, mode="json"))
    if not isinstance(args, dict):
        raise JobUnreadable(f"{task}: no object")
    return QueuedJob(
        task=task,
        queue=QUEUES[task],
        lock=strip_text(_lock(job)),
        queueing_lock=strip_text(job.key),
        args=args,
        delay_s=job.delay_s if isinstance(job, ReviewJob | MergeGroupJob) else 0.0,
    )


def decode(task: str, args: Mapping[str, JsonValue]) -> Job:
    """The job of a row. What newer programs or the queue added to `args` is ignored. Raises JobUnreadable."""
    kind = _TYPES.get(task)
    if kind is None:
        raise JobUnreadable(f"no job is called {task}")
    names = {field.name for field in dataclasses.fields(kind)}
    try:
        return _ADAPTERS[task].validate_python({name: args[name] for name in names & args.keys()})
    except ValidationError as error:
        # Pydantic's own words quote the values; no config reaches the errors of a dataclass.
        places = (f"{'.'.join(map(str, one['loc']))} ({one['type']})" for one in error.errors(include_input=False))
        raise JobUnreadable(f"{task}: {', '.join(places)}") from None


def _lock(job: Job) -> str:
    # Commands of one pull request run one after another, in the order they were written.
    if isinstance(job, CommandJob):
        return f"{job.installation_id}/{job.repository_id}#{job.number}:commands"
    if isinstance(job, ConversationJob):
        return f"{job.installation_id}/{job.repository_id}#{job.number}:conversation"
    return job.key
