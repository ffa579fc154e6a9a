"""Which errors pass by themselves, so that the same job is tried again, and which do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.model import ModelFailed
from app.store.faults import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Fault:
    """`passing`: trying again may help, not before `retry_after_s` if that is known."""

    passing: bool
    retry_after_s: float | None = None


Judge = Callable[[Exception], Fault]


def judge_fault(error: Exception) -> Fault:
    """What is known here: our store, a model's own word, and connections that break or do not answer."""
    if isinstance(error, ModelFailed):
        return Fault(error.failure.passing, error.failure.retry_after_s)
    return Fault(isinstance(error, (StoreUnavailable, ConnectionError, TimeoutError)))
