"""Whether a pull request is one that the gate attends to now, from its live facts and the base branch's policy."""

from __future__ import annotations

from enum import StrEnum

from app.core.gate.policy import Policy
from app.core.gate.snapshot import Snapshot
from app.core.text.globs import Glob


class Attendance(StrEnum):
    """What to do about a pull request as it is now."""

    REVIEW = "review"
    CLOSED = "closed"
    DRAFT = "draft"
    OTHER_BRANCH = "other_branch"
    BOT = "bot"
    STANDS = "stands"


def attend(snapshot: Snapshot) -> Attendance:
    """REVIEW, or why not. An unusable policy excuses nothing: then the defaults say what is reviewed.

    A local range has no number, and no base branch that a policy could leave out.
    """
    policy = snapshot.policy if isinstance(snapshot.policy, Policy) else Policy()
    if not snapshot.open:
        return Attendance.CLOSED
    if snapshot.draft and not policy.review.drafts:
        return Attendance.DRAFT
    reviewed = [Glob.parse(pattern) for pattern in policy.review.branches]
    if snapshot.number and not any(glob.matches(snapshot.base_ref) for glob in reviewed):
        return Attendance.OTHER_BRANCH
    if snapshot.author_is_bot and not policy.review.bots:
        return Attendance.BOT
    return Attendance.REVIEW
