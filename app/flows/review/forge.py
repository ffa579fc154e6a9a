"""The one thing that a local range and a pull request do differently: where facts come from and where results go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from app.claude.money.purse import Payer
from app.core.change.diff import Patch
from app.core.change.memory.hunks import Memory
from app.core.change.plan import Plan
from app.core.change.tokens import DEFAULT_RATE, TokenRate
from app.core.feedback.suppression import Suppression
from app.core.findings.known import KnownFinding
from app.core.findings.recurring import Recurring
from app.core.gate.acts import NO_ACTS, Acts
from app.core.gate.attendance import Attendance
from app.core.gate.policy import Policy
from app.core.gate.reverts import Reverted
from app.core.gate.snapshot import Snapshot
from app.core.people.approvals import NO_PROVENANCE, Provenance
from app.core.report.progress import Progress
from app.core.report.report import Report
from app.repo.objects import GitStore


class ChangeUnreadable(Exception):
    """The change as a whole cannot be read; the message is one sentence for people. `passing`: worth another try."""

    def __init__(self, message: str, *, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing


class Superseded(Exception):
    """The head moved or the job is no longer ours: nothing more may be written for this head."""


@dataclass(frozen=True, slots=True)
class History:
    """What earlier reviews of the same pull request left.

    `salt` differs where everything is to be asked anew. `repair` differs from review to review: a question whose
    answer was of no use is asked once more under it. `elsewhere`: blocking findings of other pull requests with the
    same head and base, by their number; a check belongs to the commit, so they hold this gate too. `rate` is what the
    plan estimates tokens with; it stays the same for as long as the review lasts, crashes included. `payer` is on whose
    accounts its calls are booked; None: nobody keeps any. `memory` is what models have read by the end of the review
    before this one; it is empty where everything is to be read. `acts` are what people decided about the head.
    `reverted` is what the change is proved to take back exactly: then nothing of it is read.
    `provenance` is what the change says of agents, and who approved that. `suppressions` are the kinds of finding that
    somebody chose not to be told of in this repository.
    `asks`: models are asked; otherwise the verdict is made of what they answered before. `recurring` is what was found
    in other pull requests in lines that this one offers anew.
    """

    known: tuple[KnownFinding, ...] = ()
    next_number: int = 1
    salt: str = ""
    repair: str = "repair"
    elsewhere: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    rate: TokenRate = DEFAULT_RATE
    payer: Payer | None = None
    memory: Memory = field(default_factory=Memory)
    acts: Acts = NO_ACTS
    reverted: Reverted | None = None
    provenance: Provenance = NO_PROVENANCE
    suppressions: tuple[Suppression, ...] = ()
    asks: bool = True
    recurring: tuple[Recurring, ...] = ()


class Forge(Protocol):
    """Where a change lives. Each method may raise Superseded from the moment that the change is another one."""

    async def snapshot(self) -> Snapshot:
        """The live facts."""
        ...

    async def stand_down(self, snapshot: Snapshot, why: Attendance) -> None:
        """The pull request is none to attend to now: end what was begun for it."""
        ...

    async def begin(self, snapshot: Snapshot) -> History | None:
        """A review of this head begins, or goes on after a crash. None: its verdict stands already."""
        ...

    async def fetch(self, snapshot: Snapshot, *, anew: bool = False) -> GitStore:
        """Both versions of the code, to be read; `anew` where the copy at hand proved damaged.

        Raises ChangeUnreadable.
        """
        ...

    async def recollect(self, snapshot: Snapshot, policy: Policy, history: History, patch: Patch) -> History:
        """The history with what is known of the lines of this change from where they were offered before."""
        ...

    async def planned(self, snapshot: Snapshot, plan: Plan) -> None:
        """Tell people what is going to be read."""
        ...

    async def progressed(self, snapshot: Snapshot, progress: Progress, plan: Plan) -> None:
        """Tell people how many questions about the plan are answered."""
        ...

    async def conclude(self, report: Report) -> None:
        """Write the verdict and all that belongs to it. Doing it again changes nothing."""
        ...
