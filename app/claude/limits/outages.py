"""Which models do not answer: of many reviews that wait for one, a single one finds out whether it does again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from app.core.model import Failure

PROBE_S: Final = 150.0
"""Seconds after a question in vain until the next one that nobody asks for."""

LEAST_S: Final = 30.0
"""A server that says "in a moment" is not taken at its word."""


@dataclass(slots=True)
class Outages:
    """What one process knows. `clock` counts seconds. A model that was never asked counts as there."""

    clock: Callable[[], float]
    _next: dict[str, float] = field(default_factory=dict)

    def note_answer(self, model: str) -> None:
        """It began to answer."""
        self._next.pop(model, None)

    def note_failure(self, model: str, failure: Failure) -> None:
        """A question was put in vain. What fails by itself (a reply that is cut) is no outage."""
        if not failure.passing:
            return
        told = PROBE_S if failure.retry_after_s is None else max(failure.retry_after_s, LEAST_S)
        self._next[model] = self.clock() + min(told, PROBE_S)

    def admit(self, model: str) -> bool:
        """Whether to ask it unasked now: it answers, or whoever is admitted is the one to find out."""
        due = self._next.get(model)
        if due is None:
            return True
        if self.clock() < due:
            return False
        self._next[model] = self.clock() + PROBE_S
        return True
