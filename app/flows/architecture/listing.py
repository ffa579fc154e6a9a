"""What trees have: their source files, and the manifests and settings that say how those find one another."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from app.architecture.dependencies import wants as wants_manifest
from app.architecture.resolve import wants_text
from app.core.change.classes.classify import is_vendored
from app.core.change.diff import SYMLINK_MODE
from app.repo.objects import GitStore, TreeEntry
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

    `unread` says by path why a manifest is not among those. `links` are its symbolic links with their ids.
    """

    paths: frozenset[str]
    files: Mapping[str, Blob]
    texts: Mapping[str, str]
    unread: Mapping[str, str]
    links: Mapping[str, str]


class _Kind(NamedTuple):
    """What the name of a file says: the language of a source file, and whether it is a manifest or settings."""

    language: Language | None
    is_text: bool


async def list_trees(store: GitStore, revisions: Sequence[str], changed: Collection[str] = ()) -> list[Listed]:
    """The trees of revisions, in their order: other people's code only as far as it is `changed`.

    Raises TooManyFilesError, and GitError where git fails.
    """
    listings = await asyncio.gather(*(store.list_tree(revision) for revision in revisions))
    listed = await asyncio.to_thread(_sort_all, listings, frozenset(changed))
    for one in listed:
        if len(one.files) > MAX_FILES:
            raise TooManyFilesError(f"it has {len(one.files):,} source files, and at most {MAX_FILES:,} are analysed")
    return listed


def _sort_all(listings: Iterable[Iterable[TreeEntry]], changed: frozenset[str]) -> list[Listed]:
    kinds: dict[str, _Kind] = {}  # most paths are in all of them
    return [_sort(entries, changed, kinds) for entries in listings]


def _sort(entries: Iterable[TreeEntry], changed: frozenset[str], kinds: dict[str, _Kind]) -> Listed:
    paths: list[str] = []
    files: dict[str, Blob] = {}
    texts: dict[str, str] = {}
    links: dict[str, str] = {}
    for entry in entries:
        path = entry.path
        if not entry.regular:
            if entry.mode == SYMLINK_MODE and len(links) < MAX_LINKS:
                links[path] = entry.object_id
            continue
        paths.append(path)
        kind = kinds.get(path)
        if kind is None:
            kind = kinds[path] = _tell_kind(path, changed)
        if kind.language is not None:
            files[path] = Blob(kind.language, entry.object_id)
        if kind.is_text:
            texts[path] = entry.object_id
    late = sorted(texts, key=lambda path: (path.count("/"), path))[MAX_TEXTS:]
    for path in late:
        del texts[path]
    return Listed(frozenset(paths), files, texts, dict.fromkeys(late, UNREAD_TEXT), links)


def _tell_kind(path: str, changed: frozenset[str]) -> _Kind:
    language = language_of(path)
    is_text = wants_text(path) or wants_manifest(path)
    own = (language is None and not is_text) or not is_vendored(path)
    return _Kind(language if own or path in changed else None, is_text and own)
