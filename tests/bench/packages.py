"""A repository of thousands of source files in packages that import one another, and a pull request to it.

Java, in modules of a build, with as many imports and as many lines a file as large projects have, and with a history:
git lists the trees of a repository without one two to four times as fast. Always the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.bench.grounds import Ground
from tests.repo.world import make_repository

FILES: Final = 9_200
CHANGED: Final = 60
"""Files that the pull request touches, of at least four times as many."""

MODULES: Final = 22
AREAS: Final = 120
PACKAGES: Final = MODULES * AREAS
INTERNAL: Final = 5
"""Imports of each file from the repository, three to a package, beside four from elsewhere."""

COMMITS: Final = 500
NOTED: Final = 40
"""Small files that each of these commits before the base writes. With so many, git takes as long to list both trees and
to write what changed as it does for a real repository of this size: spring-framework at 9,650 source files, 0.06 s.
"""

METHODS: Final = 24
_ADDED: Final = 6
_REMOVED: Final = 2
_RENAMED: Final = 3
_STEP: Final = 7_919
_FOREIGN: Final = ("java.util.List", "java.util.Map", "java.time.Instant", "org.slf4j.Logger")


def grow_packages(folder: Path, files: int = FILES, changed: int = CHANGED) -> Ground:
    """A base of so many files, and a head with so many edited, added, removed and renamed."""
    repository = make_repository(folder / "packages", "--bare")
    base_files = (_put(number) for number in range(files))
    first = [*_begin("first"), *base_files, *_live(files)]
    script = "".join([*first, *_begin("base"), *_begin("head"), *_change(changed, files // changed)])
    repository.git("fast-import", "--quiet", stdin=script.encode())
    base, head = repository.git("rev-parse", "main~1", "main").decode().split()
    return Ground("packages of Java", repository, base, head)


def _live(files: int) -> Iterator[str]:
    """The history between the first commit and the base: no source file, each time other directories."""
    for commit in range(COMMITS * files // FILES):
        yield from _begin(f"note {commit}")
        for place in range(NOTED):
            folder = _path((commit * NOTED + place) * _STEP % files).rpartition("/")[0]
            content = f"notes of commit {commit}\n"
            yield f"M 100644 inline {folder}/notes.txt\ndata {len(content)}\n{content}\n"


def _change(changed: int, step: int) -> Iterator[str]:
    """Every so many files one is touched, in one way."""
    edited = changed - _ADDED - _REMOVED - _RENAMED
    for number in range(edited):
        yield _put(number * step + 1, more=2)
    for number in range(_ADDED):
        yield _put(10_000_000 + number)
    for number in range(_REMOVED):
        yield f"D {_path(number * step + 2)}\n"
    for number in range(_RENAMED):
        path = _path(number * step + 3)
        yield f"R {path} {path.removesuffix('.java')}Renamed.java\n"


def _begin(message: str) -> Iterator[str]:
    yield f"commit refs/heads/main\ncommitter Ada <ada@example.com> 1767225600 +0000\ndata {len(message)}\n{message}\n"


def _put(number: int, more: int = 0) -> str:
    content = "".join(_write(number, more))
    return f"M 100644 inline {_path(number)}\ndata {len(content)}\n{content}\n"


def _package(number: int) -> str:
    return f"com.acme.part{number % MODULES}.area{number // MODULES % AREAS}"


def _path(number: int) -> str:
    return f"part{number % MODULES}/src/main/java/{_package(number).replace('.', '/')}/Type{number}.java"


def _write(number: int, more: int) -> Iterator[str]:
    """The lines of a class, with so many imports and methods more."""
    yield f"package {_package(number)};\n\n"
    for name in _FOREIGN:
        yield f"import {name};\n"
    for place in range(INTERNAL + more):
        other = (number + (place // 3 + 1) * _STEP) % PACKAGES + place % 3 * PACKAGES
        yield f"import {_package(other)}.Type{other};\n"
    yield f"\n/** Keeps what belongs to number {number}. */\npublic class Type{number} {{\n"
    for place in range(METHODS + more):
        yield f"\n    /** The amount of item {place}, or what is left of it. */\n"
        yield f"    public int amount{place}Of{number}(List<String> items, Map<String, Instant> seen) {{\n"
        yield f'        if (items.isEmpty()) {{ throw new IllegalStateException("nothing in {place}"); }}\n'
        yield f"        return items.size() * {place} + seen.size();\n    }}\n"
    yield "}\n"
