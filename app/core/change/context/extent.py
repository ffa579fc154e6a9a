"""From where to where hunks go in both versions of a file, what lies between them, and a hunk that goes further."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.core.change.context.outline import Spot, measure_indentation
from app.core.change.diff import NO_NEWLINE, Hunk, Line

_COVERED = "‹secret:"


@dataclass(slots=True)
class Gap:
    """Lines `first`..`last` of the new version that nothing shows; their old numbers are `shift` less."""

    first: int
    last: int
    shift: int


def firsts(hunk: Hunk) -> tuple[int, int]:
    """The first line of the hunk in the old and in the new version, or where it would be."""
    return hunk.old_start + (not hunk.old_count), hunk.new_start + (not hunk.new_count)


def ends(hunk: Hunk) -> tuple[int, int]:
    """The lines after the hunk in the old and in the new version."""
    old, new = firsts(hunk)
    return old + hunk.old_count, new + hunk.new_count


def find_gaps(hunks: Iterable[Hunk], length: int) -> list[Gap]:
    """What lies before, between and after the hunks of a file whose new version has so many lines.

    Nothing if the hunks are not of such a file.
    """
    gaps: list[Gap] = []
    old, new = 1, 1
    for hunk in hunks:
        first_old, first_new = firsts(hunk)
        if first_new < new or first_new - new != first_old - old:
            return []
        gaps.append(Gap(new, first_new - 1, new - old))
        old, new = ends(hunk)
    return [*gaps, Gap(new, length, new - old)] if new <= length + 1 else []


def extend(hunk: Hunk, above: Sequence[Line], below: Sequence[Line]) -> Hunk:
    """The hunk with context lines before and after its own."""
    (old, new), more = firsts(hunk), len(above) + len(below)
    body = "\n".join([*map(_show, above), *([hunk.body] if hunk.body else []), *map(_show, below)])
    old_count, new_count = hunk.old_count + more, hunk.new_count + more
    old_start, new_start = old - len(above) - (not old_count), new - len(above) - (not new_count)
    return Hunk(old_start, old_count, new_start, new_count, hunk.section, body)


def cover(hunk: Hunk, lines: Sequence[str]) -> Hunk | None:
    """The hunk with those context lines covered that are in `lines`, its new version; None if it is not of these lines.

    A line that either of them shows covered is taken for the same. A changed line stays as it is: what surrounds it
    must not be able to hide it from its reviewer.
    """
    rows = hunk.body.split("\n")
    _, number = firsts(hunk)
    changed = False
    for index, row in enumerate(rows):
        if row[:1] not in ("+", " "):
            continue
        text = lines[number - 1] if number <= len(lines) else None
        number += 1
        if text == row[1:]:
            continue
        if text is None or not (_COVERED in text or _COVERED in row):
            return None
        if row[0] == " " and _COVERED in text:
            rows[index] = row[0] + text
            changed = True
    if not changed:
        return hunk
    return Hunk(hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count, hunk.section, "\n".join(rows))


def find_changes(hunk: Hunk) -> list[Spot]:
    """Where the first and the last change of the hunk stand in the new version, blank lines apart."""
    _, number = firsts(hunk)
    spots: list[Spot] = []
    for row in hunk.body.split("\n"):
        sign = row[:1]
        if sign in ("+", "-") and row[1:].strip():
            spots[1:] = [Spot(number, measure_indentation(row[1:]))]
        number += sign in ("+", " ")
    return spots


def count_context(rows: Iterable[str]) -> int:
    """How many rows of a hunk are context before the first that is not."""
    return sum(1 for _ in _leading(rows))


def _leading(rows: Iterable[str]) -> Iterator[str]:
    for row in rows:
        if row.startswith("\\"):
            continue
        if not row.startswith(" "):
            return
        yield row


def _show(line: Line) -> str:
    return f"{line.kind}{line.text}\n{NO_NEWLINE}" if line.no_newline else f"{line.kind}{line.text}"
