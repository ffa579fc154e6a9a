"""From what a tool says about two whole files to what is new on the lines a change adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.analyzers.analyzer import ChangedFile
from app.core.change.diff import FilePatch, Side

MOST_LINES = 10
"""A longer range is shown by one line: nobody reads a comment over half a file."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing a tool says about one version of a file: rule, first and last line from 1, and a word of detail."""

    rule: str
    first: int
    last: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a diagnostic stands in the change: as `Claim` wants it."""

    start_line: int | None
    line: int
    quote: str


def new_diagnostics(
    file: ChangedFile, base: Sequence[Diagnostic], head: Sequence[Diagnostic]
) -> list[tuple[Diagnostic, Spot]]:
    """What `head` says on added lines and `base` did not say of the same text: moving a line makes nothing new."""
    contents = file.contents
    before, after = (_lines(contents.base), _lines(contents.head)) if contents else ([], [])
    known = Counter(_identity(item, before) for item in base)
    added = file.added
    old: list[Diagnostic] = []
    fresh: list[Diagnostic] = []
    for item in sorted(set(head), key=lambda item: (item.first, item.last, item.rule, item.detail)):
        (fresh if added.intersection(range(item.first, item.last + 1)) else old).append(item)
    known.subtract(_identity(item, after) for item in old)
    found: list[tuple[Diagnostic, Spot]] = []
    for item in fresh:
        identity = _identity(item, after)
        if known[identity] > 0:
            known[identity] -= 1
        elif spot := find_spot(file.patch, added, item.first, item.last):
            found.append((item, spot))
    return found


def find_spot(patch: FilePatch, added: frozenset[int], first: int, last: int) -> Spot | None:
    """The range in one hunk if it is short enough, else its first added line; None if no added line is in it."""
    places = [patch.commentable.get((Side.RIGHT, number)) for number in range(first, min(last, first + MOST_LINES) + 1)]
    hunks = {place[0] if place else None for place in places}
    if 1 < len(places) <= MOST_LINES and None not in hunks and len(hunks) == 1 and places[0]:
        return Spot(first, last, places[0][1].text)
    meant = min((number for number in added if first <= number <= last), default=None)
    place = patch.commentable.get((Side.RIGHT, meant)) if meant else None
    return Spot(None, meant, place[1].text) if meant and place else None


def _identity(item: Diagnostic, lines: Sequence[str]) -> tuple[str, str]:
    text = lines[item.first - 1] if 0 < item.first <= len(lines) else ""
    return item.rule, " ".join(text.split())


def _lines(content: bytes | None) -> list[str]:
    return content.decode("utf-8", "replace").split("\n") if content else []
