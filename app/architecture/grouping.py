"""Files by the directories that tell parts of a program apart: deep enough to say something, few enough to order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import Final

FEWEST: Final = 3
MOST: Final = 40
"""Groups. Those of one layer share it, so that there may be more of them than layers."""

FEW: Final = 8


class Extent(StrEnum):
    """What of a directory is in a group."""

    TREE = "tree"
    """All that is below it."""

    OWN = "own"
    """The files in it alone."""

    FILE = "file"
    """It is no directory but one file."""


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Files under one path; `place` is empty for the top of the tree."""

    place: str
    extent: Extent
    files: tuple[str, ...]

    @property
    def glob(self) -> str:
        """What all its files and no others of the grouping match."""
        place = _SPECIAL.sub(r"\\\g<0>", self.place)
        if self.extent is Extent.FILE:
            return place
        return "/".join((*([place] if place else []), "**" if self.extent is Extent.TREE else "*"))

    @property
    def name(self) -> str:
        """Its path, with a star if subdirectories are not in it."""
        return f"{self.place}/*".lstrip("/") if self.extent is Extent.OWN else self.place


_SPECIAL: Final = re.compile(r"[*?\[\]{}\\,!^]")


def group_files(paths: Collection[str], bound: Collection[str] = frozenset()) -> tuple[Group, ...]:
    """Disjoint groups of all these files, by place. Those that are `bound` are one module with others beside them.

    The largest group is split into its directories until there are `FEWEST`, and none has half of the files, or until
    no split leaves `MOST` at most. A few files that stand beside directories are a group each, unless they are bound.
    """
    groups = {Group("", Extent.TREE, tuple(sorted(paths)))} if paths else set()
    whole: set[Group] = set()
    while open_groups := groups - whole:
        largest = max(open_groups, key=lambda group: (len(group.files), group))
        if len(groups) >= FEWEST and 2 * len(largest.files) <= len(paths):
            break
        parts = split_group(largest, bound)
        if len(parts) < 2 or len(groups) + len(parts) - 1 > MOST:
            whole.add(largest)
        else:
            groups = (groups - {largest}) | set(parts)
    for group in sorted(groups):
        if group.extent is Extent.OWN and len(group.files) <= FEW and len(groups) + len(group.files) - 1 <= MOST:
            groups = (groups - {group}) | set(split_group(group, bound))
    return tuple(sorted(groups))


def name_briefly(groups: Collection[Group]) -> dict[Group, str]:
    """Names of as few last parts of their paths as tell them apart."""
    endings = {group: _list_endings(group) for group in groups}
    counted = Counter(ending for of_group in endings.values() for ending in of_group)
    names = {
        group: next((ending for ending in of_group if counted[ending] == 1), group.name)
        for group, of_group in endings.items()
    }
    shared = Counter(names.values())
    # a directory may be called as the files beside others are
    return {group: name if shared[name] == 1 else f"{name} ({group.glob})" for group, name in names.items()}


def _list_endings(group: Group) -> list[str]:
    """Ends of a group's name from the shortest that says something."""
    parts = group.name.split("/")
    fewest = 2 if group.extent is Extent.OWN else 1
    return ["/".join(parts[-count:]) for count in range(min(fewest, len(parts)), len(parts) + 1)]


def split_group(group: Group, bound: Collection[str] = frozenset()) -> list[Group]:
    """Its directories, and the files beside them; of what has no directories its files, unless some are `bound`."""
    if group.extent is Extent.FILE:
        return [group]
    directories = [path.rpartition("/")[0] for path in group.files]
    if group.extent is Extent.OWN or len(set(directories)) == 1:
        if any(path in bound for path in group.files):
            return [group]
        return [Group(path, Extent.FILE, (path,)) for path in group.files]
    place = _common_directory(directories)
    parts: dict[tuple[str, Extent], list[str]] = {}
    for path, directory in zip(group.files, directories, strict=True):
        if directory == place:
            parts.setdefault((place, Extent.OWN), []).append(path)
        else:
            below = directory[len(place) :].lstrip("/").partition("/")[0]
            parts.setdefault((f"{place}/{below}".lstrip("/"), Extent.TREE), []).append(path)
    return [Group(place, extent, tuple(files)) for (place, extent), files in parts.items()]


def _common_directory(directories: list[str]) -> str:
    """The deepest directory that all of these are, or are below of."""
    parts = [directory.split("/") for directory in directories]
    shared = takewhile(lambda pair: pair[0] == pair[1], zip(min(parts), max(parts), strict=False))
    return "/".join(name for name, _ in shared)
