"""Garbage collection paused while many objects are made that stay.

A graph of 10,000 files is half a million objects without a cycle among them. The collector would go through all that
there are each time a quarter has come on top, which takes as long as making them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final


class _Pauses:
    """How many have asked for a pause and not ended it: the collector belongs to the whole process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open = 0
        self._resume = False
        self._frozen = False

    def begin(self) -> None:
        with self._lock:
            if self._open == 0:
                self._resume = gc.isenabled()
                gc.disable()
            self._open += 1

    def end(self) -> None:
        with self._lock:
            self._open -= 1
            if self._open == 0 and self._resume:
                # What is frozen is counted one by one, so it is not asked again where somebody keeps things so.
                self._frozen = self._frozen or gc.get_freeze_count() > 0
                if not self._frozen:
                    # what was made counts as old without being looked at: else all of it were looked at now
                    gc.freeze()
                    gc.unfreeze()
                gc.enable()


_PAUSES: Final = _Pauses()


@contextmanager
def pause_collection() -> Iterator[None]:
    """Nothing is collected within but by `collect_young`; what somebody else has switched off stays so.

    Several may overlap, in any threads and tasks.
    """
    _PAUSES.begin()
    try:
        yield
    finally:
        _PAUSES.end()


def collect_young() -> None:
    """Collect what was made since the last time, for a pause that takes long; what stayed then is not looked at."""
    gc.collect(1)
