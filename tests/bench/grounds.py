"""Changes to measure on, made with real git, the same ones each time, in the shape of code."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.repo.world import Repository, make_repository

EDITS_A_FILE = 12
UNTOUCHED_LINES = 14
"""Between two edits: enough to make two hunks of them."""

NEW_FILE_LINES = 300
_EDIT_SIZES = (1, 2, 3, 5, 8, 18)
_EDITED_LINES = 2 * EDITS_A_FILE * sum(_EDIT_SIZES) // len(_EDIT_SIZES)
_WORDS = (  # noqa: SIM905 - so many words are easier to read as a text
    "account address amount batch branch buffer cache chunk client commit config cursor delivery digest entry event "
    "filter handler header index invoice item key label limit message method node offset order owner packet page "
    "parcel path payload price queue record region report request reserve result retry rule scope sender session shape "
    "shipment signal slot source state status stock stream table target tenant ticket trace unit user value window"
).split()
_SHAPES = (
    "    {} = self.{}.{}({}, limit={})",
    "    if {} is None or {}.{}.{} > {}:",
    '        raise MissingError(f"{} of {{{}}} is not {} but {} {}")',
    "    for {} in {}.{}({}, {}):",
    '        {}["{}"] = {}_{}({})',
    "    return [{}.{} for {} in sorted({}) if {}]",
    "    # the {} is kept until its {} and its {} have a {}: see {}",
    "def {}_{}({}: Value, {}: int = {}) -> Value:",
    '    """The {} of a {}, by {} and {}, {} at most."""',
    '    logger.info("%s {} has {} of %d", {}, {}, {})',
)


@dataclass(frozen=True, slots=True)
class Ground:
    """A range of a bare repository: two commits."""

    name: str
    repository: Repository
    base: str
    head: str


def scatter_edits(folder: Path, lines: int) -> Ground:
    """About `lines` changed lines: small edits, twelve to a file, over as many files as it takes."""
    files, rest = divmod(lines, _EDITED_LINES)
    edits = [EDITS_A_FILE] * files + ([round(EDITS_A_FILE * rest / _EDITED_LINES)] if rest else [])
    return _grow(folder / "edits", "scattered edits", [_edit(number, count) for number, count in enumerate(edits)])


def add_files(folder: Path, lines: int) -> Ground:
    """About `lines` changed lines: new files alone."""
    return _grow(folder / "files", "new files", [_add(number) for number in range(lines // NEW_FILE_LINES)])


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    before: str
    after: str


def _edit(number: int, edits: int) -> _File:
    source = _Source(number)
    before: list[str] = []
    after: list[str] = []
    for edit in range(edits):
        size = _EDIT_SIZES[edit % len(_EDIT_SIZES)]
        untouched = source.write(UNTOUCHED_LINES)
        before += [*untouched, *source.write(size)]
        after += [*untouched, *source.write(size)]
    return _File(source.path, "".join(before), "".join(after))


def _add(number: int) -> _File:
    source = _Source(number)
    return _File(source.path, "", "".join(source.write(NEW_FILE_LINES)))


class _Source:
    """Lines that look like code, the same ones for the same number."""

    def __init__(self, number: int) -> None:
        self._random = random.Random(number)
        first, second = self._random.choices(_WORDS, k=2)
        self.path = f"src/{first}/{second}/part_{number}.py"

    def write(self, count: int) -> list[str]:
        return [self._line() for _ in range(count)]

    def _line(self) -> str:
        *words, last = self._random.choices(_WORDS, k=5)
        return self._random.choice(_SHAPES).format(*words, f"{last}_{self._random.randrange(100)}") + "\n"


def _grow(folder: Path, name: str, files: Iterable[_File]) -> Ground:
    repository = make_repository(folder, "--bare")
    kept = list(files)
    script = [
        *_commit({file.path: file.before for file in kept if file.before} or {"README.md": "Empty so far.\n"}),
        *_commit({file.path: file.after for file in kept}),
    ]
    repository.git("fast-import", "--quiet", stdin="".join(script).encode())
    base, head = repository.git("rev-parse", "main~1", "main").decode().split()
    return Ground(name, repository, base, head)


def _commit(files: dict[str, str]) -> Iterator[str]:
    yield "commit refs/heads/main\ncommitter Ada <ada@example.com> 1767225600 +0000\ndata 1\nx\n"
    for path, content in files.items():
        yield f"M 100644 inline {path}\ndata {len(content)}\n{content}\n"
