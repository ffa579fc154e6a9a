"""What is asked of the child process and what comes of it, and how a task stands on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

READY = b"ready\n"
"""The child's first line: from now on it takes tasks."""

FULL = 3
"""The child's status when its memory was not enough."""


class Allowance(NamedTuple):
    """What a task may take: seconds of processor time, and of address space as many bytes as its process has then."""

    seconds: float
    memory_bytes: int


Options = Mapping[str, str | int | bool]


class Job(StrEnum):
    """What a child can do. Adding one is a line here and a function in the child's table."""

    STAND = "stand"
    """Texts: the old and the new version. Value: the first and last lines of the definitions that are as they were."""

    WEIGH = "weigh"
    """Text: the version before. Options: the rest of a replacement. Value: what is wrong with it, or null."""

    FACTS = "facts"
    """Texts: many files. Option `languages`: theirs, one word each. Value: for each its facts, or a word why not."""

    OUTLINE = "outline"
    """Text: one file. Options `languages`: its language; `calls`: whether they are read too.

    Value: a list of one outline, or of a word why not.
    """

    COMPARE = "compare"
    """Texts: old and new. Option `hunks`: JSON of each one's blocks. Value: what is known, or a word why not."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do with texts of one file. `path` tells its language, and which tasks are about the same file."""

    job: Job
    path: str
    texts: tuple[bytes, ...]
    options: Options = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The bytes of its texts."""
        return sum(map(len, self.texts))


class Cause(StrEnum):
    """Why there is no value. Ours, and safe to tell people."""

    CRASH = "its file ends whoever reads it"
    TIME = "reading its file takes too long"
    SIZE = "reading its file takes too much memory"


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task: plain JSON, from a process that read an untrusted text, so its shape is still to be read."""

    value: object


@dataclass(frozen=True, slots=True)
class Failed:
    """A task that came to nothing, by itself or with another one about the same file."""

    cause: Cause


def write_task(task: Task, allowance: Allowance) -> bytes:
    """A line that tells how long the texts are, then the texts."""
    head = {
        "job": task.job,
        "path": task.path,
        "options": task.options,
        "sizes": [len(text) for text in task.texts],
        "allowance": allowance,
    }
    return b"".join([json.dumps(head).encode(), b"\n", *task.texts])


def read_task(line: bytes, read: Callable[[int], bytes]) -> tuple[Task, Allowance]:
    """The other way round; `read` gives the bytes that follow the line."""
    head: Any = json.loads(line)
    texts = tuple(read(size) for size in head["sizes"])
    return Task(Job(head["job"]), head["path"], texts, head["options"]), Allowance(*head["allowance"])
