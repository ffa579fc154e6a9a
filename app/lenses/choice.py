"""Which lenses read a chunk: those that the base's policy has on, each by itself or several in one question."""

from __future__ import annotations

from collections.abc import Collection

from app.core.change.classes.delivery import Delivery
from app.core.gate.policy import Lenses
from app.lenses.contracts import CONTRACTS
from app.lenses.correctness import CORRECTNESS
from app.lenses.delivery import add_notes
from app.lenses.lens import Look, join
from app.lenses.security import SECURITY

SMALL_LINES = 60
"""Below so many changed lines, correctness and contracts are asked about together: callers and callees are few."""


def choose_lenses(
    wanted: Lenses, *, changed_lines: int, together: bool, deliveries: Collection[Delivery] = ()
) -> tuple[Look, ...]:
    """The lenses for a chunk of a change that has so many changed lines in all; none if the policy has none on.

    `together`: all of them in one question, for a review that cannot afford one each. `deliveries` are the kinds of
    the chunk's files that say what is built and run: the security lens is told what goes wrong in them.
    """
    security = add_notes(SECURITY, deliveries)
    deciding = [
        look
        for look, on in ((CORRECTNESS, wanted.correctness), (CONTRACTS, wanted.contracts), (security, wanted.security))
        if on
    ]
    if together and deciding:
        return (join(deciding),)
    if changed_lines < SMALL_LINES and wanted.correctness and wanted.contracts:
        return (join((CORRECTNESS, CONTRACTS)), *deciding[2:])
    return tuple(deciding)
