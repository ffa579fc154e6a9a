"""Deadlines for tests: one that never comes, and one that comes when the clock was looked at so many times."""

from __future__ import annotations

from itertools import count

from app.syntax.parsing import Deadline

NEVER = Deadline(at=1.0, clock=lambda: 0.0)


def after_looks(looks: int) -> Deadline:
    clock = count()
    return Deadline(at=float(looks), clock=lambda: float(next(clock)))
