"""Which findings of earlier heads showed on a line that is gone: the changed line stands, what it broke was mended.

Such a finding stands on a changed line, which need not change for the fault to end: the caller that it broke may. Only
the file can tell. What nobody can tell about stays as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from app.core.change.diff import Patch, Side
from app.core.findings.anchor import find_file, normalise
from app.core.findings.finding import Evidence
from app.core.findings.known import FindingState, KnownFinding
from app.core.findings.likeness import alike, is_covered
from app.core.findings.seeking import LEAST_PART
from app.core.findings.tree import TreeTexts
from app.flows.review.change.change import Change
from app.flows.review.tree.texts import read_tree_texts


async def find_mended(change: Change, known: Sequence[KnownFinding]) -> frozenset[int]:
    """The numbers of the known findings that showed on a line which the head no longer has."""
    patch = change.redacted.patch
    far = {item: _find_far(item.claim.shows_at, patch) for item in known if item.claim.shows_at is not None}
    far = {item: place for item, place in far.items() if item.state is not FindingState.DISMISSED}
    if not far:
        return frozenset()
    tree = await read_tree_texts(change, [place.path for place in far.values()])
    return await asyncio.to_thread(_pick, far.items(), tree, patch)


def _find_far(far: Evidence, patch: Patch) -> Evidence:
    """The place under its path at head."""
    file = find_file(far.path, patch)
    return far if file is None else Evidence(file.path, far.line, far.quote)


def _pick(items: Iterable[tuple[KnownFinding, Evidence]], tree: TreeTexts, patch: Patch) -> frozenset[int]:
    lines = {path: frozenset(map(normalise, rows)) for path, rows in tree.lines.items()}
    changed = _read_changed(patch)
    mended: set[int] = set()
    for item, far in items:
        quote = normalise(far.quote)
        if far.path in tree.unread:
            stands = item.state is FindingState.OPEN
        else:
            stands = _holds(quote, lines.get(far.path, frozenset())) or (len(quote) >= LEAST_PART and quote in changed)
        if not stands:
            mended.add(item.number)
    return frozenset(mended)


def _holds(quote: str, lines: frozenset[str]) -> bool:
    return quote in lines or any(alike(quote, line) for line in lines if is_covered(quote) or is_covered(line))


def _read_changed(patch: Patch) -> frozenset[str]:
    """The lines that the change brings in anywhere: a line that moved to another file is not gone."""
    hunks = (hunk for file in patch.files for hunk in file.hunks)
    return frozenset(
        normalise(line.text) for hunk in hunks for line in hunk.lines if line.changed and line.side is Side.RIGHT
    )
