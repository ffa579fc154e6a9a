"""The stage that sums up what a review says of the architecture: the verdict, a picture, and where a person looks."""

from __future__ import annotations

import asyncio

from app.architecture.guide.passages import make_guide
from app.architecture.picture.mermaid import draw_mermaid
from app.core.fit.shape import Shape
from app.core.gate.policy import Policy
from app.flows.architecture.picture import draw
from app.flows.review.change.change import Change
from app.flows.review.fit.looking import Look
from app.flows.review.fit.owning import Owned, find_owned
from app.flows.review.fit.weighing import Weighing


async def describe(change: Change, policy: Policy, look: Look, weighing: Weighing) -> Shape:
    """All that the report has of it. A picture is drawn only where something of the graph changes."""
    owned = await find_owned(change.store, change.snapshot.base_sha, change.patch, policy)
    return await asyncio.to_thread(_describe, change, policy, look, weighing, owned)


def _describe(change: Change, policy: Policy, look: Look, weighing: Weighing, owned: Owned) -> Shape:
    return Shape(
        delta=look.delta,
        missing=look.missing,
        assessment=weighing.assessment,
        guide=make_guide(change.plan.files, look.compared, look.delta, owned.sensitive),
        mermaid=_picture(look, policy),
        notes=(*look.notes, *weighing.notes),
        sensitive=owned.sensitive,
        owners_gap=owned.gap,
    )


def _picture(look: Look, policy: Policy) -> str:
    surveyed = look.surveyed
    if surveyed is None:
        return ""
    delta = surveyed.delta
    if not (delta.new_edges or delta.removed_edges or delta.breaks or delta.cycles):
        return ""
    return draw_mermaid(draw(surveyed.after, delta, policy.architecture))
