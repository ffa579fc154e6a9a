"""Whether a change of white space is one of white space alone, proved on trees.

A hunk is formatting if the old text with this hunk alone has the tree of the old text, and the new text without it that
of the new one: the same nodes, the same leaves to the byte, comments and strings as well. So are all hunks of which
nothing but white space is changed if that holds for them together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from app.core.fit.compared import Block
from app.syntax.comparing.leaves import SPACES, Leaf, walk_knots
from app.syntax.comparing.spacing import Gap, counts, read_levels
from app.syntax.comparing.text import Lines, put_in, turn_round
from app.syntax.faults import find_faults
from app.syntax.languages import Language
from app.syntax.parsing import Deadline, Parsed, Unparsed, parse

MOST_HUNKS: Final = 60
"""Hunks of one file that are looked at. Each costs two parses."""

_OPENING: Final = (b"(", b"[", b"{")
_CLOSING: Final = (b")", b"]", b"}")
_LONE_RETURN: Final = re.compile(rb"\r(?!\n)")
_END_OF_ROW: Final = re.compile(rb"(?<![\\ \t\r])[ \t\r]+(?=\n|\Z)")
_STAR: Final = re.compile(rb"\n[ \t]+\*")
_TEXT_ROWS: Final = re.compile(rb"[ \t]*(?:\r?\n[ \t]*)+")


@dataclass(frozen=True, slots=True)
class _Shape:
    """A tree as a list: its nodes with their depths and the leaves' texts, and the white space before each leaf."""

    nodes: tuple[tuple[int, str, bytes], ...]
    leaves: tuple[Leaf, ...]
    gaps: tuple[bytes, ...]


@dataclass(slots=True)
class Versions:
    """Both versions of a file. The trees have no fault, else nothing is proved here."""

    old: Parsed
    new: Parsed
    old_lines: Lines
    new_lines: Lines
    deadline: Deadline
    _shapes: dict[int, _Shape] = field(default_factory=dict)

    def shape(self, parsed: Parsed) -> _Shape:
        """The shape of one of both; made once."""
        held = self._shapes.get(id(parsed))
        if held is None:
            held = self._shapes[id(parsed)] = _read_shape(parsed)
        return held


def find_formatting(versions: Versions, hunks: Sequence[Sequence[Block]]) -> frozenset[int]:
    """The numbers of the hunks that are proved to be formatting."""
    asked = [number for number, blocks in enumerate(hunks) if _may_be(versions, blocks)]
    if not asked or find_faults(versions.old) or find_faults(versions.new):
        return frozenset()
    if len(asked) == len(hunks) and _is_same(versions, versions.old, versions.new):
        return frozenset(asked)
    asked = asked[:MOST_HUNKS]
    if _is_proved(versions, [block for number in asked for block in hunks[number]]):
        return frozenset(asked)
    return frozenset(number for number in asked if _is_proved(versions, hunks[number]))


def _may_be(versions: Versions, blocks: Sequence[Block]) -> bool:
    """Whether nothing but white space differs: quick, and never wrongly no."""
    old = b"".join(versions.old_lines.take(block.old_first, block.old_count) for block in blocks)
    new = b"".join(versions.new_lines.take(block.new_first, block.new_count) for block in blocks)
    if _LONE_RETURN.search(old) or _LONE_RETURN.search(new):
        return False
    return old.translate(None, SPACES) == new.translate(None, SPACES)


def _is_proved(versions: Versions, blocks: Sequence[Block]) -> bool:
    there = put_in(versions.old_lines, versions.new_lines, blocks)
    back = put_in(versions.new_lines, versions.old_lines, turn_round(blocks))
    for whole, text in ((versions.old, there), (versions.new, back)):
        other = parse(whole.language, text, deadline=versions.deadline)
        if isinstance(other, Unparsed) or find_faults(other) or not _is_same(versions, whole, other):
            return False
    return True


def _is_same(versions: Versions, one: Parsed, other: Parsed) -> bool:
    known = versions.shape(one)
    shape = versions.shape(other) if other is versions.new else _read_shape(other)
    if versions.deadline.is_over() or known.nodes != shape.nodes:
        return False
    nested = [level > 0 for level in accumulate(map(_find_bracket, known.leaves), initial=0)]
    levels = [_read_levels(one.language, known.leaves, gaps, nested) for gaps in (known.gaps, shape.gaps)]
    if (
        levels[0] is None
        or levels[1] is None
        or any(levels[1].get(at, level) != level for at, level in levels[0].items())
    ):
        return False
    ends = zip((None, *known.leaves), (*known.leaves, None), known.gaps, shape.gaps, nested, strict=True)
    return not any(counts(one.language, Gap(*gap)) for gap in ends)


def _read_levels(
    language: Language, leaves: Sequence[Leaf], gaps: Sequence[bytes], nested: Sequence[bool]
) -> dict[int, int] | None:
    """Of the lines that begin a statement, or a part of one."""
    rows = enumerate(zip(leaves, gaps, nested, strict=False))
    starts = (
        (at, gap)
        for at, (leaf, gap, inside) in rows
        if not inside and leaf.kind != "comment" and (b"\n" in gap or not at)
    )
    return read_levels(language, starts)


def _find_bracket(leaf: Leaf) -> int:
    return (leaf.text in _OPENING) - (leaf.text in _CLOSING)


def _read_shape(parsed: Parsed) -> _Shape:
    nodes: list[tuple[int, str, bytes]] = []
    leaves: list[Leaf] = []
    gaps: list[bytes] = []
    at = 0
    for knot in walk_knots(parsed):
        nodes.append((knot.depth, knot.kind, _weigh(knot.leaf) if knot.leaf else b""))
        if knot.leaf:
            leaves.append(knot.leaf)
            gaps.append(parsed.source[at : knot.leaf.start])
            at = max(at, knot.leaf.end)
    return _Shape(tuple(nodes), tuple(leaves), (*gaps, parsed.source[at:]))


def _weigh(leaf: Leaf) -> bytes:
    """The text of a leaf as it counts.

    White space at the ends of a comment's rows does not, nor before the stars of one, nor how deep markup is indented:
    https://facebook.github.io/jsx/ leaves that to whoever reads it, and all of them join lines.
    """
    if "comment" in leaf.kind and not leaf.text.startswith(b"#!"):
        text = _END_OF_ROW.sub(b"", leaf.text)
        return _STAR.sub(b"\n *", text) if text.startswith(b"/*") else text
    if leaf.kind == "jsx_text":
        return _TEXT_ROWS.sub(b"\n", leaf.text)
    return leaf.text
