"""Which claims a second reader is asked about together, because they may be about one fault."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.findings.anchor import normalise
from app.core.findings.identifiers import share_identifiers
from app.core.findings.merging import PlacedClaim, overlap

MOST_TOGETHER = 4
"""Claims in one question: more would share its attention."""


def cluster(items: Sequence[PlacedClaim]) -> list[list[int]]:
    """The items by index, those that may be about one fault together, in the order of each one's first."""
    clusters: list[list[int]] = []
    for index, item in enumerate(items):
        near = (
            group
            for group in clusters
            if len(group) < MOST_TOGETHER and any(is_akin(item, items[other]) for other in group)
        )
        group = next(near, None)
        if group is None:
            clusters.append([index])
        else:
            group.append(index)
    return clusters


def is_akin(one: PlacedClaim, other: PlacedClaim) -> bool:
    """Whether two claims may be about one fault. Symmetric.

    Lines of one file that all but touch, and one category or identifiers in common; or one quote, wherever it stands.
    """
    (claim, placement), (rival, rival_placement) = one, other
    quote = normalise(claim.quote)
    if quote and quote == normalise(rival.quote) and claim.category == rival.category:
        return True
    if claim.path != rival.path or not overlap(placement, rival_placement):
        return False
    return claim.category == rival.category or share_identifiers(claim, rival)
