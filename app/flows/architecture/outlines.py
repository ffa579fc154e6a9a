"""What files of trees define, each read out in a child process once and remembered by content."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.analyzers.apart.parsers import Parsers
from app.analyzers.extracting import SourceFile, extract_outlines_apart
from app.core.fit.packed import PackedUnreadableError, pack_outline, unpack_outline
from app.core.fit.source_facts import EXTRACTOR, Outline
from app.flows.architecture.listing import Blob, Listed
from app.flows.architecture.sources import FAULTS, MAX_FILE_BYTES, SourceTree
from app.repo.objects import BlobFault, GitStore
from app.repo.source_cache import SourceCache
from app.syntax.languages import Language


@dataclass(frozen=True, slots=True)
class Outlines:
    """By path: what was read, and why the rest was not."""

    read: Mapping[str, Outline] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)


async def read_outlines(
    store: GitStore, tree: Listed | SourceTree, paths: Iterable[str], cache: SourceCache, parsers: Parsers
) -> Outlines:
    """The outlines of those of the paths that are source files of the tree.

    Raises GitError, and ToolFailed where no parser can be started.
    """
    (found,) = await read_outlines_of(store, [(tree, paths)], cache, parsers)
    return found


async def read_outlines_of(
    store: GitStore,
    wanted: Sequence[tuple[Listed | SourceTree, Iterable[str]]],
    cache: SourceCache,
    parsers: Parsers,
) -> list[Outlines]:
    """The outlines of files of several trees, in their order, without calls.

    Raises GitError, and ToolFailed where no parser can be started.
    """
    chosen = [{path: tree.files[path] for path in sorted(set(paths)) if path in tree.files} for tree, paths in wanted]
    names = {blob: f"{blob.object_id}/{path}" for files in chosen for path, blob in files.items()}
    outlines = await asyncio.to_thread(_recall, names, cache)
    missing = [blob for blob in names if blob not in outlines]
    failures: dict[Blob, str] = {}
    if missing:
        parsers.expect()
        fresh, failures = await _extract(store, {blob: names[blob] for blob in missing}, parsers)
        await asyncio.to_thread(_remember, fresh, cache)
        outlines |= fresh
    return [
        Outlines(
            {path: outlines[blob] for path, blob in files.items() if blob in outlines},
            {path: failures[blob] for path, blob in files.items() if blob in failures},
        )
        for files in chosen
    ]


async def _extract(
    store: GitStore, names: Mapping[Blob, str], parsers: Parsers
) -> tuple[dict[Blob, Outline], dict[Blob, str]]:
    contents = await store.read_blobs([blob.object_id for blob in names], max_bytes=MAX_FILE_BYTES)
    given = {blob: contents[blob.object_id] for blob in names}
    files = [SourceFile(names[blob], blob.language, body) for blob, body in given.items() if isinstance(body, bytes)]
    extracted = await extract_outlines_apart(files, parsers)
    fresh = {blob: found for blob, name in names.items() if isinstance(found := extracted.get(name), Outline)}
    failures = {blob: FAULTS[body] for blob, body in given.items() if isinstance(body, BlobFault)}
    failures |= {blob: found for blob, name in names.items() if isinstance(found := extracted.get(name), str)}
    return fresh, failures


def _recall(blobs: Collection[Blob], cache: SourceCache) -> dict[Blob, Outline]:
    by_language: dict[Language, list[str]] = {}
    for blob in blobs:
        by_language.setdefault(blob.language, []).append(blob.object_id)
    found: dict[Blob, Outline] = {}
    for language, names in by_language.items():
        for name, body in cache.find(_kind(language), names).items():
            # what cannot be read is made again
            with contextlib.suppress(PackedUnreadableError):
                found[Blob(language, name)] = unpack_outline(body)
    return found


def _remember(outlines: Mapping[Blob, Outline], cache: SourceCache) -> None:
    rows: dict[Language, dict[str, bytes]] = {}
    for blob, outline in outlines.items():
        rows.setdefault(blob.language, {})[blob.object_id] = pack_outline(outline)
    for language, some in rows.items():
        cache.keep(_kind(language), some)


def _kind(language: Language) -> str:
    return f"{EXTRACTOR} symbols {language.value}"
