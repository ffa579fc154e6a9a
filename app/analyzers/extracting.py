"""What source files say of themselves, read in processes of their own: one bad file costs only itself.

Files go there in batches, since a question for each would take longer than its answer. A batch that ends its process,
or takes too long, is asked for again file by file.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, NamedTuple, TypeVar

from app.analyzers.apart.parsers import Bounds, Parsers
from app.analyzers.apart.task import Done, Failed, Job, Options, Task
from app.core.fit.packed import (
    PackedUnreadableError,
    check_facts,
    check_outline,
    facts_from_plain,
    outline_from_plain,
)
from app.core.fit.source_facts import FileFacts, Outline
from app.syntax.languages import Language

EXTRACTING: Final = Bounds(task_seconds=2.0, seconds=30.0, memory_bytes=384 << 20, answer_bytes=16 << 20)
"""A batch takes a tenth of its seconds. One of a full size that holds nothing but names is answered in 8 MB.

Four processes may run at once. The largest files that people write take less than 256 MB of address space.
"""

LARGEST: Final = 512 << 10
"""Bytes of a file. Larger ones are not parsed, so they are not sent either."""

TOO_LARGE: Final = "the file is too large to parse"
NOT_UNDERSTOOD: Final = "what its parser answered makes no sense"

_FACTS: Final = (1 << 20, 256)
_OUTLINES: Final = (512 << 10, 64)
"""Bytes and files of a batch. Each takes a moment of the loop, which may wait for the one who draws the graph."""

_LANES: Final = 2
_LITTLE: Final = 4 << 20
"""Bytes of all files that one process reads in half a second: while a second one starts, it has done the most."""

_WORDS: Final = re.compile(r"[a-z ]{1,100}")
_log = logging.getLogger(__name__)

T = TypeVar("T")


class SourceFile(NamedTuple):
    """One file to be read. Several of a call have several paths."""

    path: str
    language: Language
    content: bytes


@dataclass(frozen=True, slots=True)
class _Reading(Generic[T]):
    """What is asked of the child, and how an answer about one file is read. Raises PackedUnreadableError.

    So many bytes (`most`), and so many files, are asked for at once.
    """

    job: Job
    read: Callable[[Any, SourceFile], T]
    most: tuple[int, int]
    parsers: Parsers
    options: Options


async def extract_facts_apart(
    files: Iterable[SourceFile], parsers: Parsers, bounds: Bounds = EXTRACTING
) -> dict[str, FileFacts | str]:
    """By path, in the order given, the facts of each file, or in words of ours why they are not known.

    What is not done when the time for all is over is not known. Raises ToolFailed where nothing can be read at all.
    """
    return await _extract(_Reading(Job.FACTS, _read_facts, _FACTS, parsers, {}), list(files), bounds)


async def extract_outlines_apart(
    files: Iterable[SourceFile], parsers: Parsers, bounds: Bounds = EXTRACTING, *, calls: bool = False
) -> dict[str, Outline | str]:
    """By path, in the order given, the outline of each file, or in words of ours why it is not known.

    The calls in it are read only if they are asked for: that takes as long as all the rest.
    What is not done when the time for all is over is not known. Raises ToolFailed where nothing can be read at all.
    """
    return await _extract(
        _Reading(Job.OUTLINE, _read_outline, _OUTLINES, parsers, {"calls": calls}), list(files), bounds
    )


async def _extract(reading: _Reading[T], files: Sequence[SourceFile], bounds: Bounds) -> dict[str, T | str]:
    end = time.monotonic() + bounds.seconds
    found: dict[str, T | str] = {file.path: TOO_LARGE for file in files if len(file.content) > LARGEST}
    batches = list(_cut((file for file in files if file.path not in found), reading.most))
    await _ask(reading, batches, bounds, found)
    left = [(file,) for batch in batches for file in batch if file.path not in found]
    await _ask(reading, left, replace(bounds, seconds=max(0.0, end - time.monotonic())), found)
    return {file.path: found[file.path] for file in files}


def _cut(files: Iterable[SourceFile], most: tuple[int, int]) -> Iterator[tuple[SourceFile, ...]]:
    """In their order, so that a file is in the same company each time."""
    most_bytes, most_files = most
    batch: list[SourceFile] = []
    size = 0
    for file in files:
        if batch and (size + len(file.content) > most_bytes or len(batch) == most_files):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(file)
        size += len(file.content)
    if batch:
        yield tuple(batch)


async def _ask(
    reading: _Reading[T], batches: Sequence[Sequence[SourceFile]], bounds: Bounds, found: dict[str, T | str]
) -> None:
    """Puts what became of each file into `found`; of a batch of several only what is sure."""
    size = sum(len(file.content) for batch in batches for file in batch)
    tasks = [_make_task(reading, batch) for batch in batches]
    outcomes = await reading.parsers.run(tasks, bounds, lanes=_LANES if size > _LITTLE else 1)
    # thousands of files are a second's work
    found |= await asyncio.to_thread(_read_all, reading, batches, outcomes)


def _read_all(
    reading: _Reading[T], batches: Sequence[Sequence[SourceFile]], outcomes: Sequence[Done | Failed]
) -> dict[str, T | str]:
    return {
        file.path: answer
        for batch, outcome in zip(batches, outcomes, strict=True)
        for file, answer in _read(reading, batch, outcome)
    }


def _make_task(reading: _Reading[Any], batch: Sequence[SourceFile]) -> Task:
    options = {**reading.options, "languages": " ".join(file.language for file in batch)}
    return Task(reading.job, batch[0].path, tuple(file.content for file in batch), options)


def _read(
    reading: _Reading[T], batch: Sequence[SourceFile], outcome: Done | Failed
) -> Iterator[tuple[SourceFile, T | str]]:
    """What is known of the files of a batch. Of one file something always is."""
    alone = len(batch) == 1
    if isinstance(outcome, Failed):
        if alone:
            yield batch[0], outcome.cause.value
        return
    answers = outcome.value
    if not isinstance(answers, list) or len(answers) != len(batch):
        answers = [None] * len(batch)
    for file, answer in zip(batch, answers, strict=True):
        if isinstance(answer, str) and _WORDS.fullmatch(answer):
            # it may be the time that the others took
            if alone or "too long" not in answer:
                yield file, answer
            continue
        try:
            yield file, reading.read(answer, file)
        except PackedUnreadableError:
            _log.warning("the answer of a parser was of no use")
            yield file, NOT_UNDERSTOOD


def _read_facts(answer: object, file: SourceFile) -> FileFacts:
    return check_facts(facts_from_plain(answer), language=file.language, lines=file.content.count(b"\n") + 1)


def _read_outline(answer: object, file: SourceFile) -> Outline:
    return check_outline(outline_from_plain(answer), lines=file.content.count(b"\n") + 1)
