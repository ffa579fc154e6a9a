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

    `placed` is where it stood then, `symbol` the definition that it stood in, `blocking` whether it held the gate shut:
    for one that was dismissed, when it was. Numbers and fingerprints are unique in the pull request. `decided_by` is
    the login of who dismissed it, for `reason`, `base_ref` the base branch that they dismissed it for, if it blocked;
    empty: any. One that is open all the same was dismissed when it did not block, or for another base. `conceded` is
    the line of some head for which it was given up in its thread.
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
    symbol: str | None = None
    base_ref: str = ""

    def binds(self, base_ref: str) -> bool:
        """Whether it was dismissed by somebody who had to be asked for what blocks, offered into that base branch.

        To dismiss what does not block takes less, and other owners may have to be asked for another base.
        """
        return self.state is FindingState.DISMISSED and self.blocking and self.base_ref in {"", base_ref}
