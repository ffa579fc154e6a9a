"""What an edit is: something that can be found in one place, and then proved or refused in every other."""

from __future__ import annotations

from typing import Protocol

from app.core.change.sweep.place import Place

Shape = tuple[str, ...]
"""What stands around an edit: two places of the same shapes look alike to a reader."""


class Edit(Protocol):
    """One edit, made the same way wherever it is made."""

    @property
    def words(self) -> str:
        """The edit in words."""
        ...

    @property
    def decides(self) -> bool:
        """Whether what it means is told by each place, so that none may go unread."""
        ...

    def may_stand_in(self, body: str) -> bool:
        """Whether a hunk's text could hold it: quick, and never wrongly no."""
        ...

    def prove(self, place: Place) -> frozenset[Shape] | None:
        """The shapes around it if the place is changed by this edit and by nothing else; None if it is not."""
        ...

    def is_doubted_by(self, body: str) -> bool:
        """Whether a hunk that is no place of the edit leaves open what it means in the other hunks of that file."""
        ...
