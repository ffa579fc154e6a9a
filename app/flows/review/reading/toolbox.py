"""The tools that a review's models are given: over the tree at its head, one and the same for lenses and verifier."""

from __future__ import annotations

from dataclasses import replace

from app.claude.exploring import Explored
from app.flows.review.change.change import Change
from app.flows.review.desk.desk import Desk
from app.repo.head_tree import HeadTree, open_toolbox


def equip(desk: Desk, change: Change) -> Desk:
    """The desk for the rest of this review: who is asked may look around in the whole tree, secrets taken out of it.

    Nothing is read before a model asks for it.
    """
    if desk.send is None:
        return desk
    tree = HeadTree(change.store, change.snapshot.head_sha, change.redacted.known)
    return replace(desk, send=Explored(desk.send, open_toolbox(tree)))
