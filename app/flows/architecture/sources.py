"""The source files of two trees as facts: listed by git, read out in a child process, remembered by content.

Nothing is checked out and nothing is imported. What both trees have is read out once; what was seen in any earlier
review is not read at all.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from app.analyzers.extracting import SourceFile, extract_facts_apart
from app.architecture.dependencies import wants as wants_manifest
from app.architecture.resolution import Ground
from app.architecture.resolve import wants_text
from app.core.change.classes.classify import is_vendored
from app.core.fit.packed import PackedUnreadableError, pack_facts, unpack_facts
from app.core.fit.source_facts import EXTRACTOR, FileFacts
from app.repo.objects import BlobFault, GitStore, TreeEntry
from app.repo.source_cache import SourceCache
from app.syntax.languages import Language, language_of

MAX_FILES: Final = 60_000
"""Source files of one tree. A larger repository is not analysed, and that is said."""

MAX_FILE_BYTES: Final = 512 << 10
BATCH_BYTES: Final = 16 << 20
PATIENCE_S: Final = 90.0
"""Seconds by the clock after which no further batch is read: what was read is kept, and the next review goes on."""

MAX_TEXTS: Final = 3_000
MAX_TEXT_BYTES: Final = 512 << 10

NO_TIME: Final = "there was no time to read it"
FAULTS: Final = {
    BlobFault.MISSING: "its content is not at hand",
    BlobFault.TOO_LARGE: "the file is too large to parse",
    BlobFault.NOT_A_BLOB: "it is no file",
}


class TooManyFilesError(Exception):
    """The tree has more source files than are analysed; the message is the end of a sentence for people."""


class Blob(NamedTuple):
    """The content that a source file has, whatever its path."""

    language: Language
    object_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTree:
    """One tree. `files` are its source files with their contents; `facts` and `failures` are by path.

    `manifests` are texts of files that ask for third-party packages, by path.
    """

    files: Mapping[str, Blob]
    facts: Mapping[str, FileFacts]
    failures: Mapping[str, str]
    ground: Ground
    manifests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Listed:
    paths: frozenset[str]
    files: Mapping[str, Blob]
    texts: Mapping[str, str]


async def read_sources(
    store: GitStore, revisions: Sequence[str], cache: SourceCache, changed: Collection[str] = ()
) -> list[SourceTree]:
    """The sources of each revision, in their order: other people's code only as far as it is `changed`.

    Raises TooManyFilesError, GitError where git fails, and ToolFailed where no parser can be started.
    """
    listings = await asyncio.gather(*(store.list_tree(revision) for revision in revisions))
    listed = [await asyncio.to_thread(_sort, entries, frozenset(changed)) for entries in listings]
    for one in listed:
        if len(one.files) > MAX_FILES:
            raise TooManyFilesError(f"it has {len(one.files):,} source files, and at most {MAX_FILES:,} are analysed")
    # One path has two contents where it changed: what is asked has a name of its own for each.
    wanted = {blob: f"{blob.object_id}/{path}" for one in listed for path, blob in one.files.items()}
    read = await _read_facts(store, wanted, cache)
    texts = await _read_texts(store, {name for one in listed for name in one.texts.values()})
    return [_gather(one, read, texts) for one in listed]


def _wants_text(path: str) -> bool:
    return (wants_text(path) or wants_manifest(path)) and not is_vendored(path)


def _sort(entries: Iterable[TreeEntry], changed: frozenset[str]) -> _Listed:
    paths: set[str] = set()
    files: dict[str, Blob] = {}
    texts: dict[str, str] = {}
    for entry in entries:
        if not entry.regular:
            continue
        paths.add(entry.path)
        language = language_of(entry.path)
        if language is not None and (entry.path in changed or not is_vendored(entry.path)):
            files[entry.path] = Blob(language, entry.object_id)
        if len(texts) < MAX_TEXTS and _wants_text(entry.path):
            texts[entry.path] = entry.object_id
    return _Listed(frozenset(paths), files, texts)


@dataclass(slots=True)
class _Read:
    """What came of each content so far."""

    facts: dict[Blob, FileFacts]
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


async def _read_facts(store: GitStore, wanted: Mapping[Blob, str], cache: SourceCache) -> _Read:
    """The facts of each content; git reads one batch while the one before is gone through."""
    read = _Read(await asyncio.to_thread(_recall, wanted, cache))
    missing = [blob for blob in wanted if blob not in read.facts]
    batches = list(_batch(missing, await store.sizes([blob.object_id for blob in missing])))
    clock = asyncio.get_running_loop().time
    end = clock() + PATIENCE_S
    files = await _fetch(store, batches[0], wanted, read) if batches else []
    for place, batch in enumerate(batches):
        if clock() > end:
            read.failures.update((blob, NO_TIME) for late in batches[place:] for blob in late)
            break
        following = batches[place + 1] if place + 1 < len(batches) else []
        outcomes, files = await asyncio.gather(extract_facts_apart(files), _fetch(store, following, wanted, read))
        fresh = read.take({blob: wanted[blob] for blob in batch}, outcomes)
        await asyncio.to_thread(_remember, fresh, cache)
    return read


async def _fetch(store: GitStore, batch: Sequence[Blob], wanted: Mapping[Blob, str], read: _Read) -> list[SourceFile]:
    contents = await store.read_blobs([blob.object_id for blob in batch], max_bytes=MAX_FILE_BYTES)
    files: list[SourceFile] = []
    for blob in batch:
        content = contents[blob.object_id]
        if isinstance(content, BlobFault):
            read.failures[blob] = FAULTS[content]
        else:
            files.append(SourceFile(wanted[blob], blob.language, content))
    return files


def _recall(wanted: Iterable[Blob], cache: SourceCache) -> dict[Blob, FileFacts]:
    by_language: dict[Language, list[str]] = {}
    for blob in wanted:
        by_language.setdefault(blob.language, []).append(blob.object_id)
    found: dict[Blob, FileFacts] = {}
    for language, names in by_language.items():
        for name, body in cache.find(_kind(language), names).items():
            # what cannot be read is made again
            with contextlib.suppress(PackedUnreadableError):
                found[Blob(language, name)] = unpack_facts(body)
    return found


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


async def _read_texts(store: GitStore, names: Iterable[str]) -> dict[str, str]:
    """Manifests and settings by blob id; one that is too large is missing."""
    blobs = await store.read_blobs(sorted(set(names)), max_bytes=MAX_TEXT_BYTES, max_total_bytes=BATCH_BYTES * 4)
    return {name: body.decode("utf-8", "replace") for name, body in blobs.items() if isinstance(body, bytes)}


def _gather(listed: _Listed, read: _Read, texts: Mapping[str, str]) -> SourceTree:
    own = {path: read.facts[blob] for path, blob in listed.files.items() if blob in read.facts}
    known = {path: texts[name] for path, name in listed.texts.items() if name in texts}
    packages = {path: one.packages for path, one in own.items() if one.packages}
    return SourceTree(
        files=listed.files,
        facts=own,
        manifests={path: text for path, text in known.items() if wants_manifest(path)},
        failures={path: read.failures[blob] for path, blob in listed.files.items() if blob in read.failures},
        ground=Ground(paths=listed.paths, texts=known, packages=packages),
    )
