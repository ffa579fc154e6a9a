"""A finding of an earlier review, and what has become of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.core.findings.finding import Claim, Evidence, Placed


class FindingState(StrEnum):
    """What has become of a numbered finding."""

    OPEN = "open"
    FIXED = "fixed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """A finding of an earlier review of the same pull request, as it was last stored.

    `placed` is where it stood then, `blocking` whether it held the gate shut: for one that was dismissed, when it was.
    Numbers and fingerprints are unique in the pull request. `decided_by` is the login of who dismissed it, for
    `reason`; one that is open all the same was dismissed when it did not block, and blocked since. `conceded` is the
    line of some head for which it was given up in its thread.
    """

    number: int
    fingerprint: str
    state: FindingState
    claim: Claim
    placed: Placed = Placed.LINE
    decided_by: str = ""
    reason: str = ""
    conceded: Evidence | None = None
    # Older records do not say: what they hold was judged with every dismissal in force.
    blocking: bool = True

    @property
    def slight(self) -> bool:
        """Whether it was dismissed when it did not block, which takes less than to dismiss what does."""
        return self.state is FindingState.DISMISSED and not self.blocking
