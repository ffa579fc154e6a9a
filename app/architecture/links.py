"""Where symbolic links lead within a tree. They are read as text: nothing of a file system is asked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping
from typing import Final

from app.architecture.resolution import Resolution, Target
from app.architecture.resolve.places import TOP, directory_of, step

MOST_ALIASES: Final = 50_000
"""Paths that all links of a tree give to files, together."""

_MOST_STEPS: Final = 8
_DEEPEST: Final = 200


def find_aliases(links: Mapping[str, str], paths: Collection[str]) -> dict[str, str]:
    """The paths that files have by way of links, each with the file's own. `links` has what links say, by their paths.

    A link out of the tree, in a ring, or to nothing leads nowhere. What is behind a second link within a linked
    directory has no path by way of the first.
    """
    found: dict[str, str] = {}
    ordered = sorted(paths) if links else []
    for link in sorted(links):
        end = _follow(link, links)
        if end is None:
            continue
        if end in paths:
            found[link] = end
            continue
        beginning = "" if end == TOP else f"{end}/"
        for path in ordered[bisect_left(ordered, beginning) :]:
            if len(found) >= MOST_ALIASES or not path.startswith(beginning):
                break
            found[f"{link}/{path[len(beginning) :]}"] = path
    return {alias: path for alias, path in found.items() if alias not in paths}


def _follow(link: str, links: Mapping[str, str]) -> str | None:
    """Where a link ends, over others that are on its way."""
    at: str | None = link
    for _ in range(_MOST_STEPS):
        if at is None or at.count("/") > _DEEPEST:
            return None
        on_the_way = next((place for place in _prefixes(at) if place in links), None)
        if on_the_way is None:
            return at
        behind = at[len(on_the_way) + 1 :]
        end = step(directory_of(on_the_way), links[on_the_way])
        at = step(end, behind) if end and behind else end
    return None


def _prefixes(path: str) -> list[str]:
    """A path's directories, outermost first, and the path."""
    segments = path.split("/")
    return ["/".join(segments[:length]) for length in range(1, len(segments) + 1)]


def name_files(resolution: Resolution, aliases: Mapping[str, str], module_of: Callable[[str], str]) -> Resolution:
    """What became of an import, with each file under its own path."""
    if not any(file in aliases for target in resolution.targets for file in target.files):
        return resolution
    targets: list[Target] = []
    for target in resolution.targets:
        files: dict[str, list[str]] = {}
        for file in target.files:
            own = aliases.get(file, file)
            files.setdefault(module_of(own) if file in aliases else target.module, []).append(own)
        targets += [
            Target(module, tuple(dict.fromkeys(some)), target.names, target.by_way_of) for module, some in files.items()
        ]
    return resolution._replace(targets=tuple(targets))
