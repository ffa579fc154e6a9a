"""The code that a second reader is shown: the hunks that claims are about, and both versions of the file around them.

Where a fault is said to show on a line that the change leaves as it is, what stands around that line comes first.

All of it is without secrets already. What is shown depends on nothing but the change and the claims, so that the same
question has the same digest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.core.change.annotate import ends_crlf, head_file, head_hunk, show_rows
from app.core.change.context.outline import Spot, find_enclosing, measure_indentation
from app.core.change.diff import FilePatch, Hunk, LineKind, Patch, Side
from app.core.change.tokens import count_bytes
from app.core.findings.finding import Claim, Placement
from app.core.findings.identifiers import identifiers
from app.core.findings.merging import PlacedClaim
from app.core.secrecy.redaction import redact
from app.core.text.unicode import reveal

Texts = Mapping[tuple[Side, str], Sequence[str]]
"""Lines of files by version and path at head."""

DIFF_BYTES = 14_000
AROUND_BYTES = 10_000
"""What may be shown of the diff beside the hunks in question, and of the files around them."""

HUNK_LINES = 60
"""Lines of a hunk on each side of the claimed one."""

AROUND_LINES = 30
"""Lines of either version on each side of the claimed one."""

LINE_CHARACTERS = 400
"""Characters of a line around the hunks; of a longer one the beginning is shown."""

_LETTERS = {Side.RIGHT: "R", Side.LEFT: "L"}
_VERSIONS = {Side.RIGHT: "NEW", Side.LEFT: "OLD"}


def show_code(items: Sequence[PlacedClaim], patch: Patch, texts: Texts) -> str:
    """The code that decides these claims, as far as there is room; the hunks that they stand in always."""
    return "".join([*_show_hunks(items, patch), *_show_surroundings(items, patch, texts)])


def _show_hunks(items: Sequence[PlacedClaim], patch: Patch) -> Iterator[str]:
    chosen: dict[str, dict[int, Hunk]] = {}
    for claim, placement in items:
        file = patch.by_path[claim.path]
        index = _find_hunk(claim, placement, file)
        if index is not None:
            chosen.setdefault(file.path, {}).setdefault(index, _near(file.hunks[index], claim, placement))
    room = DIFF_BYTES
    for file, index in _rank_further([claim for claim, _ in items], patch):
        hunk = file.hunks[index]
        if index in chosen.get(file.path, {}) or count_bytes(hunk.body) > room:
            continue
        room -= count_bytes(hunk.body)
        chosen.setdefault(file.path, {})[index] = hunk
    for path, hunks in chosen.items():
        file = patch.by_path[path]
        crlf = ends_crlf(file)
        yield head_file(file, crlf=crlf)
        for index in sorted(hunks):
            yield head_hunk(hunks[index])
            yield from show_rows(hunks[index], crlf=crlf)


def _find_hunk(claim: Claim, placement: Placement, file: FilePatch) -> int | None:
    """The hunk in which a claim stands, or the nearest one for a claim off the diff; None for a file without any."""
    if not file.hunks:
        return None
    anchor = placement.anchor
    found = None if anchor is None else file.commentable.get((anchor.side, anchor.line))
    if found is not None:
        return found[0]
    line = claim.line or 1
    return min(range(len(file.hunks)), key=lambda index: abs(file.hunks[index].new_start - line))


def _near(hunk: Hunk, claim: Claim, placement: Placement) -> Hunk:
    """The hunk, if it is long only what lies near the claimed line."""
    if len(hunk.lines) <= 2 * HUNK_LINES:
        return hunk
    side = claim.side if placement.anchor is None else placement.anchor.side
    line = (claim.line or 1) if placement.anchor is None else placement.anchor.line
    numbers = [row.new if side is Side.RIGHT else row.old for row in hunk.lines]
    middle = min(range(len(numbers)), key=lambda index: abs((numbers[index] or 0) - line))
    first = max(0, middle - HUNK_LINES)
    before, kept = hunk.lines[:first], hunk.lines[first : middle + HUNK_LINES + 1]
    old = hunk.old_start + sum(row.kind is not LineKind.ADDED for row in before)
    new = hunk.new_start + sum(row.kind is not LineKind.REMOVED for row in before)
    return Hunk.of((old, new), hunk.section, kept)


def _rank_further(claims: Sequence[Claim], patch: Patch) -> list[tuple[FilePatch, int]]:
    """Other hunks of the change that may matter: those of the same files, then those that name the same things."""
    paths = {claim.path for claim in claims}
    names = {name for claim in claims for name in identifiers(claim)}
    words = " ".join(f"{claim.title} {claim.body}" for claim in claims)
    ranked: list[tuple[tuple[bool, bool, int], str, int]] = []
    for file in patch.files:
        own, named = file.path in paths, file.shown_path in words
        for index, hunk in enumerate(file.hunks):
            shared = sum(name in hunk.body for name in names)
            if own or named or shared:
                ranked.append(((not own, not named, -shared), file.path, index))
    return [(patch.by_path[path], index) for _, path, index in sorted(ranked)]


def _show_surroundings(items: Sequence[PlacedClaim], patch: Patch, texts: Texts) -> Iterator[str]:
    wanted: dict[tuple[Side, str], set[int]] = {}
    for far in (claim.shows_at for claim, _ in items if claim.shows_at is not None):
        lines = texts.get((Side.RIGHT, far.path), ())
        if far.line is not None and 1 <= far.line <= len(lines):
            wanted.setdefault((Side.RIGHT, far.path), set()).update(_around(lines, far.line))
    for claim, placement in items:
        for side, line in _places(claim, placement, patch.by_path[claim.path]):
            lines = texts.get((side, claim.path), ())
            if 1 <= line <= len(lines):
                wanted.setdefault((side, claim.path), set()).update(_around(lines, line))
    room = AROUND_BYTES
    for (side, path), numbers in wanted.items():
        yield f"=== {_VERSIONS[side]} VERSION OF {_on_one_line(_show_path(path, patch))} ===\n"
        before = 0
        for number in sorted(numbers):
            row = f"{_LETTERS[side]} {number:<5} | {_on_one_line(texts[side, path][number - 1][:LINE_CHARACTERS])}\n"
            room -= count_bytes(row)
            if room < 0:
                return
            yield row if number == before + 1 or not before else f"@@ @@\n{row}"
            before = number


def _show_path(path: str, patch: Patch) -> str:
    return patch.by_path[path].shown_path if path in patch.by_path else redact(path).text


def _places(claim: Claim, placement: Placement, file: FilePatch) -> list[tuple[Side, int]]:
    """The claimed line in the version that it is of, and where that is in the other."""
    anchor = placement.anchor
    side, line = (Side.RIGHT, claim.line) if anchor is None else (anchor.side, anchor.line)
    if line is None:
        return []
    shift = 0
    for hunk in file.hunks:
        start = hunk.new_start if side is Side.RIGHT else hunk.old_start
        if start > line:
            break
        shift = hunk.old_start - hunk.new_start if start + _size(hunk, side) > line else _end_shift(hunk)
    other = line + (shift if side is Side.RIGHT else -shift)
    return [(side, line), (Side.LEFT if side is Side.RIGHT else Side.RIGHT, max(other, 1))]


def _size(hunk: Hunk, side: Side) -> int:
    return hunk.new_count if side is Side.RIGHT else hunk.old_count


def _end_shift(hunk: Hunk) -> int:
    return hunk.old_start + hunk.old_count - hunk.new_start - hunk.new_count


def _around(lines: Sequence[str], line: int) -> set[int]:
    """Numbers of the lines near a line, and of those that begin what it stands in."""
    spot = Spot(line, measure_indentation(lines[line - 1]))
    near = range(max(1, line - AROUND_LINES), min(len(lines), line + AROUND_LINES) + 1)
    return {*near, *find_enclosing(lines, [spot])[spot]}


def _on_one_line(text: str) -> str:
    return reveal(text).replace("\n", "‹U+000A›")
