"""Brings together what a verdict is made from, with the files off the diff that it takes to prove what was claimed."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from app.core.gate.policy import Policy
from app.flows.review.case import Case
from app.flows.review.change.change import Change
from app.flows.review.change.policy_change import read_policy_change
from app.flows.review.examination import Examined
from app.flows.review.fit.describing import describe
from app.flows.review.forge import History
from app.flows.review.opinions import Opinions
from app.flows.review.tree.conceded import find_conceded
from app.flows.review.tree.mended import find_mended
from app.flows.review.tree.texts import read_tree_texts


async def open_case(change: Change, policy: Policy, history: History, examined: Examined, opinions: Opinions) -> Case:
    """The case, with what the head's tree holds where claims and earlier findings speak of it."""
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
    return replace(case, tree=tree, mended=mended, conceded=conceded.standing, lapsed=conceded.lapsed)
