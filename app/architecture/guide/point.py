"""One reason why a hunk matters, in words of ours."""

from __future__ import annotations

from typing import NamedTuple

from app.architecture.guide.questions import Reason


class Point(NamedTuple):
    """One reason: what is said of it, what it adds, and what to ask."""

    label: str
    weight: int
    question: str
    reason: Reason
