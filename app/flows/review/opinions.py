"""What models say of the change, side by side: lenses about its lines, the architect about its fit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.gate.policy import Policy
from app.core.report.progress import Progress
from app.flows.review.change.change import Change
from app.flows.review.desk.desk import Desk
from app.flows.review.examination import Examined
from app.flows.review.fit.looking import name_found
from app.flows.review.fit.weighing import Weighing, weigh_fit
from app.flows.review.forge import Forge, History
from app.flows.review.reading.chunks import Reading, read_chunks
from app.flows.review.side_by_side import run_both


@dataclass(frozen=True, slots=True)
class Opinions:
    """All that models claim, and how the fit was weighed."""

    reading: Reading
    weighing: Weighing


async def ask_models(
    desk: Desk, forge: Forge, change: Change, policy: Policy, history: History, examined: Examined
) -> Opinions:
    """Every chunk read and the fit weighed; people who wait are told meanwhile what programs have found."""
    found = name_found(examined.analysis.claims)

    async def tell(progress: Progress) -> None:
        await forge.progressed(change.snapshot, replace(progress, found=found), change.plan)

    reading, weighing = await run_both(
        read_chunks(desk, change, policy, history, tell),
        weigh_fit(desk, change, policy, history, examined.look),
    )
    return Opinions(weighing.join(reading), weighing)
