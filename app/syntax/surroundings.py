"""Whether a change of some lines leaves all that stands around them as it was, to the trees of before and after.

A text that parses is not enough: lines that close a block and open another, or begin a comment that ends further down,
parse well and change what the lines after them are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.syntax.definitions import Definition, find_definitions
from app.syntax.faults import MOST_FAULTS, Fault, find_faults
from app.syntax.parsing import Deadline, Parsed, Unparsed
from app.syntax.tokens import Token, walk_tokens

_NEAR: Final = 64 << 10
"""Bytes on either side in which tokens are compared one by one."""

_CLOSERS: Final = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch that another one took the place of, in bytes: what ended at `old_end` before ends at `new_end` now."""

    start: int
    old_end: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Versions:
    """A text before and after, equal outside of the cut."""

    before: Parsed
    after: Parsed
    cut: Cut


def has_new_faults(versions: Versions) -> bool:
    """Whether the text after has a fault in the cut, or one outside that the text before has not."""
    cut = versions.cut
    old = {_place_fault(fault, cut, cut.old_end) for fault in find_faults(versions.before)}
    new = [_place_fault(fault, cut, cut.new_end) for fault in find_faults(versions.after)]
    return len(new) >= MOST_FAULTS or any(place is None or place not in old for place in new)


def keeps_surroundings(versions: Versions, *, deadline: Deadline) -> bool | Unparsed:
    """Whether brackets, definitions, the next token and what tokens near the cut are stand as they did."""
    before, after, cut = versions.before, versions.after, versions.cut
    if _next_token(before, cut.old_end) != _next_token(after, cut.new_end):
        return False
    balance = _find_balance(before, cut.start, cut.old_end)
    if balance is None or balance != _find_balance(after, cut.start, cut.new_end):
        return False
    if _name_around(before, cut.start, cut.old_end) != _name_around(after, cut.start, cut.new_end):
        return False
    old, new = (find_definitions(parsed, deadline=deadline) for parsed in (before, after))
    if isinstance(old, Unparsed):
        return old
    if isinstance(new, Unparsed):
        return new
    return _outline(old, cut, cut.old_end) == _outline(new, cut, cut.new_end)


def says_the_same(versions: Versions) -> bool:
    """Whether both stretches of the cut have the same tokens: then they differ in white space and comments alone."""
    before, after, cut = versions.before, versions.after, versions.cut
    return _words(before, cut.start, cut.old_end) == _words(after, cut.start, cut.new_end)


def _place_fault(fault: Fault, cut: Cut, cut_end: int) -> tuple[str, int, int, str] | None:
    """Where a fault is, counted from the near end of the cut; None if it touches the cut."""
    if fault.start > cut_end or (fault.start == cut_end < fault.end):
        return "after", fault.start - cut_end, fault.end - cut_end, fault.missing
    if fault.end < cut.start or (fault.start < fault.end == cut.start):
        return "before", fault.start, fault.end, fault.missing
    return None


def _next_token(parsed: Parsed, end: int) -> tuple[str, int, int] | None:
    """The first token with a byte behind the cut, its place counted from there."""
    token = next(walk_tokens(parsed, end, len(parsed.source)), None)
    return None if token is None else (token.kind, max(token.start - end, 0), token.end - end)


def _name_around(parsed: Parsed, start: int, end: int) -> tuple[list[str], list[str]]:
    """What the tokens before and behind a stretch are: the field of a struct may have become a variable."""
    before = (token for token in walk_tokens(parsed, max(0, start - _NEAR), start) if token.end <= start)
    behind = (token for token in walk_tokens(parsed, end, end + _NEAR) if token.start >= end)
    return [token.kind for token in before], [token.kind for token in behind]


def _find_balance(parsed: Parsed, start: int, end: int) -> tuple[str, str] | None:
    """The brackets that a stretch closes of others, and those it leaves open; None where brackets cross."""
    closed: list[str] = []
    opened: list[str] = []
    for character in "".join(token.kind for token in walk_tokens(parsed, start, end) if not token.named):
        if character in _CLOSERS:
            opened.append(_CLOSERS[character])
        elif character not in _CLOSERS.values():
            continue
        elif not opened:
            closed.append(character)
        elif opened.pop() != character:
            return None
    return "".join(closed), "".join(opened)


def _outline(definitions: Sequence[Definition], cut: Cut, cut_end: int) -> list[tuple[object, ...]]:
    """The definitions that begin outside of the cut, with their ends as seen from it, and names that stand outside."""

    def place(offset: int) -> tuple[str, int]:
        if offset <= cut.start:
            return "before", offset
        return ("after", offset - cut_end) if offset >= cut_end else ("inside", 0)

    outside = (item for item in definitions if not cut.start <= item.start < cut_end)
    return [
        (item.kind, place(item.start), place(item.end), "" if cut.start <= item.named_at < cut_end else item.name)
        for item in outside
    ]


def _words(parsed: Parsed, start: int, end: int) -> list[tuple[str, bytes]]:
    def tell(token: Token) -> tuple[str, bytes]:
        return token.kind, token.text(parsed.source, start, end)

    return [tell(token) for token in walk_tokens(parsed, start, end) if not token.comment]
