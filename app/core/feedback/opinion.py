"""What people think of a comment of ours, as far as it counts: one thumb a person, of those with write. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.core.people.role import Role

LOWEST: Final = Role.WRITE
"""The lowest role whose reactions count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumb:
    """A 👍 (`up`) or a 👎 of somebody's, and when it was given by GitHub's clock. `id` grows with time."""

    id: int
    user_id: int
    login: str
    up: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one person thinks of one comment. `role` is the live one when it was read, `at` when they reacted."""

    user_id: int
    login: str
    role: Role
    up: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """How the comments on a pull request were taken: so many comments, of which people like and dislike some.

    `unread` counts comments with reactions, `unasked` people, that nobody looked at, for want of room. `fault` is why
    the newest reading failed: the counts are then those of the one before; empty where it did not.
    """

    comments: int
    up: int
    down: int
    unread: int = 0
    unasked: int = 0
    fault: str = ""


def settle(thumbs: Iterable[Thumb], roles: Mapping[int, Role]) -> tuple[Opinion, ...]:
    """The opinions, oldest first: of each person with write the newest thumb. `roles` are live ones by user id.

    Whose role was not asked for has none.
    """
    newest: dict[int, Thumb] = {}
    for thumb in sorted(thumbs, key=lambda one: (one.at, one.id)):
        newest[thumb.user_id] = thumb
    return tuple(
        Opinion(user_id=one.user_id, login=one.login, role=roles[one.user_id], up=one.up, at=one.at)
        for one in sorted(newest.values(), key=lambda one: (one.at, one.id))
        if roles.get(one.user_id, Role.NONE).reaches(LOWEST)
    )


def tell_share(up: int, down: int) -> str:
    """The share of 👎 among reactions, in percent; empty where there is none."""
    return f"{100 * down / (up + down):.0f} %" if up + down else ""
