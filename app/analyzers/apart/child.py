"""Run as a program: does one task after the other, from its input to its output.

Parsers of foreign languages are not for a process that others depend on: some texts hold one for minutes inside a
single step that no deadline ends and no other thread lives through, or crash it. Here that ends this process alone, and
it is the kernel that ends it: a signal of the timer that counts processor time, so that a busy machine makes no file
slower than another machine does. How long that is, and how much memory there is, each task is told.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from app.analyzers.apart.task import FULL, READY, Job, Task, read_task
from app.core.fit.packed import facts_to_plain, outline_to_plain
from app.syntax.extraction.extract import extract_facts, extract_outline
from app.syntax.languages import Language
from app.syntax.parsing import Deadline, Unparsed

PATIENCE: Final = 0.75
"""The share of a task's time after which the job itself gives up, where it can, and says so."""


def main() -> None:
    """Answer each task with a line of JSON, until there are no more."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    target.write(READY)
    target.flush()
    while line := source.readline():
        task, (seconds, memory) = read_task(line, source.read)
        resource.setrlimit(resource.RLIMIT_AS, (memory if most == resource.RLIM_INFINITY else min(memory, most), most))
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            value = JOBS[task.job](task, Deadline(time.process_time() + seconds * PATIENCE, time.process_time))
        except MemoryError:
            sys.exit(FULL)
        signal.setitimer(signal.ITIMER_PROF, 0)
        target.write(json.dumps(value, separators=(",", ":")).encode() + b"\n")
        target.flush()


def _stand(task: Task, deadline: Deadline) -> object:
    from app.syntax.standing import find_standing  # noqa: PLC0415 - few children need it

    old, new = task.texts
    return find_standing(task.path, old, new, deadline)


def _weigh(task: Task, deadline: Deadline) -> object:
    from app.core.findings.fixes import Replacement  # noqa: PLC0415 - few children need it, and it takes the longest
    from app.syntax.replacement import weigh_replacement  # noqa: PLC0415 - few children need it

    (before,) = task.texts
    options: Mapping[str, Any] = task.options
    return weigh_replacement(Replacement(task.path, before.decode(), **options), deadline=deadline)


def _facts(task: Task, deadline: Deadline) -> object:
    return [
        facts.value if isinstance(facts, Unparsed) else facts_to_plain(facts)
        for language, text in _read_languages(task)
        for facts in [extract_facts(language, text, deadline=deadline)]
    ]


def _outline(task: Task, deadline: Deadline) -> object:
    calls = bool(task.options["calls"])
    return [
        outline.value if isinstance(outline, Unparsed) else outline_to_plain(outline)
        for language, text in _read_languages(task)
        for outline in [extract_outline(language, text, deadline=deadline, calls=calls)]
    ]


def _compare(task: Task, deadline: Deadline) -> object:
    from app.core.fit.compared import Block  # noqa: PLC0415 - few children need it, and it takes the longest
    from app.syntax.comparison import compare  # noqa: PLC0415 - few children need it

    old, new = task.texts
    hunks = [[Block(*numbers) for numbers in blocks] for blocks in json.loads(str(task.options["hunks"]))]
    told = compare(task.path, (old, new), hunks, deadline)
    return told if isinstance(told, str) else (told.hunks, told.gone, told.come)


def _read_languages(task: Task) -> Iterable[tuple[Language, bytes]]:
    return zip(map(Language, str(task.options["languages"]).split()), task.texts, strict=True)


JOBS: Final[Mapping[Job, Callable[[Task, Deadline], object]]] = MappingProxyType(
    {
        Job.STAND: _stand,
        Job.WEIGH: _weigh,
        Job.FACTS: _facts,
        Job.OUTLINE: _outline,
        Job.COMPARE: _compare,
    }
)

if __name__ == "__main__":
    main()
