"""What a review leaves as read for the next one of its pull request. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.change.diff import Patch
from app.core.change.memory.hunks import Memory
from app.core.change.memory.recollection import memorise
from app.core.change.plan import Chunk
from app.core.findings.anchor import find_file
from app.core.findings.finding import Finding, Source, Standing
from app.core.rules.rule import Rulebook
from app.core.rules.selection import choose
from app.flows.review.case import Case


def remember(case: Case, findings: Sequence[Finding]) -> Memory | None:
    """What is read now, given the open findings; None where nobody could be asked, or was.

    A chunk counts as read if every lens answered about all of it, each in a question of its own, with all the rules
    that its files are held to, and no claim about it was left without a second reading.
    """
    change, reading = case.change, case.reading
    if not reading.configured or not change.readers or not case.history.asks:
        return None
    snapshot = change.snapshot
    unsettled = {_path_of(item, case.patch) for item in findings if _is_unsettled(item)}
    read = {
        chunk.number
        for chunk in change.plan.chunks
        if chunk.number not in reading.unread and not chunk.together and _is_held_to_all(chunk, change.rulebook)
    }
    hunks = memorise(
        change.plan, snapshot.head_sha, read=read, unsettled=unsettled, reader_of=change.readers.__getitem__
    )
    # What is said of no file of the change may be about any of them.
    known = hunks if all(path in case.patch.by_path for path in unsettled) else ()
    return Memory(snapshot.head_sha, snapshot.base_ref, known, reading.about)


def _is_unsettled(item: Finding) -> bool:
    verification = item.claim.verification
    unheard = verification is None or verification.standing is Standing.UNVERIFIED
    return item.claim.source is Source.MODEL and unheard


def _path_of(item: Finding, patch: Patch) -> str:
    file = find_file(item.claim.path, patch)
    return item.claim.path if file is None else file.path


def _is_held_to_all(chunk: Chunk, rulebook: Rulebook) -> bool:
    """Whether each file was held to all the rules that it would be held to by itself."""
    asked = {rule.id for rule in choose(rulebook.rules, chunk.paths).rules}
    return all(rule.id in asked for path in chunk.paths for rule in choose(rulebook.rules, [path]).rules)
