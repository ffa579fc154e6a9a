"""What tools read: the tree at the head of a pull request, as its reader hands it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from app.core.change.diff import SUBMODULE_MODE, SYMLINK_MODE


class TreeUnreadable(Exception):
    """The tree as a whole cannot be read here: git failed, or it was never fetched whole."""


class Unread(Enum):
    """Why the text of something is not given; the value goes on after its name."""

    ABSENT = "is not in the repository"
    LINK = "is a symbolic link, and links are not followed"
    SUBMODULE = "is a submodule: its files are in another repository"
    MISSING = "was not fetched, so its content is not known here"
    TOO_LARGE = "is larger than what is read here"
    BINARY = "is binary"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, symbolic link or submodule, by its path from the root.

    `shown` is the path as it may be shown: on one line, unseen characters revealed, without secrets. `size` is in
    bytes; None for a submodule, and for a file whose content is not here.
    """

    path: str
    shown: str
    mode: str
    size: int | None

    @property
    def link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.mode == SYMLINK_MODE

    @property
    def submodule(self) -> bool:
        """Whether it is a submodule."""
        return self.mode == SUBMODULE_MODE


class Tree(Protocol):
    """The tree of one commit. What it hands out holds no secret that a rule finds in it, or that the change betrays."""

    async def entries(self) -> Sequence[Entry]:
        """All that is in it, through all directories, in git's order. Raises TreeUnreadable."""
        ...

    async def read(self, paths: Sequence[str]) -> Mapping[str, str | Unread]:
        """The whole text of each of these paths, or why it is not given. Lines are those of the file.

        Bytes that are not UTF-8 are replaced. Raises TreeUnreadable.
        """
        ...
