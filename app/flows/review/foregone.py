"""Verdicts for which nothing of the change is read. Pure."""

from __future__ import annotations

from app.core.gate.policy import Policy, PolicyFault
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import GateFacts, decide
from app.core.report.report import Report
from app.flows.review.forge import ChangeUnreadable, History


def judge_unread(snapshot: Snapshot, history: History) -> Report | Policy:
    """The report where the verdict is known before the change is: no usable policy, a pause, an exact revert.

    Else the policy that the change is read under.
    """
    policy = snapshot.policy
    if isinstance(policy, PolicyFault) or history.acts.resting:
        return Report(snapshot=snapshot, verdict=decide(GateFacts(policy=policy, acts=history.acts)))
    if history.reverted is None:
        return policy
    facts = GateFacts(policy=policy, acts=history.acts, elsewhere=history.elsewhere, reverted=history.reverted)
    return Report(snapshot=snapshot, verdict=decide(facts))


def judge_unreadable(snapshot: Snapshot, history: History, error: ChangeUnreadable) -> Report:
    """The report on a change that cannot be read as a whole."""
    facts = GateFacts(policy=snapshot.policy, obstacle=str(error), passing=error.passing, acts=history.acts)
    return Report(snapshot=snapshot, verdict=decide(facts))
