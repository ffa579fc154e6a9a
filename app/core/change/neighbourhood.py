"""Which changed files are read together: a test with its subject, then what lies in one directory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from app.core.change.classify import read_last
from app.core.change.plan import FileClass, PlannedFile

_TEST_MARK = re.compile(r"^test[_-]|(?:[_.-](?:test|spec|cy|tests)|(?<=[a-z0-9])Tests?|(?<=[a-z0-9])Spec)$")


def group_files(files: Sequence[PlannedFile]) -> list[list[PlannedFile]]:
    """The files in the order of reading, each subject followed by its tests.

    Directory by directory; what machines write comes last. The order does not depend on the order given.
    """
    subjects: dict[str, list[PlannedFile]] = {}
    for planned in files:
        if planned.file_class is not FileClass.TEST:
            subjects.setdefault(_stem(planned), []).append(planned)
    groups: dict[str, list[PlannedFile]] = {}
    for planned in sorted(files, key=lambda item: (item.file_class is FileClass.TEST, item.file.path)):
        subject = _subject(planned, subjects) if planned.file_class is FileClass.TEST else planned
        groups.setdefault(subject.file.path, []).append(planned)
    return sorted(groups.values(), key=_reading_order)


def _reading_order(group: Sequence[PlannedFile]) -> tuple[bool, tuple[str, ...], str]:
    first = group[0]
    return read_last(first.file_class), PurePosixPath(first.file.path).parts[:-1], first.file.path


def _subject(test: PlannedFile, subjects: dict[str, list[PlannedFile]]) -> PlannedFile:
    """The changed file of the same name that shares most directories with the test; the test itself if none is."""
    around = set(PurePosixPath(test.file.path).parts[:-1])

    def distance(candidate: PlannedFile) -> tuple[int, str]:
        return -len(around & set(PurePosixPath(candidate.file.path).parts[:-1])), candidate.file.path

    return min(subjects.get(_stem(test), ()), key=distance, default=test)


def _stem(planned: PlannedFile) -> str:
    name = PurePosixPath(planned.file.path).name
    stem = name.removesuffix(PurePosixPath(name).suffix)
    return (_TEST_MARK.sub("", stem) if planned.file_class is FileClass.TEST else stem).lower()
