"""Which definitions are as they were, found in a process of its own. In doubt of a file, none of it is."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from pydantic import TypeAdapter, ValidationError

from app.analyzers.apart.parsers import BOUNDS, Bounds, Parsers
from app.analyzers.apart.task import Failed, Job, Task
from app.core.change.memory.since import Extent
from app.syntax.languages import language_of

_EXTENTS: Final = TypeAdapter(tuple[Extent, ...])
_log = logging.getLogger(__name__)


async def find_standing_apart(
    versions: Mapping[str, tuple[bytes, bytes]], parsers: Parsers, bounds: Bounds = BOUNDS
) -> dict[str, tuple[Extent, ...]]:
    """By path the lines of the new version that hold definitions which are in the old one too.

    `versions` are old and new. Files without any are missing, and those that nobody can parse within the bounds.
    Small ones come first: should there not be time for all, then the largest are dropped each time. Raises ToolFailed
    where nothing can be parsed at all.
    """
    tasks = [Task(Job.STAND, path, both) for path, both in versions.items() if language_of(path) is not None]
    tasks.sort(key=lambda task: (task.size, task.path))
    standing: dict[str, tuple[Extent, ...]] = {}
    for task, outcome in zip(tasks, await parsers.run(tasks, bounds), strict=True):
        if isinstance(outcome, Failed):
            _log.info("all of a file counts as new: %s", outcome.cause.value)
            continue
        try:
            if extents := _EXTENTS.validate_python(outcome.value):
                standing[task.path] = extents
        except ValidationError:
            _log.warning("all of a file counts as new: the parsers answered what nobody understands")
    return standing
