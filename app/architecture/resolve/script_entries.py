"""Which file of a package its name means, alone or with a path after it: `exports`, `main`, `types`, and `#imports`.

The rules are those of Node (https://nodejs.org/api/packages.html). All conditions are tried, those for sources first,
since nobody knows under which one the file will run. Manifests mostly name what a build makes of the sources
(`dist/x.js`), which is in no tree: then the source is meant from which it is made by custom (`src/x.ts`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from app.architecture.resolve.places import step
from app.architecture.resolve.script_files import Files, split_ending
from app.architecture.resolve.script_packages import Package

_SOURCE_CONDITIONS: Final = ("source", "src", "development", "types")
_BUILT: Final = frozenset(
    {"dist", "lib", "build", "out", "output", "es", "esm", "cjs", "umd", "module", "modules", "types", "typings"}
)
"""Directories that a build makes, by custom."""

_SOURCES: Final = ("src/", "")

_MOST_TARGETS: Final = 100
"""Files that one entry may mean, of which the first that there is counts."""


def find_entry(package: Package, subpath: str, files: Files) -> str | None:
    """The file that a package hands out under a path (`.`, `./sub`); None if there is none in the tree."""
    if package.exports is not None:
        targets = list(match_target(_frame(package.exports), subpath))
    else:
        targets = [*package.entries, "index"] if subpath == "." else []
    # what is not handed out can still be reached by older tools, and by those that look at files alone
    targets += ["index", "src/index"] if subpath == "." else [subpath]
    for target in targets:
        found = find_target(package, target, files)
        if found is not None:
            return found
    return None


def find_target(package: Package, target: str, files: Files) -> str | None:
    """The file that a path in a manifest means, or the source that it is built from."""
    for candidate in (target, *_list_sources(target)):
        place = step(package.directory, candidate)
        found = None if place is None else files.find(place) or files.find_index(place)
        if found is not None:
            return found
    return None


def match_target(entries: Mapping[str, object], subpath: str) -> Iterator[str]:
    """What the entry for a path says, its `*` filled in. Of several patterns that of the longest begin counts."""
    if subpath in entries:
        yield from _list_texts(entries[subpath], "")
        return
    fitting = [key for key in entries if _fits(key, subpath)]
    if fitting:
        key = max(fitting, key=lambda each: len(each.partition("*")[0]))
        before, star, after = key.partition("*")
        middle = subpath[len(before) : len(subpath) - len(after)]
        for text in _list_texts(entries[key], middle):
            yield text if star else text + middle


def _fits(key: str, subpath: str) -> bool:
    before, star, after = key.partition("*")
    if not star:
        return key.endswith("/") and subpath.startswith(key)
    return len(subpath) >= len(before) + len(after) and subpath.startswith(before) and subpath.endswith(after)


def _frame(exports: object) -> Mapping[str, object]:
    """Entries by path: what names no path is for the package's name alone."""
    if isinstance(exports, dict) and any(key.startswith(".") for key in exports):
        return exports
    return {".": exports}


def _list_texts(value: object, middle: str) -> Iterator[str]:
    """The paths in an entry, under whatever conditions, with what stands for `*`."""
    waiting: list[object] = [value]
    for _ in range(_MOST_TARGETS):
        if not waiting:
            return
        item = waiting.pop()
        if isinstance(item, str):
            yield item.replace("*", middle)
        elif isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            first = [item[key] for key in _SOURCE_CONDITIONS if key in item]
            rest = [inner for key, inner in item.items() if key not in _SOURCE_CONDITIONS]
            waiting.extend(reversed([*first, *rest]))


def _list_sources(target: str) -> Iterator[str]:
    """Where the source of what is built lies by custom, without its ending: `src/x` for `dist/types/x.d.ts`."""
    segments = [segment for segment in split_ending(target)[0].split("/") if segment not in ("", ".")]
    while segments and segments[0] in _BUILT:
        segments = segments[1:]
        for sources in _SOURCES:
            yield sources + "/".join(segments)
