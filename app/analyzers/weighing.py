"""Weighs replacements in a process of its own, bounded in time and memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from app.analyzers.apart.parsers import Bounds, Parsers
from app.analyzers.apart.task import Done, Failed, Job, Task
from app.core.findings.fixes import Replacement

BOUNDS: Final = Bounds(task_seconds=5.0, seconds=60.0, memory_bytes=2 << 30)
"""A replacement in a file of the largest size takes up to two seconds, and 600 MB with as much address space again."""


async def weigh_apart(
    replacements: Sequence[Replacement], parsers: Parsers, bounds: Bounds = BOUNDS
) -> list[str | None]:
    """What is wrong with each replacement, in their order; None where it may be offered.

    That nobody could read its file is something wrong with one. Raises ToolFailed where nothing can be weighed at all.
    """
    outcomes = await parsers.run([_give(item) for item in replacements], bounds)
    return [_read(outcome) for outcome in outcomes]


def _give(item: Replacement) -> Task:
    options = {key: value for key, value in asdict(item).items() if key not in ("path", "before")}
    return Task(Job.WEIGH, item.path, (item.before.encode(),), options)


def _read(outcome: Done | Failed) -> str | None:
    match outcome:
        case Failed(cause):
            return cause.value
        case Done(None):
            return None
        case Done(str(flaw)):
            return flaw
        case _:
            return "the parsers answered what nobody understands"
