"""What kind of thing a file is, from its path, its modes, the base's attributes and what its first lines admit.

A class excuses nobody from reading: it orders the plan and tells people what they look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import re2

from app.core.change.classes.attributes import Attributes
from app.core.change.classes.conventions import ADMISSIONS, BY_NAME, PLACEHOLDER
from app.core.change.diff import FilePatch, FileStatus, Hunk, LineKind
from app.core.change.plan import FileClass

_HEADER_LINES = 10
_HEADER_CHARACTERS = 400
_HEADER = _HEADER_LINES * _HEADER_CHARACTERS
_MINIFIED = 110
"""Characters a line of script or style has on average before linguist calls it minified."""

_LATE = frozenset({FileClass.GENERATED, FileClass.VENDORED, FileClass.LOCK})
_MAY_ADMIT = frozenset({FileClass.SOURCE, FileClass.CONFIG, FileClass.TEST, FileClass.DOCS})
_SAYING = (
    ("linguist-generated", FileClass.GENERATED),
    ("linguist-vendored", FileClass.VENDORED),
    ("linguist-documentation", FileClass.DOCS),
)


def _gather(tables: list[tuple[str, ...]]) -> Any:  # noqa: ANN401 - re2 ships no types
    """All tables as one automaton, which tells in one pass over a path which of them fit."""
    gathered = re2.Set.SearchSet()
    for patterns in tables:
        gathered.Add("(?i)" + "|".join(patterns))
    gathered.Compile()
    return gathered


_NAMES = _gather([*(patterns for _, patterns in BY_NAME), PLACEHOLDER])
_MAYBE_VENDORED = re2.compile(b"(?i)" + "|".join(dict(BY_NAME)[FileClass.VENDORED]).encode())
_CLASSES = tuple(file_class for file_class, _ in BY_NAME)
_ADMISSION = re2.compile("(?im)" + "|".join(ADMISSIONS))


def classify(file: FilePatch, attributes: Attributes) -> FileClass:
    """The class of a change's file. Read last are only files that were, and are, of a class for reading last.

    A rename from source into a vendored directory, or out of it, is source; one from or to a name under which secrets
    are kept is secret-bearing.
    """
    if file.submodule:
        return FileClass.SUBMODULE
    if file.symlink:
        return FileClass.SYMLINK
    if FileClass.SECRET_BEARING in _by_name(file.path) + _by_name(file.old_path):
        return FileClass.SECRET_BEARING
    if file.binary:
        return FileClass.BINARY
    now = _of_path(file.path, attributes)
    if now in _LATE and file.old_path != file.path and _of_path(file.old_path, attributes) not in _LATE:
        now = _ordinary(file.path)
    if now in _MAY_ADMIT and (_admits_generated(file) or (now is FileClass.SOURCE and _minified(file))):
        return FileClass.GENERATED
    return now


def read_last(file_class: FileClass) -> bool:
    """Whether what a person wrote is read before such files."""
    return file_class in _LATE


def is_test(path: str) -> bool:
    """Whether a path is named as tests are."""
    return FileClass.TEST in _by_name(path)


def is_ci(path: str) -> bool:
    """Whether a path is where a CI service looks for its work."""
    return FileClass.CI in _by_name(path)


def is_migration(path: str) -> bool:
    """Whether a path is where changes of a database stand."""
    return FileClass.MIGRATION in _by_name(path)


def is_lock(path: str) -> bool:
    """Whether a path is where the exact versions of dependencies stand."""
    return FileClass.LOCK in _by_name(path)


def keeps_secrets(path: str) -> bool:
    """Whether a path is one under which secrets are kept."""
    return FileClass.SECRET_BEARING in _by_name(path)


def is_vendored(path: str) -> bool:
    """Whether a path is, before all else, where other people's code is kept."""
    # asked of every file of a tree, of which few fit, and one table is looked through in a third of the time of all
    if _MAYBE_VENDORED.search(_encode(path)) is None:
        return False
    return next(iter(_by_name(path)), None) is FileClass.VENDORED


def is_prose(path: str) -> bool:
    """Whether a path is, before all else, that of something written for people."""
    return next(iter(_by_name(path)), None) is FileClass.DOCS


@lru_cache(maxsize=16384)
def _by_name(path: str) -> tuple[FileClass, ...]:
    """The classes whose names fit a path, the deciding one first."""
    fitting = sorted(_NAMES.Match(_encode(path)) or ())
    placeholder = bool(fitting) and fitting[-1] == len(_CLASSES)
    found = [_CLASSES[index] for index in fitting[: -1 if placeholder else None]]
    return tuple(file_class for file_class in found if not (placeholder and file_class is FileClass.SECRET_BEARING))


def _encode(path: str) -> bytes:
    return f"/{path}".encode("utf-8", "replace")


def _of_path(path: str, attributes: Attributes) -> FileClass:
    for name, file_class in _SAYING:
        if attributes.says(path, name):
            return file_class
    own = next(iter(_by_name(path)), None)
    if own not in _LATE:
        return own or FileClass.SOURCE
    attribute = "linguist-vendored" if own is FileClass.VENDORED else "linguist-generated"
    # The base may say that what looks generated or vendored is not.
    return own if attributes.value(path, attribute) not in (False, "false") else _ordinary(path)


def _ordinary(path: str) -> FileClass:
    return next((file_class for file_class in _by_name(path) if file_class not in _LATE), FileClass.SOURCE)


def _admits_generated(file: FilePatch) -> bool:
    """Whether the file said so before the change and says so still, as far as its first lines are in the diff."""
    kinds = {kind for hunk in file.hunks if _begins(hunk) for kind in _admissions(hunk)}
    return (
        LineKind.CONTEXT in kinds
        or {LineKind.ADDED, LineKind.REMOVED} <= kinds
        or (LineKind.ADDED in kinds and file.status is FileStatus.ADDED)
    )


def _begins(hunk: Hunk) -> bool:
    return hunk.old_start <= _HEADER_LINES or hunk.new_start <= _HEADER_LINES


def _admissions(hunk: Hunk) -> Iterator[str]:
    """The first characters of the rows among a file's first lines that admit it."""
    head = _first_rows(hunk.body)
    if _ADMISSION.search(head.encode("utf-8", "replace")) is None:
        return
    old, new = hunk.old_start, hunk.new_start
    for row in head.split("\n"):
        kind = row[:1]
        if (old if kind == "-" else new) > _HEADER_LINES:
            continue
        old += kind in ("-", " ")
        new += kind in ("+", " ")
        if _ADMISSION.search(row[:_HEADER_CHARACTERS].encode("utf-8", "replace")):
            yield kind


def _first_rows(body: str) -> str:
    """As much of a hunk as can hold the first lines of both versions, without a copy of all the rest."""
    end = -1
    for _ in range(2 * _HEADER_LINES):
        end = body.find("\n", end + 1, 2 * _HEADER)
        if end < 0:
            return body[: 2 * _HEADER]
    return body[:end]


def _minified(file: FilePatch) -> bool:
    """Whether a script or style that is in the diff as a whole has lines nobody writes."""
    whole = file.status in (FileStatus.ADDED, FileStatus.REMOVED) and file.changed_lines
    if not whole or not file.path.lower().endswith((".js", ".css", ".mjs", ".cjs")):
        return False
    return sum(len(hunk.body) for hunk in file.hunks) > (_MINIFIED + 2) * file.changed_lines


def explain_class(file: FilePatch, attributes: Attributes) -> str:
    """What decided the class of a file, in words for people."""
    found = classify(file, attributes)
    if found in (FileClass.SUBMODULE, FileClass.SYMLINK):
        return "its mode in git"
    if found is FileClass.BINARY:
        return "git finds no text in it"
    for name, file_class in _SAYING:
        if file_class is found and attributes.says(file.path, name):
            return f"{name} in the base branch's .gitattributes"
    if found is FileClass.GENERATED and _of_path(file.path, attributes) is not found:
        return f"its {'first lines say so' if _admits_generated(file) else 'lines are longer than people write them'}"
    if found is FileClass.SECRET_BEARING and found not in _by_name(file.path):
        return "the path it had before"
    return "nothing says that it is anything else" if found is FileClass.SOURCE else "its path"
