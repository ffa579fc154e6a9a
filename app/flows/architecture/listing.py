"""What trees have: their source files, and the manifests and settings that say how those find one another."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from app.architecture.dependencies import wants as wants_manifest
from app.architecture.resolve import wants_text
from app.core.change.classes.classify import is_vendored
from app.core.change.diff import SYMLINK_MODE
from app.repo.objects import GitStore
from app.repo.trees import Difference, TreeEntry
from app.syntax.languages import Language, language_of

MAX_FILES: Final = 60_000
"""Source files of one tree. A larger repository is not analysed, and that is said."""

MAX_TEXTS: Final = 3_000
"""Manifests and settings of one tree: those of the top first, for those say most."""

MAX_LINKS: Final = 2_000
UNREAD_TEXT: Final = "there are too many manifests and settings to read this one"


class TooManyFilesError(Exception):
    """The tree has more source files than are analysed; the message is the end of a sentence for people."""


class Blob(NamedTuple):
    """The content that a source file has, whatever its path."""

    language: Language
    object_id: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One tree. `files` are its source files with their contents, `texts` its manifests and settings with their ids.

    `late` are further manifests, more than are read. `links` are its symbolic links with their ids.
    """

    paths: frozenset[str]
    files: Mapping[str, Blob]
    texts: Mapping[str, str]
    late: Mapping[str, str]
    links: Mapping[str, str]

    @property
    def unread(self) -> Mapping[str, str]:
        """By path why a manifest is not among the texts."""
        return dict.fromkeys(self.late, UNREAD_TEXT)


class _Kind(NamedTuple):
    """What the name of a file says: the language of a source file, and whether it is a manifest or settings."""

    language: Language | None
    is_text: bool


async def list_trees(store: GitStore, revisions: Sequence[str], changed: Collection[str] = ()) -> list[Listed]:
    """The trees of revisions, in their order: other people's code only as far as it is `changed`.

    The first is listed whole; git tells in what the others differ from it. Raises TooManyFilesError, and GitError where
    git fails.
    """
    first, *others = revisions
    entries, differences = await asyncio.gather(
        store.list_tree(first), asyncio.gather(*(store.compare_trees(first, other) for other in others))
    )
    listed = await asyncio.to_thread(_sort_all, entries, differences, frozenset(changed))
    for one in listed:
        if len(one.files) > MAX_FILES:
            raise TooManyFilesError(f"it has {len(one.files):,} source files, and at most {MAX_FILES:,} are analysed")
    return listed


def _sort_all(
    entries: Iterable[TreeEntry], differences: Iterable[Iterable[Difference]], changed: frozenset[str]
) -> list[Listed]:
    first = _Sorting(changed)
    for entry in entries:
        first.add(entry)
    listed = [first.end()]
    for rows in differences:
        other = _Sorting(changed, listed[0])
        for row in rows:
            other.remove(row.path)
            if row.entry:
                other.add(row.entry)
        listed.append(other.end())
    return listed


class _Sorting:
    """A tree in the making: beginning with nothing, or with what another one has."""

    def __init__(self, changed: frozenset[str], begin: Listed | None = None) -> None:
        self._changed = changed
        self._paths = set(begin.paths) if begin else set[str]()
        self._files = dict(begin.files) if begin else dict[str, Blob]()
        self._texts = {**begin.texts, **begin.late} if begin else dict[str, str]()
        self._links = dict(begin.links) if begin else dict[str, str]()

    def add(self, entry: TreeEntry) -> None:
        path = entry.path
        if not entry.regular:
            if entry.mode == SYMLINK_MODE:
                self._links[path] = entry.object_id
            return
        self._paths.add(path)
        kind = _tell_kind(path, self._changed)
        if kind.language is not None:
            self._files[path] = Blob(kind.language, entry.object_id)
        if kind.is_text:
            self._texts[path] = entry.object_id

    def remove(self, path: str) -> None:
        self._paths.discard(path)
        for known in (self._files, self._texts, self._links):
            known.pop(path, None)

    def end(self) -> Listed:
        inmost = sorted(self._texts, key=lambda path: (path.count("/"), path))[MAX_TEXTS:]
        late = {path: self._texts.pop(path) for path in inmost}
        links = dict(islice(sorted(self._links.items()), MAX_LINKS))
        return Listed(frozenset(self._paths), self._files, self._texts, late, links)


def _tell_kind(path: str, changed: frozenset[str]) -> _Kind:
    language = language_of(path)
    is_text = wants_text(path) or wants_manifest(path)
    own = (language is None and not is_text) or not is_vendored(path)
    return _Kind(language if own or path in changed else None, is_text and own)
