"""Places in a tree: paths with `/` from its top, which as a directory is `.`. Nothing here can leave the tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

TOP: Final = "."

DEEPEST: Final = 100
"""So many directories are looked at from a file upwards: a crafted tree can be deeper than anybody's settings are."""

MANIFEST_CHARACTERS: Final = 512_000
"""A longer manifest is taken for none: nobody writes one, and reading it would cost more than it tells."""


def directory_of(path: str) -> str:
    """The directory that a path is in; of the top, the top."""
    return path.rpartition("/")[0] or TOP


def name_of(path: str) -> str:
    """The last segment of a path."""
    return path.rpartition("/")[2]


def stem_of(path: str) -> str:
    """The last segment of a path, up to its first dot."""
    return name_of(path).partition(".")[0]


def join(directory: str, name: str) -> str:
    """The path of a name within a directory."""
    return name if directory == TOP else f"{directory}/{name}"


def step(directory: str, relative: str) -> str | None:
    """Where a relative path with `/` leads from a directory; None where it leaves the tree, or is not relative."""
    if relative.startswith("/"):
        return None
    walked = [] if directory == TOP else directory.split("/")
    for segment in relative.split("/"):
        if segment == "..":
            if not walked:
                return None
            walked.pop()
        elif segment not in {"", "."}:
            walked.append(segment)
    return "/".join(walked) or TOP


def climb(directory: str) -> Iterator[str]:
    """A directory and those around it, innermost first: at most `DEEPEST`, the top at last if it is reached."""
    for _ in range(DEEPEST):
        yield directory
        if directory == TOP:
            return
        directory = directory_of(directory)


def shared_depth(one: str, other: str) -> int:
    """How many directories from the top on two directories share."""
    depth = 0
    for mine, theirs in zip(one.split("/"), other.split("/"), strict=False):
        if mine != theirs:
            break
        depth += 1
    return depth
