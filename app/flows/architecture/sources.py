"""The source files of some trees as facts: read out in a child process, remembered by content.

Nothing is checked out and nothing is imported. What several trees have is read out once; what was seen in any earlier
review is not read at all.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from app.analyzers.apart.parsers import Parsers
from app.analyzers.extracting import SourceFile, extract_facts_apart
from app.architecture.dependencies import wants as wants_manifest
from app.architecture.links import find_aliases
from app.architecture.resolution import Ground
from app.core.fit.packed import PackedUnreadableError, pack_facts, unpack_all_facts, unpack_facts
from app.core.fit.source_facts import EXTRACTOR, FileFacts
from app.flows.architecture.collection import collect_young, pause_collection
from app.flows.architecture.listing import UNREAD_TEXT, Blob, Listed, list_trees
from app.repo.objects import BlobFault, GitStore
from app.repo.source_cache import SourceCache
from app.syntax.languages import Language

MAX_FILE_BYTES: Final = 512 << 10
BATCH_BYTES: Final = 8 << 20
AT_ONCE: Final = 1_000
"""Files whose kept facts are unpacked in one step: nothing else runs meanwhile."""

PATIENCE_S: Final = 90.0
"""Seconds by the clock after which no further batch is read: what was read is kept, and the next review goes on."""

MAX_TEXT_BYTES: Final = 512 << 10
MAX_TEXTS_BYTES: Final = 24 << 20
"""Of all manifests and settings of all trees. Large repositories have about two."""

NO_TIME: Final = "there was no time to read it"
FAULTS: Final = {
    BlobFault.MISSING: "its content is not at hand",
    BlobFault.TOO_LARGE: "the file is too large to parse",
    BlobFault.NOT_A_BLOB: "it is no file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTree:
    """One tree as it is `listed`; `facts` and `failures` are by path.

    `manifests` are texts of files that ask for third-party packages, by path.
    """

    listed: Listed
    facts: Mapping[str, FileFacts]
    failures: Mapping[str, str]
    ground: Ground
    manifests: Mapping[str, str]

    @property
    def files(self) -> Mapping[str, Blob]:
        """Its source files with their contents."""
        return self.listed.files


async def read_sources(
    store: GitStore, revisions: Sequence[str], cache: SourceCache, parsers: Parsers, changed: Collection[str] = ()
) -> list[SourceTree]:
    """The sources of each revision, in their order: other people's code only as far as it is `changed`.

    Raises TooManyFilesError, GitError where git fails, and ToolFailed where no parser can be started.
    """
    with pause_collection():
        sources = Sources(store, await list_trees(store, revisions, changed), cache, parsers, changed)
        await sources.recall()
        await sources.read()
        return [await sources.gather(place) for place in range(len(revisions))]


@dataclass(slots=True)
class _Read:
    """What came of each content so far."""

    facts: dict[Blob, FileFacts] = field(default_factory=dict)
    failures: dict[Blob, str] = field(default_factory=dict)

    def take(self, batch: Mapping[Blob, str], outcomes: Mapping[str, FileFacts | str]) -> dict[Blob, FileFacts]:
        """Take in what was read out of a batch; gives back what is new."""
        fresh: dict[Blob, FileFacts] = {}
        for blob, path in batch.items():
            outcome = outcomes.get(path)
            if isinstance(outcome, FileFacts):
                fresh[blob] = outcome
            elif outcome is not None:
                self.failures[blob] = outcome
        self.facts |= fresh
        return fresh


class Sources:
    """Trees on their way to facts: `recall`, then `read`, then `gather` each. A tree may be complete before `read`."""

    def __init__(
        self,
        store: GitStore,
        listed: Sequence[Listed],
        cache: SourceCache,
        parsers: Parsers,
        changed: Collection[str] = (),
    ) -> None:
        self._store = store
        self._listed = listed
        self._cache = cache
        self._parsers = parsers
        self._changed = changed
        self._wanted: Mapping[Blob, str] = {}
        self._texts: Mapping[str, str] = {}
        self._read = _Read()

    async def recall(self) -> None:
        """Find what was read before, and read manifests and settings. Raises GitError."""
        self._wanted = await asyncio.to_thread(_name, self._listed, self._changed)
        self._read.facts, self._texts = await asyncio.gather(
            asyncio.to_thread(_recall, self._wanted, self._cache),
            _read_texts(
                self._store,
                {name for one in self._listed for names in (one.texts, one.links) for name in names.values()},
            ),
        )

    def is_complete(self, place: int) -> bool:
        """Whether nothing of a tree is left to be read."""
        return self._read.facts.keys() >= set(self._listed[place].files.values())

    async def read(self) -> None:
        """Read what is missing, what is changed first; git reads one batch while the one before is gone through.

        Raises GitError, and ToolFailed where no parser can be started.
        """
        missing = [blob for blob in self._wanted if blob not in self._read.facts]
        sizes = await self._store.sizes([blob.object_id for blob in missing])
        batches = [*_batch(missing, sizes), []]
        clock = asyncio.get_running_loop().time
        end = clock() + PATIENCE_S
        files = await self._fetch(batches[0])
        for place, batch in enumerate(batches[:-1]):
            if clock() > end:
                self._read.failures.update((blob, NO_TIME) for late in batches[place:] for blob in late)
                break
            outcomes, files = await asyncio.gather(
                extract_facts_apart(files, self._parsers), self._fetch(batches[place + 1])
            )
            fresh = self._read.take({blob: self._wanted[blob] for blob in batch}, outcomes)
            await asyncio.to_thread(_remember, fresh, self._cache)
            if batches[place + 1]:
                collect_young()

    async def gather(self, place: int) -> SourceTree:
        """A tree with what is known of it."""
        return await asyncio.to_thread(_gather, self._listed[place], self._read, self._texts)

    async def _fetch(self, batch: Sequence[Blob]) -> list[SourceFile]:
        contents = await self._store.read_blobs([blob.object_id for blob in batch], max_bytes=MAX_FILE_BYTES)
        files: list[SourceFile] = []
        for blob in batch:
            content = contents[blob.object_id]
            if isinstance(content, BlobFault):
                self._read.failures[blob] = FAULTS[content]
            else:
                files.append(SourceFile(self._wanted[blob], blob.language, content))
        return files


def _name(listed: Sequence[Listed], changed: Collection[str]) -> dict[Blob, str]:
    """All contents, those of changed files first. A path may have several: each is asked under a name of its own."""
    first = {one.files[path]: path for one in listed for path in sorted(changed) if path in one.files}
    rest = {blob: path for one in listed for path, blob in one.files.items() if blob not in first}
    return {blob: f"{blob.object_id}/{path}" for blob, path in (*first.items(), *rest.items())}


def _recall(wanted: Mapping[Blob, str], cache: SourceCache) -> dict[Blob, FileFacts]:
    by_language: dict[Language, list[str]] = {}
    for blob in wanted:
        by_language.setdefault(blob.language, []).append(blob.object_id)
    found: dict[Blob, FileFacts] = {}
    for language, names in by_language.items():
        kept = cache.find(_kind(language), names)
        found.update((Blob(language, name), facts) for name, facts in _unpack(kept))
    return found


def _unpack(kept: Mapping[str, bytes]) -> Iterator[tuple[str, FileFacts]]:
    """What can be read; what cannot is made again."""
    rows = iter(kept.items())
    while some := dict(islice(rows, AT_ONCE)):
        try:
            yield from zip(some, unpack_all_facts(some.values()), strict=True)
        except PackedUnreadableError:
            for name, body in some.items():
                with contextlib.suppress(PackedUnreadableError):
                    yield name, unpack_facts(body)


def _remember(facts: Mapping[Blob, FileFacts], cache: SourceCache) -> None:
    rows: dict[Language, dict[str, bytes]] = {}
    for blob, found in facts.items():
        rows.setdefault(blob.language, {})[blob.object_id] = pack_facts(found)
    for language, some in rows.items():
        cache.keep(_kind(language), some)


def _kind(language: Language) -> str:
    return f"{EXTRACTOR} facts {language.value}"


def _batch(blobs: Sequence[Blob], sizes: Mapping[str, int | None]) -> Iterator[list[Blob]]:
    """In pieces of so many bytes: a whole repository is never held at once."""
    batch: list[Blob] = []
    room = BATCH_BYTES
    for blob in blobs:
        size = sizes[blob.object_id] or 0
        if batch and size > room:
            yield batch
            batch, room = [], BATCH_BYTES
        batch.append(blob)
        room -= size if size <= MAX_FILE_BYTES else 0
    if batch:
        yield batch


async def _read_texts(store: GitStore, names: Collection[str]) -> dict[str, str]:
    """Manifests and settings by blob id; those that are too large are missing."""
    blobs = await store.read_blobs(sorted(names), max_bytes=MAX_TEXT_BYTES, max_total_bytes=MAX_TEXTS_BYTES)
    return {name: body.decode("utf-8", "replace") for name, body in blobs.items() if isinstance(body, bytes)}


def _gather(listed: Listed, read: _Read, texts: Mapping[str, str]) -> SourceTree:
    facts = read.facts
    own = {path: facts[blob] for path, blob in listed.files.items() if blob in facts}
    known = {path: texts[name] for path, name in listed.texts.items() if name in texts}
    links = {path: texts[name] for path, name in listed.links.items() if name in texts}
    aliases = find_aliases(links, listed.paths)
    full = sum(map(len, texts.values())) > MAX_TEXTS_BYTES - MAX_TEXT_BYTES
    unread = {path: UNREAD_TEXT for path in listed.texts if full and path not in known}
    failed = {path: read.failures[blob] for path, blob in listed.files.items() if blob in read.failures}
    return SourceTree(
        listed=listed,
        facts=own,
        manifests={path: text for path, text in known.items() if wants_manifest(path)},
        failures={**failed, **listed.unread, **unread},
        ground=Ground(
            paths=listed.paths | aliases.keys() if aliases else listed.paths,
            aliases=aliases,
            texts=known,
            packages={path: one.packages for path, one in own.items() if one.packages},
        ),
    )
