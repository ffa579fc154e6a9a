"""A call that is made at most once, however often it is asked for."""

from __future__ import annotations

from collections.abc import Callable


class Once:
    """Calls what it was given at the first call, and never again."""

    def __init__(self, call: Callable[[], None] | None) -> None:
        self._call = call

    def __call__(self) -> None:
        """Call it, the first time."""
        call, self._call = self._call, None
        if call is not None:
            call()
