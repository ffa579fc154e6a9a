"""Compares two versions of a file by their trees, hunk by hunk: formatting, edits, moves, growth.

What cannot be proved is not said. A file with a fault of syntax has no formatting, and no edit near the fault.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from app.core.fit.compared import Block, Compared, HunkCompared
from app.syntax.comparing.complexity import Turn, find_turns, measure
from app.syntax.comparing.edits import Edit, Side, find_edit
from app.syntax.comparing.ends import find_ends
from app.syntax.comparing.formatting import Versions, find_formatting
from app.syntax.comparing.text import TextsDisagree, put_in, read_lines
from app.syntax.definition_kinds import Kind
from app.syntax.definitions import Definition, find_definitions
from app.syntax.languages import language_of
from app.syntax.parsing import Deadline, Unparsed, parse

DISAGREE: Final = "the change is not that of these versions"
NO_LANGUAGE: Final = "nobody here reads its language"
_FUNCTIONS: Final = frozenset({Kind.FUNCTION, Kind.METHOD, Kind.PROPERTY})

_Key = tuple[tuple[str, ...], str, int]


@dataclass(frozen=True)
class _Version:
    """One version with what it defines and where it turns."""

    side: Side
    definitions: tuple[Definition, ...]
    turns: tuple[Turn, ...]

    @cached_property
    def functions(self) -> dict[_Key, Definition]:
        """Those that run, by their names; several of one name are counted."""
        seen: Counter[tuple[tuple[str, ...], str]] = Counter()
        found: dict[_Key, Definition] = {}
        for item in self.definitions:
            if item.kind in _FUNCTIONS:
                found[item.within, item.name, seen[item.within, item.name]] = item
                seen[item.within, item.name] += 1
        return found


def compare(
    path: str, texts: tuple[bytes, bytes], hunks: Sequence[Sequence[Block]], deadline: Deadline
) -> Compared | str:
    """What the trees say of each hunk, or why they say nothing. `texts` are old and new; a missing one is empty."""
    old, new = (_read(path, text, deadline) for text in texts)
    if not isinstance(old, _Version):
        return old
    if not isinstance(new, _Version):
        return new
    try:
        if put_in(old.side.lines, new.side.lines, [block for blocks in hunks for block in blocks]) != texts[1]:
            return DISAGREE
        versions = Versions(old.side.parsed, new.side.parsed, old.side.lines, new.side.lines, deadline)
        formatting = find_formatting(versions, hunks)
    except TextsDisagree:
        return DISAGREE
    told = [
        HunkCompared(formatting=True) if number in formatting else _tell(old, new, blocks)
        for number, blocks in enumerate(hunks)
    ]
    gone = find_ends(old.side, old.definitions, _count_lines((one[0], one[1]) for blocks in hunks for one in blocks))
    come = find_ends(new.side, new.definitions, _count_lines((one[2], one[3]) for blocks in hunks for one in blocks))
    return Unparsed.TOO_SLOW.value if deadline.is_over() else Compared(tuple(told), gone, come)


def _read(path: str, text: bytes, deadline: Deadline) -> _Version | str:
    language = language_of(path)
    if language is None:
        return NO_LANGUAGE
    parsed = parse(language, text, deadline=deadline)
    if isinstance(parsed, Unparsed):
        return parsed.value
    definitions = find_definitions(parsed, deadline=deadline)
    if isinstance(definitions, Unparsed):
        return definitions.value
    return _Version(Side(parsed, read_lines(text)), definitions, find_turns(parsed))


def _tell(old: _Version, new: _Version, blocks: Sequence[Block]) -> HunkCompared:
    edit = find_edit(old.side, new.side, blocks) or Edit("")
    grown, name = _find_growth(old, new, blocks)
    return HunkCompared(edit=edit.digest, old_name=edit.old_name, new_name=edit.new_name, grown=grown, grown_in=name)


def _find_growth(old: _Version, new: _Version, blocks: Sequence[Block]) -> tuple[int, str]:
    """By how much the most grown function among those that turn on lines of the blocks grew, and its name."""
    most, name = 0, ""
    starts = [turn.start for turn in _find_turns_in(new, blocks)]
    for key, item in new.functions.items() if starts else ():
        if not any(item.start <= start < item.end for start in starts):
            continue
        known = old.functions.get(key)
        grown = measure(new.turns, item) - (measure(old.turns, known) if known else 0)
        if grown > most:
            most, name = grown, item.name
    return most, name


def _find_turns_in(version: _Version, blocks: Sequence[Block]) -> list[Turn]:
    """The points on the new lines of the blocks."""
    spans = [version.side.lines.find_span(block.new_first, block.new_count) for block in blocks]
    first = [bisect_left(version.turns, start, key=lambda turn: turn.start) for start, _ in spans]
    behind = [bisect_left(version.turns, end, key=lambda turn: turn.start) for _, end in spans]
    return [turn for at, to in zip(first, behind, strict=True) for turn in version.turns[at:to] if turn.costs]


def _count_lines(spans: Iterable[tuple[int, int]]) -> frozenset[int]:
    return frozenset(line for first, count in spans for line in range(first, first + count))
