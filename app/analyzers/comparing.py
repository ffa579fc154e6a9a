"""Versions of files, compared by their trees in a process of its own: one that no parser survives costs only itself."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from app.analyzers.apart.parsers import Bounds, Parsers
from app.analyzers.apart.task import Failed, Job, Task
from app.core.change.diff import FilePatch
from app.core.fit.compared import Compared, HunkCompared, MovedEnd, find_blocks
from app.syntax.languages import language_of

COMPARING: Final = Bounds(task_seconds=3.0, seconds=20.0, answer_bytes=4 << 20)
"""Two versions of 500 kB, all of them changed, take two seconds."""

MOST_HUNKS: Final = 2_000
"""Of one file. Nobody reads one with more hunk by hunk."""

NOT_UNDERSTOOD: Final = "what its parser answered makes no sense"
NO_LANGUAGE: Final = "nobody here reads its language"
OTHER_LANGUAGE: Final = "it was written in another language before"
TOO_MANY: Final = "it has too many hunks"
UNREAD: Final = "its change could not be read"

_WORDS: Final = re.compile(r"[a-z ]{1,100}")
_ANSWER: Final = TypeAdapter(tuple[tuple[HunkCompared, ...], tuple[MovedEnd, ...], tuple[MovedEnd, ...]] | str)
_log = logging.getLogger(__name__)


class ChangedFile(NamedTuple):
    """One file of the change with both versions; what is added has an empty old one, what is removed an empty new one.

    The hunks may be redacted: it is the lines' numbers that count.
    """

    file: FilePatch
    old: bytes
    new: bytes


async def compare_apart(
    files: Sequence[ChangedFile], parsers: Parsers, bounds: Bounds = COMPARING
) -> dict[str, Compared | str]:
    """By path, in the order given, what the trees say of each file, or in words of ours why they say nothing.

    Small files come first, so that it is the largest that there may be no time for. Raises ToolFailed where nothing can
    be parsed at all.
    """
    told: dict[str, Compared | str] = {file.file.path: _refuse(file.file) for file in files}
    asked = sorted(
        (file for file in files if not told[file.file.path]),
        key=lambda file: (len(file.old) + len(file.new), file.file.path),
    )
    for file, outcome in zip(asked, await parsers.run([_give(file) for file in asked], bounds), strict=True):
        if isinstance(outcome, Failed):
            told[file.file.path] = outcome.cause.value
        else:
            told[file.file.path] = _read(outcome.value, len(file.file.hunks))
    return told


def _refuse(file: FilePatch) -> str:
    """Why nobody is asked; empty if somebody is."""
    if file.fault is not None or file.binary or file.symlink or file.submodule:
        return UNREAD
    if language_of(file.path) is None:
        return NO_LANGUAGE
    if language_of(file.path) is not language_of(file.old_path):
        return OTHER_LANGUAGE
    return TOO_MANY if len(file.hunks) > MOST_HUNKS else ""


def _give(changed: ChangedFile) -> Task:
    hunks = json.dumps([find_blocks(hunk) for hunk in changed.file.hunks])
    return Task(Job.COMPARE, changed.file.path, (changed.old, changed.new), {"hunks": hunks})


def _read(value: object, hunks: int) -> Compared | str:
    try:
        answer = _ANSWER.validate_python(value)
    except ValidationError:
        _log.warning("the answer of a parser was of no use")
        return NOT_UNDERSTOOD
    if isinstance(answer, str):
        return answer if _WORDS.fullmatch(answer) else NOT_UNDERSTOOD
    if len(answer[0]) != hunks:
        return NOT_UNDERSTOOD
    return Compared(*answer)
