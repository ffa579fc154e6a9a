"""A client that asks nobody: for reviews that decide anew by what was read before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.claude.money.booking import Book
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request

UNASKED = Failure(FailureKind.UNASKED, "nobody is asked", passing=False)


@dataclass(frozen=True, slots=True)
class Unasked:
    """Fits `booking.Asks`."""

    async def send(
        self, request: Request, *, on_start: Callable[[], None] | None = None, book: Book | None = None
    ) -> Reply:
        """Raises `ModelFailed`, of kind unasked, noted in `book`: a replay must know what was not put."""
        del on_start
        if book is not None:
            await book.note(request, UNASKED)
        raise ModelFailed(UNASKED)
