"""Definitions that went and came as a whole: the ends of moves, with a digest of their trees."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Final

from app.core.fit.compared import MovedEnd
from app.syntax.comparing.edits import Side
from app.syntax.comparing.leaves import Leaf, is_sound, walk_knots
from app.syntax.definitions import Definition

MOST_ENDS: Final = 500
"""Of one version."""

_NAME_CHARACTERS: Final = 400

_CONDITIONS: Final = re.compile(
    r"if|unless|else|elif|for|while|until|try|rescue|catch|except|switch|match|case|when|with|do|loop|preproc|call|arg"
    r"|lambda|arrow|closure"
)
"""How the types of nodes begin in which a definition is not simply there."""

_REMARKS: Final = (b"#", b"//", b"/*", b"*")


def find_ends(side: Side, definitions: Sequence[Definition], changed: Collection[int]) -> tuple[MovedEnd, ...]:
    """The definitions whose lines are all among the changed ones, blank lines apart."""
    counts = Counter((item.within, item.name) for item in definitions)
    whole = (
        item
        for item in definitions
        if counts[item.within, item.name] == 1 and _is_whole(side, changed, item.first_line, item.last_line)
    )
    return tuple(_walk_ends(side, changed, whole))


def _walk_ends(side: Side, changed: Collection[int], whole: Iterable[Definition]) -> Iterator[MovedEnd]:
    made = 0
    for item in whole:
        name = ".".join((*item.within, item.name))[-_NAME_CHARACTERS:]
        top = _find_top(side, changed, item.first_line)
        for first in dict.fromkeys((item.first_line, top)):
            digest = _digest(side, item, first)
            if digest is not None:
                yield MovedEnd(name, first, item.last_line, digest)
                made += 1
        if made >= MOST_ENDS:
            return


def _is_whole(side: Side, changed: Collection[int], first: int, last: int) -> bool:
    return all(line in changed or not side.lines.lines[line - 1].strip() for line in range(first, last + 1))


def _find_top(side: Side, changed: Collection[int], first: int) -> int:
    """The first of the changed lines right above that look like remarks on what follows."""
    lines = side.lines.lines
    while first > 1 and first - 1 in changed and lines[first - 2].lstrip().startswith(_REMARKS):
        first -= 1
    return first


def _digest(side: Side, item: Definition, first: int) -> str | None:
    """Of a definition with all that stands on its lines, and of what kinds of nodes they stand in.

    None where the lines hold more than words and remarks that go with it, a part of them is of something that stands on
    other lines, the tree has a fault there, or whether it is defined depends.
    """
    start, end = side.lines.find_span(first, item.last_line - first + 1)
    knots = list(walk_knots(side.parsed, start, end)) if is_sound(side.parsed, start, end) else []
    leaves = [knot.leaf for knot in knots if knot.leaf]
    if (
        not leaves
        or leaves[0].start < start
        or leaves[-1].end > end
        or not all(_goes_with(item, one) for one in leaves)
    ):
        return None
    if any(_CONDITIONS.match(knot.kind) for knot in takewhile(lambda knot: knot.leaf is None, knots)):
        return None
    told = repr([(knot.kind, knot.depth, knot.leaf.text if knot.leaf else b"") for knot in knots])
    return hashlib.sha256(f"{side.parsed.language}\n{told}".encode()).hexdigest()[:32]


def _goes_with(item: Definition, leaf: Leaf) -> bool:
    if leaf.start >= item.end:
        return leaf.text in (b";", b",") or "comment" in leaf.kind
    return leaf.end > item.start or "comment" in leaf.kind or (leaf.text.isalpha() and leaf.text == leaf.kind.encode())
