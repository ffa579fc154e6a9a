"""A copy of a repository made from what its server tells of single objects, where git itself is refused.

The trees are written with git, which computes their ids; they must be those that the server named, so no file can be
missing from them and none can differ. Blobs come one by one, each checked by its id, and only those the change needs:
an absent one costs its file only, because `read_patch` names it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from app.repo.git import Surroundings, run_git
from app.repo.inventory import Change, read_raw
from app.repo.objects import GitStore, checked
from app.repo.shelf import SCRATCH, Shelf
from app.repo.survey import NotReplicableError, Surveyed, Trees, ask, compose_trees, proper, survey
from app.repo.trees import show_path

ALSO_READ = frozenset({".gitattributes"})
"""Names of files that a review reads in the base, above what changed."""
MAX_ALSO_READ = 100
"""Files of the base that are asked for at most."""
_LARGE = 1 << 20


class Objects(Trees, Protocol):
    """A server's answers about single objects of one repository, each by its full id. May raise errors of its own."""

    async def get_tree_id(self, commit: str) -> str:
        """The id of a commit's tree."""
        ...

    async def read_blob(self, blob: str) -> bytes:
        """A blob's content."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much of a change is asked for, blob by blob. Files of the base that `also` takes by their path are, too.

    600 requests, with those for trees, stay below what GitHub lets one token ask in a minute (900 points), and below a
    fifth of an hour's least share: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """

    blobs: int = 600
    bytes: int = 256 << 20
    blob_bytes: int = 64 << 20
    also: Callable[[str], bool] = lambda _path: False


async def replicate(
    shelf: Shelf,
    repository_id: int,
    objects: Objects,
    *,
    merge_base: str,
    head: str,
    base: str,
    allowance: Allowance | None = None,
) -> GitStore:
    """A copy with the trees of three commits, and the blobs that differ between the first two, within `allowance`.

    Of `base` the files of `ALSO_READ` above them are brought too, and what else `allowance` names. No commit has an
    object: the store knows their trees.

    Raises NotReplicableError, GitError, CannotFetchError, and what `objects` raises.
    """
    commits = list(dict.fromkeys(map(checked, (merge_base, head, base))))
    trees = {commit: proper(await objects.get_tree_id(commit)) for commit in commits}
    allowed = allowance or Allowance()
    surveyed = await survey(objects, trees[merge_base], trees[head], trees[base])
    sizes = {entry.object_id: entry.size or 0 for one in surveyed.values() for _, _, entry in one.files}

    async def build(store: GitStore, around: Surroundings) -> GitStore:
        for one in surveyed.values():
            await _write_trees(store, one)
        differing = ("diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", trees[merge_base], trees[head])
        changes = read_raw(await store.run(differing))
        also = _also_read(surveyed[trees[base]], changes, allowed.also)
        names = [*also, *(name for change in changes for name in change.blobs)]
        absent = frozenset(name for name, size in (await store.sizes(names)).items() if size is None)
        wanted = choose_blobs(changes, also, sizes, absent, allowed)
        await _bring(store, objects, wanted, sizes, around)
        return replace(store, trees=trees)

    return await shelf.provide(shelf_name(repository_id), build)


def shelf_name(repository_id: int) -> str:
    """What the copy is called on the shelf, beside the mirror of the same repository."""
    return f"replica-{repository_id:d}"


def choose_blobs(
    changes: Sequence[Change],
    also: Sequence[str],
    sizes: Mapping[str, int],
    absent: frozenset[str],
    allowance: Allowance,
) -> list[str]:
    """Which absent blobs to ask for: `also` first, then those of whole changes, the smallest changes first.

    So most files can be read whole; one side of a change is of no use without the other.
    """
    chosen: dict[str, int] = {}
    room = allowance.bytes
    smallest = sorted(changes, key=lambda change: (sum(sizes.get(name, 0) for name in change.blobs), change.path))
    groups = [*([name] for name in also), *(change.blobs for change in smallest)]
    for group in groups:
        wanted = {name: sizes.get(name, 0) for name in group if name in absent and name not in chosen}
        fits = len(chosen) + len(wanted) <= allowance.blobs and sum(wanted.values()) <= room
        if fits and all(size <= allowance.blob_bytes for size in wanted.values()):
            chosen |= wanted
            room -= sum(wanted.values())
    return list(chosen)


async def _write_trees(store: GitStore, surveyed: Surveyed) -> None:
    """Write a tree and those below it.

    One that lists otherwise than its id stands for (a name that is not UTF-8 has no place in JSON) is not there
    afterwards, nor is one that was not asked for, so whoever needs to look into it fails, and nobody else.
    """
    named, script = compose_trees(surveyed)
    computed = (await store.run(("mktree", "--batch", "-z", "--missing"), stdin=script)).decode().split()
    if computed[-1:] != named[-1:]:
        raise NotReplicableError("the files it lists are not those of the tree it names")


async def _bring(
    store: GitStore, objects: Objects, names: Sequence[str], sizes: Mapping[str, int], around: Surroundings
) -> None:
    """Ask for blobs and write them; large ones one by one, so that memory never holds many."""
    if not names:
        return
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=store.git_dir) as scratch:
        place = Path(scratch)

        async def bring(name: str) -> None:
            content = await objects.read_blob(name)
            await asyncio.to_thread((place / name).write_bytes, content)

        await ask(bring, [name for name in names if sizes.get(name, 0) <= _LARGE])
        for name in names:
            if sizes.get(name, 0) > _LARGE:
                await bring(name)
        asked = "".join(f"{name}\n" for name in names).encode()
        writing = ("hash-object", "-w", "--no-filters", "-t", "blob", "--stdin-paths")
        surroundings = replace(around, directory=place)
        written = await run_git(writing, git_dir=store.git_dir, stdin=asked, surroundings=surroundings)
        if written.decode().split() != list(names):
            raise NotReplicableError("a file's content is not what its id stands for")


def _also_read(surveyed: Surveyed, changes: Sequence[Change], wanted: Callable[[str], bool]) -> list[str]:
    """The blobs of `ALSO_READ` that stand above changed files, then those `wanted`; the nearest to the root."""
    above = {""}
    for change in changes:
        directory = show_path(change.path).rpartition("/")[0]
        while directory not in above:
            above.add(directory)
            directory = directory.rpartition("/")[0]
    found: list[tuple[bool, int, str, str]] = []
    for directory, name, entry in surveyed.files:
        attributes = name in ALSO_READ and directory in above
        if entry.type == "blob" and (attributes or wanted(f"{directory}/{name}" if directory else name)):
            found.append((not attributes, directory.count("/") if directory else -1, directory, entry.object_id))
    return list(dict.fromkeys(name for *_, name in sorted(found)))[:MAX_ALSO_READ]
