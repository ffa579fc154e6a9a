"""Which comments of a pull request are findings of ours, and which of them one reading looks into. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from app.core.report.publication import marked_finding
from app.github.payloads import ReviewComment

MOST_REACTED: Final = 100
"""Comments with reactions that one reading looks into, the newest first."""


def find_ours(
    comments: Sequence[ReviewComment], login: str, known: Collection[int]
) -> tuple[tuple[int, ReviewComment], ...]:
    """The comment of each known finding with its number, oldest first. Others can copy a marker, not our account."""
    found: dict[int, ReviewComment] = {}
    for comment in sorted(comments, key=lambda one: one.id):
        user, marked = comment.user, marked_finding(comment.body)
        if user is None or user.type != "Bot" or user.login != login or marked is None:
            continue
        number = int(marked.removeprefix("F"))
        if number in known:
            found.setdefault(number, comment)
    return tuple(found.items())


def find_skipped(ours: Sequence[tuple[int, ReviewComment]]) -> frozenset[int]:
    """The numbers of those with reactions that there is no room for."""
    reacted = [number for number, comment in reversed(ours) if comment.reactions.up or comment.reactions.down]
    return frozenset(reacted[MOST_REACTED:])
