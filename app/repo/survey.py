"""The trees of a repository as its server lists them: whole where it can, else only where two versions differ.

GitHub lists at most 100,000 entries or 7 MB of a tree through all its directories; of a larger one each directory is
asked for that differs between two versions. https://docs.github.com/en/rest/git/trees#get-a-tree
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from app.repo.objects import NotAnObjectIdError, checked

MAX_LISTINGS = 250
"""How many directories are asked for where a whole tree is too much."""
AT_ONCE = 8
"""How many requests are under way together; GitHub allows 100 for all that an installation does."""
Reply = TypeVar("Reply")
_MODE = re.compile(r"[0-7]{5,6}", re.ASCII)
_TYPES = frozenset({"blob", "tree", "commit"})


class NotReplicableError(Exception):
    """The server cannot tell all that a copy needs, or told what is not so; the message is a clause for people."""


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry of a tree as the server lists it. `size` is None for what is no blob."""

    path: str
    mode: str
    type: str
    object_id: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a tree holds, paths seen from it. `whole`: nothing was left out for being too much."""

    entries: Sequence[ListedEntry]
    whole: bool


class Trees(Protocol):
    """A server's answers about trees. May raise errors of its own."""

    async def list_tree(self, tree: str, *, recursive: bool) -> Listing:
        """What is in a tree; `recursive`: through all its directories, these among the entries."""
        ...


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A version's tree: of each known directory its id, and what stands in it by name. The root's path is empty."""

    root: str
    ids: dict[str, str] = field(default_factory=dict)
    directories: dict[str, dict[str, ListedEntry]] = field(default_factory=dict)

    def add(self, path: str, tree: str, entries: Sequence[ListedEntry], *, recursive: bool) -> None:
        """Take in a listing of the tree at `path`. Raises NotReplicableError for entries that can be in no tree."""
        self.ids[path] = proper(tree)
        self.directories[path] = {}
        for entry in entries:
            if entry.type == "tree":
                self.ids[_join(path, entry.path)] = proper(entry.object_id)
                if recursive:
                    self.directories[_join(path, entry.path)] = {}
        for entry in entries:
            directory, _, name = _join(path, entry.path).rpartition("/")
            typed = entry.type in _TYPES and _MODE.fullmatch(entry.mode) is not None
            if directory not in self.directories or not typed or not name or "\0" in name:
                raise NotReplicableError("what it lists is no tree")
            proper(entry.object_id)
            self.directories[directory][name] = entry

    @property
    def files(self) -> Iterator[tuple[str, str, ListedEntry]]:
        """Directory, name and entry of whatever is known and is no directory."""
        for directory, entries in self.directories.items():
            for name, entry in entries.items():
                if entry.type != "tree":
                    yield directory, name, entry


async def survey(trees: Trees, before: str, after: str, other: str) -> dict[str, Surveyed]:
    """The trees `before`, `after` and `other`, by id; of `other` at least those directories that the first differ in.

    Raises NotReplicableError, and what `trees` raises.
    """
    roots = list(dict.fromkeys((before, after, other)))
    found = {root: Surveyed(root) for root in roots}
    for root in roots:
        listing = await trees.list_tree(root, recursive=True)
        if not listing.whole:
            return await _walk(trees, before, after, other)
        await asyncio.to_thread(found[root].add, "", root, listing.entries, recursive=True)
    return found


def compose_trees(surveyed: Surveyed) -> tuple[list[str], bytes]:
    """The ids of all known trees, the root last, and what `git mktree --batch -z` makes them from in that order."""
    order = sorted(surveyed.directories, key=lambda path: path.count("/") + 1 if path else 0, reverse=True)
    scripts = []
    for path in order:
        entries = surveyed.directories[path].items()
        rows = (f"{entry.mode} {entry.type} {entry.object_id}\t{name}\0" for name, entry in entries)
        scripts.append("".join(rows).encode("utf-8", "surrogatepass") + b"\0")
    return [surveyed.ids[path] for path in order], b"".join(scripts)


def proper(object_id: str) -> str:
    """The id itself. Raises NotReplicableError for what is none."""
    try:
        return checked(object_id)
    except NotAnObjectIdError as error:
        raise NotReplicableError("it names an object by what is no id") from error


async def ask(question: Callable[[str], Coroutine[None, None, Reply]], about: Sequence[str]) -> list[Reply]:
    """The replies to a question about several objects, some at once. Raises the first error that comes up."""
    replies: list[Reply] = []
    for start in range(0, len(about), AT_ONCE):
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(question(name)) for name in about[start : start + AT_ONCE]]
        except ExceptionGroup as errors:
            # one is enough to say what happened, in the server's own kind of error
            raise errors.exceptions[0] from errors
        replies += [task.result() for task in tasks]
    return replies


async def _walk(trees: Trees, before: str, after: str, other: str) -> dict[str, Surveyed]:
    """Level by level, those directories in which `before` and `after` differ."""

    async def list_one(tree: str) -> Sequence[ListedEntry]:
        listing = await trees.list_tree(tree, recursive=False)
        if not listing.whole:
            raise NotReplicableError("a directory has more files than it lists")
        return listing.entries

    found = {root: Surveyed(root, {"": root}) for root in dict.fromkeys((before, after, other))}
    known: dict[str, Sequence[ListedEntry]] = {}
    level = [""]
    while level:
        here = [(one, path, one.ids[path]) for path in level for one in found.values() if path in one.ids]
        unknown = list(dict.fromkeys(tree for _, _, tree in here if tree not in known))
        if len(known) + len(unknown) > MAX_LISTINGS:
            raise NotReplicableError("the change is in more directories than may be asked for")
        known.update(zip(unknown, await ask(list_one, unknown), strict=True))
        for one, path, tree in here:
            one.add(path, tree, known[tree], recursive=False)
        level = [path for directory in level for path in _differing(found[before], found[after], directory)]
    return found


def _differing(one: Surveyed, other: Surveyed, directory: str) -> list[str]:
    """The directories right below one that are not the same in both."""
    below: dict[str, None] = {}
    for side in (one, other):
        for name, entry in side.directories.get(directory, {}).items():
            if entry.type == "tree":
                below[_join(directory, name)] = None
    return [path for path in below if one.ids.get(path) != other.ids.get(path)]


def _join(directory: str, path: str) -> str:
    return f"{directory}/{path}" if directory else path
