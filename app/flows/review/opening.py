"""Brings together what a verdict is made from, with the files off the diff that it takes to prove what was claimed."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from app.analyzers.run import Analysis
from app.core.gate.policy import Policy
from app.flows.review.case import Case
from app.flows.review.change.change import Change
from app.flows.review.forge import History
from app.flows.review.reading.chunks import Reading
from app.flows.review.tree.mended import find_mended
from app.flows.review.tree.texts import read_tree_texts


async def open_case(change: Change, policy: Policy, history: History, analysis: Analysis, reading: Reading) -> Case:
    """The case, with what the head's tree holds where claims and earlier findings speak of it."""
    case = Case(change=change, policy=policy, history=history, analysis=analysis, reading=reading)
    paths = await asyncio.to_thread(case.name_far_files)
    tree = await read_tree_texts(change, paths)
    return replace(case, tree=tree, mended=await find_mended(change, history.known))
