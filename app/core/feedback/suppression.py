"""Kinds of finding that somebody entitled has chosen not to be told of, and what of a review is left out by that. Pure.

It never opens a gate: whether a finding blocks is decided before, and what blocks is always told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.core.feedback.kind import Kind, tell_kind
from app.core.feedback.opinion import Opinion
from app.core.findings.finding import Finding


class SuppressionState(StrEnum):
    """What has become of a proposal."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A kind that is left out in a repository: who accepted that, since when (UTC), and where the proposal stands."""

    kind: Kind
    login: str
    since: date
    number: int
    comment_id: int


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that is not shown, and why."""

    finding: Finding
    by: Suppression


@dataclass(frozen=True, slots=True)
class Decision:
    """What a proposal becomes, by whose reaction. Nobody's: its comment is gone, so nobody could end it any more."""

    state: SuppressionState
    opinion: Opinion | None = None


def decide_proposal(
    state: SuppressionState, since: datetime | None, opinions: Sequence[Opinion] | None
) -> Decision | None:
    """What reactions to its comment make of a proposal; None: nothing. `opinions` are None where the comment is gone.

    `since` is when the 👍 was given by which it was accepted. One 👎 outweighs every 👍: in doubt people are told. What
    was refused or ended stays so.
    """
    standing = state is SuppressionState.PROPOSED
    if not standing and state is not SuppressionState.ACCEPTED:
        return None
    ending = SuppressionState.REFUSED if standing else SuppressionState.ENDED
    if opinions is None:
        return Decision(ending)
    against = next((one for one in opinions if not one.up and (since is None or one.at >= since)), None)
    if against is not None:
        return Decision(ending, against)
    given = next((one for one in opinions if one.up), None)
    return Decision(SuppressionState.ACCEPTED, given) if standing and given is not None else None


def leave_out(
    findings: Sequence[Finding], suppressions: Sequence[Suppression]
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
    """The findings that are told, and those that are not, each in the order given."""
    by_kind = {one.kind: one for one in suppressions}
    told: list[Finding] = []
    left: list[Suppressed] = []
    for finding in findings:
        kind = None if finding.blocking else tell_kind(finding.claim)
        by = None if kind is None else by_kind.get(kind)
        if by is None:
            told.append(finding)
        else:
            left.append(Suppressed(finding, by))
    return tuple(told), tuple(left)
