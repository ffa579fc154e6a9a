"""What of a change was read at an earlier head of its pull request, by the same readers, and need not be read now."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from functools import partial

from app.analyzers.apart.parsers import Parsers
from app.analyzers.sandbox import ToolFailed
from app.analyzers.standing import find_standing_apart
from app.core.change.classes.delivery import Delivery
from app.core.change.diff import FileStatus, Patch
from app.core.change.memory.readers import Reader
from app.core.change.memory.recollection import NOTHING, Recollection, recollect
from app.core.change.memory.since import CONTEXT, Extent, Since, look_since
from app.core.findings.known import KnownFinding
from app.core.gate.effective import for_reading
from app.core.gate.policy import Policy
from app.core.gate.snapshot import Snapshot
from app.core.model import Stage
from app.core.rules.rule import Rule, Rulebook
from app.core.rules.selection import choose
from app.flows.review.change.contents import read_files
from app.flows.review.forge import History
from app.flows.review.prompts import prompt_digests
from app.lenses import brief, fix, summary
from app.lenses.choice import SMALL_LINES
from app.repo.git import GitError
from app.repo.inventory import InventoryUnreadableError
from app.repo.objects import GitStore, ObjectMissingError
from app.repo.patch import read_patch
from app.syntax.languages import language_of

MAX_PARSED_BYTES = 16 << 20
"""Of either version, all files together."""

_UNDECIDING = (brief.NAME, summary.NAME, fix.NAME)
_log = logging.getLogger(__name__)


def name_readers_of(
    models: Mapping[Stage, str],
    policy: Policy,
    patch: Patch,
    rulebook: Rulebook,
    deliveries: Mapping[str, Sequence[Delivery]],
) -> dict[str, str]:
    """By path, all that makes the reading of a file: policy, lenses, prompts, models, written rules.

    What of a policy only judges is left out.

    `deliveries` are the kinds, by path, of files that say what is built and run: lenses are told more about those.
    A small change is asked about in fewer questions, which is another reading. One for which a budget did not pay a
    question for each lens is never remembered.
    """
    shared = [
        patch.changed_lines < SMALL_LINES,
        [models[Stage.LENS], models[Stage.VERIFY]],
        sorted((name, digest) for name, digest in prompt_digests().items() if name not in _UNDECIDING),
    ]
    asked = for_reading(policy)
    readers: dict[str, str] = {}
    for file in patch.files:
        rules = choose(rulebook.rules, [file.path]).rules
        found = [[rule.path, rule.heading, rule.text] for rule in rules if not rule.declared]
        made = _digest([*shared, found, list(deliveries.get(file.path, ()))])
        readers[file.path] = str(Reader.of(made, asked.union(map(_name_rule, rules))))
    return readers


def _name_rule(rule: Rule) -> str:
    """A rule that the policy spells out by what it says; one that was found in a file by that file alone."""
    return f"rule:{_digest(rule.text)[:16]}" if rule.declared else f"file:{_digest(rule.path)[:16]}"


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


async def recall(
    store: GitStore,
    snapshot: Snapshot,
    patch: Patch,
    readers: Mapping[str, str],
    history: History,
    parsers: Parsers,
) -> Recollection:
    """The hunks of this change that need no reading again. Where git cannot tell what has changed since, there is none.

    A review against another base branch remembers nothing of one against this.
    """
    memory = history.memory
    if not memory.hunks or memory.base_ref != snapshot.base_ref:
        return NOTHING
    # Who only decides asks what the policy would have had read; new prompts and other words of guidance wait.
    recall_since = partial(recollect, patch.files, memory, reader_of=readers.__getitem__, by_policy=not history.asks)
    # Digests and names walk every line of the change: in the loop that would stop heartbeats.
    if memory.head == snapshot.head_sha:
        return await asyncio.to_thread(recall_since, since=Since())
    try:
        # Two files that swap their names differ in every line.
        delta = await read_patch(store, memory.head, snapshot.head_sha, context=CONTEXT, renames=False)
        wide = await read_patch(store, snapshot.merge_base, snapshot.head_sha, context=CONTEXT)
        since = await asyncio.to_thread(look_since, delta, wide)
        if since is not None:
            standing = await _find_standing(store, delta, patch, parsers)
            enabling = _find_enabling(history.known, since.paths)
            held = {path: extents for path, extents in standing.items() if path not in enabling}
            since = replace(since, paths=since.paths | enabling, standing=held)
    except (GitError, InventoryUnreadableError, ObjectMissingError) as error:
        _log.info("everything is read anew, because the head that was read before is not at hand: %s", error)
        return NOTHING
    return await asyncio.to_thread(recall_since, since=since, wide=wide) if since else NOTHING


def _find_enabling(known: Sequence[KnownFinding], paths: Container[str]) -> frozenset[str]:
    """The files with lines that enable a fault in one of those `paths`: it may be gone, or only look otherwise."""
    shown = ((item.claim.path, item.claim.shows_at) for item in known)
    return frozenset(path for path, far in shown if far is not None and far.path in paths)


async def _find_standing(
    store: GitStore, delta: Patch, patch: Patch, parsers: Parsers
) -> dict[str, tuple[Extent, ...]]:
    """By path the definitions that are as they were, of files of the change that differ since. Raises GitError.

    A file without any is read anew: so it is with one that no parser survives, and with all where there are no parsers.
    """
    same = (file.path for file in delta.files if file.status is FileStatus.MODIFIED and not file.symlink)
    # What nobody parses takes no share of what may be read.
    paths = [path for path in same if path in patch.by_path and language_of(path) is not None]
    old = await read_files(store, delta.merge_base, paths, max_total_bytes=MAX_PARSED_BYTES)
    new = await read_files(store, delta.head, paths, max_total_bytes=MAX_PARSED_BYTES)
    try:
        return await find_standing_apart({path: (old[path], new[path]) for path in old.keys() & new.keys()}, parsers)
    except ToolFailed as error:
        _log.warning("all files that differ are read anew: %s", error)
        return {}
