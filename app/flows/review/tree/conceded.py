"""Which findings of earlier heads stay given up: the line for which they were is one of its file at the head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.core.findings.concession import stands
from app.core.findings.finding import Evidence
from app.core.findings.known import FindingState, KnownFinding
from app.flows.review.change.change import Change
from app.flows.review.tree.texts import read_tree_texts


@dataclass(frozen=True, slots=True)
class Concessions:
    """`standing` are the lines that stand, by the findings' numbers; `lapsed` the numbers of those known to be gone."""

    standing: Mapping[int, Evidence] = field(default_factory=dict)
    lapsed: tuple[int, ...] = ()


async def find_conceded(change: Change, known: Sequence[KnownFinding]) -> Concessions:
    """What became of the lines for which findings were given up. Where a file cannot be read, its findings count."""
    given_up = {
        item.number: item.conceded
        for item in known
        if item.conceded is not None and item.state is not FindingState.DISMISSED
    }
    if not given_up:
        return Concessions()
    tree = await read_tree_texts(change, [evidence.path for evidence in given_up.values()])
    standing = {
        number: evidence for number, evidence in given_up.items() if stands(evidence, tree.lines.get(evidence.path, ()))
    }
    gone = (number for number, one in given_up.items() if number not in standing and one.path not in tree.unread)
    return Concessions(standing, tuple(sorted(gone)))
