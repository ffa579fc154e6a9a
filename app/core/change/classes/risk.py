"""How much a mistake in a changed file would cost: what is read first, and what is left if not all can be read.

A score orders the reading and excuses nothing. It is made of a file's class, of the words and names in `danger`, and of
how much is changed. It is the same for the same file, whatever else the change holds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import re2

from app.core.change.classes.danger import ADDED_WORDS, NAMES, PATH_WORDS, REMOVED_WORDS, Danger
from app.core.change.diff import FilePatch, FileStatus
from app.core.change.plan import FileClass, PlannedFile, Risk

MAX_SCORE = 100
MAX_FOR_PATH = 35
MAX_FOR_LINES = 40
MAX_FOR_SIZE = 15
MAX_READ = 64 * 1024
"""Characters of a file's change in which words are looked for."""
MAX_HITS = 100
_REASONS = 3


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the class alone says: where the score begins, and what words can raise it to."""

    least: int
    most: int


_BY_CLASS = {
    FileClass.SECRET_BEARING: _Standing(85, 100),
    FileClass.CI: _Standing(45, 100),
    FileClass.MIGRATION: _Standing(50, 100),
    FileClass.SOURCE: _Standing(30, 100),
    FileClass.CONFIG: _Standing(25, 100),
    FileClass.SYMLINK: _Standing(50, 60),
    FileClass.SUBMODULE: _Standing(50, 60),
    FileClass.BINARY: _Standing(30, 40),
    FileClass.TEST: _Standing(10, 29),
    FileClass.LOCK: _Standing(15, 25),
    FileClass.VENDORED: _Standing(10, 25),
    FileClass.GENERATED: _Standing(5, 15),
    FileClass.DOCS: _Standing(5, 20),
}
_CLASS_WORDS = {FileClass.SECRET_BEARING: "a place of secrets", FileClass.CI: "CI", FileClass.DOCS: "documentation"}

_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PLAIN = re.compile(r"[a-z0-9]+")
_PATH_DANGERS = {word: danger for danger in PATH_WORDS for word in danger.words}
_LINE_DANGERS = (*ADDED_WORDS, *REMOVED_WORDS)
_ROWS = {word.casefold(): row for row, danger in enumerate(_LINE_DANGERS) for word in danger.words}
"""Which of `_LINE_DANGERS` a word is of: there are many hits, and a number is cheaper to count."""
_SIGNS = {ord("-"): 1, ord("+"): -1}
_WITHIN_WORDS = ("password", "passwd", "secret", "api_key", "apikey", "private_key", "_ecb")
"""Words that count as a part of a longer name too."""


def _bound(word: str) -> str:
    """The pattern of a word where it begins."""
    escaped: str = re2.escape(word)
    return escaped if word in _WITHIN_WORDS or not word[0].isalnum() else rf"\b{escaped}"


def _compile_words() -> Any:  # noqa: ANN401 - re2 ships no types
    return re2.compile("(?i)" + "|".join(map(_bound, _ROWS)))


def _compile_rows() -> Any:  # noqa: ANN401 - re2 ships no types
    rows = re2.Set.SearchSet()
    for row in range(len(_LINE_DANGERS)):
        rows.Add("(?i)" + "|".join(_bound(word) for word in _ROWS if _ROWS[word] == row))
    rows.Compile()
    return rows


def _compile_names() -> Any:  # noqa: ANN401 - re2 ships no types
    names = re2.Set.SearchSet()
    for row in NAMES:
        names.Add("(?i)" + "|".join(row.words))
    names.Compile()
    return names


_WORDS = _compile_words()
_WORDS_BY_ROW = _compile_rows()
_NAMES = _compile_names()


def risk_of(planned: PlannedFile) -> Risk:
    """The risk of a file as it was rated before, or else now."""
    return planned.risk or rate_risk(planned)


def rate_risk(planned: PlannedFile) -> Risk:
    """The risk of one file of the change. Nothing in a file of tests or prose raises it to that of source."""
    score, told = explain_risk(planned)
    return Risk(score, "; ".join([name_class(planned.file_class), *list(told)[:_REASONS]]))


def explain_risk(planned: PlannedFile) -> tuple[int, dict[str, int]]:
    """The score, and what each reason beside the file's class adds to it, the heaviest first.

    The score may be less than they make together: classes have bounds.
    """
    file, standing = planned.file, _BY_CLASS[planned.file_class]
    named = _dangers_of_name(file)
    told = {**_sum_up(_dangers_of_words(file), MAX_FOR_PATH), **_sum_up(_dangers_of_lines(file), MAX_FOR_LINES)}
    size = _size(file)
    score = min(standing.least + sum(told.values()) + size + _novelty(file), standing.most)
    score = min(score + sum(danger.weight for danger in named), MAX_SCORE)
    told |= {danger.why: danger.weight for danger in named} | {f"{file.changed_lines:,} changed lines": size}
    reasons = sorted(filter(told.get, told), key=lambda why: (-told[why], why))
    return score, {why: told[why] for why in reasons}


def name_class(file_class: FileClass) -> str:
    """What a class is called before people."""
    return _CLASS_WORDS.get(file_class, file_class.value)


def _sum_up(dangers: Iterable[Danger], most: int) -> dict[str, int]:
    """What each reason adds, each once and the heaviest first, `most` in all."""
    told: dict[str, int] = {}
    for danger in sorted(set(dangers), key=lambda danger: (-danger.weight, danger.why)):
        if (weight := min(danger.weight, most - sum(told.values()))) > 0:
            told[danger.why] = weight
    return told


def _dangers_of_name(file: FilePatch) -> set[Danger]:
    return {danger for path in (file.path, file.old_path) for danger in dangers_of_name(path)}


def dangers_of_name(path: str) -> list[Danger]:
    """The rows of `NAMES` that a path fits."""
    return [NAMES[index] for index in _NAMES.Match(f"/{path}".encode("utf-8", "replace")) or ()]


def _dangers_of_words(file: FilePatch) -> Iterator[Danger]:
    for path in dict.fromkeys((file.path, file.old_path)):
        yield from dangers_of_path(path)


def dangers_of_path(path: str) -> Iterator[Danger]:
    """The rows of `PATH_WORDS` that the words of a path are of; one row may come more than once."""
    words = {word.lower() for word in _CAMEL.findall(path)} | set(_PLAIN.findall(path.lower()))
    yield from (_PATH_DANGERS[word] for word in words if word in _PATH_DANGERS)


def _dangers_of_lines(file: FilePatch) -> set[Danger]:
    """What stands in the changed lines, as far as they are looked at."""
    text = "\n".join(_bodies(file)).encode("utf-8", "replace")
    if file.status is FileStatus.ADDED:
        # every row of it is an added one, so where a word stands does not matter
        new = _WORDS_BY_ROW.Match(text) or ()
        return {_LINE_DANGERS[row] for row in new if row < len(ADDED_WORDS)}
    found: set[int] = set()
    balance = Counter[int]()
    for hit in islice(_WORDS.finditer(text), MAX_HITS):
        start, end = hit.span()
        sign = text[text.rfind(b"\n", 0, start) + 1]
        # as the pattern takes letters for alike: a long s is an s to it
        row = _ROWS[text[start:end].decode().casefold()]
        if row >= len(ADDED_WORDS):
            balance[row] += _SIGNS.get(sign, 0)
        elif sign == ord("+"):
            found.add(row)
    return {_LINE_DANGERS[row] for row in found | {row for row, gone in balance.items() if gone > 0}}


def _bodies(file: FilePatch) -> Iterator[str]:
    room = MAX_READ
    for hunk in file.hunks:
        yield hunk.body[:room]
        room -= len(hunk.body)
        if room <= 0:
            return


def _size(file: FilePatch) -> int:
    """More is riskier, ever more slowly: 2 points for each doubling from eight lines on."""
    return min(max(file.changed_lines.bit_length() - 3, 0) * 2, MAX_FOR_SIZE)


def _novelty(file: FilePatch) -> int:
    """What others rely on already is riskier to change than what is new."""
    if file.new_mode != file.old_mode and file.status not in (FileStatus.ADDED, FileStatus.REMOVED):
        return 10
    return 0 if file.status is FileStatus.ADDED else 5
