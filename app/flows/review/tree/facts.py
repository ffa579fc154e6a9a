"""Looks in the tree at the head for what claims say is missing: so much as may prove one wrong, within bounds."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterable, Mapping, Sequence

from app.core.findings.finding import Claim
from app.core.findings.verification.absence import DEPTH, Absence, Lack, TreeFacts, name_definers, read_absence
from app.flows.review.change.change import Change
from app.flows.review.tree.texts import read_tree_texts
from app.repo.git import GitError
from app.repo.trees import TreeEntry

MOST_NAMES = 8
"""Names that are looked for in one review."""

MOST_FILES = 60
"""Files that are read for what they define."""

SOUGHT_FILES = 5_000
SOUGHT_FILE_BYTES = 1 << 20
SOUGHT_BYTES = 32 << 20
"""Files that names are sought through, bytes of each, and of all. In a larger tree nothing is proved by seeking."""

_log = logging.getLogger(__name__)


async def gather_facts(
    change: Change, claims: Iterable[Claim], texts: Mapping[str, Sequence[str]], *, sought: int = SOUGHT_FILES
) -> TreeFacts:
    """What the tree shows of the names that claims say are missing. `texts` are new versions that were read already.

    Names are sought through no tree of more than `sought` files. Where git fails nothing is refuted: a second reader
    decides.
    """
    absences = [absence for claim in claims if (absence := read_absence(claim)) is not None][:MOST_NAMES]
    if not absences:
        return TreeFacts()
    try:
        entries = await change.store.list_tree(change.snapshot.head_sha)
        found = await _seek(change, absences, entries) if len(entries) <= sought else {}
    except GitError as error:
        _log.warning("no claim is refuted by the tree, because it could not be read: %s", error)
        return TreeFacts()
    paths = frozenset(entry.path for entry in entries if entry.regular)
    users = {path for files in found.values() for path in files if path.endswith(".py")}
    kept = {absence.path for absence in absences}
    kept |= set(sorted(users - kept)[: MOST_FILES - len(kept)])
    lines = dict((await read_tree_texts(change, kept & paths)).lines)
    defined = await _follow(change, absences, {**texts, **lines}, paths)
    gone = {absence.name for absence in absences if absence.lack is Lack.NOTHING}
    return TreeFacts(paths, lines | defined, {name: files for name, files in found.items() if name in gone})


async def _follow(
    change: Change, absences: Sequence[Absence], texts: Mapping[str, Sequence[str]], paths: frozenset[str]
) -> dict[str, Sequence[str]]:
    """The files that may define the names, and those that they may hand them on from."""
    read: dict[str, Sequence[str]] = {}
    asked = [(one.name, one.path) for one in absences if one.lack in (Lack.BINDING, Lack.DEFINITION)]
    for _ in range(DEPTH):
        lines = {**texts, **read}
        wanted = await asyncio.to_thread(_name_next, asked, lines, paths)
        fresh = sorted({path for _, path in wanted} - read.keys())[: MOST_FILES - len(read)]
        if not fresh:
            break
        read |= (await read_tree_texts(change, fresh)).lines
        asked = [(name, path) for name, path in wanted if path in read]
    return read


def _name_next(
    asked: Iterable[tuple[str, str]], texts: Mapping[str, Sequence[str]], paths: frozenset[str]
) -> list[tuple[str, str]]:
    return [
        (name, definer)
        for name, path in asked
        for definer in sorted(name_definers(name, path, texts.get(path, ()), paths))
    ]


async def _seek(change: Change, absences: Sequence[Absence], entries: Sequence[TreeEntry]) -> dict[str, frozenset[str]]:
    """The files in which names stand that must be sought; nothing of a name where not all of them could be read.

    A use anywhere proves itself, but that nobody uses a name any more takes every file, links and submodules too.
    """
    names = {one.name for one in absences if one.lack in (Lack.USE, Lack.CALL, Lack.NOTHING)}
    if not names:
        return {}
    objects = {entry.path: entry.object_id for entry in entries if entry.regular}
    blobs = await change.store.read_blobs(
        list(objects.values()), max_bytes=SOUGHT_FILE_BYTES, max_total_bytes=SOUGHT_BYTES
    )
    contents = {path: content for path, name in objects.items() if isinstance(content := blobs[name], bytes)}
    found = await asyncio.to_thread(_find_files, names, contents)
    whole = len(contents) == len(entries)
    return found if whole else {name: files for name, files in found.items() if files}


def _find_files(names: Iterable[str], contents: Mapping[str, bytes]) -> dict[str, frozenset[str]]:
    """The files that have a name as a word or as a part of one."""
    forms = {name: re.compile(re.escape(name.encode("utf-8", "replace"))) for name in names}
    return {
        name: frozenset(path for path, content in contents.items() if form.search(content))
        for name, form in forms.items()
    }
