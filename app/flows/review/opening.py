"""Brings together what a verdict is made from, with the files off the diff that it takes to prove what was claimed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from app.core.findings.merging import PlacedClaim
from app.core.findings.recurring import Recurring, place_recurring
from app.core.gate.policy import Policy
from app.flows.review.case import Case
from app.flows.review.change.change import Change
from app.flows.review.change.policy_change import read_policy_change
from app.flows.review.examination import Examined
from app.flows.review.fit.describing import describe
from app.flows.review.forge import Forge, History
from app.flows.review.opinions import Opinions
from app.flows.review.tree.conceded import find_conceded
from app.flows.review.tree.mended import find_mended
from app.flows.review.tree.texts import read_tree_texts


async def open_case(
    forge: Forge, change: Change, policy: Policy, history: History, examined: Examined, opinions: Opinions
) -> Case:
    """The case, with what the head's tree holds where claims and earlier findings speak of it."""
    history = await forge.recollect(change.snapshot, policy, history, change.redacted.patch)
    case = Case(
        change=change,
        policy=policy,
        history=history,
        analysis=examined.analysis,
        reading=opinions.reading,
        shape=await describe(change, policy, examined.look, opinions.weighing),
        unchecked=examined.look.unchecked,
        policy_change=await read_policy_change(change, policy),
    )
    paths = await asyncio.to_thread(case.name_far_files)
    tree = await read_tree_texts(change, paths)
    mended, conceded = await find_mended(change, history.known), await find_conceded(change, history.known)
    return replace(
        case,
        tree=tree,
        recurring=await _place_recurring(change, history.recurring),
        mended=mended,
        conceded=conceded.standing,
        lapsed=conceded.lapsed,
    )


async def _place_recurring(change: Change, recurring: Sequence[Recurring]) -> tuple[PlacedClaim, ...]:
    """What recurs, but for what shows on a line that the head does not have."""
    numbered = [replace(item.finding, number=at) for at, item in enumerate(recurring)]
    mended = await find_mended(change, numbered)
    standing = [item for at, item in enumerate(recurring) if at not in mended]
    return await asyncio.to_thread(place_recurring, standing, change.redacted.patch)
